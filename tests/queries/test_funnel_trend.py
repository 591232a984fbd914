import pytest

from holdfast.durations import Duration
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.funnel_trend import FunnelTrend
from holdfast.steps import read_steps
from tests.worlds import dataset_of, table

SPEC = FunnelTrend(
    read_steps("event:view > event:buy"), window=Duration(7), interval="week"
)
COLUMNS = (
    *("segment", "period", "entered_customers", "customers", "open_customers"),
    *("conversion_rate", "is_complete", "is_small"),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Weeks from Monday 6 January; the observed time ends with 26 January."""
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[("ann", "2025-01-01", {"plan": "pro"}), ("bob", "2025-01-01")],
        events=[
            ("ann", "view", "2025-01-06 10:00:00"),
            ("ann", "view", "2025-01-08 10:00:00"),
            ("ann", "buy", "2025-01-14 10:00:00"),
            ("ann", "view", "2025-01-15 10:00:00"),
            ("bob", "view", "2025-01-07 10:00:00"),
            ("bob", "view", "2025-01-22 10:00:00"),
            ("bob", "other", "2025-01-27 12:00:00"),
        ],
    )


def test_the_whole_table(town):
    frame = ask(town, SPEC, Filters(breakdown="plan")).frame
    assert table(frame, *COLUMNS) == [
        ("All", "2025-01-06", 2, 1, 0, 0.5, True, True),
        ("All", "2025-01-13", 1, 0, 0, 0.0, True, True),
        ("All", "2025-01-20", 0, 0, 1, None, False, True),
        ("pro", "2025-01-06", 1, 1, 0, 1.0, True, True),
        ("pro", "2025-01-13", 1, 0, 0, 0.0, True, True),
        ("(none)", "2025-01-06", 1, 0, 0, 0.0, True, True),
        ("(none)", "2025-01-20", 0, 0, 1, None, False, True),
    ]


def test_the_sentence_compares_the_halves(town):
    assert ask(town, SPEC).sentence == (
        "50% (1 of 2) went all the way in the first of the 2 complete weeks of entry,"
        " 0% (0 of 1) in the last. Lowest: 13 Jan 2025 0%; highest: 6 Jan 2025 50%."
    )


def test_intervals_are_those_of_the_zone(tmp_path):
    events = [
        ("u", "view", "2025-01-05 23:30:00"),
        ("u", "buy", "2025-01-06 12:00:00"),
        ("u", "other", "2025-01-30 12:00:00"),
    ]
    spec = FunnelTrend(SPEC.steps, window=Duration(1), interval="day")
    for zone, day in (("UTC", "2025-01-05"), ("Asia/Tokyo", "2025-01-06")):
        dataset = dataset_of(tmp_path, events=events, zone=zone)
        frame = ask(dataset, spec).frame
        assert table(frame, "period", "customers") == [(day, 1)]


def test_a_day_of_the_window_is_24_hours_where_the_clock_changes(tmp_path):
    """Two weeks after 23:30 on the day before, it is 00:30 one day later."""
    events = [
        ("u", "view", "2025-03-29T23:30:00+01:00"),
        ("u", "buy", "2025-04-13T10:00:00+02:00"),
    ]
    dataset = dataset_of(tmp_path, events=events, zone="Europe/Berlin")
    spec = FunnelTrend(SPEC.steps, window=Duration(14), interval="day")
    frame = ask(dataset, spec).frame
    assert table(frame, "period", "open_customers", "is_complete") == [
        ("2025-03-29", 1, False)
    ]


def test_an_interval_is_not_complete_while_a_limit_of_a_step_runs(tmp_path):
    events = [
        ("u", "view", "2025-01-01 10:00:00"),
        ("u", "view", "2025-01-09 10:00:00"),
        ("u", "other", "2025-01-11 12:00:00"),
        ("u", "buy", "2025-01-11 12:00:00"),
    ]
    dataset = dataset_of(tmp_path, events=events)
    spec = FunnelTrend(read_steps("event:view > event:buy@2d"), interval="day")
    frame = ask(dataset, spec).frame
    assert table(frame, "period", "customers", "is_complete") == [
        ("2025-01-01", 0, True),
        ("2025-01-09", 0, False),
    ]


def test_intervals_that_are_alike_have_no_lowest_and_no_highest(town):
    spec = FunnelTrend(read_steps("event:view > event:other"), window=Duration(1))
    assert ask(town, spec).sentence == (
        "0% (0 of 2) went all the way in the first of the 2 complete weeks of entry,"
        " 0% (0 of 1) in the last."
    )

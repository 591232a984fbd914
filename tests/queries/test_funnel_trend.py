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
        "50% (1 of 2) went all the way in the first 1 of the 2 complete weeks of entry,"
        " 0% (0 of 1) in the last 1. Lowest: 13 Jan 2025 0%; highest: 6 Jan 2025 50%."
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

from datetime import date

import pandas as pd
import pytest

from holdfast.filters import AttributeIn, Filters
from holdfast.occurrence import ORDER, SUBSCRIPTION, Occurrence
from holdfast.questions import ask
from holdfast.questions.lifecycle import Lifecycle
from tests.worlds import dataset_of, table

COLUMNS = (
    *("segment", "period", "new", "returning", "resurrected", "dormant", "active"),
    *("customers_at_start", "pulse", "crr", "strict_rate", "strict_lower"),
    *("strict_upper", "is_complete", "is_first", "is_small"),
)
STATES = ("period", "new", "returning", "resurrected", "dormant")


def states(dataset, spec, filters=None, segment="All"):
    frame = ask(dataset, spec, filters).frame
    return table(frame[frame["segment"] == segment], *STATES)


def codes(answer):
    return [caveat.code for caveat in answer.caveats]


def test_active_in_weeks_1_2_and_4(tmp_path):
    # Mondays 6, 13 and 27 January 2025: new, returning, dormant 3, resurrected 4,
    # dormant 5, which is withheld while week 5 (3 to 9 February) runs
    events = [("ann", "login", f"2025-{day} 09:00:00") for day in _MONDAYS]
    running = dataset_of(
        tmp_path, events=[*events, ("bob", "x", "2025-02-05 09:00:00")]
    )
    weeks = Lifecycle(Occurrence("event", ("login",)), interval="week")
    assert states(running, weeks) == [
        ("2025-01-06", 1, 0, 0, 0),
        ("2025-01-13", 0, 1, 0, 0),
        ("2025-01-20", 0, 0, 0, 1),
        ("2025-01-27", 0, 0, 1, 0),
        ("2025-02-03", 0, 0, 0, None),
    ]
    over = dataset_of(tmp_path, events=[*events, ("bob", "x", "2025-02-10 09:00:00")])
    assert states(over, weeks) == [
        ("2025-01-06", 1, 0, 0, 0),
        ("2025-01-13", 0, 1, 0, 0),
        ("2025-01-20", 0, 0, 0, 1),
        ("2025-01-27", 0, 0, 1, 0),
        ("2025-02-03", 0, 0, 0, 1),
        ("2025-02-10", 0, 0, 0, None),
    ]


_MONDAYS = ("01-06", "01-13", "01-27")


def test_every_column_and_the_two_retention_rates(tmp_path):
    # S = 100 in February, N = 20 and E = 105 in March, of which 5 came back:
    # CRR (105 - 20) / 100 = 85 %, strict 80 / 100 = 80 %
    events = [(f"old{i}", "x", "2025-01-15") for i in range(5)]
    events += [(f"c{i}", "x", "2025-02-15") for i in range(100)]
    events += [(f"c{i}", "x", "2025-03-15") for i in range(80)]
    events += [(f"old{i}", "x", "2025-03-15") for i in range(5)]
    events += [(f"n{i}", "x", "2025-03-16") for i in range(20)]
    events += [("n0", "x", "2025-04-02")]
    answer = ask(dataset_of(tmp_path, events=events), Lifecycle())
    assert tuple(answer.frame.columns) == COLUMNS
    # pulse: February 100 new / 5 dormant = 20; March (20 + 5) / 20 = 1.25
    # Wilson for 0 of 5: 0 to 0.4345; for 80 of 100: 0.7112 to 0.8666
    # April runs: 105 are at its start, of whom 1 is already back
    none = (None, None, None, None, None)
    assert table(answer.frame, *COLUMNS) == [
        ("All", "2025-01-01", 5, 0, 0, 0, 5, 0, *none, True, True, True),
        (
            *("All", "2025-02-01", 100, 0, 0, 5, 100, 5),
            *(20.0, 0.0, 0.0, 0.0, 0.4345, True, False, True),
        ),
        (
            *("All", "2025-03-01", 20, 80, 5, 20, 105, 100),
            *(1.25, 0.85, 0.8, 0.7112, 0.8666, True, False, False),
        ),
        ("All", "2025-04-01", 0, 1, 0, None, 1, 105, *none, False, False, False),
    ]
    assert answer.frame["dormant"].dtype == "Int64"
    texts = {caveat.code: caveat.text for caveat in answer.caveats}
    assert (
        "5 of them lift it from 80.0% (strict) to 85.0%"
        in texts["crr_counts_returners"]
    )
    assert {"incomplete", "left_edge", "small_n"} <= set(texts)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-01", {"plan": "free", "account_id": "acme"}),
            ("cat", "2025-01-01"),
        ],
        events=[
            ("ann", "x", "2025-01-31 23:59:59"),
            ("ann", "x", "2025-02-01 00:00:00"),
            ("bob", "x", "2025-02-10 10:00:00"),
            ("bob", "y", "2025-04-10 10:00:00"),
            ("cat", "y", "2025-01-10 10:00:00"),
            ("cat", "x", "2025-03-10 10:00:00"),
            ("cat", "x", "2025-04-11 10:00:00"),
        ],
    )


def test_a_breakdown_adds_up_to_the_total(town):
    frame = ask(town, Lifecycle(), Filters(breakdown="plan")).frame
    assert table(frame, "segment", *STATES) == [
        ("All", "2025-01-01", 2, 0, 0, 0),
        ("All", "2025-02-01", 1, 1, 0, 1),
        ("All", "2025-03-01", 0, 0, 1, 2),
        ("All", "2025-04-01", 0, 1, 1, None),
        ("free", "2025-01-01", 0, 0, 0, 0),
        ("free", "2025-02-01", 1, 0, 0, 0),
        ("free", "2025-03-01", 0, 0, 0, 1),
        ("free", "2025-04-01", 0, 0, 1, None),
        ("pro", "2025-01-01", 1, 0, 0, 0),
        ("pro", "2025-02-01", 0, 1, 0, 0),
        ("pro", "2025-03-01", 0, 0, 0, 1),
        ("pro", "2025-04-01", 0, 0, 0, None),
        ("(none)", "2025-01-01", 1, 0, 0, 0),
        ("(none)", "2025-02-01", 0, 0, 0, 1),
        ("(none)", "2025-03-01", 0, 0, 1, 0),
        ("(none)", "2025-04-01", 0, 1, 0, None),
    ]
    assert states(town, Lifecycle()) == table(frame[frame["segment"] == "All"], *STATES)


def test_an_account_is_active_when_one_of_its_people_is(town):
    # acme: January (ann), February (both), April (bob)
    assert states(town, Lifecycle(unit="account")) == [
        ("2025-01-01", 1, 0, 0, 0),
        ("2025-02-01", 0, 1, 0, 0),
        ("2025-03-01", 0, 0, 0, 1),
        ("2025-04-01", 0, 0, 1, None),
    ]


def test_new_is_judged_by_the_full_history_and_not_by_the_range_shown(town):
    spec = Lifecycle(first=date(2025, 2, 5), last=date(2025, 3, 31))
    answer = ask(town, spec)
    assert table(answer.frame, *STATES) == [
        ("2025-02-01", 1, 1, 0, 1),
        ("2025-03-01", 0, 0, 1, 2),
    ]
    assert "left_edge" not in codes(answer)
    assert "incomplete" not in codes(answer)


def test_a_range_beyond_the_data_is_cut_to_it(town):
    spec = Lifecycle(first=date(2020, 1, 1), last=date(2030, 1, 1))
    pd.testing.assert_frame_equal(ask(town, spec).frame, ask(town, Lifecycle()).frame)


def test_a_chosen_event_has_its_own_lifecycle(town):
    # y: cat in January, bob in April
    assert states(town, Lifecycle(Occurrence("event", ("y",)))) == [
        ("2025-01-01", 1, 0, 0, 0),
        ("2025-02-01", 0, 0, 0, 1),
        ("2025-03-01", 0, 0, 0, 0),
        ("2025-04-01", 1, 0, 0, None),
    ]


def test_an_earlier_as_of_equals_loading_the_earlier_rows_only(town):
    assert states(town, Lifecycle(as_of=date(2025, 3, 11))) == [
        ("2025-01-01", 2, 0, 0, 0),
        ("2025-02-01", 1, 1, 0, 1),
        ("2025-03-01", 0, 0, 1, None),
    ]
    assert states(town, Lifecycle(as_of=date(2025, 4, 1))) == [
        ("2025-01-01", 2, 0, 0, 0),
        ("2025-02-01", 1, 1, 0, 1),
        ("2025-03-01", 0, 0, 1, 2),
    ]


def test_days_in_another_zone(tmp_path):
    # In Auckland (UTC+13) the 31st begins at 11:00 UTC on the 30th.
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "x", "2025-01-30 10:59:59Z"),
            ("ann", "x", "2025-01-30 11:00:00Z"),
            ("ann", "x", "2025-02-01 10:00:00Z"),
        ],
        zone="Pacific/Auckland",
    )
    assert states(dataset, Lifecycle(interval="day")) == [
        ("2025-01-30", 1, 0, 0, 0),
        ("2025-01-31", 0, 1, 0, 0),
        ("2025-02-01", 0, 1, 0, None),
    ]


def test_orders_are_activity_where_there_are_no_events(tmp_path):
    dataset = dataset_of(
        tmp_path,
        orders=[
            ("ann", "o1", "2025-01-05", 10),
            ("ann", "o2", "2025-02-05", -10),  # a return is no activity
            ("bob", "o3", "2025-03-31", 7),
        ],
    )
    expected = [
        ("2025-01-01", 1, 0, 0, 0),
        ("2025-02-01", 0, 0, 0, 1),
        ("2025-03-01", 1, 0, 0, 0),
    ]
    assert states(dataset, Lifecycle()) == expected
    assert states(dataset, Lifecycle(ORDER)) == expected


def test_subscribers_who_come_and_go(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            ("ann", "2025-01-10", "2025-03-01"),
            ("ann", "2025-04-10", ""),
            ("bob", "2025-01-10", "2025-02-28"),
        ],
        events=[("cat", "x", "2025-04-30")],
    )
    # Counted at the end of each month: ann has January, February and April; bob, whose
    # access ends before 28 February, has January only.
    assert states(dataset, Lifecycle(SUBSCRIPTION)) == [
        ("2025-01-01", 2, 0, 0, 0),
        ("2025-02-01", 0, 1, 0, 1),
        ("2025-03-01", 0, 0, 0, 1),
        ("2025-04-01", 0, 0, 1, 0),
    ]


def test_nobody_in_view_is_a_row_of_noughts_in_every_interval(town):
    answer = ask(town, Lifecycle(), Filters((AttributeIn("plan", ("gold",)),)))
    assert table(answer.frame, *STATES) == [
        ("2025-01-01", 0, 0, 0, 0),
        ("2025-02-01", 0, 0, 0, 0),
        ("2025-03-01", 0, 0, 0, 0),
        ("2025-04-01", 0, 0, 0, None),
    ]
    assert answer.n == 0


def test_the_sentence_tells_the_last_complete_interval(town):
    # March: cat came back, ann and bob fell silent
    sentence = ask(town, Lifecycle()).sentence
    assert "In Mar 2025, 1 customer was active" in sentence
    assert "0 new, 0 returning, 1 resurrected; 2 fell silent" in sentence
    assert "of those active the month before, 0% (0 of 2) stayed" in sentence


def test_subscriptions_show_who_is_there_where_nothing_else_does(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[("ann", "2025-01-10", "2025-02-05"), ("bob", "2025-02-20", "")],
    )
    assert states(dataset, Lifecycle()) == [
        ("2025-01-01", 1, 0, 0, 0),
        ("2025-02-01", 1, 0, 0, None),
    ]
    assert "1 customer had an active subscription" in ask(dataset, Lifecycle()).sentence


def test_an_account_keeps_the_history_of_all_its_people_under_a_filter(town):
    # acme: ann in January and February, bob in February and April
    free = Filters((AttributeIn("plan", ("free",)),))
    assert states(town, Lifecycle(unit="account"), free) == [
        ("2025-01-01", 1, 0, 0, 0),
        ("2025-02-01", 0, 1, 0, 0),
        ("2025-03-01", 0, 0, 0, 1),
        ("2025-04-01", 0, 0, 1, None),
    ]


def test_the_two_rates_are_told_apart_in_the_last_complete_interval_only(tmp_path):
    # bob was away in February alone, so the rates differ in March and not in April
    months = {"ann": (1, 2, 3, 4, 5), "bob": (1, 3, 4, 5)}
    events = [
        (name, "x", f"2025-0{month}-05 10:00:00")
        for name, all_ in months.items()
        for month in all_
    ]
    dataset = dataset_of(tmp_path, events=events)
    assert "crr_counts_returners" not in codes(ask(dataset, Lifecycle()))
    until_march = Lifecycle(last=date(2025, 3, 1))
    assert "crr_counts_returners" in codes(ask(dataset, until_march))


def test_intervals_outside_of_the_data_are_said_to_be_outside(town):
    answer = ask(town, Lifecycle(first=date(2090, 1, 1)))
    assert answer.frame.empty
    assert answer.sentence == (
        "The months asked for lie outside of the observed time, 10 Jan 2025 to"
        " 11 Apr 2025."
    )

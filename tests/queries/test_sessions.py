from datetime import date, timedelta
from random import Random

import pandas as pd
import pytest

from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.filters import DidEvent, Filters
from holdfast.questions import ask
from holdfast.questions.sessions import Sessions
from tests.worlds import dataset_of, table

COLUMNS = (
    *("segment", "customers", "sessions", "events", "median_sessions"),
    *("median_length_seconds", "median_events", "one_event_sessions", "one_event_rate"),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    # ann: 10:00 and 10:30 exactly half an hour apart, then 11:00:01, a second too late
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-01", {"plan": "free", "account_id": "acme"}),
            ("cat", "2025-01-01", {"plan": "free"}),
        ],
        events=[
            ("ann", "x", "2025-01-01 10:00:00"),
            ("ann", "y", "2025-01-01 10:30:00"),
            ("ann", "x", "2025-01-01 11:00:01"),
            # the next customer begins within half an hour: a session of its own
            ("bob", "x", "2025-01-01 11:10:00"),
            ("bob", "x", "2025-01-01 11:10:00"),
            ("bob", "x", "2025-01-01 11:10:40"),
        ],
    )


def test_every_figure_of_the_sessions(town):
    answer = ask(town, Sessions(), Filters(breakdown="plan"))
    # lengths: ann 1,800 s and 0 s, bob 40 s
    assert table(answer.frame, *COLUMNS) == [
        ("All", 2, 3, 6, 1.5, 40.0, 2.0, 1, 0.3333),
        ("free", 1, 1, 3, 1.0, 40.0, 3.0, 0, 0.0),
        ("pro", 1, 2, 3, 2.0, 900.0, 1.5, 1, 0.5),
    ]
    assert answer.sentence == (
        "2 customers had 3 sessions, half of them 2 or fewer; half of the sessions last"
        " no longer than 40 s, and 33% (1 of 3) are a single event."
    )


def test_another_gap_and_another_end_make_other_sessions(town):
    assert ask(town, Sessions(Duration(31, "min"))).frame["sessions"].tolist() == [2]
    assert ask(town, Sessions(Duration(1, "s"))).frame["sessions"].tolist() == [5]


def test_sessions_of_accounts_are_those_of_their_customers(town):
    frame = ask(town, Sessions(unit="account")).frame
    assert table(frame, "customers", "sessions") == [(1, 3)]


def test_nobody_has_no_session(town):
    answer = ask(town, Sessions(), Filters((DidEvent("x", is_excluded=True),)))
    assert answer.frame.empty
    assert answer.sentence == "No customers in view did anything."


def test_pandas_counts_the_same_sessions(tmp_path):
    random = Random(3)
    begin = pd.Timestamp("2025-05-01")
    rows = [
        (
            f"c{random.randrange(9)}",
            random.choice("xyz"),
            begin + timedelta(minutes=random.randrange(0, 9_000, 10)),
        )
        for _ in range(300)
    ]
    dataset = dataset_of(
        tmp_path, events=[(who, what, f"{when:%F %T}") for who, what, when in rows]
    )
    log = dataset.frame("select customer_no, happened_at from events")
    before = log.groupby("customer_no")["happened_at"].diff()
    for gap in (Duration(10, "min"), Duration(2, "h"), Duration(1)):
        is_new = before.isna() | (before > pd.Timedelta(seconds=gap.seconds))
        groups = log.groupby([log["customer_no"], is_new.cumsum()])["happened_at"]
        lengths = (groups.max() - groups.min()).dt.total_seconds()
        row = ask(dataset, Sessions(gap)).frame.iloc[0]
        assert row["sessions"] == is_new.sum()
        assert row["median_length_seconds"] == lengths.median()
        assert row["median_events"] == groups.size().median()
        assert row["one_event_sessions"] == (groups.size() == 1).sum()
        assert (
            row["median_sessions"] == is_new.groupby(log["customer_no"]).sum().median()
        )


def test_later_days_are_not_seen(town):
    with pytest.raises(SpecError, match="cannot be read as of"):
        ask(town, Sessions(as_of=date(2024, 1, 1)))

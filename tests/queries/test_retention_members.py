from datetime import date

import pytest

from holdfast.filters import AttributeIn, Filters
from holdfast.occurrence import Occurrence, read_occurrence
from holdfast.questions import ask, retention
from holdfast.questions.retention import Retention
from tests.worlds import dataset_of, table

COLUMNS = (
    *("id", "segment", "joined_on", "last_seen_on", "cohorts", "retained_cohorts"),
)


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("team"),
        customers=[
            ("ann", "2025-01-05", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-20", {"plan": "free", "account_id": "acme"}),
            ("cat", "2025-02-10", {"plan": "pro"}),
            ("dan", "2025-03-11", {"account_id": "zeta"}),
            ("eve", "2025-01-30"),
        ],
        events=[
            ("ann", "login", "2025-01-06"),
            ("ann", "login", "2025-02-01"),
            ("bob", "login", "2025-03-02"),
            ("cat", "login", "2025-03-10"),
            ("dan", "login", "2025-03-12"),
        ],
    )


def listed(dataset, spec, cohort, interval, segment="All", filters=None):
    frame = retention.members(
        dataset, spec, filters or Filters(), cohort, interval, segment
    )
    return table(frame, *COLUMNS)


def test_who_is_behind_a_cell_those_who_came_back_first(team):
    # January: ann, bob, eve. In month 1 only ann came back.
    assert listed(team, Retention(), date(2025, 1, 1), 1) == [
        ("ann", "All", "2025-01-05", "2025-02-01", 1, 1),
        ("bob", "All", "2025-01-20", "2025-03-02", 1, 0),
        ("eve", "All", "2025-01-30", None, 1, 0),
    ]


def test_who_is_behind_a_pooled_point(team):
    # Month 1 is complete for January and, as March 12 is not its end, not for February.
    assert [row[0] for row in listed(team, Retention(), None, 1)] == [
        *("ann", "bob", "eve")
    ]
    # Month 0 is complete for January and February.
    assert listed(team, Retention(), None, 0) == [
        ("ann", "All", "2025-01-05", "2025-02-01", 1, 1),
        ("bob", "All", "2025-01-20", "2025-03-02", 1, 0),
        ("cat", "All", "2025-02-10", "2025-03-10", 1, 0),
        ("eve", "All", "2025-01-30", None, 1, 0),
    ]


def test_who_is_behind_a_segments_cell(team):
    by_plan = Filters(breakdown="plan")
    assert listed(team, Retention(), date(2025, 1, 1), 1, "free", by_plan) == [
        ("bob", "free", "2025-01-20", "2025-03-02", 1, 0)
    ]
    # the total names everybody's segment
    rows = listed(team, Retention(), date(2025, 1, 1), 1, "All", by_plan)
    assert [row[:2] for row in rows] == [
        ("ann", "pro"),
        ("bob", "free"),
        ("eve", "(none)"),
    ]


def test_only_customers_in_view_are_listed(team):
    pro = Filters((AttributeIn("plan", ("pro",)),))
    assert [row[0] for row in listed(team, Retention(), None, 0, filters=pro)] == [
        *("ann", "cat")
    ]


def test_accounts_are_listed_by_their_own_id(team):
    assert listed(team, Retention(unit="account"), date(2025, 1, 1), 2) == [
        ("acme", "All", "2025-01-05", "2025-03-02", 1, 1)
    ]


def test_a_customer_in_several_cohorts_is_listed_once_with_both_counts(tmp_path):
    login = Occurrence("event", ("login",))
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "login", "2025-01-06"),
            ("ann", "login", "2025-02-01"),
            ("bob", "login", "2025-01-07"),
            ("bob", "login", "2025-04-30"),
        ],
    )
    spec = Retention(login, login, entry="recurring")
    # ann: January came back in February, February not in March; bob: January not
    assert listed(dataset, spec, None, 1) == [
        ("ann", "All", "2025-01-06", "2025-02-01", 2, 1),
        ("bob", "All", "2025-01-07", "2025-04-30", 1, 0),
    ]


@pytest.mark.parametrize(
    "spec",
    [
        Retention(mode="on_or_after"),
        Retention(mode="between", horizon=2),
        Retention(mode="brackets", brackets=((0, 0), (1, 2))),
        Retention(rolling=True),
        Retention(interval="week", intervals=9),
        Retention(unit="account"),
        Retention(read_occurrence("activity"), entry="recurring"),
        Retention(as_of=date(2025, 3, 1)),
    ],
    ids=str,
)
def test_lists_are_as_long_as_every_figure_says(team, spec):
    filters = Filters(breakdown="plan")
    frame = ask(team, spec, filters).frame
    assert len(frame)
    for row in frame.to_dict("records"):
        cohort = None if row["scope"] == "pooled" else row["cohort"].date()
        members = retention.members(
            team, spec, filters, cohort, row["interval"], row["segment"]
        )
        assert members["cohorts"].sum() == row["customers"]
        assert members["retained_cohorts"].sum() == row["retained_customers"]
        assert members["id"].is_unique


def test_a_list_as_of_an_earlier_day_knows_no_later_activity(team):
    asked = Retention(as_of=date(2025, 3, 1))
    early = retention.members(team, asked, Filters(), None, 0)
    late = retention.members(team, Retention(), Filters(), None, 0)
    assert early["last_seen_on"].max() < date(2025, 3, 1)
    assert late["last_seen_on"].max() >= date(2025, 3, 1)

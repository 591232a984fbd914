from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.occurrence import SUBSCRIPTION
from holdfast.questions import ask, lifecycle
from holdfast.questions.lifecycle import Lifecycle
from tests.worlds import dataset_of, table

STATUSES = ("new", "returning", "resurrected", "dormant")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-01", {"plan": "free", "account_id": "acme"}),
            ("cat", "2025-01-01"),
            ("dan", "2024-12-31", {"plan": "pro"}),
        ],
        events=[
            ("ann", "x", "2025-01-31"),
            ("ann", "x", "2025-02-01"),
            ("bob", "x", "2025-02-10"),
            ("bob", "y", "2025-04-10"),
            ("cat", "y", "2025-01-10"),
            ("cat", "x", "2025-03-10"),
            ("cat", "x", "2025-04-11"),
            ("dan", "x", "2025-02-28"),
        ],
        subscriptions=[("ann", "2025-01-10", "2025-03-01"), ("bob", "2025-02-10", "")],
    )


def listed(dataset, spec, period, status, segment="All", filters=None):
    frame = lifecycle.members(
        dataset, spec, filters or Filters(), period, status, segment
    )
    return table(frame, "id", "segment", "joined_on", "last_seen_on")


def test_who_has_each_status(town):
    february = date(2025, 2, 1)
    assert listed(town, Lifecycle(), february, "new") == [
        ("bob", "All", "2025-01-01", "2025-04-10"),
        ("dan", "All", "2024-12-31", "2025-02-28"),
    ]
    assert listed(town, Lifecycle(), february, "returning") == [
        ("ann", "All", "2025-01-01", "2025-02-01")
    ]
    assert listed(town, Lifecycle(), february, "resurrected") == []
    assert listed(town, Lifecycle(), february, "dormant") == [
        ("cat", "All", "2025-01-01", "2025-04-11")
    ]
    assert [
        row[0] for row in listed(town, Lifecycle(), date(2025, 3, 1), "dormant")
    ] == [*("ann", "bob", "dan")]


def test_a_segment_lists_its_own(town):
    by_plan = Filters(breakdown="plan")
    rows = listed(town, Lifecycle(), date(2025, 3, 1), "dormant", "pro", by_plan)
    assert [row[:2] for row in rows] == [("ann", "pro"), ("dan", "pro")]


def test_accounts_are_listed_by_their_own_id(town):
    spec = Lifecycle(unit="account")
    assert listed(town, spec, date(2025, 2, 1), "returning") == [
        ("acme", "All", "2025-01-01", "2025-04-10")
    ]


@pytest.mark.parametrize(
    "spec",
    [
        Lifecycle(),
        Lifecycle(interval="week"),
        Lifecycle(unit="account"),
        Lifecycle(SUBSCRIPTION),
        Lifecycle(as_of=date(2025, 3, 11)),
    ],
    ids=str,
)
def test_lists_are_as_long_as_every_figure_says(town, spec):
    filters = Filters(breakdown="plan")
    frame = ask(town, spec, filters).frame
    for row in frame[frame["is_complete"]].to_dict("records"):
        for status in STATUSES:
            members = lifecycle.members(
                town, spec, filters, row["period"].date(), status, row["segment"]
            )
            assert len(members) == row[status]
            assert members["id"].is_unique

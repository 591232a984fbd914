from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask, survival
from holdfast.questions.survival import Survival
from tests.worlds import dataset_of, table


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro"}),
            ("bob", "2025-01-01", {"plan": "free"}),
            ("cat", "2025-01-01", {"plan": "free"}),
        ],
        events=[("ann", "x", "2025-01-31"), ("cat", "x", "2025-04-11")],
        subscriptions=[
            ("ann", "2025-01-10", "2025-03-01"),
            ("bob", "2025-02-10", ""),
            ("cat", "2025-02-10", "2025-02-20"),
        ],
    )


def left(dataset, spec, filters=None, segment="All"):
    frame = survival.members(dataset, spec, filters or Filters(), segment)
    return table(frame, "id", "segment", "joined_on", "last_seen_on", "duration")


def test_who_has_left_and_after_how_many_days(town):
    assert left(town, Survival()) == [
        ("ann", "All", "2025-01-01", "2025-01-31", 50.0),
        ("cat", "All", "2025-01-01", "2025-04-11", 10.0),
    ]


def test_the_list_of_each_segment_is_as_long_as_its_figure(town):
    by_plan = Filters(breakdown="plan")
    summary = ask(town, Survival(), by_plan).extras["summary"]
    for row in summary.itertuples():
        assert len(left(town, Survival(), by_plan, row.segment)) == row.ended
    assert [row[0] for row in left(town, Survival(), by_plan, "free")] == ["cat"]


def test_who_left_later_had_not_left_as_of_an_earlier_day(town):
    earlier = Survival(as_of=date(2025, 2, 25))
    assert [row[0] for row in left(town, earlier)] == ["cat"]

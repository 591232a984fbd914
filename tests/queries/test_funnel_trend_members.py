from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask, funnel_trend
from tests.queries.test_funnel_trend import SPEC, town
from tests.worlds import table

__all__ = ["town"]
PLANS = Filters(breakdown="plan")


def test_who_went_all_the_way_who_did_not_and_who_has_time(town):
    week = date(2025, 1, 6)
    rows = funnel_trend.members(town, SPEC, PLANS, week, "converted", "pro")
    assert table(rows, "id", "segment", "joined_on", "last_seen_on", "steps_done") == [
        ("ann", "pro", "2025-01-01", "2025-01-15", 2)
    ]
    dropped = funnel_trend.members(town, SPEC, PLANS, week, "dropped")
    assert table(dropped, "id", "steps_done") == [("bob", 1)]
    still = funnel_trend.members(town, SPEC, PLANS, date(2025, 1, 20), "open")
    assert table(still, "id") == [("bob",)]


@pytest.mark.parametrize("judged", ["closed", "matured", "all"])
def test_every_list_is_as_long_as_its_figure(town, judged):
    spec = type(SPEC)(SPEC.steps, window=SPEC.window, judged=judged)
    frame = ask(town, spec, PLANS).frame
    assert len(frame) > 4
    for _, row in frame.iterrows():
        counts: dict[funnel_trend.State, int] = {
            "converted": row["customers"],
            "dropped": row["entered_customers"] - row["customers"],
            "open": row["open_customers"],
        }
        for state, number in counts.items():
            rows = funnel_trend.members(
                town, spec, PLANS, row["period"].date(), state, row["segment"]
            )
            assert len(rows) == number

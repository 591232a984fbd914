import pytest

from holdfast.filters import Filters
from holdfast.questions import ask, revenue_cohorts
from holdfast.questions.revenue_cohorts import RevenueCohorts


def test_every_list_is_as_long_and_worth_as_much_as_its_cell(firm):
    plans, spec = Filters(breakdown="plan"), RevenueCohorts()
    frame = ask(firm, spec, plans).frame
    assert len(frame) > 20
    for row in frame.to_dict("records"):
        cohort = None if row["scope"] == "pooled" else row["cohort"].date()
        found = revenue_cohorts.members(
            firm, spec, plans, cohort, row["interval"], row["segment"]
        )
        assert len(found) == row["customers"]
        assert (found["mrr_now"] > 0).sum() == row["paying_customers"]
        assert found["mrr_first"].sum() == pytest.approx(row["mrr_first"])
        assert found["mrr_now"].sum() == pytest.approx(row["mrr_now"])

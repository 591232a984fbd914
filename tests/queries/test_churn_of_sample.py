"""What is planted in the sample company is found by the questions about leaving."""

import pytest

from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.churn import Churn, members
from holdfast.questions.churn_by_tenure import ChurnByTenure
from holdfast.questions.churn_segments import ChurnSegments
from holdfast.workspace import Workspace

BY_CHANNEL = Filters(breakdown="channel")


@pytest.fixture(scope="module")
def company(demo_workspace):
    path = Workspace.open_or_create(demo_workspace).dataset_path()
    assert path is not None
    return Dataset(path)


def test_failed_payments_of_two_months_stand_out(company):
    answer = ask(company, Churn())
    failed = answer.frame.set_index("period")["lost_involuntary"]
    spike = failed[["2026-03-01", "2026-04-01"]]
    assert spike.tolist() == [35, 22]
    assert failed.drop(spike.index).max() == 4
    # With those who came and went inside of a month, or were back in it, they are the
    # 65 whose paid access ended so in both months.
    inside = members(
        company, Churn(), Filters(), spike.index[0].date(), "joined_and_left"
    )
    assert len(inside) == 7
    # All that is above the usual came of them.
    rates = answer.frame.set_index("period")
    march = rates.loc["2026-03-01"]
    usual = rates.loc["2025-03-01":"2026-02-01"]
    usual_rate = usual["lost"].sum() / usual["customers_at_start"].sum()
    assert march["churn_lower"] > usual_rate
    assert (march["lost"] - march["lost_involuntary"]) / march[
        "customers_at_start"
    ] < usual_rate


def test_the_channel_that_leaves_early_is_named(company):
    found = ask(company, ChurnSegments(sign="activity"), BY_CHANNEL)
    assert "Of affiliate 34.0% left, 16.0 points more than of all others" in (
        found.sentence
    )
    frame = ask(company, ChurnByTenure(sign="activity"), BY_CHANNEL).frame
    first = frame[frame["month"] == 1].set_index("segment")["hazard_rate"]
    assert first.idxmax() == "affiliate"
    assert first["affiliate"] > 0.8 > 0.65 > first.drop("affiliate").max()


def test_yearly_plans_end_in_the_twelfth_month(company):
    assert ask(company, ChurnByTenure()).sentence.startswith(
        "Customers leave most often in month 12 of their time: 17% (56 of 335)"
    )

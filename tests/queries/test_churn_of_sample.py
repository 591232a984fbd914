"""What is planted in the sample company is found by the questions about leaving."""

import json
from datetime import date

import pytest

from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.churn import Churn, members
from holdfast.questions.churn_by_tenure import ChurnByTenure
from holdfast.questions.churn_segments import ChurnSegments
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.workspace import Workspace
from tests.conftest import PROJECT

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
    # 65 had their paid access end so: seven had come in March and left in it, and one
    # left on the first of April and was back on the 16th.
    of = {
        kind: members(
            company, Churn(), Filters(), date(2026, 3, 1), kind, until=date(2026, 4, 1)
        )
        for kind in ("lost_involuntary", "joined_and_left", "left_and_back")
    }
    failed_so = [(rows["reason"] == "payment_failed").sum() for rows in of.values()]
    assert failed_so == [57, 7, 1]
    truth = json.loads((PROJECT / "sample_data/truths.json").read_text())
    assert sum(failed_so) == truth["failed_payments"]["lost_march_and_april"]
    spec = ExitReasons(first=date(2026, 3, 1), last=date(2026, 4, 1))
    both = ask(company, spec)
    assert both.frame.set_index("reason")["lost"]["payment failed"] == 65
    assert [each.text for each in both.caveats if each.code == "beside_churn"] == [
        "The page on churn counts 91 of them as lost: 7 came and left inside one month,"
        " and 2 times somebody was back before the month was over."
    ]
    assert both.frame["lost"].sum() == 91 + 7 + 2
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

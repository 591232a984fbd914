"""IBM's telco customers: churn by contract, and survival over months of tenure."""

import csv
import json

import pytest

from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.churn_by_tenure import ChurnByTenure
from holdfast.questions.churn_segments import ChurnSegments, members
from holdfast.questions.lifetime_value import LifetimeValue
from holdfast.questions.survival import Survival
from holdfast.questions.what_if import WhatIf
from tests.reference import reference_data
from tests.worlds import loaded, table


@pytest.fixture(scope="module")
def telco(tmp_path_factory):
    file = reference_data("telco/Telco-Customer-Churn.csv")
    return loaded(tmp_path_factory.mktemp("telco") / "workspace", [file])


@pytest.fixture(scope="module")
def published():
    figures = json.loads(reference_data("figures.json").read_text())
    return {
        figure["figure"]: figure["value"]
        for figure in figures
        if figure["dataset"] == "telco"
    }


def test_churn_by_contract(telco):
    summary = ask(telco, Survival(), Filters(breakdown="Contract")).extras["summary"]
    rates = [round(100 * rate, 2) for rate in summary["ended_rate"]]
    assert list(
        zip(table(summary, "segment", "customers", "ended"), rates, strict=True)
    ) == [
        (("All", 7043, 1869), 26.54),
        (("Month-to-month", 3875, 1655), 42.71),
        (("Two year", 1695, 48), 2.83),
        (("One year", 1473, 166), 11.27),
    ]


def test_churned_share_by_contract_with_what_it_contributes(telco):
    by_contract = Filters(breakdown="Contract")
    answer = ask(telco, ChurnSegments(), by_contract)
    rows = answer.frame.assign(churn_rate=(100 * answer.frame["churn_rate"]).round(2))
    assert table(
        rows, "segment", "customers", "lost", "churn_rate", "share_of_lost", "differs"
    ) == [
        ("All", 7043, 1869, 26.54, 1, False),
        ("Month-to-month", 3875, 1655, 42.71, 0.8855, True),
        ("Two year", 1695, 48, 2.83, 0.0257, True),
        ("One year", 1473, 166, 11.27, 0.0888, True),
    ]
    assert answer.sentence == (
        "26.5% left (1,869 of 7,043). Of Month-to-month 42.7% left, 36.0 points more"
        " than of all others (95% interval 34.1 to 37.7): 89% of all who left, 55% of"
        " the customers."
    )
    assert answer.extras["change"].empty
    assert answer.caveats[0].text.endswith("cannot be known from it.")
    assert len(members(telco, ChurnSegments(), by_contract, "Two year")) == 48


def test_the_hazard_is_that_of_the_published_life_table(telco):
    with reference_data("telco/expected_km_all.csv").open() as stream:
        expected = [
            (float(row["tenure_months"]), int(row["at_risk"]), int(row["churned"]))
            for row in csv.DictReader(stream)
            if float(row["tenure_months"]) > 0
        ]
    assert len(expected) == 72
    assert table(ask(telco, ChurnByTenure()).frame, "month", "at_risk", "lost") == (
        expected
    )


@pytest.mark.parametrize("field", ["Contract", "InternetService", "PaymentMethod"])
def test_churn_by_segment_as_published(telco, field):
    with reference_data("telco/expected_churn_by_segment.csv").open() as stream:
        expected = {
            row["value"]: (int(row["customers"]), int(row["churned"]))
            for row in csv.DictReader(stream)
            if row["field"] == field
        }
    assert expected
    summary = ask(telco, Survival(), Filters(breakdown=field)).extras["summary"]
    found = {
        segment: (customers, ended)
        for segment, customers, ended in table(summary, "segment", "customers", "ended")
        if segment != "All"
    }
    assert found == expected


def test_the_whole_survival_curve(telco):
    with reference_data("telco/expected_km_all.csv").open() as stream:
        expected = [
            tuple(float(cell) for cell in row.values())
            for row in csv.DictReader(stream)
        ]
    frame = ask(telco, Survival()).frame
    found = frame[
        [
            *("duration", "at_risk", "ended", "censored"),
            *("survival_rate", "rate_lower", "rate_upper"),
        ]
    ]
    assert len(found) == len(expected)
    for row, wanted in zip(found.itertuples(index=False), expected, strict=True):
        assert tuple(row) == pytest.approx(wanted, abs=1e-6)


def test_survival_at_chosen_months(telco, published):
    frame = ask(telco, Survival()).frame.set_index("duration")["survival_rate"]
    name = "Kaplan-Meier survival at 1, 12, 24, 48, 72 months (all customers)"
    assert [frame[month] for month in (1, 12, 24, 48, 72)] == pytest.approx(
        published[name], abs=1e-5
    )


def test_medians(telco, published):
    def median(filters):
        summary = ask(telco, Survival(), filters).extras["summary"]
        return table(summary, "median")[0][0]

    name = "KM median: all customers / Month-to-month / Fiber optic"
    assert [
        median(Filters()),
        median(Filters((AttributeIn("Contract", ("Month-to-month",)),))),
        median(Filters((AttributeIn("InternetService", ("Fiber optic",)),))),
    ] == published[name]


def test_month_to_month_with_internet_by_filters(telco, published):
    filters = Filters(
        (
            AttributeIn("Contract", ("Month-to-month",)),
            AttributeIn("InternetService", ("No",), is_excluded=True),
        )
    )
    summary = ask(telco, Survival(), filters).extras["summary"]
    name = "KM: Month-to-month with internet: customers, events, median"
    assert list(table(summary, "customers", "ended", "median")[0]) == published[name]


def test_log_rank(telco, published):
    contract = ask(telco, Survival(), Filters(breakdown="Contract"))
    gender = ask(telco, Survival(), Filters(breakdown="gender"))
    tests = [answer.extras["logrank"].iloc[0] for answer in (contract, gender)]
    name = "log-rank over Contract (2 df); over gender (1 df)"
    assert [test["statistic"] for test in tests] == pytest.approx(
        published[name], abs=1e-3
    )
    assert [test["degrees_of_freedom"] for test in tests] == [2, 1]
    assert tests[0]["p_value"] < 1e-300
    assert tests[1]["p_value"] == pytest.approx(0.468, abs=1e-3)


def test_what_if_starts_from_the_charges_of_those_still_there(telco):
    answer = ask(telco, WhatIf(price=10.0))
    first = answer.frame.groupby("scenario")[["customers", "revenue_amount"]].first()
    # 5,174 of 7,043 have not left; together they are charged 316,985.75 a month
    assert list(first["customers"]) == [5174, 5174]
    assert list(first["revenue_amount"]) == pytest.approx([316_985.75, 348_684.33])
    said = list(answer.extras["assumptions"]["assumption"])
    assert any("on average, as MonthlyCharges says" in text for text in said)
    assert any("do not tell how many" in text for text in said)
    # nobody joins, so they become fewer
    assert answer.frame["customers"].iloc[35] < 0.9 * 5174
    assert "Money is MonthlyCharges" in " ".join(
        ask(telco, LifetimeValue()).extras["assumptions"]["assumption"]
    )

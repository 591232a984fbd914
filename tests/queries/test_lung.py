"""Loprinzi's lung cancer data: the median and the difference that textbooks print."""

import csv

import numpy as np
import pytest

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.churn_segments import ChurnSegments
from holdfast.questions.survival import Survival
from tests.reference import reference_data
from tests.worlds import dataset_of, table

BY_SEX = Filters(breakdown="sex")


@pytest.fixture(scope="module")
def lung(tmp_path_factory):
    with reference_data("survival/lung.csv").open() as stream:
        rows = [
            {
                "customer_id": f"p{number}",
                "tenure_months": row["time"],
                "has_churned": row["status"],
                "sex": {"1": "male", "2": "female"}[row["sex"]],
            }
            for number, row in enumerate(csv.DictReader(stream))
        ]
    return dataset_of(tmp_path_factory.mktemp("lung"), customers=rows)


def test_the_median_is_310_days_with_the_interval_of_either_transform(lung):
    answer = ask(lung, Survival())
    summary = table(
        answer.extras["summary"], "customers", "ended", "median", "median_lower",
        "median_upper",
    )  # fmt: skip
    # Ours is log-log; R prints 285 to 363, which is the log transform of the same.
    assert summary == [(228, 165, 310, 284, 361)]
    rows = answer.frame.sort_values("duration")
    staying = rows["at_risk"] * (rows["at_risk"] - rows["ended"])
    spread = np.sqrt((rows["ended"] / staying.replace(0, np.nan)).cumsum())
    ends = [
        rows["duration"][rows["survival_rate"] * np.exp(z * spread) <= 0.5].iloc[0]
        for z in (-1.959964, 1.959964)
    ]
    assert ends == [285, 363]


def test_men_and_women_differ_by_the_published_log_rank(lung):
    (found,) = ask(lung, Survival(), BY_SEX).extras["logrank"].to_dict("records")
    assert found["statistic"] == pytest.approx(10.33, abs=0.005)
    assert found["degrees_of_freedom"] == 1
    shares = ask(lung, ChurnSegments(), BY_SEX).frame
    assert table(shares, "segment", "customers", "lost", "differs") == [
        ("All", 228, 165, False),
        ("male", 138, 112, True),
        ("female", 90, 53, True),
    ]

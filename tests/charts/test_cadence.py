import pandas as pd
import pytest

from holdfast.charts.cadence import (
    cadence_distribution,
    cadence_distribution_alt_text,
)
from tests.charts import frames


@pytest.fixture(scope="module")
def answer():
    return frames.cadence()


def test_the_distribution_is_cumulative_on_a_log_axis_of_days(answer):
    spec = cadence_distribution(*answer).to_dict()
    area = spec["layer"][0]
    assert area["encoding"]["x"]["scale"]["type"] == "log"
    assert {1, 7, 30} <= set(area["encoding"]["x"]["axis"]["values"])
    assert area["encoding"]["y"]["field"] == "cumulative_share"
    assert area["encoding"]["y"]["scale"] == {"domain": [0, 1]}
    assert area["encoding"]["y"]["axis"]["format"] == ".0%"


def test_a_day_a_week_and_a_month_are_marked_and_one_of_them_is_suggested(answer):
    spec = cadence_distribution(*answer).to_dict()
    (rule,) = (layer for layer in spec["layer"] if layer["mark"]["type"] == "rule")
    marks = pd.DataFrame(spec["datasets"][rule["data"]["name"]])
    assert marks["days"].tolist() == [1, 7, 30]
    assert marks["text"].tolist() == ["day", "week, suggested", "month"]
    assert marks["is_suggested"].tolist() == [False, True, False]


def test_the_alt_text_gives_the_shares_at_the_marks(answer):
    assert cadence_distribution_alt_text(*answer) == (
        "Share of customers by the median days between their active days: 13% within a "
        "day, 65% within a week, 91% within a month; suggested interval week."
    )


def test_nobody_with_two_active_days_still_gives_a_chart(answer):
    frame, summary = answer
    assert cadence_distribution(frame.iloc[:0], summary.iloc[:0]).to_dict()["layer"]
    text = cadence_distribution_alt_text(frame.iloc[:0], summary.iloc[:0])
    assert "without any customer" in text

import numpy as np
import pandas as pd
import pytest

from holdfast.charts.money import movement_bars, mrr_lines, waterfall
from holdfast.charts.money_rates import all_rates, rate_lines
from holdfast.charts.revenue_cohorts import revenue_triangle

MOVES = {
    "new": (110, 210, 15, 0),
    "reactivation": (0, 0, 0, 30),
    "expansion": (0, 0, 40, 0),
    "contraction": (0, 0, 0, 20),
    "churn": (0, 10, 0, 160),
}
COUNTS = ("new", "reactivated", "expanded", "contracted", "churned")


@pytest.fixture(scope="module")
def frame():
    start, end = np.array([0, 110, 310, 365]), np.array([110, 310, 365, 215])
    rate = np.array([np.nan, 0.9, 1.0, 0.5])
    return pd.DataFrame(
        {
            "segment": "All",
            "period": pd.date_range("2025-01-01", periods=4, freq="MS"),
            **{f"mrr_{name}": amounts for name, amounts in MOVES.items()},
            "mrr_start": start,
            "mrr_end": end,
            **{f"{name}_customers": 2 for name in COUNTS},
            "customers_at_start": [0, 40, 50, 40],
            "paying_customers": [40, 50, 40, 30],
            **dict.fromkeys(("nrr", "grr", "gross_churn", "net_churn"), rate),
            "churn_rate": rate,
            "churn_lower": rate - 0.1,
            "churn_upper": rate + 0.1,
            "nrr_lower": [np.nan, 0.8, np.nan, 0.4],
            "nrr_upper": [np.nan, 1.0, np.nan, 0.6],
            "grr_lower": np.nan,
            "grr_upper": np.nan,
            "quick_ratio": [np.nan, 21, np.nan, 0],
            "arpa": end / 40,
            "arpa_new": [55, 105, 15, np.nan],
            "is_complete": [True, True, True, False],
            "is_small": False,
        }
    )


def rows(drawing):
    return pd.DataFrame(drawing.to_dict()["datasets"]["rows"])


def test_losses_lie_below_zero_and_every_month_has_its_place(frame):
    drawing = movement_bars(frame, "month", "USD")
    drawn = rows(drawing)
    below = drawn[drawn["signed"] < 0]
    assert set(below["movement"]) == {"contraction", "churn"}
    assert drawn.groupby("period_key")["signed"].sum().tolist() == [110, 200, 55, -150]
    assert list(drawn["period_label"].drop_duplicates()) == [
        *("Jan 2025", "Feb 2025", "Mar 2025", "Apr 2025")
    ]
    assert drawing.notes == ("The dashed interval is incomplete",)
    assert "in Mar 2025 expansion 40.00, came back 0.00, new 15.00" in (
        drawing.description
    )


def test_each_step_of_the_waterfall_begins_where_the_last_one_ended(frame):
    steps = rows(waterfall(frame.iloc[3], "month", "USD"))
    assert steps["movement"].tolist() == [
        *("start", "new", "reactivation", "expansion", "contraction", "churn", "end")
    ]
    assert steps["high"].tolist() == [365, 365, 395, 395, 375, 215, 215]
    assert steps["low"].tolist() == [0, 365, 365, 395, 395, 375, 0]
    assert steps["amount_text"].tolist()[4:] == ["-20", "-160", "215"]


def axis_of(drawing):
    bar = drawing.page_spec()["layer"][0]
    return bar["encoding"]["y"]["axis"]


def test_small_steps_are_seen_and_the_chart_says_that_bars_are_cut(frame):
    row = frame.iloc[2].copy()
    row["mrr_start"], row["mrr_end"] = 10_000, 10_055
    drawing = waterfall(row, "month", "USD")
    # 55 up from 10 000, so the bars begin 55 below it
    assert rows(drawing)["low"].tolist()[0] == 9_945
    assert drawing.notes == (
        "Start and end are cut: from zero to the gap is more than is drawn.",
    )
    # an axis with numbers would say that zero is where these bars begin
    assert not axis_of(drawing)["labels"]
    assert "labels" not in axis_of(waterfall(frame.iloc[3], "month", "USD"))


def test_what_is_unknown_has_no_point_and_what_runs_a_hollow_one(frame):
    drawn = rows(rate_lines(frame, "month", ("nrr", "grr")))
    net = drawn[drawn["measure"] == "Net revenue retention"]
    assert net["rate"].tolist() == [0.9, 1.0, 0.5]
    assert net["range"].tolist() == ["80.0% to 100.0%", "unknown", "40.0% to 60.0%"]
    assert net["is_complete"].tolist() == [True, True, False]
    assert rows(mrr_lines(frame, "month", ""))["amount"].tolist() == [
        *(110, 310, 365, 215)
    ]


def test_all_rates_are_drawn_and_described(frame):
    drawn = all_rates(frame, "month", "USD")
    assert [title for title, *_ in drawn] == [
        *("Revenue retention", "Revenue churn", "Quick ratio", "Revenue of a customer")
    ]
    said = [drawing.description for _, drawing, _ in drawn]
    assert said[0].endswith("in Mar 2025 100.0% and 100.0%.")
    assert said[2] == "Line of the quick ratio by month; in Feb 2025 21.0."
    nothing = all_rates(frame.iloc[:0], "month", "USD")
    assert all(
        "without any complete" in drawing.description for _, drawing, _ in nothing
    )


def test_a_triangle_shows_revenue_or_customers():
    cells = pd.DataFrame(
        {
            "scope": ["cohort", "cohort", "pooled"],
            "segment": "All",
            "cohort": [pd.Timestamp("2025-01-01")] * 2 + [pd.NaT],
            "interval": [0, 1, 0],
            "customers": 40,
            "paying_customers": [40, 20, 40],
            "mrr_first": 100.0,
            "mrr_now": [100.0, 130.0, 100.0],
            "revenue_rate": [1, 1.3, 1],
            "revenue_lower": [np.nan, 1.1, np.nan],
            "revenue_upper": [np.nan, 1.5, np.nan],
            "payer_rate": [1, 0.5, 1],
            "payer_lower": [0.9, 0.4, 0.9],
            "payer_upper": [1, 0.6, 1],
            "is_complete": [True, False, True],
            "is_small": False,
        }
    )
    drawing = revenue_triangle(cells, "month")
    drawn = rows(drawing)
    assert drawn["cohort_label"].tolist() == [
        *("All complete cohorts", "Jan 2025 · 40", "Jan 2025 · 40")
    ]
    assert drawn["rate_text"].tolist() == ["100%", "100%", "130%"]
    assert drawn["range"].tolist() == ["unknown", "unknown", "110.0% to 150.0%"]
    assert drawing.notes == ("Dashed cells are incomplete",)
    payers = rows(revenue_triangle(cells, "month", rate="payer_rate"))
    assert payers["rate_text"].tolist() == ["100%", "100%", "50%"]

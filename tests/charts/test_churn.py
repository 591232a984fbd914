import pandas as pd
import pytest

from holdfast.charts import churn, churn_parts
from holdfast.charts.export import svg
from holdfast.stats import wilson_interval

NAME = "</b>"


@pytest.fixture(scope="module")
def months():
    """Nobody at the start of January; June still runs."""
    frame = pd.DataFrame(
        {
            "segment": "All",
            "period": pd.date_range("2025-01-01", periods=6, freq="MS"),
            "customers_at_start": [0, 50, 60, 70, 20, 80],
            "joined": [50, 20, 15, 0, 60, 2],
            "came_back": [0, 0, 5, 0, 1, 0],
            "lost": [0, 10, 10, 50, 1, 1],
            "lost_involuntary": [0, 0, 2, 40, 0, 0],
            "lost_voluntary": [0, 6, 8, 10, 1, 1],
            "lost_unexplained": [0, 4, 0, 0, 0, 0],
            "is_complete": [True] * 5 + [False],
            "is_small": [True, False, False, False, True, False],
        }
    )
    start = frame["customers_at_start"]
    frame["churn_rate"] = frame["lost"] / start.where(start > 0)
    frame["churn_lower"], frame["churn_upper"] = wilson_interval(frame["lost"], start)
    return frame


@pytest.fixture(scope="module")
def segments():
    frame = pd.DataFrame(
        {
            "segment": ["All", NAME, "pro", "empty"],
            "customers": [100, 60, 40, 0],
            "lost": [20, 18, 2, 0],
            "differs": [False, True, True, False],
            "is_small": [False, False, False, True],
        }
    )
    frame["churn_rate"] = frame["lost"] / frame["customers"].where(
        frame["customers"] > 0
    )
    lower, upper = wilson_interval(frame["lost"], frame["customers"])
    return frame.assign(churn_lower=lower, churn_upper=upper)


def test_a_month_without_customers_has_no_point_and_a_running_one_a_hollow_one(months):
    drawing = churn.churn_rate_line(months, "month")
    rows = drawing.to_dict()["datasets"]["rows"]
    assert [row["period_label"] for row in rows] == [
        *("Feb 2025", "Mar 2025", "Apr 2025", "May 2025", "Jun 2025"),
    ]
    assert [row["counts"] for row in rows][:2] == ["10 of 50", "10 of 60"]
    assert [row["note"] for row in rows][3:] == [
        "complete, few customers",
        "incomplete",
    ]
    assert drawing.notes[1] == "The hollow point is incomplete"
    assert drawing.description == (
        "Line of the churn rate by month; in May 2025 it is 5.0%, at its highest in"
        " Apr 2025 with 71.4%."
    )


def test_who_left_stands_below_zero_by_kind_and_who_came_above(months):
    drawing = churn.customer_moves(months, "month")
    rows = drawing.rows["rows"]
    april = rows[rows["period_key"] == "2025-04-01"]
    assert list(zip(april["kind"], april["signed_customers"], strict=True)) == [
        ("lost_voluntary", -10),
        ("lost_involuntary", -40),
    ]
    assert drawing.description == (
        "Bars by month: 147 joined, 6 came back, 72 were lost, 42 of them by a failed"
        " payment."
    )


def test_without_reasons_there_is_one_kind_of_loss(months):
    silent = months.assign(
        lost_involuntary=0, lost_voluntary=0, lost_unexplained=months["lost"]
    )
    rows = churn.customer_moves(silent, "quarter").rows["rows"]
    assert set(rows["kind_label"]) == {"Joined", "Came back", "Lost customers"}


def test_dots_go_from_the_highest_down_and_nobody_has_none(segments):
    drawing = churn_parts.segment_rates(segments)
    rows = drawing.rows["rows"]
    assert rows["segment"].tolist() == [NAME, "pro"]
    assert rows["whole"].tolist() == [0.2, 0.2]
    assert rows["verdict"].tolist() == ["differs from all others"] * 2
    assert drawing.description == (
        "Dots of each segment's churn rate; the highest is </b> with 30.0%."
    )


def test_the_parts_of_a_change_are_drawn_in_points(segments):
    change = pd.DataFrame(
        {
            "segment": ["All", NAME, "pro"],
            "customers_now": [100, 60, 40],
            "customers_before": [100, 50, 50],
            "mix_part": [0.01, 0.02, -0.01],
            "rate_part": [0.03, 0.0, 0.03],
            "change": [0.04, 0.02, 0.02],
        }
    )
    rows = churn_parts.change_bars(change).rows["rows"]
    assert rows[["segment", "part", "text"]].to_numpy().tolist() == [
        [NAME, "Other behaviour", "+0.00 points"],
        ["pro", "Other behaviour", "+3.00 points"],
        [NAME, "Other customers", "+2.00 points"],
        ["pro", "Other customers", "-1.00 points"],
    ]
    assert b"</b>" not in svg(churn_parts.change_bars(change))


def test_months_of_few_customers_are_no_highest_one():
    frame = pd.DataFrame(
        {
            "segment": "All",
            "month": [1, 2, 3],
            "at_risk": [100, 60, 3],
            "lost": [10, 12, 3],
            "hazard_rate": [0.1, 0.2, 1.0],
            "hazard_lower": [0.05, 0.1, 0.4],
            "hazard_upper": [0.2, 0.3, 1.0],
            "still_rate": [0.9, 0.72, 0.0],
            "is_small": [False, False, True],
        }
    )
    drawing = churn_parts.hazard_bars(frame)
    assert drawing.description == (
        "Bars of the share leaving in each month of their time; the highest is month 2"
        " with 20.0%."
    )
    assert drawing.to_dict()["datasets"]["rows"][1]["counts"] == "12 of 60"


def test_all_of_them_can_be_exported_and_empty_ones_say_so(months, segments):
    for drawing in (
        churn.churn_rate_line(months, "week"),
        churn.customer_moves(months, "year"),
        churn_parts.segment_rates(segments),
    ):
        assert b"</b>" not in svg(drawing)
    assert (
        "without any complete" in churn.churn_rate_line(months[:1], "day").description
    )
    assert "without any" in churn_parts.segment_rates(segments.tail(1)).description

import pandas as pd
import pytest

from holdfast.charts import first_success as charts
from holdfast.charts.export import svg
from holdfast.questions.success_figures import compared, curves, with_intervals
from holdfast.stats import LifeTable


@pytest.fixture(scope="module")
def frame():
    table = LifeTable([0, 1, 3, 9], [90, 80, 50, 20], [5, 30, 10, 0], [5, 0, 20, 20])
    return curves({"All": table, "</script>": table}, 14)


@pytest.fixture(scope="module")
def deadlines():
    return compared(
        pd.DataFrame(
            {
                "segment": "All",
                "within_days": [1, 2, 3],
                "made": [40, 50, 0],
                "made_retained": [30, 40, 0],
                "missed": [60, 50, 100],
                "missed_retained": [30, 20, 60],
                "is_small": [False, False, True],
            }
        )
    )


@pytest.fixture(scope="module")
def cohorts():
    rows = [
        ("pooled", None, 1, 100, 40, True, False),
        ("cohort", "2025-01-01", 1, 100, 40, True, False),
        ("cohort", "2025-02-01", 1, 20, 2, False, True),
    ]
    names = ["scope", "cohort", "within_days", "customers", "reached"]
    frame = pd.DataFrame(rows, columns=[*names, "is_complete", "is_small"])
    frame["reached_rate"] = frame["reached"] / frame["customers"]
    return with_intervals(frame.assign(segment="All"))


def test_curves_are_steps_that_stop_where_nobody_was_observed(frame):
    spec = charts.success_curves(frame).to_dict()
    marks = [layer["mark"]["type"] for layer in spec["layer"]]
    assert marks == ["area", "line", "point"]
    assert spec["layer"][1]["mark"]["interpolate"] == "step-after"
    assert spec["layer"][1]["encoding"]["y"]["scale"] == {"domain": [0, 1]}
    days = {row["day"] for row in spec["datasets"]["rows"]}
    assert days == set(range(10))
    (click,) = spec["params"]
    assert click["select"]["fields"] == ["segment", "day"]


def test_the_deadline_that_tells_most_is_marked_and_named(deadlines):
    # 40 / 50 less 20 / 50 = 40 points
    assert deadlines["is_best"].tolist() == [False, True, False]
    drawing = charts.deadline_curves(deadlines, "month 3")
    spec = drawing.to_dict()
    (best,) = spec["datasets"]["best"]
    assert (best["within_days"], best["text"]) == (2, "2 days: +40 points")
    assert (best["lower"], best["upper"]) == (0.4, 0.8)
    rows = spec["datasets"]["rows"]
    # nobody made the deadline of 3 days: no point, and not 0 %
    assert [(row["group"], row["within_days"]) for row in rows] == [
        *(("made", 1), ("made", 2)),
        *(("missed", 1), ("missed", 2), ("missed", 3)),
    ]
    assert rows[1]["counts"] == "40 of 50"
    assert drawing.description == (
        "Curves of who stayed in month 3 by deadline; the one that tells most is"
        " 2 days: 80% of those who made it stayed, 40% of the others."
    )


def test_cohorts_are_cells_and_open_ones_have_no_figure(cohorts):
    spec = charts.success_cohorts(cohorts, "month").to_dict()
    rows = spec["datasets"]["rows"]
    assert [(row["cohort_label"], row["rate_text"]) for row in rows] == [
        ("All complete cohorts", "40%"),
        ("Jan 2025 · 100", "40%"),
        ("Feb 2025 · 20", "…"),
    ]
    assert rows[2]["status"] == "incomplete, few customers"


def test_what_there_is_nothing_of_is_said(frame, deadlines, cohorts):
    assert "without any customer" in charts.success_curves_alt_text(frame.head(0))
    none = deadlines.assign(is_best=False)
    assert "none tells them apart" in charts.deadline_curves_alt_text(none, "week 8")
    assert "without any customer" in (
        charts.deadline_curves_alt_text(none.head(0), "week 8")
    )
    open_ones = cohorts[~cohorts["is_complete"]]
    assert "without any complete cohort" in (
        charts.success_cohorts_alt_text(open_ones, "month")
    )


def test_all_of_them_can_be_exported(frame, deadlines, cohorts):
    for drawing in (
        charts.success_curves(frame),
        charts.deadline_curves(deadlines.assign(is_best=False), "month 3"),
        charts.success_cohorts(cohorts, "month"),
    ):
        assert b"<script>" not in svg(drawing)

import numpy as np
import pandas as pd
import pytest

from holdfast.charts.survival import survival_curves, survival_curves_alt_text
from tests.charts import frames


@pytest.fixture(scope="module")
def answer():
    return frames.survival(("All", "Monthly", "Yearly"))


def layers_by_mark(spec):
    return [layer["mark"]["type"] for layer in spec["layer"]], spec["layer"]


def test_survival_is_drawn_in_steps_with_a_band_in_steps(answer):
    spec = survival_curves(answer[0], answer[1], "months").to_dict()
    marks, drawn = layers_by_mark(spec)
    band, line = drawn[marks.index("area")], drawn[marks.index("line")]
    assert band["mark"]["interpolate"] == line["mark"]["interpolate"] == "step-after"
    assert line["encoding"]["y"]["field"] == "survival_rate"
    assert line["encoding"]["y"]["scale"] == {"domain": [0, 1]}
    assert line["encoding"]["y"]["axis"]["format"] == ".0%"
    assert line["encoding"]["x"]["title"] == "Months after the start"
    assert band["encoding"]["y2"]["field"] == "rate_upper"


def test_the_band_is_absent_where_it_is_not_defined(answer):
    spec = survival_curves(answer[0], answer[1], "months").to_dict()
    marks, drawn = layers_by_mark(spec)
    assert drawn[marks.index("area")]["transform"] == [
        {"filter": "isValid(datum.rate_lower) && isValid(datum.rate_upper)"}
    ]


def test_only_medians_that_are_reached_are_marked(answer):
    frame, summary = answer
    open_end = summary.assign(
        median=np.where(summary["segment"] == "Yearly", np.nan, summary["median"])
    )
    spec = survival_curves(frame, open_end, "months").to_dict()
    medians = pd.DataFrame(spec["datasets"][spec["layer"][-1]["data"]["name"]])
    assert medians["segment"].tolist() == ["All", "Monthly"]
    assert medians["median_text"].tolist() == [
        "6 months (5 to 7)",
        "14 months (12 to 15)",
    ]


def test_a_median_whose_interval_is_open_says_so(answer):
    frame, summary = answer
    spec = survival_curves(frame, summary.assign(median_upper=np.nan), "days").to_dict()
    medians = pd.DataFrame(spec["datasets"][spec["layer"][-1]["data"]["name"]])
    assert medians["median_text"].iloc[0] == "6 days (5 to not reached)"


def test_a_chart_without_any_median_says_so(answer):
    frame, summary = answer
    spec = survival_curves(frame, summary.assign(median=np.nan), "months").to_dict()
    assert "no median is reached" in spec["title"]["subtitle"][0]


def test_ticks_for_the_censored_are_optional(answer):
    plain = survival_curves(answer[0], answer[1], "months").to_dict()
    ticked = survival_curves(answer[0], answer[1], "months", censored=True).to_dict()
    filters = [layer.get("transform") for layer in ticked["layer"]]
    assert len(ticked["layer"]) == len(plain["layer"]) + 1
    assert [{"filter": "datum.censored > 0"}] in filters


def test_the_tooltip_has_rate_interval_and_counts(answer):
    spec = survival_curves(answer[0], answer[1], "months").to_dict()
    hover = spec["layer"][-2]
    assert [entry["title"] for entry in hover["encoding"]["tooltip"]] == [
        "Segment",
        "Months",
        "Still there",
        "95% interval",
        "At risk",
        "Ended",
        "Still there when last observed",
    ]


def test_hostile_segment_names_appear_literally():
    frame, summary = frames.survival(("All", *frames.HOSTILE))
    spec = survival_curves(frame, summary, "months").to_dict()
    domain = spec["layer"][0]["encoding"]["color"]["scale"]["domain"]
    assert domain == ["All", *frames.HOSTILE]
    assert frames.HOSTILE[0] in survival_curves_alt_text(frame, summary, "months")


def test_the_alt_text_tells_medians_and_ends(answer):
    frame, summary = answer
    open_end = summary.assign(
        median=np.where(summary["segment"] == "Yearly", np.nan, summary["median"])
    )
    assert survival_curves_alt_text(frame, open_end, "months") == (
        "Survival curves in months: All median 6, 6% still there after 27; Monthly "
        "median 14, 16% still there after 29; Yearly median not reached, 39% still "
        "there after 29."
    )
    assert "without any customer" in survival_curves_alt_text(
        frame.iloc[:0], summary.iloc[:0], "months"
    )


def test_an_answer_without_customers_still_gives_a_chart(answer):
    frame, summary = answer
    assert survival_curves(frame.iloc[:0], summary.iloc[:0], "days").to_dict()["layer"]


def test_a_segment_has_the_colour_it_has_elsewhere_on_the_page():
    frame, summary = frames.survival(("All", "Yearly"))
    among = ("All", "Monthly", "Yearly")
    spec = survival_curves(frame, summary, "months", among=among).to_dict()
    everyone, summaries = frames.survival(among)
    whole = survival_curves(everyone, summaries, "months").to_dict()
    here, there = (
        each["layer"][0]["encoding"]["color"]["scale"]["range"]
        for each in (spec, whole)
    )
    assert here == [there[0], there[2]]

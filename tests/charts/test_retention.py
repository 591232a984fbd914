import json

import pandas as pd
import pytest

from holdfast.charts.retention import (
    retention_curves,
    retention_curves_alt_text,
    retention_triangle,
    retention_triangle_alt_text,
)
from tests.charts import frames


def layers(chart):
    spec = chart.to_dict()
    return spec, spec["layer"]


def rows(spec, layer=None):
    """The data of a layer, or the ones that all layers share."""
    data = (layer or spec).get("data") or spec["layer"][0]["data"]
    return pd.DataFrame(spec["datasets"][data["name"]])


def tooltips(layer):
    return [entry["title"] for entry in layer["encoding"]["tooltip"]]


@pytest.fixture(scope="module")
def frame():
    return frames.retention()


@pytest.fixture(scope="module")
def triangle(frame):
    return layers(retention_triangle(frame, "month"))


@pytest.fixture(scope="module")
def segmented():
    return frames.retention(("Search", "Ads", "Other", "(none)"))


@pytest.fixture(scope="module")
def curves(segmented):
    return layers(retention_curves(segmented, "month"))


def test_the_triangle_has_a_neutral_title_and_says_what_its_marks_mean(triangle):
    spec, _ = triangle
    assert spec["title"]["text"] == "Retention by cohort"
    assert spec["title"]["subtitle"] == [
        "Dashed cells are incomplete, faded cells have few customers"
    ]


def test_cohorts_stand_in_order_of_date_with_their_size_below_the_pooled_row(triangle):
    spec, (filled, *_) = triangle
    order = list(rows(spec)["cohort_label"].drop_duplicates())
    assert order[:3] == ["All complete cohorts", "Dec 2010 · 885", "Jan 2011 · 539"]
    assert order[-1].startswith("Dec 2011")
    assert filled["encoding"]["y"]["sort"] is None
    assert filled["encoding"]["y"]["axis"]["labelOverlap"] is False


def test_intervals_stand_on_top_and_lose_their_word_where_it_does_not_fit(triangle):
    _, (filled, *_) = triangle
    x = filled["encoding"]["x"]
    assert (x["field"], x["type"], x["axis"]["orient"]) == (
        "interval",
        "ordinal",
        "top",
    )
    assert x["title"] == "Months after the start"
    assert x["axis"]["labelExpr"] == (
        "(bandwidth('x') > 60 ? \"Month \" : '') + datum.label"
    )


def test_incomplete_cells_are_never_filled(triangle):
    _, (cell, *_) = triangle
    fill, dashes = cell["encoding"]["fill"], cell["encoding"]["strokeDash"]
    filled = fill["condition"]
    assert (filled["test"], filled["field"]) == ("datum.is_complete", "retention_rate")
    assert fill["value"] == "transparent"
    assert dashes["condition"] == [{"test": "datum.is_complete", "value": [1, 0]}]
    assert dashes["value"] == [3, 3]


def test_small_cells_are_faded(triangle):
    _, (filled, *_) = triangle
    assert filled["encoding"]["fillOpacity"] == {
        "condition": [{"test": "datum.is_small", "value": 0.35}],
        "value": 1,
    }


def test_a_colour_means_the_same_rate_in_every_view(triangle):
    _, (filled, *_) = triangle
    scale = filled["encoding"]["fill"]["condition"]["scale"]
    assert scale["domain"] == [0, 0.25, 1]
    assert scale["clamp"] is True


def test_numbers_are_whole_percents_in_an_ink_chosen_by_the_rate(triangle, frame):
    spec, (_, numbers, _) = triangle
    assert "datum.rate_text" in numbers["mark"]["text"]["expr"]
    assert "datum.retention_rate >= 0.6" in numbers["mark"]["color"]["expr"]
    assert "!datum.is_small" in numbers["mark"]["color"]["expr"]
    cells = rows(spec)
    december = cells[cells["cohort_key"] == "2010-12-01"]
    expected = frame[frame["cohort"] == "2010-12-01"]["retention_rate"]
    complete = december["is_complete"].tolist()
    assert complete[0]
    assert not complete[-1]
    assert december["rate_text"].tolist() == [
        f"{rate:.0%}" if is_complete else "…"
        for rate, is_complete in zip(expected, complete, strict=True)
    ]


def test_a_click_selects_cohort_and_interval_by_text_and_number(triangle):
    spec, (*_, clickable) = triangle
    (param,) = spec["params"]
    assert param["name"] == "cell"
    assert param["select"] == {"type": "point", "fields": ["cohort_key", "interval"]}
    assert param["views"] == [clickable["name"]]
    assert clickable["mark"]["fill"] == "transparent"
    cells = rows(spec)
    assert set(cells["cohort_key"].map(type)) == {str}
    assert cells["interval"].dtype.kind == "i"
    assert "pooled" in set(cells["cohort_key"])


def test_the_tooltip_reads_from_the_cohort_to_its_status(triangle):
    spec, (*_, clickable) = triangle
    assert tooltips(clickable) == [
        "Cohort",
        "Month",
        "Retention",
        "Retained",
        "95% interval",
        "Status",
    ]
    cell = rows(spec).query("cohort_key == '2010-12-01' and interval == 1").iloc[0]
    assert cell["interval_label"] == "Month 1"
    assert cell["counts"] == "277 of 885"
    assert cell["range"] == "28.3% to 34.4%"
    assert cell["status"] == "complete"
    open_cells = rows(spec).query("not is_complete")
    assert len(open_cells)
    assert open_cells["status"].str.startswith("incomplete").all()


def test_the_triangle_grows_with_its_cohorts(triangle):
    spec, _ = triangle
    assert spec["height"] == {"step": 27}


def test_other_figures_are_other_rows_of_the_same_picture(frame):
    fewer = frame[frame["cohort"] != "2011-01-01"]
    before, after = (retention_triangle(each, "month") for each in (frame, fewer))
    assert before.picture is after.picture
    specs = [each.page_spec() for each in (before, after)]
    assert len(specs[0].pop("datasets")["rows"]) > len(specs[1].pop("datasets")["rows"])
    assert specs[0] == specs[1]


def test_the_triangle_draws_one_segment_only(segmented):
    spec, _ = layers(retention_triangle(segmented, "month", segment="Ads"))
    expected = segmented[(segmented["segment"] == "Ads") & (segmented["customers"] > 0)]
    assert len(rows(spec)) == len(expected)


def test_weeks_and_days_are_named_by_their_first_day(frame):
    spec, _ = layers(retention_triangle(frame, "week"))
    assert "1 Dec 2010 · 885" in set(rows(spec)["cohort_label"])
    assert "Week 1" in set(rows(spec)["interval_label"])


@pytest.mark.parametrize(
    ("mode", "last", "expected"),
    [
        ("on", 0, "Month 1"),
        ("on_or_after", 0, "Month 1 or later"),
        ("between", 5, "Month 1 to 6"),
        ("brackets", 2, "Month 1 to 3"),
    ],
)
def test_tooltips_name_what_the_way_of_counting_covers(frame, mode, last, expected):
    covered = frame.assign(last_interval=frame["interval"] + last)
    spec, _ = layers(retention_triangle(covered, "month", mode=mode))
    assert expected in set(rows(spec)["interval_label"])


def test_brackets_are_written_as_ranges_in_the_header(frame):
    brackets = frame[frame["interval"].isin([0, 1, 4])].assign(
        last_interval=lambda rows: rows["interval"].map({0: 0, 1: 3, 4: 7})
    )
    _, (filled, *_) = layers(retention_triangle(brackets, "month", mode="brackets"))
    expression = filled["encoding"]["x"]["axis"]["labelExpr"]
    assert '{"0": "0", "1": "1–3", "4": "4–7"}[datum.label]' in expression


def test_the_triangle_sends_only_the_columns_it_uses(triangle):
    spec, drawn = triangle
    used = json.dumps(drawn) + json.dumps(spec["params"])
    unused = [name for name in rows(spec).columns if name not in used]
    assert unused == []


def test_a_frame_without_rows_still_gives_charts(frame):
    nothing = frame.iloc[:0]
    assert retention_triangle(nothing, "month").to_dict()["layer"]
    assert retention_curves(nothing, "month").to_dict()["layer"]
    assert "without any cohort" in retention_triangle_alt_text(nothing, "month")
    assert "without any complete" in retention_curves_alt_text(nothing, "month")


def test_drawing_changes_no_frame(frame):
    before = frame.copy(deep=True)
    retention_triangle(frame, "month")
    retention_curves(frame, "month")
    pd.testing.assert_frame_equal(frame, before)


def test_curves_draw_pooled_rows_of_complete_intervals_only(curves, segmented):
    spec, _ = curves
    expected = segmented[(segmented["scope"] == "pooled") & segmented["is_complete"]]
    points = rows(spec)
    assert len(points) == len(expected)
    assert points["interval"].max() == 11  # the youngest diagonal is incomplete


def test_an_incomplete_pooled_row_is_absent_from_the_curves(segmented):
    is_last = (segmented["scope"] == "pooled") & (segmented["interval"] == 11)
    opened = segmented.assign(is_complete=segmented["is_complete"] & ~is_last)
    spec, _ = layers(retention_curves(opened, "month"))
    assert rows(spec)["interval"].max() == 10


def test_segments_keep_their_order_in_the_legend_above(curves):
    _, (band, *_) = curves
    color = band["encoding"]["color"]
    order = ["All", "Search", "Ads", "Other", "(none)"]
    assert color["scale"]["domain"] == order
    assert color["sort"] == order
    assert color["legend"]["orient"] == "top"
    assert len(color["scale"]["range"]) == len(order)


def test_one_line_needs_no_legend(frame):
    _, (band, *_) = layers(retention_curves(frame, "month"))
    assert band["encoding"]["color"]["legend"] is None


def test_rates_run_from_0_to_100_percent_unless_zoomed(curves, segmented):
    _, (band, line, _) = curves
    assert line["encoding"]["y"]["scale"] == {"domain": [0, 1]}
    assert line["encoding"]["y"]["axis"]["format"] == ".0%"
    assert (band["encoding"]["y"]["field"], band["encoding"]["y2"]["field"]) == (
        "rate_lower",
        "rate_upper",
    )
    spec, (_, line, _) = layers(retention_curves(segmented, "month", zoom_y=True))
    assert line["encoding"]["y"]["scale"] == {"zero": False}
    assert rows(spec)["interval"].min() == 1


def test_a_click_on_a_point_selects_segment_and_interval(curves):
    spec, (*_, point) = curves
    (param,) = spec["params"]
    assert param["name"] == "point"
    assert param["select"] == {"type": "point", "fields": ["segment", "interval"]}
    assert param["views"] == [point["name"]]
    assert tooltips(point) == [
        "Segment",
        "Month",
        "Retention",
        "Retained",
        "95% interval",
        "Complete cohorts",
        "Status",
    ]


def test_hostile_segment_names_appear_literally_and_in_no_expression():
    spec, drawn = layers(retention_curves(frames.retention(frames.HOSTILE), "month"))
    assert set(frames.HOSTILE) < set(rows(spec)["segment"])
    assert drawn[0]["encoding"]["color"]["scale"]["domain"] == ["All", *frames.HOSTILE]
    assert not any(
        name in text for text in expressions(spec) for name in frames.HOSTILE
    )


def expressions(node):
    """Every text of a specification that Vega evaluates."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "labelExpr", "filter", "test") and isinstance(
                value, str
            ):
                yield value
            yield from expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value)


def test_alt_texts_are_one_sentence_with_the_course_of_the_rate(frame, segmented):
    assert retention_triangle_alt_text(frame, "month") == (
        "Heat map of retention by month, 13 cohorts from Dec 2010 to Dec 2011; over "
        "all complete cohorts 33% in month 1 and 24% in month 11."
    )
    assert retention_curves_alt_text(segmented, "month") == (
        "Retention by month, 5 lines: All, Search, Ads, Other, (none); over all "
        "complete cohorts 33% in month 1 and 24% in month 11."
    )
    assert retention_triangle(frame, "month").to_dict()["description"] == (
        retention_triangle_alt_text(frame, "month")
    )


def test_points_that_few_cohorts_reach_are_hollow(frame):
    spec, (*_, point) = layers(retention_curves(frame, "month"))
    assert point["encoding"]["fillOpacity"]["condition"][0]["test"] == "datum.is_thin"
    assert point["encoding"]["stroke"]["field"] == "segment"
    points = rows(spec)
    assert (points["is_thin"] == (points["cohorts"] < 3)).all()
    assert points["is_thin"].any()
    assert "Hollow points rest on few customers or cohorts" in spec["title"]["subtitle"]

import pandas as pd
import pytest

from holdfast.charts.lifecycle import (
    lifecycle_bars,
    lifecycle_bars_alt_text,
    retention_rate_lines,
    retention_rate_lines_alt_text,
)
from tests.charts import frames


@pytest.fixture(scope="module")
def frame():
    return frames.lifecycle()


@pytest.fixture(scope="module")
def bars(frame):
    return lifecycle_bars(frame, "month").to_dict()


@pytest.fixture(scope="module")
def lines(frame):
    return retention_rate_lines(frame, "month").to_dict()


def rows(spec):
    name = (spec.get("data") or spec["layer"][0]["data"])["name"]
    return pd.DataFrame(spec["datasets"][name])


def test_dormant_customers_lie_below_zero_and_all_others_above(bars, frame):
    drawn = rows(bars)
    below = drawn[drawn["signed_customers"] < 0]
    assert set(below["status"]) == {"dormant"}
    assert (drawn["signed_customers"].abs() == drawn["customers"]).all()
    above = drawn[drawn["status"] != "dormant"].groupby("period_key")["customers"].sum()
    assert above.tolist() == frame["active"].tolist()
    y = bars["layer"][0]["encoding"]["y"]
    assert y["stack"] == "zero"
    assert y["axis"]["labelExpr"] == "format(abs(datum.value), ',')"


def test_the_incomplete_interval_is_faded_and_its_dormant_withheld(bars):
    drawn = rows(bars)
    last = drawn[drawn["period_key"] == "2023-12-01"]
    assert set(last["status"]) == {"new", "returning", "resurrected"}
    assert set(last["note"]) == {"incomplete"}
    assert not last["is_complete"].any()
    encoding = bars["layer"][0]["encoding"]
    assert encoding["fillOpacity"] == {
        "condition": [{"test": "datum.is_complete", "value": 1}],
        "value": 0.35,
    }
    assert bars["title"]["subtitle"] == ["The dashed interval is incomplete"]


def test_new_customers_of_the_first_interval_may_be_old(bars):
    drawn = rows(bars)
    noted = drawn[drawn["note"].str.contains("may be old")]
    assert noted[["period_key", "status"]].to_numpy().tolist() == [
        ["2022-01-01", "new"]
    ]


def test_a_click_on_a_bar_selects_period_and_status_as_text(bars):
    (param,) = bars["params"]
    assert param["name"] == "bar"
    assert param["select"] == {"type": "point", "fields": ["period_key", "status"]}
    assert param["views"] == [bars["layer"][0]["name"]]
    assert bars["layer"][0]["encoding"]["x"]["type"] == "ordinal"


def test_statuses_have_fixed_colours_and_a_legend_above(bars):
    color = bars["layer"][0]["encoding"]["color"]
    assert color["scale"]["domain"] == ["returning", "new", "resurrected", "dormant"]
    assert color["legend"]["orient"] == "top"


def test_tooltips_read_interval_status_and_customers(bars):
    titles = [entry["title"] for entry in bars["layer"][0]["encoding"]["tooltip"]]
    assert titles == ["Month", "Status", "Customers", "Interval is"]


def test_weeks_are_named_by_their_first_day():
    spec = lifecycle_bars(frames.lifecycle(8, "2024-01-01", "W-MON"), "week").to_dict()
    assert rows(spec)["period_label"].min() == "1 Jan 2024"
    assert "'%e %b %Y'" in spec["layer"][0]["encoding"]["x"]["axis"]["labelExpr"]


def test_nobody_has_no_bar_to_click_but_keeps_the_interval(frame):
    silent = frame.head(3).assign(
        **dict.fromkeys(("new", "returning", "resurrected", "dormant", "active"), 0)
    )
    drawn = rows(lifecycle_bars(pd.concat([silent, frame[3:]]), "month").to_dict())
    quiet = drawn[drawn["customers"] == 0]
    assert quiet["status"].tolist() == ["new"] * 3


def test_rates_are_drawn_for_complete_intervals_with_somebody_at_the_start(lines):
    drawn = rows(lines)
    assert drawn["period_key"].min() == "2022-02-01"
    assert drawn["period_key"].max() == "2023-11-01"
    assert set(drawn["measure"]) == {"Customer retention rate", "Strict retention rate"}
    assert (drawn["customers_at_start"] > 0).all()


def test_only_the_strict_rate_has_a_band(lines):
    band = lines["layer"][0]
    assert band["mark"]["type"] == "area"
    assert band["transform"] == [
        {"filter": "(datum.measure === 'Strict retention rate')"}
    ]
    drawn = rows(lines)
    assert (
        drawn.loc[drawn["measure"] == "Customer retention rate", "range"] == ""
    ).all()


def test_a_retention_rate_above_100_percent_is_not_cut_off(frame):
    spec = retention_rate_lines(frame.assign(crr=frame["crr"] * 1.5), "month").to_dict()
    assert spec["layer"][1]["encoding"]["y"]["scale"]["domain"] == {"unionWith": [0, 1]}
    assert rows(spec)["rate"].max() > 1


def test_alt_texts_are_one_sentence(frame):
    assert lifecycle_bars_alt_text(frame, "month") == (
        "Bars of the customer lifecycle by month, Jan 2022 to Nov 2023; in the last "
        "complete month 944 returning, 211 new, 61 resurrected, 328 dormant."
    )
    assert retention_rate_lines_alt_text(frame, "month") == (
        "Lines of retention rates by month; in Nov 2023 the customer retention rate is "
        "79%, the strict rate 74%."
    )


def test_a_frame_without_rows_still_gives_charts(frame):
    nothing = frame.iloc[:0]
    assert lifecycle_bars(nothing, "month").to_dict()["layer"]
    assert retention_rate_lines(nothing, "month").to_dict()["layer"]
    assert "without any" in lifecycle_bars_alt_text(nothing, "month")
    assert "without any" in retention_rate_lines_alt_text(nothing, "month")


def test_another_segment_can_be_drawn(frame):
    both = pd.concat([frame, frame.assign(segment="Ads", new=1)])
    drawn = rows(lifecycle_bars(both, "month", segment="Ads").to_dict())
    assert set(drawn.loc[drawn["status"] == "new", "customers"]) == {1}

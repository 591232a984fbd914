import numpy as np
import pandas as pd
import pytest

from holdfast.charts import conversion_time as times
from holdfast.charts import funnel as charts
from holdfast.charts import funnel_trend as trends
from holdfast.charts.export import svg

DAY, HOUR = 86_400, 3_600


@pytest.fixture(scope="module")
def frame():
    """100 entered and 20 have time: of "a" 40 entered, of "</script>" 60."""
    rows = [
        ("All", 1, "sign-up", 100, 100, 100, 60, 15),
        ("All", 2, "paint", 100, 100, 40, 30, 5),
        ("All", 3, "order", 100, 40, 10, np.nan, 0),
        ("a", 1, "sign-up", 40, 40, 40, 20, 15),
        ("a", 2, "paint", 40, 40, 20, 15, 5),
        ("a", 3, "order", 40, 20, 5, np.nan, 0),
        ("</script>", 1, "sign-up", 60, 60, 60, 40, 0),
        ("</script>", 2, "paint", 60, 60, 20, 15, 0),
        ("</script>", 3, "order", 60, 20, 5, np.nan, 0),
    ]
    names = "segment step label entered_customers previous_customers customers"
    columns = [*names.split(), "dropped_customers", "open_customers"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["rate_of_first"] = frame["customers"] / frame["entered_customers"]
    frame["rate_of_previous"] = frame["customers"] / frame["previous_customers"]
    frame["first_lower"] = frame["rate_of_first"] - 0.05
    frame["first_upper"] = frame["rate_of_first"] + 0.05
    return frame.assign(is_small=frame["segment"] == "a")


@pytest.fixture(scope="module")
def trend():
    rows = [
        ("All", "2025-01-06", 50, 10, 0, True),
        ("All", "2025-01-13", 40, 4, 3, False),
        ("All", "2025-01-20", 0, 0, 9, False),
    ]
    names = "segment period entered_customers customers open_customers is_complete"
    frame = pd.DataFrame(rows, columns=names.split())
    frame["period"] = pd.to_datetime(frame["period"])
    frame["conversion_rate"] = frame["customers"] / frame["entered_customers"]
    frame["rate_lower"], frame["rate_upper"] = 0.05, 0.35
    return frame.assign(is_small=False)


@pytest.fixture(scope="module")
def curve():
    return pd.DataFrame(
        {
            "segment": "All",
            "duration": [0.0, 1.0 * DAY, 6.0 * DAY],
            "at_risk": [10, 10, 8],
            "share": [0.0, 0.2, 0.6],
            "share_lower": [0.0, 0.1, 0.4],
            "share_upper": [0.0, 0.3, 0.8],
        }
    )


@pytest.fixture(scope="module")
def summary():
    quantiles = {"p25": 6 * DAY, "median": 6 * DAY, "p75": np.nan, "p90": np.nan}
    row = {f"{name}_seconds": value for name, value in quantiles.items()}
    return pd.DataFrame(
        [
            {
                "segment": "All",
                "customers": 10,
                "converted_customers": 6,
                "median_of_converted": 5 * HOUR,
                **row,
            }
        ]
    )


def parts(spec):
    return [
        (row["step"], row["state"], row["of_step"], row["begins"], row["ends"])
        for row in spec["datasets"]["rows"]
    ]


def test_a_bar_is_who_got_there_who_has_time_and_who_stopped_before(frame):
    spec = charts.funnel_bars(frame).to_dict()
    assert parts(spec) == [
        (1, "reached", 1, 0, 100),
        (1, "open", 1, 100, 115),
        (2, "reached", 2, 0, 40),
        (2, "open", 2, 40, 45),
        # these 60 stopped after step 1, and their list is that of step 1
        (2, "dropped", 1, 45, 105),
        (3, "reached", 3, 0, 10),
        (3, "dropped", 2, 10, 40),
    ]
    (click,) = spec["params"]
    assert click["select"]["fields"] == ["of_step", "state"]
    words = spec["datasets"]["steps"]
    assert [row["share"] for row in words] == ["100%", "40%", "10%"]
    assert words[1]["said"] == (
        "40  ·  40% of the step before  ·  60 stopped here  ·  5 still have time"
    )


def test_the_states_differ_by_more_than_their_colour(frame):
    encoding = charts.funnel_bars(frame).to_dict()["layer"][0]["encoding"]
    fills, dashes = (
        encoding[channel]["scale"]["range"] for channel in ("fill", "strokeDash")
    )
    # filled, hollow, and dashed
    assert [fill == "transparent" for fill in fills] == [False, True, False]
    assert dashes == [[1, 0], [1, 0], [4, 3]]


def test_counted_as_stopped_nobody_is_drawn_as_having_time(frame):
    spec = charts.funnel_bars(frame, shows_open=False).to_dict()
    assert {row["state"] for row in spec["datasets"]["rows"]} == {"reached", "dropped"}
    assert "still have time" not in str(spec["datasets"]["steps"])


def test_a_step_that_nobody_got_to_keeps_its_row(frame):
    empty = frame[frame["segment"] == "All"].assign(customers=[100, 0, 0])
    spec = charts.funnel_bars(empty.assign(open_customers=0)).to_dict()
    assert (2, "dropped", 1, 0, 100) in parts(spec)
    assert [row["step"] for row in spec["datasets"]["steps"]] == [1, 2, 3]


def test_segments_are_compared_from_the_second_step_on(frame):
    drawing = charts.segment_bars(frame, among=["All", "a", "</script>"])
    rows = drawing.to_dict()["datasets"]["rows"]
    assert [(row["segment"], row["step_label"], row["rate_text"]) for row in rows] == [
        ("All", "2. paint", "40%"),
        ("All", "3. order", "10%"),
        ("a", "2. paint", "50%"),
        ("a", "3. order", "13%"),
        ("</script>", "2. paint", "33%"),
        ("</script>", "3. order", "8%"),
    ]
    assert drawing.description == (
        "Bars of the share of the first step by segment; at the last step, order:"
        " All 10%; a 13%; </script> 8%."
    )


def test_intervals_with_time_left_are_hollow_and_their_open_ones_are_bars(trend):
    lines = trends.trend_lines(trend, "week")
    rows = lines.to_dict()["datasets"]["rows"]
    # not over: 4 of the 40 whose result is known and the 3 who have time, so far
    assert [(row["period_key"], row["counts"], row["is_tail"]) for row in rows] == [
        ("2025-01-06", "10 of 50", True),
        ("2025-01-13", "4 of 43", True),
        ("2025-01-20", "0 of 9", True),
    ]
    assert rows[1]["range"] == "not over yet"
    counted = trends.trend_lines(trend, "week", counts_open=True).to_dict()
    assert counted["datasets"]["rows"][1]["counts"] == "4 of 40"
    assert lines.description.endswith(" of entry: 20% (6 Jan 2025).")
    bars = trends.entry_bars(trend, "week").to_dict()["datasets"]["rows"]
    assert [(row["period_key"], row["state"], row["number"]) for row in bars] == [
        ("2025-01-06", "converted", 10),
        ("2025-01-13", "converted", 4),
        ("2025-01-06", "dropped", 40),
        ("2025-01-13", "dropped", 36),
        ("2025-01-13", "open", 3),
        ("2025-01-20", "open", 9),
    ]


def test_of_many_lines_one_has_a_band():
    few, many = ["All", "a", "b"], ["All", "a", "b", "c"]
    assert trends.set_off(few, "a") is None
    assert trends.set_off(many, "a") == "a"
    assert trends.set_off(many, "gone") is None


@pytest.mark.parametrize(
    ("longest", "unit"),
    [
        (40, "Seconds"),
        (200, "Minutes"),
        (3 * HOUR - 1, "Minutes"),
        (2 * DAY, "Hours"),
        (3 * DAY, "Days"),
        (0, "Seconds"),
    ],
)
def test_a_time_axis_has_a_unit_that_suits(longest, unit):
    assert times.time_unit(longest) == unit


def test_the_curve_names_the_quantiles_that_were_reached(curve, summary):
    drawing = times.conversion_curves(curve, summary)
    marks = drawing.to_dict()["datasets"]["marks"]
    assert [(row["time"], row["share"], row["text"]) for row in marks] == [
        (6.0, 0.25, "a quarter: 6 d"),
        (6.0, 0.5, "half: 6 d"),
    ]
    assert drawing.description == (
        "Curves of the share that has got to the step: All 60% so far, half of these"
        " within 5 h."
    )


def test_times_that_are_all_alike_are_one_bar_that_can_be_seen():
    spread = pd.DataFrame(
        {
            "segment": "All",
            "from_seconds": [14 * DAY, 14 * DAY + 1],
            "until_seconds": [14 * DAY + 1, 14 * DAY + 2],
            "customers": [30, 12],
        }
    )
    drawn = times.time_histogram(spread).to_dict()
    (row,) = drawn["datasets"]["rows"]
    assert (row["begins"], row["ends"], row["customers"]) == (14, 15, 42)
    assert drawn["layer"][0]["encoding"]["x"]["scale"]["zero"] is True
    wide = spread.assign(until_seconds=[20 * DAY, 26 * DAY])
    drawn = times.time_histogram(wide).to_dict()
    assert [row["customers"] for row in drawn["datasets"]["rows"]] == [30, 12]
    assert drawn["layer"][0]["encoding"]["x"]["scale"]["zero"] is False


def test_what_there_is_nothing_of_is_said(frame, trend, summary):
    nobody = frame.assign(entered_customers=0, customers=0)
    assert "without any customer" in charts.funnel_bars_alt_text(nobody)
    assert "without any customer" in charts.segment_bars_alt_text(nobody)
    still = trend.assign(is_complete=False)
    assert "without any complete week" in trends.trend_lines_alt_text(still, "week")
    assert "without any customer" in trends.entry_bars_alt_text(trend.head(0), "day")
    none = summary.assign(customers=0)
    assert "without any customer" in times.conversion_curves_alt_text(none)


def test_all_of_them_can_be_exported(frame, trend, curve, summary):
    for drawing in (
        charts.funnel_bars(frame, segment="</script>"),
        charts.segment_bars(frame),
        trends.trend_lines(trend, "week"),
        trends.entry_bars(trend, "week"),
        times.conversion_curves(curve, summary),
    ):
        assert b"<script>" not in svg(drawing)

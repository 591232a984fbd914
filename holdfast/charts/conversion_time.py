"""Charts of the time to convert: the curve over all, and how the times are spread."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import altair as alt
import numpy as np
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.funnel_trend import of_one, set_off
from holdfast.charts.labels import range_label
from holdfast.charts.theme import (
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    TOTAL,
    autosize,
    axis,
    light_or_dark,
    rate_axis,
    segment_color,
)
from holdfast.durations import spoken
from holdfast.measures import label, percent

MARKS = "marks"
_UNITS = {"Days": 86_400, "Hours": 3_600, "Minutes": 60, "Seconds": 1}
_SHARES = {
    "p25_seconds": "a quarter",
    "median_seconds": "half",
    "p75_seconds": "three quarters",
    "p90_seconds": "nine of ten",
}
_BLUE = (LIGHT_PALETTE[0], DARK_PALETTE[0])


def time_unit(longest: float) -> str:
    """Choose the unit of a time axis: the largest of which there are three or more.

    Args:
        longest: The longest time on the axis, in seconds.

    Returns:
        'Days', 'Hours', 'Minutes' or 'Seconds'.
    """
    return next(
        (name for name, length in _UNITS.items() if longest >= 3 * length), "Seconds"
    )


def conversion_curves(
    frame: pd.DataFrame,
    summary: pd.DataFrame,
    *,
    among: Iterable[str] = (),
    segment: str = TOTAL,
) -> Drawing:
    """Draw the share that has got to the step by then, with 95 % bands.

    Marks say by when a quarter, half, three quarters and nine of ten of everyone had;
    those that were not reached are absent. Of many segments one has a band. A click
    selects "curve" on the field segment.

    Args:
        frame: The frame of a conversion time answer.
        summary: Its summary.
        among: All segments of the page, so that one has one colour in all its charts.
        segment: The segment that is set off where there are many.
    """
    segments = list(frame["segment"].drop_duplicates())
    longest = float(frame["duration"].max()) if len(frame) else 0.0
    unit = time_unit(longest)
    length = _UNITS[unit]
    rows = frame.assign(
        time=frame["duration"] / length,
        spoken=frame["duration"].map(spoken),
        range=list(map(range_label, frame["share_lower"], frame["share_upper"])),
    )
    total = summary[summary["segment"] == TOTAL]
    marks = pd.DataFrame(
        [
            {
                "time": row[column] / length,
                "share": share,
                "text": f"{words}: {spoken(row[column])}",
            }
            for row in total.to_dict("records")
            for (column, words), share in zip(
                _SHARES.items(), (0.25, 0.5, 0.75, 0.9), strict=True
            )
            if not np.isnan(row[column])
        ],
        columns=["time", "share", "text"],
    )
    return Drawing(
        _curves(unit, tuple(segments), tuple(among), set_off(segments, segment)),
        {ROWS: rows, MARKS: marks},
        "Got to the step, by time since the first one",
        ("Bands are 95% intervals",),
        conversion_curves_alt_text(summary),
    )


@lru_cache
def _curves(
    unit: str, segments: tuple[str, ...], among: tuple[str, ...], one: str | None
) -> Picture:
    click = alt.selection_point(name="curve", fields=["segment"], empty=False)
    base = alt.Chart().encode(
        alt.X("time:Q", title=f"{unit} since the first step")
        .scale(nice=False)
        .axis(axis(grid=False, tickCount=8)),
        segment_color(list(segments), among),
    )
    share = alt.Y("share:Q", title=label("converted_share")).scale(
        domainMin=0, nice=True
    )
    band = (
        of_one(base, one)
        .mark_area(aria=False, tooltip=None, interpolate="step-after", opacity=0.14)
        .encode(alt.Y("share_lower:Q"), alt.Y2("share_upper:Q"))
    )
    line = base.mark_line(
        aria=False, tooltip=None, interpolate="step-after", strokeWidth=2.5
    ).encode(share.axis(rate_axis()))
    point = (
        base.mark_point(filled=True, cursor="pointer", size=130)
        .encode(
            share,
            opacity=alt.when(click).then(alt.value(0.55)).otherwise(alt.value(0.01)),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("spoken:N", title="Within"),
                alt.Tooltip("share:Q", title=label("converted_share"), format=".1%"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip(
                    "at_risk:Q", title="Not there before, and observed", format=",d"
                ),
            ],
        )
        .add_params(click)
    )
    marks = alt.Chart(alt.NamedData(name=MARKS)).encode(
        alt.X("time:Q"), alt.Y("share:Q")
    )
    dots = marks.mark_point(
        aria=False,
        filled=True,
        shape="diamond",
        size=150,
        color=light_or_dark(INK),
        opacity=1,
    )
    words = marks.mark_text(
        align="left",
        baseline="top",
        dx=10,
        dy=6,
        fontSize=14,
        fontWeight="bold",
        color=light_or_dark(INK),
    ).encode(alt.Text("text:N"))
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, line, point, dots, words],
            autosize=autosize(),
            height=320,
        )
    )


def time_histogram(spread: pd.DataFrame, *, segment: str = TOTAL) -> Drawing:
    """Draw how many of those who got there took how long.

    A click selects "bin" on the fields from_seconds and until_seconds.

    Args:
        spread: The spread of a conversion time answer.
        segment: The one segment to draw.
    """
    rows = spread[(spread["segment"] == segment) & (spread["customers"] > 0)]
    unit = time_unit(float(spread["until_seconds"].max()) if len(spread) else 0.0)
    length = _UNITS[unit]
    if len(rows) and rows["until_seconds"].max() - rows["from_seconds"].min() < length:
        # Where all took as long, one bar as wide as the unit can be seen.
        rows = rows.head(1).assign(
            from_seconds=rows["from_seconds"].min(),
            until_seconds=rows["from_seconds"].min() + length,
            customers=rows["customers"].sum(),
        )
    bars = rows.assign(
        begins=rows["from_seconds"] / length,
        ends=rows["until_seconds"] / length,
        took=[
            f"{spoken(first)} to {spoken(until)}"
            for first, until in zip(
                rows["from_seconds"], rows["until_seconds"], strict=True
            )
        ],
    )
    return Drawing(
        _histogram(unit, is_alone=len(bars) == 1),
        {ROWS: bars},
        "Time taken by those who got there",
        (),
        time_histogram_alt_text(spread, segment=segment),
    )


@lru_cache
def _histogram(unit: str, *, is_alone: bool) -> Picture:
    # One bar alone would fill the chart: from zero on it is seen where it stands.
    click = alt.selection_point(
        name="bin", fields=["from_seconds", "until_seconds"], empty=False
    )
    bar = (
        alt.Chart()
        .mark_bar(cursor="pointer", color=light_or_dark(_BLUE), binSpacing=1)
        .encode(
            alt.X("begins:Q", title=f"{unit} since the first step", bin="binned")
            .scale(zero=is_alone, nice=False)
            .axis(axis(grid=False, tickCount=8)),
            alt.X2("ends:Q"),
            alt.Y("customers:Q", title=label("customers")).axis(
                axis(format=",d", tickMinStep=1)
            ),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("took:N", title="Took"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(data=shared_rows(), layer=[bar], autosize=autosize(), height=200)
    )


def conversion_curves_alt_text(summary: pd.DataFrame) -> str:
    """Say in one sentence what the curves show."""
    parts = []
    for row in summary.to_dict("records"):
        if not row["customers"]:
            continue
        share = percent(row["converted_customers"] / row["customers"])
        half = row["median_of_converted"]
        took = "" if np.isnan(half) else f", half of these within {spoken(half)}"
        parts.append(f"{row['segment']} {share} so far{took}")
    if not parts:
        return "Curves of the time to convert, without any customer."
    return f"Curves of the share that has got to the step: {'; '.join(parts)}."


def time_histogram_alt_text(spread: pd.DataFrame, *, segment: str = TOTAL) -> str:
    """Say in one sentence what the bars show."""
    rows = spread[(spread["segment"] == segment) & (spread["customers"] > 0)]
    if rows.empty:
        return "Bars of the time to convert, without any customer."
    most = rows.nlargest(1, "customers").iloc[0]
    return (
        f"Bars of the time that {int(rows['customers'].sum()):,} customers took; most,"
        f" {int(most['customers']):,}, took {spoken(most['from_seconds'])} to"
        f" {spoken(most['until_seconds'])}."
    )

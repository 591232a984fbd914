"""Charts of the score_behaviour answer: who leaves after a score, and how soon."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, retained_label
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
from holdfast.measures import label, percent


def leaving_rates(frame: pd.DataFrame, *, segment: str = TOTAL) -> Drawing:
    """Draw the share that left after each group of scores, with its interval.

    Groups without a moment that is old enough are absent; small ones are faded. A click
    selects "group" on the field group.

    Args:
        frame: The frame of a score_behaviour answer.
        segment: The one segment to draw.
    """
    rows = frame[(frame["segment"] == segment) & (frame["mature"] > 0)]
    counts = list(map(retained_label, rows["lost"], rows["mature"]))
    upper = rows["loss_upper"]
    dots = pd.DataFrame(
        {
            "group": rows["group"],
            "place": range(len(rows)),
            "rate": rows["loss_rate"],
            "lower": rows["loss_lower"],
            "upper": upper,
            "is_small": rows["is_small"].astype(bool),
            "counts": counts,
            "reach": upper + 0.25 * upper.max(),
            "words": [
                f"{percent(rate)} ({count})"
                for rate, count in zip(rows["loss_rate"], counts, strict=True)
            ],
            "range": list(map(range_label, rows["loss_lower"], upper)),
        }
    )
    return Drawing(
        _rates(),
        {ROWS: dots},
        "Share that left after the answer",
        ("Lines are 95% intervals; faded: few answers",),
        leaving_rates_alt_text(frame, segment=segment),
    )


@lru_cache
def _rates() -> Picture:
    click = alt.selection_point(name="group", fields=["group"], empty=False)
    y = alt.Y(
        "group:N", sort=alt.EncodingSortField("place", op="min", order="ascending")
    ).axis(axis(title=None, labelLimit=220))
    blue = light_or_dark((LIGHT_PALETTE[0], DARK_PALETTE[0]))
    faded = alt.when("datum.is_small").then(alt.value(0.45)).otherwise(alt.value(1))
    base = alt.Chart().encode(y)
    line = base.mark_rule(aria=False, tooltip=None, strokeWidth=3, stroke=blue).encode(
        alt.X("lower:Q", title=label("loss_rate")).axis(rate_axis()),
        alt.X2("upper:Q"),
        opacity=faded,
    )
    dot = (
        base.mark_point(filled=True, size=130, cursor="pointer", color=blue)
        .encode(
            alt.X("rate:Q"),
            opacity=faded,
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("group:N", title="Group"),
                alt.Tooltip("rate:Q", title=label("loss_rate"), format=".1%"),
                alt.Tooltip("counts:N", title="Left"),
                alt.Tooltip("range:N", title="95% interval"),
            ],
        )
        .add_params(click)
    )
    # The words beside the longest line need room.
    room = base.mark_point(aria=False, tooltip=None, opacity=0).encode(alt.X("reach:Q"))
    words = base.mark_text(
        aria=False, tooltip=None, align="left", dx=10, color=light_or_dark(INK)
    ).encode(alt.X("upper:Q"), text="words:N")
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[line, words, room, dot],
            autosize=autosize(),
            height=alt.Step(34),
        )
    )


def staying_curves(curves: pd.DataFrame, days: int, *, segment: str = TOTAL) -> Drawing:
    """Draw the share still here by days since the moment, a curve a group.

    Args:
        curves: The curves of a score_behaviour answer.
        days: How many days are drawn.
        segment: The one segment to draw.
    """
    rows = curves[(curves["segment"] == segment) & (curves["days"] <= days)]
    steps = rows.assign(
        segment=rows["group"],
        range=list(map(range_label, rows["rate_lower"], rows["rate_upper"])),
    )
    names = tuple(rows["group"].drop_duplicates())
    return Drawing(
        _curves(names),
        {ROWS: steps},
        "Share still here after the answer",
        ("Bands are 95% intervals; who is still here counts as far as seen",),
        staying_curves_alt_text(rows),
    )


@lru_cache
def _curves(names: tuple[str, ...]) -> Picture:
    colour = segment_color(list(names))
    x = alt.X("days:Q", title="Days after").axis(axis(grid=False, tickMinStep=1))
    # Few leave in so short a time: an axis from nought would hide any difference.
    rate = (
        alt.Y("stay_rate:Q", title=label("stay_rate"))
        .axis(rate_axis())
        .scale(zero=False)
    )
    base = alt.Chart().encode(x, colour)
    band = (
        base.transform_filter("isValid(datum.rate_lower) && isValid(datum.rate_upper)")
        .mark_area(aria=False, tooltip=None, interpolate="step-after", opacity=0.12)
        .encode(alt.Y("rate_lower:Q").scale(zero=False), alt.Y2("rate_upper:Q"))
    )
    line = base.mark_line(
        aria=False, tooltip=None, interpolate="step-after", strokeWidth=2
    ).encode(rate)
    hover = base.mark_point(filled=True, size=90, opacity=0).encode(
        rate,
        tooltip=[
            alt.Tooltip("segment:N", title="Group"),
            alt.Tooltip("days:Q", title="Days"),
            alt.Tooltip("stay_rate:Q", title=label("stay_rate"), format=".1%"),
            alt.Tooltip("range:N", title="95% interval"),
            alt.Tooltip("at_risk:Q", title="Still here and observed", format=",d"),
            alt.Tooltip("lost:Q", title="Left on that day", format=",d"),
        ],
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, line, hover],
            autosize=autosize(),
            height=320,
        )
    )


def leaving_rates_alt_text(frame: pd.DataFrame, *, segment: str = TOTAL) -> str:
    """Say in one sentence what the dots show."""
    rows = frame[(frame["segment"] == segment) & (frame["mature"] > 0)]
    if rows.empty:
        return "Shares that left after an answer, without any answer old enough."
    parts = ", ".join(
        f"{group} {percent(rate)}"
        for group, rate in zip(rows["group"], rows["loss_rate"], strict=True)
    )
    return f"Shares that left after their answer: {parts}."


def staying_curves_alt_text(rows: pd.DataFrame) -> str:
    """Say in one sentence what the curves show."""
    if rows.empty:
        return "Curves of the share still here, without any answer."
    parts = [
        f"{group} {percent(part['stay_rate'].iloc[-1])} after"
        f" {int(part['days'].iloc[-1])} days"
        for group, part in rows.groupby("group", sort=False)
    ]
    return f"Curves of the share still here after an answer: {'; '.join(parts)}."

"""Charts of who leaves: by month of their time, by segment, and what moved the rate."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, retained_label
from holdfast.charts.theme import (
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    MUTED,
    TOTAL,
    autosize,
    axis,
    category_scale,
    light_or_dark,
    rate_axis,
    top_legend,
)
from holdfast.measures import label, percent

_BAR = (LIGHT_PALETTE[1], DARK_PALETTE[1])
PARTS = ("rate_part", "mix_part")
_PART_COLOURS = [
    (LIGHT_PALETTE[1], DARK_PALETTE[1]),
    (LIGHT_PALETTE[2], DARK_PALETTE[2]),
]
_ROW_HEIGHT = 30
_LONGEST = 36


def hazard_bars(frame: pd.DataFrame, *, segment: str = TOTAL) -> Drawing:
    """Draw the share that leaves in each month of their time, with its interval.

    Months that few have reached are faded. A click selects "month" on the field month.

    Args:
        frame: The frame of a churn_by_tenure answer.
        segment: The one segment to draw.
    """
    rows = frame[(frame["segment"] == segment) & (frame["month"] <= _LONGEST)]
    bars = rows.assign(
        range=list(map(range_label, rows["hazard_lower"], rows["hazard_upper"])),
        counts=list(map(retained_label, rows["lost"], rows["at_risk"])),
    )
    return Drawing(
        _hazard(),
        {ROWS: bars},
        "Share leaving by month of their time as customers",
        ("Lines are 95% intervals",),
        _hazard_text(rows),
    )


@lru_cache
def _hazard() -> Picture:
    click = alt.selection_point(name="month", fields=["month"], empty=False)
    base = alt.Chart().encode(
        alt.X("month:O", title="Month of their time as customers").axis(
            axis(labelAngle=0, labelOverlap=True)
        )
    )
    bar = (
        base.mark_bar(cursor="pointer", color=light_or_dark(_BAR))
        .encode(
            alt.Y("hazard_rate:Q", title=label("hazard_rate")).axis(rate_axis()),
            opacity=alt.when("datum.is_small")
            .then(alt.value(0.35))
            .otherwise(alt.value(1)),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2),
            tooltip=[
                alt.Tooltip("month:O", title="Month"),
                alt.Tooltip("hazard_rate:Q", title=label("hazard_rate"), format=".1%"),
                alt.Tooltip("counts:N", title="Left of those who reached it"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("still_rate:Q", title="Still there after", format=".0%"),
            ],
        )
        .add_params(click)
    )
    interval = (
        base.transform_filter("!datum.is_small")
        .mark_rule(aria=False, tooltip=None, color=light_or_dark(INK))
        .encode(alt.Y("hazard_lower:Q"), alt.Y2("hazard_upper:Q"))
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(), layer=[bar, interval], autosize=autosize(), height=280
        )
    )


def _hazard_text(rows: pd.DataFrame) -> str:
    large = rows[~rows["is_small"]]
    if large.empty:
        return "Bars of the share leaving in each month, all of few customers."
    row = large.iloc[int(large["hazard_rate"].to_numpy().argmax())]
    return (
        "Bars of the share leaving in each month of their time; the highest is month"
        f" {int(row['month'])} with {percent(row['hazard_rate'], 1)}."
    )


def segment_rates(frame: pd.DataFrame) -> Drawing:
    """Draw each segment's churn rate with its interval, and the whole's as a line.

    Filled are those that differ from all others. A click selects "segment" on the
    field segment.

    Args:
        frame: The frame of a churn_segments answer.
    """
    rows = frame[(frame["segment"] != TOTAL) & (frame["customers"] > 0)]
    total = frame.loc[frame["segment"] == TOTAL, "churn_rate"]
    dots = rows.sort_values("churn_rate", ascending=False)
    dots["whole"] = float(total.iloc[0]) if len(total) else 0.0
    dots["counts"] = list(map(retained_label, dots["lost"], dots["customers"]))
    dots["range"] = list(map(range_label, dots["churn_lower"], dots["churn_upper"]))
    dots["verdict"] = [
        "differs from all others" if differs else "within chance"
        for differs in dots["differs"]
    ]
    highest = dots.head(1)
    return Drawing(
        _segment_rates(tuple(dots["segment"])),
        {ROWS: dots},
        "Churn rate by segment",
        ("Lines are 95% intervals, filled dots differ from all others",),
        "Dots of each segment's churn rate"
        + (
            f"; the highest is {highest['segment'].iloc[0]} with"
            f" {percent(highest['churn_rate'].iloc[0], 1)}."
            if len(highest)
            else ", without any customer."
        ),
    )


@lru_cache
def _segment_rates(segments: tuple[str, ...]) -> Picture:
    click = alt.selection_point(name="segment", fields=["segment"], empty=False)
    colour = light_or_dark(_BAR)
    base = alt.Chart().encode(
        alt.Y("segment:N", sort=list(segments), title=None).axis(
            axis(labelLimit=220, labelPadding=12)
        )
    )
    rate = alt.X("churn_rate:Q", title=label("churn_rate")).axis(rate_axis())
    interval = base.mark_rule(aria=False, tooltip=None, strokeWidth=2, color=colour)
    dot = (
        base.mark_point(size=110, cursor="pointer", strokeWidth=2)
        .encode(
            rate,
            fill=alt.when("datum.differs")
            .then(alt.value(colour))
            .otherwise(alt.value("transparent")),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value(colour)),
            opacity=alt.when("datum.is_small")
            .then(alt.value(0.45))
            .otherwise(alt.value(1)),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("churn_rate:Q", title=label("churn_rate"), format=".1%"),
                alt.Tooltip("counts:N", title="Lost of those at the start"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("verdict:N", title="The segment"),
            ],
        )
        .add_params(click)
    )
    whole = (
        alt.Chart()
        .mark_rule(aria=False, strokeDash=[4, 3], stroke=light_or_dark(MUTED))
        .encode(alt.X("min(whole):Q"))
    )
    spans = interval.encode(alt.X("churn_lower:Q"), alt.X2("churn_upper:Q"))
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[whole, spans, dot],
            autosize=autosize(),
            height=_ROW_HEIGHT * max(len(segments), 2),
        )
    )


def change_bars(change: pd.DataFrame) -> Drawing:
    """Draw what each segment adds to the change of the rate, by mix and by rate.

    Args:
        change: The table of the same name of a churn_segments answer.
    """
    rows = change[change["segment"] != TOTAL]
    rows = rows[(rows["customers_now"] > 0) | (rows["customers_before"] > 0)]
    parts = pd.concat(
        [
            pd.DataFrame(
                {
                    "segment": rows["segment"],
                    "part": label(name),
                    "place": place,
                    "points": rows[name] * 100,
                    "text": [f"{value * 100:+.2f} points" for value in rows[name]],
                }
            )
            for place, name in enumerate(PARTS)
        ],
        ignore_index=True,
    )
    order = rows.sort_values("change", ascending=False, key=abs)["segment"]
    return Drawing(
        _change_bars(tuple(order)),
        {ROWS: parts},
        "What moved the churn rate",
        ("To the right: more churn",),
        "Bars of what each segment adds to the change of the churn rate"
        + (f"; {order.iloc[0]} moved it most." if len(order) else "."),
    )


@lru_cache
def _change_bars(segments: tuple[str, ...]) -> Picture:
    names = [label(name) for name in PARTS]
    bar = (
        alt.Chart()
        .mark_bar()
        .encode(
            alt.Y("segment:N", sort=list(segments), title=None).axis(
                axis(labelLimit=220)
            ),
            alt.X("points:Q", title="Points of the whole churn rate").axis(
                axis(format="+.1f", tickCount=6)
            ),
            alt.Color(
                "part:N",
                title="Because of",
                sort=names,
                scale=category_scale(names, _PART_COLOURS),
                legend=top_legend(),
            ),
            order=alt.Order("place:Q", title="Order"),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("part:N", title="Because of"),
                alt.Tooltip("text:N", title="Adds"),
            ],
        )
    )
    zero = (
        alt.Chart()
        .mark_rule(aria=False, stroke=light_or_dark(MUTED))
        .encode(x=alt.datum(0))
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[bar, zero],
            autosize=autosize(),
            height=_ROW_HEIGHT * max(len(segments), 2),
        )
    )

"""Charts of the stages of the journey: now, by month, and the moves between them."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label
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
    top_legend,
)
from holdfast.measures import label, percent
from holdfast.periods import period_label

NEW = "New"
NONE = "(none)"
# A lost stage is grey: it is where the others end.
_LOST = MUTED
_NEW_COLOUR = (LIGHT_PALETTE[7], DARK_PALETTE[7])
_ORDER = (2, 0, 3, 5, 4, 1, 6, 8)


def stage_bars(
    now: pd.DataFrame, rules: pd.DataFrame, *, segment: str = TOTAL
) -> Drawing:
    """Draw how many are in each stage now, one bar a stage with its share.

    A click selects "stage" on the field stage.

    Args:
        now: The table of now of a stages answer.
        rules: Its stages, the furthest last.
        segment: The one segment to draw.
    """
    rows = now[now["segment"] == segment]
    total = int(rows["customers"].sum())
    bars = pd.DataFrame(
        {
            "stage": rows["stage"],
            "customers": rows["customers"],
            "share": rows["share_rate"],
            "text": [
                f"{percent(share)} · {customers:,}"
                for share, customers in zip(
                    rows["share_rate"], rows["customers"], strict=True
                )
            ],
            "range": list(map(range_label, rows["share_lower"], rows["share_upper"])),
            "total": total,
            # The words beside the longest bar need room.
            "room": rows["customers"].max() * 1.25,
        }
    )
    return Drawing(
        _bars(*stage_domain(now, rules)),
        {ROWS: bars},
        "Customers in each stage",
        (),
        stage_bars_alt_text(now, segment=segment),
    )


@lru_cache
def _bars(names: tuple[str, ...], lost: tuple[bool, ...]) -> Picture:
    click = alt.selection_point(name="stage", fields=["stage"], empty=False)
    base = alt.Chart().encode(
        alt.Y("stage:N", title="Stage", sort=list(names))
        .scale(paddingInner=0.25)
        .axis(axis(title=None, labelFontSize=14, labelLimit=180))
    )
    bar = (
        base.mark_bar(cursor="pointer", cornerRadiusEnd=3)
        .encode(
            alt.X("customers:Q", title=label("customers")).axis(None),
            stage_colour("stage", names, lost, has_legend=False),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
                alt.Tooltip("total:Q", title="Of", format=",d"),
                alt.Tooltip("share:Q", title=label("share_rate"), format=".1%"),
                alt.Tooltip("range:N", title="95% interval"),
            ],
        )
        .add_params(click)
    )
    room = base.mark_point(aria=False, opacity=0, tooltip=None).encode(
        alt.X("room:Q").axis(None)
    )
    words = base.mark_text(
        aria=False, align="left", dx=8, fontSize=14, color=light_or_dark(INK)
    ).encode(alt.X("customers:Q"), alt.Text("text:N"))
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[room, bar, words],
            autosize=autosize(),
            height=alt.Step(40),
        )
    )


def stage_history(
    frame: pd.DataFrame, rules: pd.DataFrame, *, segment: str = TOTAL
) -> Drawing:
    """Draw the stages at each month's end; whoever is lost stands below zero.

    A click selects "bar" on the fields period_key (the last day as YYYY-MM-DD) and
    stage.

    Args:
        frame: The frame of a stages answer.
        rules: Its stages, the furthest last.
        segment: The one segment to draw.
    """
    names, lost = stage_domain(frame, rules)
    is_lost = dict(zip(names, lost, strict=True))
    rows = frame[(frame["segment"] == segment) & (frame["customers"] > 0)]
    sign = rows["stage"].map(lambda stage: -1 if is_lost[stage] else 1)
    bars = pd.DataFrame(
        {
            "period_key": rows["ends_on"].dt.strftime("%Y-%m-%d"),
            "period_label": [period_label(day, "month") for day in rows["ends_on"]],
            "stage": rows["stage"],
            "place": rows["stage_no"],
            "customers": rows["customers"],
            "signed_customers": rows["customers"] * sign,
            "share": rows["share_rate"],
            "came": (rows["new"] + rows["came"]).astype("float64"),
            "went": rows["went"].astype("float64"),
        }
    )
    return Drawing(
        _history(names, lost),
        {ROWS: bars},
        "Customers by stage at the end of each month",
        ("Below zero: those who were lost" if any(lost) else "",),
        stage_history_alt_text(frame, segment=segment),
    )


@lru_cache
def _history(names: tuple[str, ...], lost: tuple[bool, ...]) -> Picture:
    click = alt.selection_point(name="bar", fields=["period_key", "stage"], empty=False)
    bar = (
        alt.Chart()
        .mark_bar(cursor="pointer")
        .encode(
            alt.X("period_key:O", title="Month").axis(
                axis(
                    title=None,
                    labelAngle=0,
                    labelOverlap=True,
                    labelSeparation=8,
                    labelExpr="trim(utcFormat(toDate(datum.value), '%b %Y'))",
                )
            ),
            alt.Y("signed_customers:Q", title=label("customers"), stack="zero").axis(
                axis(labelExpr="format(abs(datum.value), ',')")
            ),
            stage_colour("stage", names, lost),
            order=alt.Order("place:Q", title="Order"),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("period_label:N", title="At the end of"),
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
                alt.Tooltip("share:Q", title=label("share_rate"), format=".1%"),
                alt.Tooltip("came:Q", title="Came in the month", format=",d"),
                alt.Tooltip("went:Q", title="Went in the month", format=",d"),
            ],
        )
        .add_params(click)
    )
    zero = (
        alt.Chart()
        .mark_rule(aria=False, stroke=light_or_dark(MUTED))
        .encode(y=alt.datum(0))
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(), layer=[bar, zero], autosize=autosize(), height=340
        )
    )


def stage_bars_alt_text(now: pd.DataFrame, *, segment: str = TOTAL) -> str:
    """Say in one sentence what the bars show."""
    rows = now[now["segment"] == segment]
    if not rows["customers"].sum():
        return "Bars of the stages, without any customer."
    parts = [
        f"{row['stage']} {percent(row['share_rate'])}" for _, row in rows.iterrows()
    ]
    return f"Bars of the customers in each stage: {', '.join(parts)}."


def stage_history_alt_text(frame: pd.DataFrame, *, segment: str = TOTAL) -> str:
    """Say in one sentence what the bars by month show."""
    rows = frame[frame["segment"] == segment]
    if rows.empty:
        return "Bars of the stages by month, without any complete month."
    first, last = rows["ends_on"].min(), rows["ends_on"].max()
    at_end = rows[rows["ends_on"] == last]
    parts = [f"{row['customers']:,} {row['stage']}" for _, row in at_end.iterrows()]
    return (
        f"Bars of the stages by month, {period_label(first, 'month')} to"
        f" {period_label(last, 'month')}; at the end {', '.join(parts)}."
    )


def stage_domain(
    frame: pd.DataFrame, rules: pd.DataFrame
) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """Give the stages in their order, and which of them are lost."""
    names = list(rules["stage"])
    lost = list(rules["is_lost"])
    if (frame["stage"] == NONE).any():
        return (NONE, *names), (False, *lost)
    return tuple(names), tuple(lost)


def stage_colour(
    field: str,
    names: tuple[str, ...],
    lost: tuple[bool, ...],
    *,
    has_legend: bool = True,
) -> alt.Color:
    """Give the colour of stages; those that are lost are grey."""
    pairs = list(zip(LIGHT_PALETTE, DARK_PALETTE, strict=True))
    free = iter([*(pairs[place] for place in _ORDER), *pairs])
    colours = []
    for name, is_lost in zip(names, lost, strict=True):
        if name == NEW:
            colours.append(_NEW_COLOUR)
        elif is_lost or name == NONE:
            colours.append(_LOST)
        else:
            colours.append(next(free))
    return alt.Color(
        f"{field}:N",
        title="Stage",
        sort=list(names),
        scale=category_scale(list(names), colours),
        legend=top_legend() if has_legend else None,
    )

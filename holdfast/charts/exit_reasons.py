"""Charts of the exit_reasons answer: how many left for each reason, and when."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label
from holdfast.charts.theme import (
    ACCENT,
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    REST_COLOURS,
    TOTAL,
    autosize,
    axis,
    bar_look,
    category_scale,
    light_or_dark,
    share_axis,
    top_legend,
)
from holdfast.measures import label, percent
from holdfast.periods import period_label

KINDS = ("cancelled", "failed payment", "not said", "fell silent")
_BLUE, _FAILED, _NOT_SAID = (
    (LIGHT_PALETTE[0], DARK_PALETTE[0]),
    ACCENT,
    REST_COLOURS[0],
)
_KIND_COLOURS = [_BLUE, _FAILED, _NOT_SAID, _NOT_SAID]


def reason_bars(frame: pd.DataFrame, *, segment: str = TOTAL) -> Drawing:
    """Draw the share of all losses of each reason with its interval.

    Failed payments have a colour of their own. A click selects "reason" on the field
    reason.

    Args:
        frame: The frame of an exit_reasons answer.
        segment: The one segment to draw.
    """
    rows = frame[frame["segment"] == segment]
    bars = pd.DataFrame(
        {
            "reason": rows["reason"],
            "place": range(len(rows)),
            "kind": rows["kind"],
            "lost": rows["lost"],
            "lost_share": rows["lost_share"],
            "share_lower": rows["share_lower"],
            "share_upper": rows["share_upper"],
            "reach": rows["share_upper"] + 0.15 * rows["share_upper"].max(),
            "words": [
                f"{int(lost):,} ({percent(share)})"
                for lost, share in zip(rows["lost"], rows["lost_share"], strict=True)
            ],
            "range": list(map(range_label, rows["share_lower"], rows["share_upper"])),
        }
    )
    present = set(rows["kind"])
    kinds = tuple(kind for kind in KINDS if kind in present)
    return Drawing(
        _bars(kinds),
        {ROWS: bars},
        "Losses by reason",
        ("Lines are 95% intervals of the share",),
        reason_bars_alt_text(frame, segment=segment),
    )


@lru_cache
def _bars(kinds: tuple[str, ...]) -> Picture:
    click = alt.selection_point(name="reason", fields=["reason"], empty=False)
    y = alt.Y(
        "reason:N", sort=alt.EncodingSortField("place", op="min", order="ascending")
    ).axis(axis(title=None, labelLimit=220))
    colours = [_KIND_COLOURS[KINDS.index(kind)] for kind in kinds]
    base = alt.Chart().encode(y)
    share = alt.X("lost_share:Q", title=label("lost_share"), stack=None)
    bar = (
        base.mark_bar(cursor="pointer")
        .encode(
            share.axis(share_axis()),
            alt.Color(
                "kind:N",
                scale=category_scale(list(kinds), colours),
                sort=list(kinds),
                legend=top_legend(
                    labelExpr="upper(slice(datum.label, 0, 1)) + slice(datum.label, 1)"
                ),
            ),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2.5),
            tooltip=[
                alt.Tooltip("reason:N", title="Reason"),
                alt.Tooltip("kind:N", title="Kind"),
                alt.Tooltip("lost:Q", title="Losses", format=",d"),
                alt.Tooltip("lost_share:Q", title=label("lost_share"), format=".1%"),
                alt.Tooltip("range:N", title="95% interval"),
            ],
        )
        .add_params(click)
    )
    line = base.mark_rule(
        aria=False, tooltip=None, strokeWidth=1.5, stroke=light_or_dark(INK)
    ).encode(alt.X("share_lower:Q"), alt.X2("share_upper:Q"))
    # The words beside the longest line need room.
    room = base.mark_point(aria=False, tooltip=None, opacity=0).encode(alt.X("reach:Q"))
    words = base.mark_text(
        aria=False, tooltip=None, align="left", dx=8, color=light_or_dark(INK)
    ).encode(alt.X("share_upper:Q"), text="words:N")
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[bar, line, words, room],
            autosize=autosize(),
            height=alt.Step(30),
        )
    )


def reason_months(
    frame: pd.DataFrame, trend: pd.DataFrame, *, segment: str = TOTAL
) -> Drawing:
    """Draw the losses of each month as stacked bars, by reason.

    The month that still runs is faded and outlined. A click selects "bar" on the
    fields period_key (the month's first day as YYYY-MM-DD) and reason.

    Args:
        frame: The frame of an exit_reasons answer; it gives the order of reasons.
        trend: Its trend.
        segment: The one segment to draw.
    """
    rows = trend[trend["segment"] == segment]
    reasons = _reasons(frame, rows)
    places = {reason: place for place, reason in enumerate(reasons)}
    keys = rows["month"].dt.strftime("%Y-%m-%d")
    # A month without a loss keeps its place by one bar of nothing.
    keeps_place = (rows["of_lost"] == 0) & ~keys.duplicated()
    shown = rows[(rows["lost"] > 0) | keeps_place]
    bars = pd.DataFrame(
        {
            "period_key": keys[shown.index],
            "period_label": [period_label(month, "month") for month in shown["month"]],
            "reason": shown["reason"],
            "place": shown["reason"].map(places),
            "lost": shown["lost"],
            "of_lost": shown["of_lost"],
            "is_complete": shown["is_complete"].astype(bool),
            "note": [
                "complete" if is_complete else "incomplete"
                for is_complete in shown["is_complete"]
            ],
        }
    )
    kind_of = dict(zip(rows["reason"], rows["kind"], strict=True))
    kinds = tuple(str(kind_of.get(reason, "")) for reason in reasons)
    return Drawing(
        _months(tuple(reasons), kinds),
        {ROWS: bars},
        "Losses by month and reason",
        ("" if rows["is_complete"].all() else "The dashed month is incomplete",),
        reason_months_alt_text(trend, segment=segment),
    )


@lru_cache
def _months(reasons: tuple[str, ...], kinds: tuple[str, ...]) -> Picture:
    click = alt.selection_point(
        name="bar", fields=["period_key", "reason"], empty=False
    )
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
                    labelExpr="utcFormat(toDate(datum.value), '%b %Y')",
                )
            ),
            alt.Y("lost:Q", title="Losses", stack="zero").axis(
                axis(tickMinStep=1, format=",d")
            ),
            alt.Color(
                "reason:N",
                scale=category_scale(list(reasons), _colours(reasons, kinds)),
                sort=list(reasons),
                legend=top_legend(),
            ),
            order=alt.Order("place:Q", title="Order"),
            **bar_look(click),
            tooltip=[
                alt.Tooltip("period_label:N", title="Month"),
                alt.Tooltip("reason:N", title="Reason"),
                alt.Tooltip("lost:Q", title="Losses", format=",d"),
                alt.Tooltip("of_lost:Q", title="Of all in the month", format=",d"),
                alt.Tooltip("note:N", title="Month is"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(data=shared_rows(), layer=[bar], autosize=autosize(), height=320)
    )


def reason_bars_alt_text(frame: pd.DataFrame, *, segment: str = TOTAL) -> str:
    """Say in one sentence what the bars show."""
    rows = frame[frame["segment"] == segment]
    if rows.empty:
        return "Bars of reasons for leaving, without any loss."
    parts = ", ".join(
        f"{reason} {int(lost):,}"
        for reason, lost in zip(rows["reason"], rows["lost"], strict=True)
    )
    return f"Bars of {int(rows['of_lost'].iloc[0]):,} losses by reason: {parts}."


def reason_months_alt_text(trend: pd.DataFrame, *, segment: str = TOTAL) -> str:
    """Say in one sentence what the bars show."""
    rows = trend[(trend["segment"] == segment) & trend["is_complete"]]
    if rows.empty:
        return "Bars of losses by month, without any complete month."
    months = rows.drop_duplicates("month").sort_values("month")
    most = months.iloc[int(months["of_lost"].argmax())]
    return (
        f"Stacked bars of losses by month and reason,"
        f" {period_label(months['month'].iloc[0], 'month')} to"
        f" {period_label(months['month'].iloc[-1], 'month')}; most in"
        f" {period_label(most['month'], 'month')}: {int(most['of_lost']):,}."
    )


def _reasons(frame: pd.DataFrame, rows: pd.DataFrame) -> list[str]:
    """Order the reasons as the bars of everyone, and what only the trend has last."""
    known = [each for each in frame["reason"].unique() if each in set(rows["reason"])]
    return [*known, *(each for each in rows["reason"].unique() if each not in known)]


def _colours(reasons: tuple[str, ...], kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """Give what customers chose colours, failed payments the accent, the rest grey."""
    palette = [
        pair
        for place, pair in enumerate(zip(LIGHT_PALETTE, DARK_PALETTE, strict=True))
        if place != 1
    ]
    colours, used = [], 0
    for reason, kind in zip(reasons, kinds, strict=True):
        if kind == "failed payment":
            colours.append(_FAILED)
        elif kind != "cancelled":
            colours.append(_NOT_SAID)
        elif reason == "Other reasons":
            colours.append(REST_COLOURS[1])
        else:
            colours.append(palette[used % len(palette)])
            used += 1
    return colours

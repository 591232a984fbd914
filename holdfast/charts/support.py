"""Charts of tickets: how many come and stay open, how long they take, odd days."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.by_period import HOLLOW, layered, note, outline_of
from holdfast.charts.churn import period_axis, period_columns
from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, retained_label
from holdfast.charts.theme import (
    ACCENT,
    DARK_BACKGROUND,
    DARK_PALETTE,
    INK,
    LIGHT_BACKGROUND,
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
from holdfast.periods import period_label

VOLUMES = ("opened", "solved", "backlog")
_COLOURS = [(LIGHT_PALETTE[place], DARK_PALETTE[place]) for place in (0, 2, 1)]
_PAGE = (LIGHT_BACKGROUND, DARK_BACKGROUND)
_ONE = (LIGHT_PALETTE[0], DARK_PALETTE[0])
WHO = ("Left", "Stayed")
_WHO_COLOURS = [
    (LIGHT_PALETTE[1], DARK_PALETTE[1]),
    (LIGHT_PALETTE[0], DARK_PALETTE[0]),
]
_TIMES = ("median", "p90")
_TIME_NAMES = ("Median", "90th percentile")


def volume_lines(frame: pd.DataFrame, span: str, *, segment: str = TOTAL) -> Drawing:
    """Draw tickets opened, solved and open in the end, by period.

    A click selects "point" on the fields period_key and kind, the figure's column.

    Args:
        frame: The frame of a support answer.
        span: 'day', 'week', 'month', 'quarter' or 'year'.
        segment: The one segment, or value of a field, to draw.
    """
    rows = frame[frame["segment"] == segment]
    parts = [
        period_columns(rows, span).assign(
            kind=kind,
            kind_label=label(kind),
            value=rows[kind].astype("int64"),
            value_label=[f"{value:,}" for value in rows[kind]],
            is_complete=rows["is_complete"].astype(bool),
        )
        for kind in VOLUMES
    ]
    total = int(rows["opened"].sum())
    open_now = int(rows["backlog"].iloc[-1]) if len(rows) else 0
    return Drawing(
        _lines(span, tuple(label(kind) for kind in VOLUMES), "Tickets"),
        {ROWS: pd.concat(parts, ignore_index=True)},
        f"Tickets by {span}",
        note(rows, HOLLOW),
        f"Lines by {span}: {total:,} tickets opened, {int(rows['solved'].sum()):,}"
        f" solved, {open_now:,} open in the end.",
    )


def time_lines(
    frame: pd.DataFrame, span: str, measure: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw median and 90th percentile of a time, in hours, by period of opening.

    Args:
        frame: The frame of a support answer.
        span: 'day', 'week', 'month', 'quarter' or 'year'.
        measure: 'response' or 'resolution'.
        segment: The one segment, or value of a field, to draw.
    """
    rows = frame[frame["segment"] == segment]
    parts = []
    for kind, name in zip(_TIMES, _TIME_NAMES, strict=True):
        column = f"{measure}_{kind}"
        some = rows[rows[column].notna()]
        parts.append(
            period_columns(some, span).assign(
                kind=kind,
                kind_label=name,
                value=some[column].astype(float),
                value_label=[
                    f"{value:,.1f} h of {n:,} tickets, {ended:,} over"
                    for value, n, ended in zip(
                        some[column],
                        some[f"{measure}_n"],
                        some[f"{measure}_ended"],
                        strict=True,
                    )
                ],
                is_complete=some["is_complete"].astype(bool),
            )
        )
    what = "first answer" if measure == "response" else "solution"
    return Drawing(
        _lines(span, _TIME_NAMES, "Hours"),
        {ROWS: pd.concat(parts, ignore_index=True)},
        f"Hours to the {what} by {span} of opening",
        note(rows, HOLLOW),
        f"Lines by {span} of the median and the 90th percentile of the hours to the"
        f" {what}.",
    )


@lru_cache
def _lines(span: str, names: tuple[str, ...], title: str) -> Picture:
    click = alt.selection_point(
        name="point", fields=["period_key", "kind"], empty=False
    )
    color: alt.Color = alt.Color(
        "kind_label:N",
        title="Figure",
        sort=list(names),
        scale=category_scale(list(names), _COLOURS[: len(names)]),
        legend=top_legend(),
    )
    base = alt.Chart().encode(
        period_axis(span), alt.Y("value:Q", title=title).axis(axis(tickCount=5)), color
    )
    line = base.transform_filter("datum.is_complete").mark_line(
        aria=False, strokeWidth=2
    )
    point = (
        base.mark_point(filled=True, size=60, cursor="pointer")
        .encode(
            fillOpacity=alt.when("datum.is_complete")
            .then(alt.value(1))
            .otherwise(alt.value(0)),
            stroke=outline_of(color),
            strokeOpacity=alt.value(1),
            strokeWidth=alt.when(click).then(alt.value(4)).otherwise(alt.value(1.5)),
            tooltip=[
                alt.Tooltip("period_label:N", title=span.capitalize()),
                alt.Tooltip("kind_label:N", title="Figure"),
                alt.Tooltip("value_label:N", title=title),
            ],
        )
        .add_params(click)
    )
    return layered([line, point], 300)


def rate_points(frame: pd.DataFrame, span: str, *, segment: str = TOTAL) -> Drawing:
    """Draw tickets for 100 active customers, with the 95 % interval, by period.

    Args:
        frame: The frame of a support answer.
        span: 'day', 'week', 'month', 'quarter' or 'year'.
        segment: The one segment, or value of a field, to draw.
    """
    rows = frame[(frame["segment"] == segment) & frame["tickets_per_100"].notna()]
    points = period_columns(rows, span).assign(
        value=rows["tickets_per_100"].astype(float),
        lower=rows["per_100_lower"].astype(float),
        upper=rows["per_100_upper"].astype(float),
        counts=[
            f"{opened:,} for {active:,} active"
            for opened, active in zip(rows["opened"], rows["active"], strict=True)
        ],
        share=[
            f"{percent(share, 1)}, {retained_label(part, whole)} ({ends})"
            for share, part, whole, ends in zip(
                rows["ticket_share"],
                rows["active_with_ticket"],
                rows["active"],
                map(
                    range_label, rows["ticket_share_lower"], rows["ticket_share_upper"]
                ),
                strict=True,
            )
        ],
    )
    said = "Line of tickets for 100 active customers, without any complete period."
    if len(rows):
        last = rows.iloc[-1]
        said = (
            f"Line of tickets for 100 active customers by {span}; in"
            f" {period_label(last['period'], span)} {last['tickets_per_100']:.1f}."
        )
    return Drawing(
        _rates(span),
        {ROWS: points},
        f"Tickets for 100 active customers by {span}",
        ("The band is the 95% interval",),
        said,
    )


@lru_cache
def _rates(span: str) -> Picture:
    base = alt.Chart().encode(period_axis(span))
    colour = light_or_dark(_ONE)
    value = alt.Y("value:Q", title=label("tickets_per_100")).axis(axis(tickCount=5))
    band = base.mark_area(aria=False, tooltip=None, opacity=0.16, color=colour).encode(
        alt.Y("lower:Q"), alt.Y2("upper:Q")
    )
    line = base.mark_line(aria=False, strokeWidth=2, color=colour).encode(value)
    point = base.mark_point(filled=True, size=60, color=colour).encode(
        value,
        tooltip=[
            alt.Tooltip("period_label:N", title=span.capitalize()),
            alt.Tooltip("value:Q", title=label("tickets_per_100"), format=".1f"),
            alt.Tooltip("counts:N", title="Tickets"),
            alt.Tooltip("share:N", title=label("ticket_share")),
        ],
    )
    return layered([band, line, point], 260)


def control_chart(frame: pd.DataFrame, *, segment: str = TOTAL) -> Drawing:
    """Draw the tickets of each day, the mean, and the limits that few days leave.

    A click selects "day" on the field period_key.

    Args:
        frame: The frame of a ticket_days answer.
        segment: The one segment, or value of a field, to draw.
    """
    rows = frame[frame["segment"] == segment]
    points = period_columns(rows.rename(columns={"day": "period"}), "day").assign(
        value=rows["tickets"].astype("int64"),
        mean=rows["mean"].astype(float),
        # a day has no fewer tickets than none
        lower=rows["lower"].clip(lower=0).astype(float),
        upper=rows["upper"].astype(float),
        is_outside=rows["is_outside"].astype(bool),
        usual=[
            f"{max(lower, 0):.1f} to {upper:.1f}, mean {mean:.1f}"
            for lower, upper, mean in zip(
                rows["lower"], rows["upper"], rows["mean"], strict=True
            )
        ],
    )
    return Drawing(
        _control(),
        {ROWS: points},
        "Tickets of each day with control limits",
        ("The band lies between the limits; days outside of it are marked",),
        f"Tickets of {len(rows):,} days; {int(rows['is_outside'].sum()):,} lie outside"
        " of the limits.",
    )


@lru_cache
def _control() -> Picture:
    click = alt.selection_point(name="day", fields=["period_key"], empty=False)
    base = alt.Chart().encode(period_axis("day"))
    value = alt.Y("value:Q", title="Tickets").axis(axis(tickCount=5))
    band = base.mark_area(
        aria=False, tooltip=None, opacity=0.12, color=light_or_dark(MUTED)
    ).encode(alt.Y("lower:Q"), alt.Y2("upper:Q"))
    mean = base.mark_line(
        aria=False, strokeDash=[4, 4], strokeWidth=1, color=light_or_dark(MUTED)
    ).encode(alt.Y("mean:Q"))
    line = base.mark_line(
        aria=False, strokeWidth=1, opacity=0.6, color=light_or_dark(_ONE)
    ).encode(value)
    point = (
        base.mark_point(filled=True, cursor="pointer")
        .encode(
            value,
            size=alt.when("datum.is_outside")
            .then(alt.value(80))
            .otherwise(alt.value(14)),
            color=alt.when("datum.is_outside")
            .then(alt.value(light_or_dark(ACCENT)))
            .otherwise(alt.value(light_or_dark(_ONE))),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            tooltip=[
                alt.Tooltip("period_label:N", title="Day"),
                alt.Tooltip("value:Q", title="Tickets", format=",d"),
                alt.Tooltip("usual:N", title="Usual"),
            ],
        )
        .add_params(click)
    )
    return layered([band, mean, line, point], 280)


def before_leaving_dots(frame: pd.DataFrame, days: int) -> Drawing:
    """Draw for each theme the share of leavers and stayers with a ticket before.

    A click selects "theme" on the field theme.

    Args:
        frame: The frame of a tickets_before_churn answer.
        days: How many days before leaving were looked at.
    """
    rows = frame[frame["ticket_excess"].notna()].reset_index(drop=True)
    parts = []
    for who, rate in zip(WHO, ("left", "stayed"), strict=True):
        parts.append(
            pd.DataFrame(
                {
                    "theme": rows["segment"].replace({TOTAL: "Any ticket"}),
                    "theme_key": rows["segment"],
                    "place": rows.index,
                    "who": who,
                    "rate": rows[f"{rate}_rate"].astype(float),
                    "lower": rows[f"{rate}_lower"].astype(float),
                    "upper": rows[f"{rate}_upper"].astype(float),
                    "range": [
                        f"{percent(value, 1)} ({ends})"
                        for value, ends in zip(
                            rows[f"{rate}_rate"],
                            map(
                                range_label,
                                rows[f"{rate}_lower"],
                                rows[f"{rate}_upper"],
                            ),
                            strict=True,
                        )
                    ],
                }
            )
        )
    return Drawing(
        _dots(),
        {ROWS: pd.concat(parts, ignore_index=True)},
        f"With a ticket in the {days} days before, left against stayed",
        ("Lines are 95% intervals",),
        f"Shares with a ticket in {days} days, of those who left and of those who"
        f" stayed, for {len(rows):,} themes.",
    )


@lru_cache
def _dots() -> Picture:
    click = alt.selection_point(name="theme", fields=["theme_key"], empty=False)
    base = alt.Chart().encode(
        alt.Y("theme:N", sort=alt.EncodingSortField("place", order="ascending")).axis(
            axis(title=None, labelLimit=200)
        ),
        alt.YOffset("who:N", sort=list(WHO)),
        alt.Color(
            "who:N",
            title="Customers who",
            sort=list(WHO),
            scale=category_scale(list(WHO), _WHO_COLOURS),
            legend=top_legend(),
        ),
    )
    rule = base.mark_rule(aria=False, tooltip=None, strokeWidth=2).encode(
        alt.X("lower:Q", title="Share with a ticket").axis(rate_axis()),
        alt.X2("upper:Q"),
    )
    dot = (
        base.mark_point(filled=True, size=90, cursor="pointer")
        .encode(
            alt.X("rate:Q"),
            strokeWidth=alt.when(click).then(alt.value(4)).otherwise(alt.value(1)),
            tooltip=[
                alt.Tooltip("theme:N", title="Tickets about"),
                alt.Tooltip("who:N", title="Customers who"),
                alt.Tooltip("range:N", title="Share with a ticket"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[rule, dot],
            autosize=autosize(),
            height=alt.Step(15),
        )
    )

"""Charts of churn by period: the rate, and who came and went."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.labels import range_label, retained_label, status_label
from holdfast.charts.theme import (
    DARK_BACKGROUND,
    DARK_PALETTE,
    INK,
    LIGHT_BACKGROUND,
    LIGHT_PALETTE,
    MUTED,
    TOTAL,
    autosize,
    axis,
    bar_look,
    category_scale,
    light_or_dark,
    rate_axis,
    top_legend,
)
from holdfast.measures import label, percent
from holdfast.periods import period_label

# Upwards what comes, downwards what goes, from zero outwards.
MOVES = (
    *("joined", "came_back"),
    *("lost_voluntary", "lost_unexplained", "lost_involuntary"),
)
_PLACES = (2, 3, 1, 8, 4)
MOVE_COLOURS = [(LIGHT_PALETTE[place], DARK_PALETTE[place]) for place in _PLACES]
_RATE = (LIGHT_PALETTE[1], DARK_PALETTE[1])
_PAGE = (LIGHT_BACKGROUND, DARK_BACKGROUND)
_TICKS = {"month": "%b %Y", "quarter": "Q%q %Y", "year": "%Y"}


def churn_rate_line(frame: pd.DataFrame, span: str, *, segment: str = TOTAL) -> Drawing:
    """Draw the churn rate of each period with its 95 % band.

    The period that still runs is hollow and outside of the band. A click selects
    "point" on the field period_key.

    Args:
        frame: The frame of a churn answer.
        span: 'day', 'week', 'month', 'quarter' or 'year'.
        segment: The one segment to draw.
    """
    rows = frame[(frame["segment"] == segment) & frame["churn_rate"].notna()]
    points = period_columns(rows, span).assign(
        rate=rows["churn_rate"].astype(float),
        lower=rows["churn_lower"].astype(float),
        upper=rows["churn_upper"].astype(float),
        range=list(map(range_label, rows["churn_lower"], rows["churn_upper"])),
        counts=list(map(retained_label, rows["lost"], rows["customers_at_start"])),
        is_complete=rows["is_complete"].astype(bool),
        is_small=rows["is_small"].astype(bool),
        note=list(map(status_label, rows["is_complete"], rows["is_small"])),
    )
    return Drawing(
        _rate_line(span),
        {ROWS: points},
        f"Customer churn rate by {span}",
        (
            "The band is the 95% interval",
            "" if points["is_complete"].all() else "The hollow point is incomplete",
        ),
        _rate_text(rows, span),
    )


@lru_cache
def _rate_line(span: str) -> Picture:
    click = alt.selection_point(name="point", fields=["period_key"], empty=False)
    base = alt.Chart().encode(period_axis(span))
    over = base.transform_filter("datum.is_complete")
    rate = alt.Y("rate:Q", title=label("churn_rate")).axis(rate_axis())
    colour = light_or_dark(_RATE)
    band = over.mark_area(aria=False, tooltip=None, opacity=0.16, color=colour).encode(
        alt.Y("lower:Q"), alt.Y2("upper:Q")
    )
    line = over.mark_line(aria=False, strokeWidth=2, color=colour).encode(rate)
    point = (
        base.mark_point(size=70, cursor="pointer", strokeWidth=2)
        .encode(
            rate,
            fill=alt.when("datum.is_complete")
            .then(alt.value(colour))
            .otherwise(alt.value(light_or_dark(_PAGE))),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value(colour)),
            opacity=alt.when("datum.is_small")
            .then(alt.value(0.45))
            .otherwise(alt.value(1)),
            tooltip=[
                alt.Tooltip("period_label:N", title=span.capitalize()),
                alt.Tooltip("rate:Q", title=label("churn_rate"), format=".1%"),
                alt.Tooltip("counts:N", title="Lost of those at the start"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("note:N", title="Period is"),
            ],
        )
        .add_params(click)
    )
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[band, line, point],
            autosize=autosize(),
            height=300,
        )
    )


def _rate_text(rows: pd.DataFrame, span: str) -> str:
    complete = rows[rows["is_complete"]]
    if complete.empty:
        return "Line of the churn rate, without any complete period."
    last = complete.iloc[-1]
    now = period_label(last["period"], span)
    worst = complete.iloc[int(complete["churn_rate"].to_numpy().argmax())]
    return (
        f"Line of the churn rate by {span}; in {now} it is"
        f" {percent(last['churn_rate'], 1)}, at its highest in"
        f" {period_label(worst['period'], span)} with"
        f" {percent(worst['churn_rate'], 1)}."
    )


def customer_moves(frame: pd.DataFrame, span: str, *, segment: str = TOTAL) -> Drawing:
    """Draw who joined and came back above zero, and who was lost by kind below it.

    The period that still runs is faded and dashed. A click selects "bar" on the
    fields period_key and kind, the figure's column.

    Args:
        frame: The frame of a churn answer.
        span: 'day', 'week', 'month', 'quarter' or 'year'.
        segment: The one segment to draw.
    """
    rows = frame[frame["segment"] == segment]
    # Without reasons in the data there is one kind of loss.
    told = rows[["lost_involuntary", "lost_voluntary"]].sum(axis=None) > 0
    names = {kind: label(kind) for kind in MOVES} | (
        {} if told else {"lost_unexplained": label("lost")}
    )
    parts = []
    for place, kind in enumerate(MOVES):
        some = rows[rows[kind] > 0]
        sign = -1 if kind.startswith("lost") else 1
        parts.append(
            period_columns(some, span).assign(
                kind=kind,
                kind_label=names[kind],
                place=place,
                customers=some[kind].astype("int64"),
                signed_customers=sign * some[kind].astype("int64"),
                is_complete=some["is_complete"].astype(bool),
                note=[
                    "complete" if complete else "incomplete"
                    for complete in some["is_complete"]
                ],
            )
        )
    bars = pd.concat(parts, ignore_index=True)
    shown = tuple(kind for kind in MOVES if told or kind not in _TOLD)
    return Drawing(
        _moves(span, shown, tuple(names[kind] for kind in shown)),
        {ROWS: bars},
        f"Customers gained and lost by {span}",
        ("" if rows["is_complete"].all() else "The dashed period is incomplete",),
        f"Bars by {span}: {int(rows['joined'].sum()):,} joined,"
        f" {int(rows['came_back'].sum()):,} came back, {int(rows['lost'].sum()):,} were"
        f" lost, {int(rows['lost_involuntary'].sum()):,} of them by a failed payment.",
    )


_TOLD = ("lost_voluntary", "lost_involuntary")


@lru_cache
def _moves(span: str, kinds: tuple[str, ...], names: tuple[str, ...]) -> Picture:
    click = alt.selection_point(name="bar", fields=["period_key", "kind"], empty=False)
    colours = dict(zip(MOVES, MOVE_COLOURS, strict=True))
    bar = (
        alt.Chart()
        .mark_bar(cursor="pointer")
        .encode(
            period_axis(span),
            alt.Y("signed_customers:Q", title=label("customers"), stack="zero").axis(
                axis(labelExpr="format(abs(datum.value), ',')")
            ),
            alt.Color(
                "kind_label:N",
                title="What they did",
                sort=list(names),
                scale=category_scale(list(names), [colours[kind] for kind in kinds]),
                legend=top_legend(),
            ),
            order=alt.Order("place:Q", title="Order"),
            **bar_look(click),
            tooltip=[
                alt.Tooltip("period_label:N", title=span.capitalize()),
                alt.Tooltip("kind_label:N", title="What they did"),
                alt.Tooltip("customers:Q", title=label("customers"), format=",d"),
                alt.Tooltip("note:N", title="Period is"),
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


def period_axis(span: str) -> alt.X:
    """Give the axis of periods, keyed by text because browsers shift dates."""
    pattern = _TICKS.get(span, "%e %b %Y")
    return alt.X("period_key:O", title="First day").axis(
        axis(
            title=None,
            labelAngle=0,
            labelOverlap=True,
            labelSeparation=8,
            labelExpr=f"trim(utcFormat(toDate(datum.value), '{pattern}'))",
        )
    )


def period_columns(rows: pd.DataFrame, span: str) -> pd.DataFrame:
    """Give each row's key and label."""
    return pd.DataFrame(
        {
            "period_key": rows["period"].dt.strftime("%Y-%m-%d"),
            "period_label": [period_label(start, span) for start in rows["period"]],
        },
        index=rows.index,
    )

"""The triangle of revenue cohorts: what is paid, or who pays, interval by interval."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture
from holdfast.charts.heat_map import (
    clickable_cells,
    cohort_rows,
    heat_map,
    rate_cells,
)
from holdfast.charts.labels import range_label, retained_label, status_label
from holdfast.charts.retention import (
    FULL_COLOUR,
    NUMBER,
    NUMBER_SIZE,
    POOLED_KEY,
    POOLED_LABEL,
    ROW_HEIGHT,
    WIDE_ENOUGH_FOR_WORDS,
)
from holdfast.charts.theme import TOTAL, axis, cell_ink
from holdfast.measures import label, percent
from holdfast.periods import period_label

RATES = {"revenue_rate": "revenue", "payer_rate": "payer"}


def revenue_triangle(
    frame: pd.DataFrame,
    interval: str,
    *,
    rate: str = "revenue_rate",
    segment: str = TOTAL,
) -> Drawing:
    """Draw cohorts of payers by interval as a heat map, the pooled row above them.

    Cells that still run are hollow and show how things stand. A click selects "cell" on
    the fields cohort_key (the cohort's first day, or 'pooled') and interval.

    Args:
        frame: The frame of an answer on revenue cohorts.
        interval: 'day', 'week', 'month', 'quarter' or 'year'.
        rate: 'revenue_rate' or 'payer_rate'.
        segment: The one segment to draw.
    """
    rows = frame[(frame["segment"] == segment) & (frame["customers"] > 0)]
    rows = rows.sort_values(["cohort", "interval"], na_position="first")
    keys = rows["cohort"].dt.strftime("%Y-%m-%d").fillna(POOLED_KEY)
    names = [
        POOLED_LABEL
        if scope == "pooled"
        else f"{period_label(start, interval)} · {customers:,}"
        for scope, start, customers in zip(
            rows["scope"], rows["cohort"], rows["customers"], strict=True
        )
    ]
    stem = RATES[rate]
    cells = pd.DataFrame(
        {
            "cohort_key": keys,
            # The size is that of the cohort, the same in all its cells.
            "cohort_label": names,
            "interval": rows["interval"],
            "interval_label": [
                f"{interval.capitalize()} {k}" for k in rows["interval"]
            ],
            "rate": rows[rate],
            "rate_text": rows[rate].map(percent),
            "amounts": [
                f"{now:,.0f} of {first:,.0f}"
                for now, first in zip(rows["mrr_now"], rows["mrr_first"], strict=True)
            ],
            "counts": list(
                map(retained_label, rows["paying_customers"], rows["customers"])
            ),
            "range": [
                "unknown" if pd.isna(low) else range_label(low, high)
                for low, high in zip(
                    rows[f"{stem}_lower"], rows[f"{stem}_upper"], strict=True
                )
            ],
            "status": list(map(status_label, rows["is_complete"], rows["is_small"])),
            "is_complete": rows["is_complete"],
            "is_small": rows["is_small"],
        }
    )
    notes = () if cells["is_complete"].all() else ("Dashed cells are incomplete",)
    return Drawing(
        _triangle(interval, label(rate)),
        {ROWS: cells},
        f"{label(rate)} by cohort",
        notes,
        _alt_text(rows, interval, rate),
    )


@lru_cache
def _triangle(interval: str, measure: str) -> Picture:
    click = alt.selection_point(
        name="cell", fields=["cohort_key", "interval"], empty=False
    )
    header = (
        f"({WIDE_ENOUGH_FOR_WORDS} ? '{interval.capitalize()} ' : '') + datum.label"
    )
    base = alt.Chart().encode(
        alt.X("interval:O", title=f"{interval.capitalize()}s after the first")
        .scale(paddingInner=0.05, paddingOuter=0)
        .axis(axis(orient="top", labelAngle=0, labelOverlap=True, labelExpr=header)),
        cohort_rows(POOLED_LABEL),
    )
    numbers = base.mark_text(
        aria=False,
        text=alt.ExprRef(NUMBER),
        fontSize=alt.ExprRef(NUMBER_SIZE),
        fontStyle=alt.ExprRef("datum.is_complete ? 'normal' : 'italic'"),
        color=cell_ink("datum.rate", FULL_COLOUR),
    )
    clickable = clickable_cells(
        base,
        click,
        [
            alt.Tooltip("cohort_label:N", title="Cohort"),
            alt.Tooltip("interval_label:N", title=interval.capitalize()),
            alt.Tooltip("rate:Q", title=measure, format=".1%"),
            alt.Tooltip("range:N", title="95% interval"),
            alt.Tooltip("amounts:N", title="Paid a month"),
            alt.Tooltip("counts:N", title="Customers who pay"),
            alt.Tooltip("status:N", title="Status"),
        ],
    )
    return heat_map([rate_cells(base, "rate"), numbers, clickable], ROW_HEIGHT)


def _alt_text(rows: pd.DataFrame, interval: str, rate: str) -> str:
    head = f"Heat map of {label(rate).lower()} by {interval}"
    cohorts = rows[rows["scope"] == "cohort"]
    if cohorts.empty:
        return f"{head}, without any cohort."
    count = cohorts["cohort"].nunique()
    pooled = rows[(rows["scope"] == "pooled") & (rows["interval"] > 0)]
    if pooled.empty:
        return f"{head}, {count} cohorts, none of them complete after interval 0."
    last = pooled.iloc[-1]
    return (
        f"{head}, {count} cohorts; over all complete ones {percent(last[rate])} in"
        f" {interval} {last['interval']}."
    )

"""Charts of rates of monthly revenue: what is retained, lost and gained."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.by_period import (
    HOLLOW,
    by_period,
    layered,
    note,
    period_axis,
    points_of,
    statuses,
)
from holdfast.charts.drawing import ROWS, Drawing, Picture
from holdfast.charts.labels import range_label
from holdfast.charts.money import PALETTE, amount_lines, course_of
from holdfast.charts.theme import (
    MUTED,
    TOTAL,
    axis,
    category_scale,
    light_or_dark,
    rate_axis,
    top_legend,
)
from holdfast.measures import label, percent, text
from holdfast.periods import period_label

EXPLAINED = {
    "nrr": "Of what was paid at the start of the interval, what the same customers pay"
    " at its end: net with what they pay more, gross without.",
    "gross_churn": "Revenue lost, divided by the revenue at the start; net is less what"
    " was added by those who stayed or came back. Beside it the share of customers.",
    "quick_ratio": "What came divided by what was lost; above 1 more came.",
    "arpa": "Monthly revenue of those who pay, divided by their number, and the same of"
    " those who began to pay in the interval.",
}


def all_rates(
    frame: pd.DataFrame, interval: str, currency: str, segment: str = TOTAL
) -> list[tuple[str, Drawing, tuple[str, ...]]]:
    """Draw all rates of a segment, each with its title and its measures."""
    retained, lost = ("nrr", "grr"), ("gross_churn", "net_churn", "churn_rate")
    return [
        (
            "Revenue retention",
            rate_lines(frame, interval, retained, segment=segment),
            retained,
        ),
        ("Revenue churn", rate_lines(frame, interval, lost, segment=segment), lost),
        (
            "Quick ratio",
            ratio_lines(frame, interval, segment=segment),
            ("quick_ratio",),
        ),
        (
            "Revenue of a customer",
            arpa_lines(frame, interval, currency, segment=segment),
            ("arpa", "arpa_new"),
        ),
    ]


def arpa_lines(
    frame: pd.DataFrame, interval: str, currency: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw what a customer pays a month, and what a new one does."""
    shown = frame[frame["segment"] == segment]
    parts = []
    for key, count in (("arpa", "paying_customers"), ("arpa_new", "new_customers")):
        part = shown[shown[key].notna()]
        parts.append(
            by_period(part, interval).assign(
                measure=label(key),
                amount=part[key],
                customers=part[count],
                is_complete=part["is_complete"],
                status=statuses(part),
            )
        )
    rows = pd.concat(parts, ignore_index=True).sort_values("period_key", kind="stable")
    names = (label("arpa"), label("arpa_new"))
    return Drawing(
        amount_lines(interval, currency, "measure", names, "customers"),
        {ROWS: rows},
        label("arpa"),
        note(shown, HOLLOW),
        course_of(shown, "arpa", interval, currency),
    )


def rate_lines(
    frame: pd.DataFrame, interval: str, keys: Sequence[str], *, segment: str = TOTAL
) -> Drawing:
    """Draw rates of each interval, with 95 % bands where they are known.

    Args:
        frame: The frame of an answer on monthly revenue.
        interval: 'day', 'week', 'month', 'quarter' or 'year'.
        keys: Measures: of nrr, grr, gross_churn, net_churn and churn_rate.
        segment: The one segment to draw.
    """
    shown = frame[frame["segment"] == segment]
    parts = []
    for key in keys:
        part = shown[shown[key].notna()]
        stem = key.removesuffix("_rate")
        known = f"{stem}_lower" in part
        lower = part[f"{stem}_lower"] if known else part[key] * float("nan")
        upper = part[f"{stem}_upper"] if known else lower
        parts.append(
            by_period(part, interval).assign(
                measure=label(key),
                rate=part[key],
                lower=lower,
                upper=upper,
                range=[
                    "unknown" if pd.isna(low) else range_label(low, high)
                    for low, high in zip(lower, upper, strict=True)
                ],
                customers=part["customers_at_start"],
                is_complete=part["is_complete"],
                is_small=part["is_small"],
                status=statuses(part),
            )
        )
    rows = pd.concat(parts, ignore_index=True).sort_values("period_key", kind="stable")
    names = tuple(label(key) for key in keys)
    return Drawing(
        _rate_lines(interval, names),
        {ROWS: rows},
        " and ".join(names),
        (
            "Bands are 95% intervals; hollow points are incomplete or have few"
            " customers",
        ),
        _rates(shown, interval, keys),
    )


def ratio_lines(frame: pd.DataFrame, interval: str, *, segment: str = TOTAL) -> Drawing:
    """Draw the quick ratio of each interval; at 1 as much came as was lost."""
    shown = frame[(frame["segment"] == segment) & frame["quick_ratio"].notna()]
    rows = by_period(shown, interval).assign(
        ratio=shown["quick_ratio"],
        is_complete=shown["is_complete"],
        status=statuses(shown),
    )
    over = shown[shown["is_complete"]]
    last = (
        ", without any complete interval."
        if over.empty
        else f"; in {period_label(over['period'].iloc[-1], interval)}"
        f" {text('quick_ratio', over['quick_ratio'].iloc[-1])}."
    )
    return Drawing(
        _ratio_lines(interval),
        {ROWS: rows},
        label("quick_ratio"),
        note(shown, HOLLOW),
        f"Line of the quick ratio by {interval}{last}",
    )


@lru_cache
def _rate_lines(interval: str, names: tuple[str, ...]) -> Picture:
    base = alt.Chart().encode(
        period_axis(interval),
        alt.Color(
            "measure:N",
            title="Measure",
            sort=list(names),
            scale=category_scale(list(names), PALETTE[: len(names)]),
            legend=top_legend(),
        ),
    )
    rate = alt.Y("rate:Q", title="Share of the start").scale(zero=False)
    band = (
        base.transform_filter("datum.is_complete")
        .mark_area(aria=False, tooltip=None, opacity=0.14)
        .encode(alt.Y("lower:Q"), alt.Y2("upper:Q"))
    )
    line = (
        base.transform_filter("datum.is_complete")
        .mark_line(aria=False, tooltip=None, strokeWidth=2)
        .encode(rate.axis(rate_axis()))
    )
    point = points_of(base).encode(
        rate,
        tooltip=[
            alt.Tooltip("period_label:N", title=interval.capitalize()),
            alt.Tooltip("measure:N", title="Measure"),
            alt.Tooltip("rate:Q", title="Rate", format=".1%"),
            alt.Tooltip("range:N", title="95% interval"),
            alt.Tooltip("customers:Q", title="Paid at the start", format=",d"),
            alt.Tooltip("status:N", title="Status"),
        ],
    )
    return layered([band, line, point], 280)


@lru_cache
def _ratio_lines(interval: str) -> Picture:
    base = alt.Chart().encode(period_axis(interval))
    ratio = alt.Y("ratio:Q", title=label("quick_ratio"))
    colour = light_or_dark(PALETTE[0])
    line = (
        base.transform_filter("datum.is_complete")
        .mark_line(aria=False, tooltip=None, strokeWidth=2, color=colour)
        .encode(ratio.axis(axis(tickCount=5)))
    )
    point = base.mark_point(size=60, opacity=1, stroke=colour).encode(
        ratio,
        fill=alt.when("datum.is_complete")
        .then(alt.value(colour))
        .otherwise(alt.value("transparent")),
        tooltip=[
            alt.Tooltip("period_label:N", title=interval.capitalize()),
            alt.Tooltip("ratio:Q", title=label("quick_ratio"), format=",.1f"),
            alt.Tooltip("status:N", title="Status"),
        ],
    )
    even = (
        alt.Chart()
        .mark_rule(aria=False, stroke=light_or_dark(MUTED), strokeDash=[4, 4])
        .encode(y=alt.datum(1))
    )
    return layered([even, line, point], 240)


def _rates(rows: pd.DataFrame, interval: str, keys: Sequence[str]) -> str:
    """Say what the rates are in the last complete interval."""
    head = f"Lines of {' and '.join(label(key).lower() for key in keys)} by {interval}"
    over = rows[rows["is_complete"] & rows[keys[0]].notna()]
    if over.empty:
        return f"{head}, without any complete interval."
    last = over.iloc[-1]
    told = " and ".join(percent(last[key], 1) for key in keys)
    return f"{head}; in {period_label(last['period'], interval)} {told}."

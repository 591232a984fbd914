"""The chart of the usage cadence."""

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.drawing import ROWS, Drawing, Picture, shared_rows
from holdfast.charts.theme import (
    ACCENT,
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    MUTED,
    autosize,
    axis,
    light_or_dark,
    rate_axis,
)
from holdfast.measures import label, percent

INTERVAL_DAYS = {"day": 1, "week": 7, "month": 30}
RULES = "rules"
LINE = (LIGHT_PALETTE[0], DARK_PALETTE[0])


def cadence_distribution(frame: pd.DataFrame, summary: pd.DataFrame) -> Drawing:
    """Draw the share of customers by the median gap between their active days.

    Rules mark a day, a week and a month, the suggested one in the accent colour.

    Args:
        frame: The frame of a cadence answer.
        summary: Its summary, one row.
    """
    gaps = frame[["gap_days", "customers", "cumulative_share"]]
    suggested = summary["suggested"].iloc[0] if len(summary) else None
    shares = {
        name: gaps.loc[gaps["gap_days"] <= days, "cumulative_share"].max()
        for name, days in INTERVAL_DAYS.items()
    }
    rules = pd.DataFrame(
        {
            "days": list(INTERVAL_DAYS.values()),
            "text": [
                f"{name}, suggested" if name == suggested else name
                for name in INTERVAL_DAYS
            ],
            "is_suggested": [name == suggested for name in INTERVAL_DAYS],
            "zero": 0.0,
            "share": [0.0 if pd.isna(share) else share for share in shares.values()],
        }
    )

    return Drawing(
        _distribution(),
        {ROWS: gaps, RULES: rules},
        "Days between active days",
        (),
        cadence_distribution_alt_text(frame, summary),
    )


@lru_cache
def _distribution() -> Picture:
    base = alt.Chart().encode(
        alt.X("gap_days:Q", title=f"{label('gap_days')}, median of each customer")
        .scale(type="log", nice=False)
        .axis(
            axis(
                values=[1, 2, 3, 7, 14, 30, 60, 90, 180, 365],
                grid=False,
                format=",d",
            )
        )
    )
    share = alt.Y("cumulative_share:Q", title=label("cumulative_share")).scale(
        domain=[0, 1]
    )
    colour = light_or_dark(LINE)
    area = base.mark_area(
        aria=False, tooltip=None, interpolate="step-after", opacity=0.14, color=colour
    ).encode(share.axis(rate_axis()))
    line = base.mark_line(
        aria=False, tooltip=None, interpolate="step-after", strokeWidth=2, color=colour
    ).encode(share)
    hover = base.mark_point(filled=True, size=90, opacity=0).encode(
        share,
        tooltip=[
            alt.Tooltip("gap_days:Q", title="Days or fewer", format=",d"),
            alt.Tooltip(
                "cumulative_share:Q", title=label("cumulative_share"), format=".1%"
            ),
            alt.Tooltip("customers:Q", title="Customers at this gap", format=",d"),
        ],
    )
    accent = (
        alt.when("datum.is_suggested")
        .then(alt.value(light_or_dark(ACCENT)))
        .otherwise(alt.value(light_or_dark(MUTED)))
    )
    marks = alt.Chart(alt.NamedData(name=RULES)).encode(alt.X("days:Q"))
    rule = marks.mark_rule(strokeDash=[4, 3], strokeWidth=1.5).encode(
        color=accent,
        tooltip=[
            alt.Tooltip("text:N", title="Interval"),
            alt.Tooltip("share:Q", title="Customers who come as often", format=".1%"),
        ],
    )
    name = marks.mark_text(
        aria=False,
        align="left",
        baseline="bottom",
        dx=5,
        dy=-4,
        fontSize=12,
        color=light_or_dark(INK),
    ).encode(alt.Y("zero:Q"), text="text:N")
    return Picture(
        alt.LayerChart(
            data=shared_rows(),
            layer=[area, rule, line, hover, name],
            autosize=autosize(),
            height=260,
        )
    )


def cadence_distribution_alt_text(frame: pd.DataFrame, summary: pd.DataFrame) -> str:
    """Say in one sentence what the distribution shows."""
    if frame.empty or summary.empty:
        return "Distribution of the days between active days, without any customer."
    parts = []
    for name, days in INTERVAL_DAYS.items():
        reached = frame.loc[frame["gap_days"] <= days, "cumulative_share"].max()
        parts.append(f"{percent(0.0 if pd.isna(reached) else reached)} within a {name}")
    return (
        "Share of customers by the median days between their active days:"
        f" {', '.join(parts)}; suggested interval {summary['suggested'].iloc[0]}."
    )

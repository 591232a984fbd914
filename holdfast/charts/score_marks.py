"""What charts of scores share: axes, colours of the groups, and words."""

from __future__ import annotations

import altair as alt
import pandas as pd

from holdfast.charts.theme import (
    DARK_PALETTE,
    LIGHT_PALETTE,
    REST_COLOURS,
    axis,
    category_scale,
    rate_axis,
    top_legend,
)
from holdfast.measures import formatted, percent
from holdfast.survey_scales import GROUPS

TITLES = {
    "nps": "Net promoter score",
    "csat": "Share satisfied",
    "ces": "Mean effort score",
}
GROUP_COLOURS = [
    (LIGHT_PALETTE[2], DARK_PALETTE[2]),
    REST_COLOURS[0],
    (LIGHT_PALETTE[1], DARK_PALETTE[1]),
]


def score_axis(channel: str, kind: str) -> alt.X | alt.Y:
    """Give the axis of the score: points, percents or a mean."""
    made = alt.X if channel == "x" else alt.Y
    look = rate_axis() if kind == "csat" else axis(tickCount=5)
    encoded: alt.X | alt.Y = (
        made("score:Q", title=TITLES[kind]).scale(zero=False).axis(look)
    )
    return encoded


def group_colour(kind: str) -> alt.Color:
    """Give each group of a survey its colour, the best first."""
    names = list(GROUPS[kind])
    color: alt.Color = alt.Color(
        "score_group:N",
        title="Group",
        sort=names,
        scale=category_scale(names, GROUP_COLOURS),
        legend=top_legend(
            labelExpr="upper(slice(datum.label, 0, 1)) + slice(datum.label, 1)"
        ),
    )
    return color


def pattern(kind: str) -> str:
    """Return how tooltips write a score."""
    return {"nps": "+.1f", "csat": ".1%", "ces": ".2f"}[kind]


def score_words(kind: str, score: float) -> str:
    """Write a score."""
    if kind == "csat":
        return percent(score, 1)
    return formatted(score, ",.1f" if kind == "nps" else ",.2f")


def ranges(rows: pd.DataFrame, kind: str) -> list[str]:
    """Write the intervals of scores."""
    return [
        "–"
        if pd.isna(low)
        else f"{score_words(kind, low)} to {score_words(kind, high)}"
        for low, high in zip(rows["score_lower"], rows["score_upper"], strict=True)
    ]

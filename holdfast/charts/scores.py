"""Charts of scores with their intervals: over time, and by segment."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.by_period import by_period, layered, period_axis, points_of
from holdfast.charts.drawing import ROWS, Drawing, Picture
from holdfast.charts.score_marks import (
    GROUP_COLOURS,
    TITLES,
    pattern,
    ranges,
    score_axis,
    score_words,
)
from holdfast.charts.theme import (
    DARK_PALETTE,
    LIGHT_PALETTE,
    MUTED,
    REST_COLOURS,
    TOTAL,
    axis,
    category_scale,
    light_or_dark,
    top_legend,
)
from holdfast.periods import period_label

_LINE = (LIGHT_PALETTE[0], DARK_PALETTE[0])
_VERDICTS = {
    "higher": "Above the others",
    "lower": "Below the others",
    "within noise": "Within noise",
    "too few": "Too few scores to tell",
}
_VERDICT_COLOURS = [
    GROUP_COLOURS[0],
    GROUP_COLOURS[2],
    GROUP_COLOURS[1],
    REST_COLOURS[1],
]


def score_lines(
    frame: pd.DataFrame, kind: str, span: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw the score of each period with its 95 % interval.

    A click selects "point" on the field period_key (the period's first day as
    YYYY-MM-DD). Periods in which nobody scored are absent.

    Args:
        frame: The frame of an answer about scores.
        kind: 'nps', 'csat' or 'ces'.
        span: 'day', 'week', 'month', 'quarter' or 'year'.
        segment: The one segment to draw.
    """
    shown = frame[(frame["segment"] == segment) & frame["period"].notna()]
    shown = shown[shown["n"] > 0]
    rows = by_period(shown, span).assign(
        score=shown["score"],
        # One score has no interval of a mean.
        lower=shown["score_lower"].fillna(shown["score"]),
        upper=shown["score_upper"].fillna(shown["score"]),
        range=ranges(shown, kind),
        n=shown["n"],
        is_complete=shown["is_complete"],
        is_small=shown["is_small"],
        status=[
            ", ".join(
                [
                    "complete" if whole else "incomplete",
                    *(["few scores"] if few else []),
                ]
            )
            for whole, few in zip(shown["is_complete"], shown["is_small"], strict=True)
        ],
    )
    said = "without any score."
    if len(shown):
        last = shown.iloc[-1]
        said = (
            f"in {period_label(last['period'], span)}"
            f" {score_words(kind, last['score'])} of {int(last['n']):,} scores."
        )
    return Drawing(
        _score_lines(kind, span),
        {ROWS: rows},
        f"{TITLES[kind]} by {span}",
        (
            "Bars are 95% intervals; hollow points are incomplete or have few scores",
            f"A {span} without scores is left out",
        ),
        f"Points of the {TITLES[kind].lower()} by {span}; {said}",
    )


@lru_cache
def _score_lines(kind: str, span: str) -> Picture:
    click = alt.selection_point(name="point", fields=["period_key"], empty=False)
    base = alt.Chart().encode(period_axis(span))
    colour = light_or_dark(_LINE)
    # A handful of late answers would bend the course of all.
    line = (
        base.transform_filter("!datum.is_small")
        .mark_line(aria=False, tooltip=None, strokeWidth=1.5, opacity=0.5, color=colour)
        .encode(score_axis("y", kind))
    )
    bars = base.mark_rule(
        aria=False, tooltip=None, strokeWidth=2, stroke=colour
    ).encode(
        alt.Y("lower:Q"),
        alt.Y2("upper:Q"),
        strokeOpacity=alt.when("datum.is_small")
        .then(alt.value(0.25))
        .otherwise(alt.value(0.6)),
    )
    points = (
        points_of(base)
        .encode(
            score_axis("y", kind),
            fill=alt.value(colour),
            stroke=alt.value(colour),
            size=alt.when(click).then(alt.value(150)).otherwise(alt.value(70)),
            tooltip=[
                alt.Tooltip("period_label:N", title=span.capitalize()),
                alt.Tooltip("score:Q", title="Score", format=pattern(kind)),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("n:Q", title="Scores", format=",d"),
                alt.Tooltip("status:N", title="Status"),
            ],
        )
        .add_params(click)
    )
    # The first layer orders the axis, so it has to have every period.
    return layered([bars, line, points], 280)


def segment_scores(frame: pd.DataFrame, kind: str) -> Drawing:
    """Draw each segment's score with its interval, and whether it stands apart.

    A click selects "dot" on the field segment.

    Args:
        frame: The frame of an answer about scores, with a breakdown.
        kind: 'nps', 'csat' or 'ces'.
    """
    whole = frame[frame["period"].isna() & (frame["n"] > 0)]
    parts = whole[whole["segment"] != TOTAL]
    total = whole.loc[whole["segment"] == TOTAL, "score"]
    rows = pd.DataFrame(
        {
            "segment": parts["segment"],
            "score": parts["score"],
            "lower": parts["score_lower"].fillna(parts["score"]),
            "upper": parts["score_upper"].fillna(parts["score"]),
            "range": ranges(parts, kind),
            "n": parts["n"],
            "verdict": parts["verdict"].map(_VERDICTS),
            "everyone": float(total.iloc[0]) if len(total) else None,
        }
    )
    apart = rows[rows["verdict"].isin([_VERDICTS["higher"], _VERDICTS["lower"]])]
    return Drawing(
        _segment_scores(kind, tuple(parts["segment"])),
        {ROWS: rows},
        f"{TITLES[kind]} by segment",
        ("Bars are 95% intervals; the dashed line is everyone in view",),
        f"Dots of the {TITLES[kind].lower()} of {len(rows)} segments;"
        f" {len(apart)} of them differ from all others beyond noise.",
    )


@lru_cache
def _segment_scores(kind: str, segments: tuple[str, ...]) -> Picture:
    click = alt.selection_point(name="dot", fields=["segment"], empty=False)
    base = alt.Chart().encode(
        alt.Y("segment:N", title=None, sort=list(segments)).axis(
            axis(title=None, labelLimit=180)
        ),
        alt.Color(
            "verdict:N",
            title="Against all others",
            scale=category_scale(list(_VERDICTS.values()), _VERDICT_COLOURS),
            legend=top_legend(),
        ),
    )
    everyone = (
        alt.Chart()
        .mark_rule(
            aria=False, tooltip=None, stroke=light_or_dark(MUTED), strokeDash=[4, 4]
        )
        .encode(alt.X("mean(everyone):Q", title=None))
    )
    bars = base.mark_rule(aria=False, tooltip=None, strokeWidth=2).encode(
        alt.X("lower:Q"), alt.X2("upper:Q")
    )
    dots = (
        base.mark_point(filled=True, opacity=1, cursor="pointer")
        .encode(
            score_axis("x", kind),
            size=alt.when(click).then(alt.value(220)).otherwise(alt.value(110)),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("score:Q", title="Score", format=pattern(kind)),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("n:Q", title="Scores", format=",d"),
                alt.Tooltip("verdict:N", title="Against all others"),
            ],
        )
        .add_params(click)
    )
    return layered([everyone, bars, dots], max(32 * len(segments), 48))

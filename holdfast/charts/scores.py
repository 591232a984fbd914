"""Charts of scores: the trend, the points, the mix, the segments and the moves."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.by_period import by_period, layered, period_axis, points_of
from holdfast.charts.drawing import ROWS, Drawing, Picture
from holdfast.charts.labels import range_label
from holdfast.charts.theme import (
    DARK_PALETTE,
    INK,
    LIGHT_PALETTE,
    MUTED,
    REST_COLOURS,
    TOTAL,
    axis,
    category_scale,
    cell_ink,
    light_or_dark,
    rate_axis,
    rate_scale,
    top_legend,
)
from holdfast.measures import formatted, percent
from holdfast.periods import period_label
from holdfast.survey_scales import GROUPS

TITLES = {
    "nps": "Net promoter score",
    "csat": "Share satisfied",
    "ces": "Mean effort score",
}
_COLOURS = [
    (LIGHT_PALETTE[2], DARK_PALETTE[2]),
    REST_COLOURS[0],
    (LIGHT_PALETTE[1], DARK_PALETTE[1]),
]
_LINE = (LIGHT_PALETTE[0], DARK_PALETTE[0])
_VERDICTS = {
    "higher": "Above the others",
    "lower": "Below the others",
    "within noise": "Within noise",
    "too few": "Too few scores to tell",
}
_VERDICT_COLOURS = [_COLOURS[0], _COLOURS[2], _COLOURS[1], REST_COLOURS[1]]


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
        range=_ranges(shown, kind),
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
            f" {_score(kind, last['score'])} of {int(last['n']):,} scores."
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
        .encode(_score_axis("y", kind))
    )
    bars = base.mark_rule(
        aria=False, tooltip=None, strokeWidth=2, opacity=0.55, stroke=colour
    ).encode(alt.Y("lower:Q"), alt.Y2("upper:Q"))
    points = (
        points_of(base)
        .encode(
            _score_axis("y", kind),
            color=alt.value(colour),
            size=alt.when(click).then(alt.value(150)).otherwise(alt.value(70)),
            tooltip=[
                alt.Tooltip("period_label:N", title=span.capitalize()),
                alt.Tooltip("score:Q", title="Score", format=_pattern(kind)),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("n:Q", title="Scores", format=",d"),
                alt.Tooltip("status:N", title="Status"),
            ],
        )
        .add_params(click)
    )
    return layered([line, bars, points], 280)


def score_bars(
    distribution: pd.DataFrame, kind: str, *, segment: str = TOTAL
) -> Drawing:
    """Draw how often each score was given; a click selects "bar" on the field score.

    Args:
        distribution: The distribution of an answer about scores.
        kind: 'nps', 'csat' or 'ces'.
        segment: The one segment to draw.
    """
    shown = distribution[distribution["segment"] == segment]
    rows = shown[["score", "score_group", "answers", "share"]].assign(
        share=shown["share"].fillna(0.0),
        range=[
            "–" if pd.isna(low) else range_label(low, high)
            for low, high in zip(
                shown["share_lower"], shown["share_upper"], strict=True
            )
        ],
    )
    most = rows.iloc[int(rows["answers"].to_numpy().argmax())]
    return Drawing(
        _score_bars(kind),
        {ROWS: rows},
        "Scores given",
        (),
        f"Bars of the scores given; most often {int(most['score'])}:"
        f" {int(most['answers']):,} of {int(rows['answers'].sum()):,}.",
    )


@lru_cache
def _score_bars(kind: str) -> Picture:
    click = alt.selection_point(name="bar", fields=["score"], empty=False)
    bars = (
        alt.Chart()
        .mark_bar(cursor="pointer")
        .encode(
            alt.X("score:O", title="Score").axis(axis(labelAngle=0, title="Score")),
            alt.Y("answers:Q", title="Answers").axis(axis(tickCount=4, format=",d")),
            _group_color(kind),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2),
            tooltip=[
                alt.Tooltip("score:O", title="Score"),
                alt.Tooltip("score_group:N", title="Group"),
                alt.Tooltip("answers:Q", title="Answers", format=",d"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
                alt.Tooltip("range:N", title="95% interval"),
            ],
        )
        .add_params(click)
    )
    return layered([bars], 220)


def group_mix(frame: pd.DataFrame, kind: str) -> Drawing:
    """Draw the shares of the groups in each segment, over all of the time.

    A click selects "part" on the fields segment and score_group.

    Args:
        frame: The frame of an answer about scores.
        kind: 'nps', 'csat' or 'ces'.
    """
    whole = frame[frame["period"].isna() & (frame["n"] > 0)]
    parts = [
        pd.DataFrame(
            {
                "segment": whole["segment"],
                "score_group": name,
                "place": place,
                "answers": whole[name],
                "n": whole["n"],
                "share": whole[f"{name}_rate"],
                "range": list(
                    map(range_label, whole[f"{name}_lower"], whole[f"{name}_upper"])
                ),
            }
        )
        for place, name in enumerate(GROUPS[kind])
    ]
    rows = pd.concat(parts, ignore_index=True)
    total = whole[whole["segment"] == TOTAL]
    said = ", ".join(
        f"{percent(total[f'{name}_rate'].iloc[0])} {name}"
        for name in GROUPS[kind]
        if len(total)
    )
    return Drawing(
        _group_mix(kind, tuple(whole["segment"])),
        {ROWS: rows},
        "Mix of the groups",
        (),
        f"Stacked bars of the groups by segment; of all: {said}.",
    )


@lru_cache
def _group_mix(kind: str, segments: tuple[str, ...]) -> Picture:
    click = alt.selection_point(
        name="part", fields=["segment", "score_group"], empty=False
    )
    base = alt.Chart().encode(
        alt.Y("segment:N", title=None, sort=list(segments)).axis(
            axis(title=None, labelLimit=180)
        )
    )
    bars = (
        base.mark_bar(cursor="pointer", height=alt.RelativeBandSize(0.7))
        .encode(
            alt.X("share:Q", title="Share of scores", stack="zero")
            .scale(domain=[0, 1])
            .axis(rate_axis()),
            _group_color(kind),
            order=alt.Order("place:Q"),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("score_group:N", title="Group"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("answers:Q", title="Answers", format=",d"),
                alt.Tooltip("n:Q", title="Scores", format=",d"),
            ],
        )
        .add_params(click)
    )
    return layered([bars], max(36 * len(segments), 44))


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
            "range": _ranges(parts, kind),
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
            _score_axis("x", kind),
            size=alt.when(click).then(alt.value(220)).otherwise(alt.value(110)),
            tooltip=[
                alt.Tooltip("segment:N", title="Segment"),
                alt.Tooltip("score:Q", title="Score", format=_pattern(kind)),
                alt.Tooltip("range:N", title="95% interval"),
                alt.Tooltip("n:Q", title="Scores", format=",d"),
                alt.Tooltip("verdict:N", title="Against all others"),
            ],
        )
        .add_params(click)
    )
    return layered([everyone, bars, dots], max(32 * len(segments), 48))


def score_moves(moves: pd.DataFrame, kind: str, *, segment: str = TOTAL) -> Drawing:
    """Draw from which group to which customers moved, from an answer to the next.

    A click selects "move" on the fields from_group and to_group.

    Args:
        moves: The moves of an answer about scores.
        kind: 'nps', 'csat' or 'ces'.
        segment: The one segment to draw.
    """
    shown = moves[moves["segment"] == segment]
    rows = shown[["from_group", "to_group", "moves", "of_moves", "share"]].assign(
        range=list(map(range_label, shown["share_lower"], shown["share_upper"])),
        text=[
            f"{percent(share)} ({count:,})"
            for share, count in zip(shown["share"], shown["moves"], strict=True)
        ],
    )
    stayed = int(shown.loc[shown["from_group"] == shown["to_group"], "moves"].sum())
    return Drawing(
        _score_moves(kind),
        {ROWS: rows},
        "Moves from one answer to the next",
        ("Shares are of the moves from a group: a row adds up to 100%",),
        f"A table of moves between groups; {stayed:,} of {int(shown['moves'].sum()):,}"
        " stayed in their group.",
    )


@lru_cache
def _score_moves(kind: str) -> Picture:
    names = [*GROUPS[kind], "unscored"]
    click = alt.selection_point(
        name="move", fields=["from_group", "to_group"], empty=False
    )
    base = alt.Chart().encode(
        alt.X("to_group:N", sort=names, title="Next answer")
        .scale(domain=names)
        .axis(axis(orient="top", labelAngle=0, title="Next answer")),
        alt.Y("from_group:N", sort=names, title="Answer")
        .scale(domain=names)
        .axis(axis(title="Answer")),
    )
    cells = (
        base.mark_rect(cursor="pointer", cornerRadius=2)
        .encode(
            alt.Color("share:Q", scale=rate_scale(), legend=None),
            stroke=alt.when(click)
            .then(alt.value(light_or_dark(INK)))
            .otherwise(alt.value("transparent")),
            strokeWidth=alt.value(2),
            tooltip=[
                alt.Tooltip("from_group:N", title="Answer"),
                alt.Tooltip("to_group:N", title="Next answer"),
                alt.Tooltip("moves:Q", title="Moves", format=",d"),
                alt.Tooltip("of_moves:Q", title="Of all from there", format=",d"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
                alt.Tooltip("range:N", title="95% interval"),
            ],
        )
        .add_params(click)
    )
    text = base.mark_text(aria=False, tooltip=None, fontSize=13).encode(
        alt.Text("text:N"), color=alt.value(cell_ink("datum.share", "true"))
    )
    return layered([cells, text], 200)


def _score_axis(channel: str, kind: str) -> alt.X | alt.Y:
    """Give the axis of the score: points, percents or a mean."""
    made = alt.X if channel == "x" else alt.Y
    look = rate_axis() if kind == "csat" else axis(tickCount=5)
    encoded: alt.X | alt.Y = (
        made("score:Q", title=TITLES[kind]).scale(zero=False).axis(look)
    )
    return encoded


def _group_color(kind: str) -> alt.Color:
    names = list(GROUPS[kind])
    color: alt.Color = alt.Color(
        "score_group:N",
        title="Group",
        sort=names,
        scale=category_scale(names, _COLOURS),
        legend=top_legend(
            labelExpr="upper(slice(datum.label, 0, 1)) + slice(datum.label, 1)"
        ),
    )
    return color


def _pattern(kind: str) -> str:
    return {"nps": "+.1f", "csat": ".1%", "ces": ".2f"}[kind]


def _score(kind: str, score: float) -> str:
    if kind == "csat":
        return percent(score, 1)
    return formatted(score, ",.1f" if kind == "nps" else ",.2f")


def _ranges(rows: pd.DataFrame, kind: str) -> list[str]:
    return [
        "–" if pd.isna(low) else f"{_score(kind, low)} to {_score(kind, high)}"
        for low, high in zip(rows["score_lower"], rows["score_upper"], strict=True)
    ]

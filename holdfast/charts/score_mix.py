"""Charts of the groups of scores: how many are in each, and who moves between them."""

from __future__ import annotations

from functools import lru_cache

import altair as alt
import pandas as pd

from holdfast.charts.by_period import layered
from holdfast.charts.drawing import ROWS, Drawing, Picture
from holdfast.charts.labels import range_label
from holdfast.charts.score_marks import group_colour
from holdfast.charts.theme import (
    INK,
    TOTAL,
    axis,
    cell_ink,
    light_or_dark,
    rate_axis,
    rate_scale,
)
from holdfast.measures import percent
from holdfast.survey_scales import GROUPS


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
            group_colour(kind),
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
            group_colour(kind),
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

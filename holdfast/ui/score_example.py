"""A score worked out with an answer's own numbers."""

from __future__ import annotations

from holdfast.answer import Answer
from holdfast.population import TOTAL
from holdfast.questions.score_words import points_text, score_text
from holdfast.survey_scales import GROUPS


def score_example(answer: Answer, measures: tuple[str, ...]) -> str:
    """Work the score of all out with its own counts."""
    kind, frame = str(answer.extras["scale"]["kind"].iloc[0]), answer.frame
    row = frame[frame["period"].isna() & (frame["segment"] == TOTAL)].iloc[0]
    n = int(row["n"])
    if not n or not {"score", "margin"} & set(measures):
        return ""
    best, _, worst = GROUPS[kind]
    up, down = int(row[best]), int(row[worst])
    if kind == "nps":
        return (
            f"{up:,} of {n:,} are {best}, {down:,} {worst}. 100 × ({up:,} - {down:,}) /"
            f" {n:,} = {score_text(kind, row['score'])}. The margin is"
            f" {points_text(kind, row['margin'])}: 196 × the root of ({up / n:.3f} +"
            f" {down / n:.3f} - ({up / n:.3f} - {down / n:.3f})²) / {n:,}."
        )
    if kind == "csat":
        return (
            f"{up:,} of {n:,} scores are among the two best points. {up:,} / {n:,} ="
            f" {score_text(kind, row['score'])}."
        )
    return (
        f"The {n:,} scores add up to {row['mean'] * n:,.0f}."
        f" {row['mean'] * n:,.0f} / {n:,} = {score_text(kind, row['score'])}."
    )

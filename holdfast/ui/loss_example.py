"""Figures of the questions on losses, worked out with an answer's own numbers."""

from __future__ import annotations

from holdfast.answer import Answer
from holdfast.measures import percent
from holdfast.population import TOTAL
from holdfast.questions.exit_reasons import EVERY_REASON


def reason_example(answer: Answer) -> str:
    """Work out the share of the first reason."""
    rows = answer.frame[answer.frame["segment"] == TOTAL]
    if rows.empty:
        return ""
    row = rows.iloc[0]
    lost, every = int(row["lost"]), int(row["of_lost"])
    return (
        f"Of {every:,} losses in these months {lost:,} have the reason {row['reason']}."
        f" {lost:,} / {every:,} = {percent(lost / every)}."
    )


def return_example(answer: Answer, measures: tuple[str, ...]) -> str:
    """Work out the share back within the days that are shown, else within 90."""
    rows = answer.frame[
        (answer.frame["segment"] == TOTAL) & (answer.frame["reason"] == EVERY_REASON)
    ]
    shown = [each for each in (30, 60, 90) if f"rate_{each}" in measures]
    days = shown[0] if shown else 90
    if rows.empty or not rows[f"lost_{days}"].iloc[0]:
        return ""
    row = rows.iloc[0]
    lost, back = int(row[f"lost_{days}"]), int(row[f"back_{days}"])
    return (
        f"Of {int(row['lost']):,} losses {lost:,} are at least {days} days old at the"
        f" end of the data. {back:,} of these were followed by a return within"
        f" {days} days. {back:,} / {lost:,} = {percent(back / lost)}."
    )


def after_score_example(answer: Answer, measures: tuple[str, ...]) -> str:
    """Work out the share that left after a bad score, or the first there is."""
    frame = answer.frame
    rows = frame[(frame["segment"] == TOTAL) & (frame["mature"] > 0)]
    if rows.empty or "loss_rate" not in measures:
        return ""
    worst = rows[rows["score_group"] == "low"]
    row = (rows if worst.empty else worst).iloc[0]
    lost, mature = int(row["lost"]), int(row["mature"])
    days = answer.spec.horizon
    return (
        f"{row['group']}: of {int(row['moments']):,} moments {mature:,} are at least"
        f" {days} days old at the end of the data. {lost:,} of these were followed by a"
        f" loss within {days} days. {lost:,} / {mature:,} = {percent(lost / mature)}."
    )

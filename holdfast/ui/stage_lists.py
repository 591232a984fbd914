"""From a mark of the charts on stages to the customers behind it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.periods import day_label, period_label
from holdfast.population import TOTAL
from holdfast.questions import stages
from holdfast.ui import session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list


def stage_now(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List who is in a stage at the end of the observed time."""
    if bar is None:
        return
    now = answer.extras["now"]
    row = now[(now["segment"] == segment) & (now["stage"] == bar["stage"])]
    _list(dataset, answer, segment, row, str(bar["stage"]), None, "now")


def stage_then(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List who was in a stage at the end of a month."""
    if bar is None:
        return
    frame = answer.frame
    row = frame[
        (frame["segment"] == segment)
        & (frame["ends_on"] == pd.Timestamp(bar["period_key"]))
        & (frame["stage"] == bar["stage"])
    ]
    _list(dataset, answer, segment, row, str(bar["stage"]), None, "then")


def stage_move(
    dataset: Dataset,
    answer: Answer,
    segment: str,
    month: pd.Timestamp,
    move: Selection | None,
    key: str,
) -> None:
    """List who went from one stage to another, or stayed in one."""
    if move is None:
        return
    before, after = str(move["from_stage"]), str(move["to_stage"])
    flow = answer.extras["flow"]
    row = flow[
        (flow["segment"] == segment)
        & (flow["ends_on"] == month)
        & (flow["from_stage"] == before)
        & (flow["to_stage"] == after)
    ]
    _list(dataset, answer, segment, row, after, before, key)


def _list(
    dataset: Dataset,
    answer: Answer,
    segment: str,
    row: pd.DataFrame,
    stage: str,
    before: str | None,
    key: str,
) -> None:
    if row.empty:
        return
    ends_on: date = row["ends_on"].iloc[0].date()
    rows = session.watched(
        lambda cancellation: stages.members(
            dataset,
            answer.spec,
            answer.filters,
            ends_on,
            stage,
            before,
            segment,
            cancellation,
        )
    )
    heading = f"In {stage} on {day_label(ends_on)}"
    if before is not None:
        month = period_label(ends_on, "month")
        went = f"stayed in {stage}" if before == stage else f"{before} to {stage}"
        heading = f"{went[:1].upper()}{went[1:]}, {month}"
    of = "" if segment == TOTAL else f", {segment}"
    customer_list(
        dataset,
        answer,
        rows.drop(columns="stage").rename(columns={"stage_before": "stage before"}),
        heading=f"{heading}{of}",
        total=int(row["customers"].iloc[0]),
        key=f"stages_{key}_list",
        file=(heading, "" if segment == TOTAL else segment),
    )

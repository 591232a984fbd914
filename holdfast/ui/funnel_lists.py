"""From a mark of the charts on a funnel to the customers behind it."""

from __future__ import annotations

from functools import partial

import pandas as pd

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.durations import spoken
from holdfast.population import TOTAL
from holdfast.questions import conversion_time, funnel, funnel_trend
from holdfast.ui import session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list
from holdfast.ui.example import when

_FIGURES = {
    "reached": "customers",
    "dropped": "dropped_customers",
    "open": "open_customers",
}


def step_bar(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List who got to a step, stopped after it or still has time there."""
    if bar is not None and bar["state"] in _FIGURES:
        _at_step(
            dataset, answer, segment, int(bar["of_step"]), str(bar["state"]), "bar"
        )


def segment_bar(dataset: Dataset, answer: Answer, bar: Selection | None) -> None:
    """List who of a segment got to a step, and who stopped before it."""
    if bar is None:
        return
    segment, step = str(bar["segment"]), int(bar["step"])
    _at_step(dataset, answer, segment, step, "reached", "segment")
    _at_step(dataset, answer, segment, step - 1, "dropped", "segment_dropped")


def trend_mark(
    dataset: Dataset,
    answer: Answer,
    mark: Selection | None,
    key: str,
    segment: str = TOTAL,
) -> None:
    """List who is behind a point of the trend, or a part of a bar of entries."""
    if mark is None:
        return
    segment = str(mark.get("segment", segment))
    period = pd.Timestamp(mark["period_key"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["period"] == period)]
    if row.empty:
        return
    entered, converted = (
        int(row[name].iloc[0]) for name in ("entered_customers", "customers")
    )
    parts: dict[funnel_trend.State, tuple[str, int]] = {
        "converted": ("Went all the way", converted),
        "dropped": ("Did not go all the way", entered - converted),
        "open": ("Still have time", int(row["open_customers"].iloc[0])),
    }
    if answer.spec.judged == "all":
        del parts["open"]
    entry = f"entered {when(period, answer.spec.interval)}"
    for state, (words, total) in parts.items():
        if not total or mark.get("state", state) != state:
            continue
        ask = partial(
            funnel_trend.members,
            dataset,
            answer.spec,
            answer.filters,
            period.date(),
            state,
            segment,
        )
        rows = session.watched(ask)
        _list(
            dataset, answer, rows, f"{words}, {entry}", total, segment, f"{key}_{state}"
        )


def time_curve(dataset: Dataset, answer: Answer, point: Selection | None) -> None:
    """List who of a segment got to the step, and who did not."""
    if point is None:
        return
    segment = str(point["segment"])
    summary = answer.extras["summary"]
    row = summary[summary["segment"] == segment]
    if row.empty:
        return
    there = int(row["converted_customers"].iloc[0])
    entered = int(row["customers"].iloc[0])
    for is_there, words, total in (
        (True, "Got there", there),
        (False, "Have not got there", entered - there),
    ):
        rows = _timed(dataset, answer, segment, is_there=is_there)
        _list(dataset, answer, rows, words, total, segment, f"curve_{is_there}")


def time_bin(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List who took so long."""
    if bar is None:
        return
    least, most = int(bar["from_seconds"]), int(bar["until_seconds"])
    spread = answer.extras["spread"]
    # A bar can stand for several bins.
    is_meant = spread["from_seconds"].between(least, most, inclusive="left")
    bins = spread[(spread["segment"] == segment) & is_meant]
    rows = _timed(dataset, answer, segment, between=(least, most))
    heading = f"Took {spoken(least)} to {spoken(most)}"
    total = int(bins["customers"].sum())
    _list(dataset, answer, rows, heading, total, segment, "bin")


def _timed(
    dataset: Dataset,
    answer: Answer,
    segment: str,
    *,
    is_there: bool = True,
    between: tuple[int, int] | None = None,
) -> pd.DataFrame:
    return session.watched(
        lambda cancellation: conversion_time.members(
            dataset,
            answer.spec,
            answer.filters,
            is_there=is_there,
            between=between,
            segment=segment,
            cancellation=cancellation,
        )
    )


def _at_step(
    dataset: Dataset, answer: Answer, segment: str, step: int, state: str, key: str
) -> None:
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["step"] == step)]
    if row.empty or pd.isna(row[_FIGURES[state]].iloc[0]):
        return
    rows = session.watched(
        lambda cancellation: funnel.members(
            dataset,
            answer.spec,
            answer.filters,
            step,
            state,  # type: ignore[arg-type]  # a key of _FIGURES is a State
            segment,
            cancellation,
        )
    )
    name = f"step {step}, {row['label'].iloc[0]}"
    words = {
        "reached": f"Got to {name}",
        "dropped": f"Stopped after {name}",
        "open": f"Got to {name}, and still have time",
    }
    total = int(row[_FIGURES[state]].iloc[0])
    _list(dataset, answer, rows, words[state], total, segment, key)


def _list(
    dataset: Dataset,
    answer: Answer,
    rows: pd.DataFrame,
    heading: str,
    total: int,
    segment: str,
    key: str,
) -> None:
    of = "" if segment == TOTAL else segment
    if "seconds" in rows:
        took = rows.pop("seconds")
        if took.notna().any():
            rows["time taken"] = took.map(spoken, na_action="ignore")
    customer_list(
        dataset,
        answer,
        rows,
        heading=f"{heading}, {of}" if of else heading,
        total=total,
        key=f"funnel_{key}",
        file=(heading, of),
    )

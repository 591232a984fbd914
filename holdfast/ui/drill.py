"""From a mark of a chart to the customers behind it."""

from __future__ import annotations

import pandas as pd

from holdfast.answer import Answer
from holdfast.charts.retention import POOLED_KEY
from holdfast.dataset import Dataset
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions import lifecycle, retention
from holdfast.ui import blocks, session
from holdfast.ui.blocks import Selection


def retention_cell(
    dataset: Dataset, answer: Answer, segment: str, cell: Selection | None
) -> None:
    """List the customers behind a cell of the triangle."""
    if cell is None:
        return
    cohort = None if cell["cohort_key"] == POOLED_KEY else cell["cohort_key"]
    _retention(dataset, answer, segment, cohort, int(cell["interval"]), "cell")


def retention_point(dataset: Dataset, answer: Answer, point: Selection | None) -> None:
    """List the customers behind a point of the curves."""
    if point is None:
        return
    _retention(
        dataset, answer, str(point["segment"]), None, int(point["interval"]), "point"
    )


def lifecycle_bar(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List the customers behind a part of a bar."""
    if bar is None:
        return
    frame, status = answer.frame, str(bar["status"])
    period = pd.Timestamp(bar["period_key"])
    row = frame[(frame["segment"] == segment) & (frame["period"] == period)]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: lifecycle.members(
            dataset,
            answer.spec,
            answer.filters,
            period.date(),
            status,
            segment,
            cancellation,
        )
    )
    label = period_label(period, answer.spec.interval)
    heading = f"{status.capitalize()} in {label}{_of(segment)}"
    blocks.members(rows, heading, int(row[status].iloc[0]), "lifecycle_members")


def _retention(
    dataset: Dataset,
    answer: Answer,
    segment: str,
    cohort: str | None,
    interval: int,
    key: str,
) -> None:
    frame = answer.frame
    figure = frame[(frame["segment"] == segment) & (frame["interval"] == interval)]
    if cohort is None:
        figure = figure[figure["scope"] == "pooled"]
    else:
        figure = figure[figure["cohort"] == pd.Timestamp(cohort)]
    if figure.empty:
        return
    rows = session.watched(
        lambda cancellation: retention.members(
            dataset,
            answer.spec,
            answer.filters,
            None if cohort is None else pd.Timestamp(cohort).date(),
            interval,
            segment,
            cancellation,
        )
    )
    retained = rows[rows["retained_cohorts"] > 0]
    who = "all complete cohorts"
    if cohort is not None:
        who = f"cohort {period_label(pd.Timestamp(cohort), answer.spec.interval)}"
    row = figure.iloc[0]
    blocks.members(
        retained,
        f"Retained in {answer.spec.interval} {interval}, {who}{_of(segment)}",
        int(row["retained_customers"]),
        f"{key}_retained",
    )
    lost = rows[rows["retained_cohorts"] < rows["cohorts"]]
    blocks.members(
        lost,
        f"Not retained in {answer.spec.interval} {interval}, {who}{_of(segment)}",
        int(row["customers"] - row["retained_customers"]),
        f"{key}_lost",
    )


def _of(segment: str) -> str:
    return "" if segment == TOTAL else f", {segment}"

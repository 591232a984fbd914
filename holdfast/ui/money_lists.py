"""From a mark of the charts on money to the customers behind it."""

from __future__ import annotations

import pandas as pd

from holdfast.answer import Answer
from holdfast.charts.money import COUNTS, waterfall
from holdfast.charts.retention import POOLED_KEY
from holdfast.dataset import Dataset
from holdfast.measures import label
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions import mrr, revenue_cohorts
from holdfast.ui import blocks, session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list
from holdfast.ui.example import when
from holdfast.ui.money_controls import currency_of

_NAMES = {
    "mrr_before": "before, a month",
    "mrr_after": "after, a month",
    "mrr_change": "change",
    "mrr_first": "first, a month",
    "mrr_now": "then, a month",
    "paying_since": "paying since",
}


def start_to_end(
    dataset: Dataset, answer: Answer, segment: str, row: pd.Series
) -> None:
    """Show how one interval led from its start to its end, and who did it."""
    drawing = waterfall(row, answer.spec.interval, currency_of(answer), segment=segment)
    of_segment = blocks.segment_shown(answer, segment)
    step = blocks.chart(
        "From start to end",
        drawing,
        answer,
        key="money_waterfall",
        caption=" ".join(
            (*drawing.notes, f"Click a step for its customers.{of_segment}")
        ),
        measures=("mrr_start", "mrr_end"),
        select="step",
    )
    movement(dataset, answer, segment, step, "step")


def movement(
    dataset: Dataset, answer: Answer, segment: str, mark: Selection | None, key: str
) -> None:
    """List who moved, or who pays at the start or the end of an interval."""
    if mark is None:
        return
    frame, moved = answer.frame, str(mark["movement"])
    period = pd.Timestamp(mark["period_key"])
    shown = frame[(frame["segment"] == segment) & (frame["period"] == period)]
    if shown.empty:
        return
    row = shown.iloc[0]
    asked, count = moved, COUNTS.get(moved, "paying_customers")
    if moved in ("start", "end"):
        asked = "paying"
    if moved == "start":
        # what is paid at the start is paid at the end of the interval before
        period, count = period - pd.Timedelta(days=1), "customers_at_start"
    rows = session.watched(
        lambda cancellation: mrr.members(
            dataset,
            answer.spec,
            answer.filters,
            period.date(),
            asked,
            segment,
            cancellation,
        )
    )
    ends = {"start": "Paying at the start of", "end": "Paying at the end of"}
    name = period_label(row["period"], answer.spec.interval)
    heading = (
        f"{ends[moved]} {name}"
        if moved in ends
        else f"{label(f'mrr_{moved}')} {when(row['period'], answer.spec.interval)}"
    )
    customer_list(
        dataset,
        answer,
        rows.rename(columns=_NAMES),
        heading=heading + ("" if segment == TOTAL else f", {segment}"),
        total=int(row[count]),
        key=f"money_{key}_list",
        file=(moved, f"{row['period']:%Y-%m-%d}", "" if segment == TOTAL else segment),
    )


def cohort_cell(
    dataset: Dataset, answer: Answer, segment: str, cell: Selection | None
) -> None:
    """List who is behind a cell of the triangle, and what they pay."""
    if cell is None:
        return
    frame, interval = answer.frame, int(cell["interval"])
    is_pooled = cell["cohort_key"] == POOLED_KEY
    cohort = None if is_pooled else pd.Timestamp(cell["cohort_key"])
    figure = frame[(frame["segment"] == segment) & (frame["interval"] == interval)]
    figure = (
        figure[figure["scope"] == "pooled"]
        if cohort is None
        else figure[figure["cohort"] == cohort]
    )
    if figure.empty:
        return
    rows = session.watched(
        lambda cancellation: revenue_cohorts.members(
            dataset,
            answer.spec,
            answer.filters,
            None if cohort is None else cohort.date(),
            interval,
            segment,
            cancellation,
        )
    )
    span = answer.spec.interval
    who = (
        "all complete cohorts"
        if cohort is None
        else f"cohort {period_label(cohort, span)}"
    )
    row = figure.iloc[0]
    is_paying = rows["mrr_now"] > 0
    paying = int(row["paying_customers"])
    for status, part, total in (
        ("Paying", rows[is_paying], paying),
        ("Not paying", rows[~is_paying], int(row["customers"]) - paying),
    ):
        customer_list(
            dataset,
            answer,
            part.rename(columns=_NAMES),
            heading=f"{status} in {span} {interval}, {who}"
            + ("" if segment == TOTAL else f", {segment}"),
            total=total,
            key=f"money_cohort_{status.replace(' ', '_').lower()}",
            file=(status, who, f"{span}-{interval}"),
        )

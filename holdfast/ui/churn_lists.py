"""From a mark of the charts on churn to the customers behind it."""

from __future__ import annotations

import pandas as pd

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.measures import label
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions import churn, churn_by_tenure, churn_segments
from holdfast.ui import session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list
from holdfast.ui.example import when

_COLUMNS = {
    "customer_since_on": "customer since",
    "customer_until_on": "customer until",
    "reason": "reason",
}


def lost_or_gained(
    dataset: Dataset, answer: Answer, segment: str, mark: Selection | None, key: str
) -> None:
    """List who was lost in a period, or did what a part of a bar shows."""
    if mark is None:
        return
    kind = str(mark.get("kind", "lost"))
    period = pd.Timestamp(mark["period_key"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["period"] == period)]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: churn.members(
            dataset,
            answer.spec,
            answer.filters,
            period.date(),
            kind,
            segment,
            cancellation=cancellation,
        )
    )
    span = answer.spec.span
    heading = f"{label(kind)} {when(period, span)}{_of(segment)}"
    customer_list(
        dataset,
        answer,
        _named(rows),
        heading=heading,
        total=int(row[kind].iloc[0]),
        key=f"churn_{key}_list",
        file=(kind, period_label(period, span), _unless_all(segment)),
    )


def left_in_month(
    dataset: Dataset, answer: Answer, segment: str, mark: Selection | None
) -> None:
    """List who left in one month of their time as customers."""
    if mark is None:
        return
    month, frame = int(mark["month"]), answer.frame
    row = frame[(frame["segment"] == segment) & (frame["month"] == month)]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: churn_by_tenure.members(
            dataset, answer.spec, answer.filters, month, segment, cancellation
        )
    )
    customer_list(
        dataset,
        answer,
        rows,
        heading=f"Left in month {month}{_of(segment)}",
        total=int(row["lost"].iloc[0]),
        key="churn_month_list",
        file=("left", f"month {month}", _unless_all(segment)),
    )


def lost_of_segment(dataset: Dataset, answer: Answer, mark: Selection | None) -> None:
    """List whom a segment lost in the periods that are compared."""
    if mark is None:
        return
    segment, frame = str(mark["segment"]), answer.frame
    row = frame[frame["segment"] == segment]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: churn_segments.members(
            dataset, answer.spec, answer.filters, segment, cancellation
        )
    )
    customer_list(
        dataset,
        answer,
        _named(rows),
        heading=f"Lost{_of(segment)}",
        total=int(row["lost"].iloc[0]),
        key="churn_segment_list",
        file=("lost", _unless_all(segment)),
    )


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    kept = rows
    if "reason" in rows and rows["reason"].isna().all():
        kept = rows.drop(columns="reason")
    return kept.rename(columns=_COLUMNS)


def _of(segment: str) -> str:
    return "" if segment == TOTAL else f", {segment}"


def _unless_all(segment: str) -> str:
    return "" if segment == TOTAL else segment

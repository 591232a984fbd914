"""From a mark of the charts on what customers are worth to the customers behind it."""

from __future__ import annotations

import pandas as pd

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions import purchases, value_lists
from holdfast.ui import session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list

_WORDS = {
    "revenue_amount": "revenue",
    "started_on": "started on",
    "frequency": "purchases after the first",
    "recency_days": "days to the last purchase",
    "age_days": "days since the first purchase",
    "mean_value": "mean purchase",
    "chance_alive": "chance still to buy",
    "expected_purchases": "purchases to come",
    "lifetime_value": "worth to come",
    "predicted_purchases": "purchases predicted",
    "actual_purchases": "purchases made",
    "gaps": "times",
    "bought_again_on": "the last time",
}


def started(dataset: Dataset, answer: Answer, point: Selection | None) -> None:
    """List whose first days a point is told by, and what they brought."""
    if point is None:
        return
    days, segment = int(point["days"]), str(point["segment"])
    pooled = answer.extras["pooled"]
    row = pooled[(pooled["days"] == days) & (pooled["segment"] == segment)]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: value_lists.early(
            dataset, answer.spec, answer.filters, days, segment, cancellation
        )
    )
    customer_list(
        dataset,
        answer,
        _most_first(rows, "revenue_amount"),
        heading=f"The first {days} days{'' if segment == TOTAL else f', {segment}'}",
        total=int(row["customers"].iloc[0]),
        key="value_early_list",
        first=("revenue", "started on"),
        file=("first-days", str(days), "" if segment == TOTAL else segment),
    )


def held_out(dataset: Dataset, answer: Answer, point: Selection | None) -> None:
    """List whom the model was tested on, what it told of them and what they did."""
    if point is None:
        return
    number, test = int(point["frequency"]), answer.extras["holdout"]
    row = test[test["frequency"] == number]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: value_lists.held_out(
            dataset, answer.spec, answer.filters, number, TOTAL, cancellation
        )
    )
    name = f"{row['purchases'].iloc[0]} purchases after the first before the test"
    customer_list(
        dataset,
        answer,
        _most_first(rows, "predicted_purchases"),
        heading=name,
        total=int(row["customers"].iloc[0]),
        key="value_holdout_list",
        first=("purchases predicted", "purchases made"),
        file=("tested", str(row["purchases"].iloc[0])),
    )


def expected(dataset: Dataset, answer: Answer, number: int) -> None:
    """List who bought so often, and what is expected of each."""
    groups = answer.extras["predictions"]
    row = groups[groups["frequency"] == number].iloc[0]
    rows = session.watched(
        lambda cancellation: value_lists.expected(
            dataset, answer.spec, answer.filters, number, TOTAL, cancellation
        )
    )
    customer_list(
        dataset,
        answer,
        _most_first(rows, "lifetime_value"),
        heading=f"{row['purchases']} purchases after the first",
        total=int(row["customers"]),
        key="value_members",
        first=("worth to come", "purchases to come", "chance still to buy"),
        file=("expected", str(row["purchases"])),
    )


def ordered(dataset: Dataset, asked: Answer, bar: Selection | None) -> None:
    """List who ordered in an interval."""
    if bar is None:
        return
    first = pd.Timestamp(bar["period_key"])
    frame = asked.frame
    row = frame[(frame["segment"] == TOTAL) & (frame["period"] == first)]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: purchases.members(
            dataset, asked.spec, asked.filters, first.date(), TOTAL, cancellation
        )
    )
    name = period_label(first, asked.spec.interval)
    customer_list(
        dataset,
        asked,
        _most_first(rows, "revenue_amount"),
        heading=f"Ordered in {name}",
        total=int(row["customers"].iloc[0]),
        key="value_ordered",
        first=("revenue", "orders"),
        file=("ordered", name),
    )


def bought_again(dataset: Dataset, asked: Answer, bar: Selection | None) -> None:
    """List who bought again so many days after a purchase."""
    if bar is None:
        return
    least, most = int(bar["least"]), int(bar["most"]) or None
    gaps = asked.extras["gaps"]
    is_here = (gaps["segment"] == TOTAL) & (gaps["gap_days"] >= least)
    if most is not None:
        is_here &= gaps["gap_days"] <= most
    times = int(gaps.loc[is_here, "gaps"].sum())
    if not times:
        return
    rows = session.watched(
        lambda cancellation: purchases.bought_again(
            dataset, asked.spec, asked.filters, least, most, TOTAL, cancellation
        )
    )
    days = str(least) if most == least else f"{least} to {most}"
    if most is None:
        days = f"{least} or more"
    customer_list(
        dataset,
        asked,
        _most_first(rows, "gaps"),
        heading=f"Bought again after {days} days",
        total=times,
        key="value_gap_list",
        first=("times", "the last time"),
        file=("bought-again", days),
        repeated="who did so several times is counted each time",
    )


def _most_first(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Name the columns in words, those with the most of one first."""
    return rows.sort_values(column, ascending=False).round(2).rename(columns=_WORDS)

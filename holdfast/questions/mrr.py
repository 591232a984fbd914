"""What customers pay a month, and by which movements it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import percent
from holdfast.movements import MOVEMENTS
from holdfast.periods import LONGEST_DAYS, Span, day_label, period_label, period_of
from holdfast.population import TOTAL, Unit
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.amounts import (
    RevenueQuestion,
    money_text,
    revenue_question,
    running_caveat,
    span_values,
    unpriced_caveats,
)
from holdfast.stats import ratio_interval, wilson_interval

__all__ = ["MOVEMENTS", "Mrr", "answer", "members"]


@dataclass(frozen=True)
class Mrr:
    """What is asked about monthly recurring revenue.

    Attributes:
        interval: Day, week, month, quarter or year.
        currency: What money is counted in; empty for the most usual one.
        counts_reactivation: Reactivation is growth in the quick ratio.
        unit: What is counted.
        first: A local day in the first interval shown.
        last: A local day in the last interval shown.
        as_of: An earlier end of the observed time.
    """

    interval: Span = "month"
    currency: str = ""
    counts_reactivation: bool = False
    unit: Unit = "customer"
    first: date | None = None
    last: date | None = None
    as_of: date | None = None


def answer(
    dataset: Dataset,
    spec: Mrr,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer what customers pay a month, and what moved it.

    Returns:
        ``frame``: one row per segment and interval, with 95 % intervals of the shares;
        see ``queries/answers/mrr.sql``. ``extras["money"]``: one row, the currency.
        ``extras["unpriced"]``: see ``queries/answers/unpriced.sql``.
    """
    question = revenue_question(
        dataset,
        filters,
        spec.currency,
        spec.interval,
        spec.unit,
        spec.as_of,
        cancellation,
    )
    time, found = question.time, question.members

    def period(day: date) -> int:
        return period_of(day, spec.interval, dataset.week_start)

    last_period = period(time.as_of - timedelta(days=1))
    first = period(spec.first or time.from_on)
    last = period(spec.last) if spec.last else last_period
    values: dict[str, Value] = {
        "first_period": max(first, period(time.from_on)),
        "last_period": min(last, last_period),
        "as_of_period": period(time.as_of),
        "has_segments": bool(found.segments),
        "counts_reactivation": spec.counts_reactivation,
        "min_n": dataset.min_n,
        **span_values(dataset, spec.interval),
    }
    frame = asking.run(dataset, "mrr", found, question.relations, values, cancellation)
    frame = _with_intervals(frame)
    unpriced, caveats = unpriced_caveats(
        dataset, found, question.currency, time.as_of, cancellation
    )
    return Answer(
        question="mrr",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, question, frame),
        sql=asking.shown("mrr", found, question.relations, values),
        as_of=time.as_of,
        n=found.units,
        extras={
            "money": pd.DataFrame({"currency": [question.currency]}),
            "unpriced": unpriced,
        },
        caveats=(
            *caveats,
            *running_caveat(time.as_of, frame),
            *_inside_caveat(dataset, spec, question, values, cancellation),
            *_edge_caveat(spec, time, frame),
            *asking.small_caveat(frame[frame["is_complete"]], dataset.min_n),
            *asking.account_caveat(found),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: Mrr,
    filters: Filters,
    period: date,
    movement: str,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers behind one movement of one interval.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        period: A local day in the interval.
        movement: One of ``MOVEMENTS``, or ``paying`` for all who pay at the end.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as the figure says; the changes add up
        to the movement.
    """
    question = revenue_question(
        dataset,
        filters,
        spec.currency,
        spec.interval,
        spec.unit,
        spec.as_of,
        cancellation,
    )
    values: dict[str, Value] = {
        "of_period": period_of(period, spec.interval, dataset.week_start),
        "of_movement": movement,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset,
        "mrr_members",
        question.members,
        question.relations,
        values,
        cancellation,
    )


def _inside_caveat(
    dataset: Dataset,
    spec: Mrr,
    question: RevenueQuestion,
    values: dict[str, Value],
    cancellation: Cancellation | None,
) -> list[Caveat]:
    """Say how many paid, but at the end of no interval."""
    found, relations = question.members, question.relations
    asked = {name: values[name] for name in ("first_period", "last_period")}
    asked["longest_days"] = LONGEST_DAYS[spec.interval]
    rows = asking.run(dataset, "paid_inside", found, relations, asked, cancellation)
    number = int(rows["customers"].iloc[0])
    if not number:
        return []
    return [
        Caveat(
            "paid_inside",
            f"{asking.counted(number, spec.unit)} paid only inside of one"
            f" {spec.interval}, at the end of none: they are in no figure.",
        )
    ]


def _edge_caveat(
    spec: Mrr, time: asking.ObservedTime, frame: pd.DataFrame
) -> list[Caveat]:
    """Say that who is new where the data begin may have paid before."""
    rows = frame[(frame["segment"] == TOTAL) & (frame["new_customers"] > 0)]
    if rows.empty or frame["customers_at_start"].iloc[0]:
        return []
    row = rows.iloc[0]
    if row["period"].date() > time.from_on:
        return []
    units = asking.counted(int(row["new_customers"]), spec.unit)
    return [
        Caveat(
            "left_edge",
            f"The data begin on {day_label(time.from_on)}: of the {units} new in that"
            f" {spec.interval} some may have paid before, if the export leaves out"
            " earlier subscriptions.",
        )
    ]


def _with_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    """Add the intervals of shares, and the share of customers who were lost."""
    start, churned = frame["customers_at_start"], frame["churned_customers"]
    lower, upper = wilson_interval(churned, start)
    place = list(frame.columns).index("nrr") + 1
    frame.insert(place, "churn_rate", churned / start.where(start > 0))
    frame.insert(place + 1, "churn_lower", lower)
    frame.insert(place + 2, "churn_upper", upper)
    for name in ("grr", "nrr"):
        low, high = ratio_interval(frame[name], frame.pop(f"{name}_error"))
        high = np.minimum(high, 1) if name == "grr" else high
        place = list(frame.columns).index(name) + 1
        frame.insert(place, f"{name}_lower", low)
        frame.insert(place + 1, f"{name}_upper", high)
    place = list(frame.columns).index("gross_churn") + 1
    frame.insert(place, "gross_churn_lower", 1 - frame["grr_upper"])
    frame.insert(place + 1, "gross_churn_upper", 1 - frame["grr_lower"])
    frame["period"] = pd.to_datetime(frame["period"])
    return frame


def _sentence(spec: Mrr, question: RevenueQuestion, frame: pd.DataFrame) -> str:
    """Say what happened in the last complete interval."""
    rows = frame[(frame["segment"] == TOTAL) & frame["is_complete"]]
    if frame.empty:
        return (
            f"The {spec.interval}s asked for lie outside of {question.time.describe()}."
        )
    if rows.empty:
        return f"No {spec.interval} is complete yet."
    row = rows.iloc[-1]
    label = period_label(row["period"], spec.interval)
    if spec.interval == "week":
        label = f"the week of {label}"

    def money(amount: float) -> str:
        return money_text(amount, question.currency)

    if not row["customers_at_start"] and not row["paying_customers"]:
        return (
            f"At the end of {label} nobody paid. Nobody paid at the start, so there is"
            " no rate of loss."
        )
    payers = asking.counted(int(row["paying_customers"]), spec.unit)
    told = (
        f"At the end of {label}, {payers} paid {money(row['mrr_end'])} a month:"
        f" {money(row['mrr_start'])} at its start, {money(row['mrr_new'])} new,"
        f" {money(row['mrr_reactivation'])} from those who came back,"
        f" {money(row['mrr_expansion'])} more and {money(row['mrr_contraction'])} less"
        f" from those who stayed, {money(row['mrr_churn'])} lost."
    )
    if not row["customers_at_start"]:
        return f"{told} Nobody paid at the start, so there is no rate of loss."
    if not row["paying_customers"]:
        return f"{told} Everybody who paid at the start has left."
    now = f"{told} Those who paid at the start now pay {percent(row['nrr'])} of it"
    if row["nrr"] > 1:
        return f"{now}: net negative churn, they added more than was lost."
    without = f"{now}, {percent(row['grr'])} without what some pay more."
    if row["net_churn"] < 0:
        return f"{without} With who came back, net churn is negative."
    return without

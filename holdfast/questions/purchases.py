"""What customers order: how often, for how much, and whether they come again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.currencies import chosen_currency
from holdfast.dataset import Dataset
from holdfast.earnings import purchase_relations
from holdfast.filters import Filters
from holdfast.means import mean_interval, ratio_interval
from holdfast.measures import money_text, percent_with_count
from holdfast.occurrence import ORDER
from holdfast.periods import (
    WEEK_SHIFTS,
    Span,
    day_label,
    first_day,
    period_of,
)
from holdfast.population import TOTAL, Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.amounts import currency_caveats
from holdfast.stats import wilson_interval


@dataclass(frozen=True)
class Purchases:
    """What is asked about orders.

    Attributes:
        interval: Day, week, month, quarter or year.
        currency: What money is counted in; empty for the most usual one.
        net: Take returns and refunds off the revenue.
        within_days: How soon after the first order the next one has to come to count
            as soon.
        unit: What is counted.
        first: A local day in the first interval shown.
        last: A local day in the last interval shown.
        as_of: An earlier end of the observed time.
    """

    interval: Span = "month"
    currency: str = ""
    net: bool = True
    within_days: int = 90
    unit: Unit = "customer"
    first: date | None = None
    last: date | None = None
    as_of: date | None = None


def answer(
    dataset: Dataset,
    spec: Purchases,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer what customers ordered.

    Returns:
        ``frame``: one row per segment and interval with orders, customers who ordered,
        revenue, average order value and purchase frequency, each with its 95 %
        interval. ``extras``: ``summary`` with one row per segment (repeat rates, time
        between purchases) and ``gaps`` with the distribution of that time.

    Raises:
        SpecError: The data have no orders with an amount.
    """
    found, relations, time, currency = _prepare(dataset, spec, filters, cancellation)
    week_start = dataset.week_start
    numbers = {
        name: period_of(day, spec.interval, week_start)
        for name, day in {
            "first": max(spec.first or time.from_on, time.from_on),
            "last": min(spec.last or time.seen_until, time.seen_until)
            - timedelta(days=spec.last is None or spec.last >= time.seen_until),
            "as_of": time.as_of,
        }.items()
    }
    values: dict[str, Value] = {
        "span": spec.interval,
        "week_shift": WEEK_SHIFTS[week_start],
        "first_period": numbers["first"],
        "last_period": numbers["last"],
        "as_of_period": numbers["as_of"],
        "has_segments": bool(found.segments),
        "is_net": spec.net,
        "within_days": spec.within_days,
        "as_of_on": time.as_of,
    }
    parts = {
        name: asking.run(dataset, name, found, relations, values, cancellation)
        for name in ("purchases", "repeat_purchases", "purchase_gaps")
    }
    frame = _with_rates(parts["purchases"], spec, dataset)
    gaps = parts["purchase_gaps"]
    summary = _summary(frame, parts["repeat_purchases"], gaps, dataset.min_n)
    return Answer(
        question="purchases",
        spec=spec,
        filters=filters,
        frame=frame.assign(currency=currency),
        sentence=_sentence(spec, summary, currency),
        sql=asking.shown("purchases", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        extras={"summary": summary.assign(currency=currency), "gaps": gaps},
        caveats=(
            *_caveats(dataset, spec, time, frame, currency),
            *asking.account_caveat(found),
            *asking.hole_caveat(dataset, time),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: Purchases,
    filters: Filters,
    period: date,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers who ordered in an interval.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        period: A local day in the interval.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as ``customers`` says; see
        ``queries/answers/purchases_members.sql``.
    """
    found, relations, _, _ = _prepare(dataset, spec, filters, cancellation)
    number = period_of(period, spec.interval, dataset.week_start)
    values: dict[str, Value] = {
        "from_on": first_day(number, spec.interval, dataset.week_start),
        "until_on": first_day(number + 1, spec.interval, dataset.week_start),
        "of_segment": None if segment == TOTAL else segment,
        "is_net": spec.net,
    }
    return asking.run(
        dataset, "purchases_members", found, relations, values, cancellation
    )


def bought_again(
    dataset: Dataset,
    spec: Purchases,
    filters: Filters,
    least: int,
    most: int | None,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers who bought again so many days after a purchase.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        least: Fewest days between the two.
        most: Most of them; none for any number.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account; ``gaps`` add up to those of the answer.
    """
    found, relations, _, _ = _prepare(dataset, spec, filters, cancellation)
    values: dict[str, Value] = {
        "least": least,
        "most": most,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset, "purchase_gaps_members", found, relations, values, cancellation
    )


def _prepare(
    dataset: Dataset,
    spec: Purchases,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[Population, dict[str, Relation], asking.ObservedTime, str]:
    time = asking.observed_time(dataset, ORDER, spec.as_of)
    currency = chosen_currency(dataset, spec.currency, "orders")
    found = population(dataset, filters, spec.unit, cancellation, time.cut.before)
    relations = purchase_relations(
        dataset, found, currency, time.seen_until, cancellation
    )
    return found, relations, time, currency


def _with_rates(
    counts: pd.DataFrame, spec: Purchases, dataset: Dataset
) -> pd.DataFrame:
    """Turn sums over customers into means with their intervals."""
    n, orders, revenue = (
        counts[name].astype(float) for name in ("customers", "orders", "revenue_amount")
    )
    value = ratio_interval(
        revenue,
        orders,
        counts["revenue_squares"],
        counts["order_squares"],
        counts["revenue_orders"],
        n,
    )
    often = mean_interval(orders, counts["order_squares"], n)
    starts = [
        first_day(int(number), spec.interval, dataset.week_start)
        for number in counts["period_no"]
    ]
    return pd.DataFrame(
        {
            "segment": counts["segment"],
            "period": pd.to_datetime(pd.Series(starts, dtype="object")),
            "orders": counts["orders"],
            "lines": counts["lines"],
            "customers": counts["customers"],
            "sales_amount": counts["sales_amount"],
            "returned_amount": counts["returned_amount"],
            "revenue_amount": counts["revenue_amount"],
            "order_value": value.value,
            "order_value_lower": value.lower,
            "order_value_upper": value.upper,
            "order_frequency": often.value,
            "order_frequency_lower": often.lower,
            "order_frequency_upper": often.upper,
            "is_complete": counts["is_complete"],
            "is_small": counts["customers"] < dataset.min_n,
        }
    )


def _summary(
    frame: pd.DataFrame, repeats: pd.DataFrame, gaps: pd.DataFrame, min_n: int
) -> pd.DataFrame:
    """Put repeat rates and the time between purchases of each segment in a row."""
    ever = wilson_interval(repeats["repeat_customers"], repeats["customers"])
    soon = wilson_interval(repeats["soon_customers"], repeats["matured_customers"])
    n, matured = repeats["customers"], repeats["matured_customers"]
    amounts = frame.groupby("segment")[["sales_amount", "returned_amount"]].sum()
    quantiles = {segment: _quantiles(rows) for segment, rows in gaps.groupby("segment")}
    unknown = (np.nan, np.nan, np.nan)
    places = [quantiles.get(segment, unknown) for segment in repeats["segment"]]
    return repeats.assign(
        sales_amount=list(amounts["sales_amount"].reindex(repeats["segment"])),
        returned_amount=list(amounts["returned_amount"].reindex(repeats["segment"])),
        repeat_rate=repeats["repeat_customers"] / n.where(n > 0),
        repeat_lower=ever[0],
        repeat_upper=ever[1],
        soon_rate=repeats["soon_customers"] / matured.where(matured > 0),
        soon_lower=soon[0],
        soon_upper=soon[1],
        gap_p25=[place[0] for place in places],
        gap_median=[place[1] for place in places],
        gap_p75=[place[2] for place in places],
        is_small=n < min_n,
    )


def _quantiles(gaps: pd.DataFrame) -> tuple[float, float, float]:
    """Give the days that a quarter, half and three quarters of gaps do not exceed."""
    ordered = gaps.sort_values("gap_days")
    reached = ordered["gaps"].cumsum().to_numpy() / ordered["gaps"].sum()
    days = ordered["gap_days"].to_numpy()
    quarter, half, most = (
        float(days[np.searchsorted(reached, share - 1e-12)])
        for share in (0.25, 0.5, 0.75)
    )
    return quarter, half, most


def _sentence(spec: Purchases, summary: pd.DataFrame, currency: str) -> str:
    rows = summary[summary["segment"] == TOTAL]
    if rows.empty:
        return "Nobody in view has ordered."
    row = rows.iloc[0]
    number = int(row["customers"])
    revenue = row["sales_amount"] - (row["returned_amount"] if spec.net else 0)
    given = "after returns" if spec.net else "before returns"
    if spec.first or spec.last:
        given += ", in the time shown"
    again = percent_with_count(row["repeat_rate"], int(row["repeat_customers"]), number)
    text = (
        f"{asking.counted(number, spec.unit)} placed"
        f" {asking.counted(int(row['orders']), 'order')} worth"
        f" {money_text(revenue, currency)} {given}; {again} ordered more than once"
    )
    if not np.isnan(row["gap_median"]):
        days = asking.counted(int(row["gap_median"]), "day")
        text += f", half of the times within {days} of the purchase before"
    return f"{text}."


def _caveats(
    dataset: Dataset,
    spec: Purchases,
    time: asking.ObservedTime,
    frame: pd.DataFrame,
    currency: str,
) -> list[Caveat]:
    caveats = currency_caveats(dataset, currency, "orders")
    if not frame["is_complete"].all():
        last = time.as_of - timedelta(days=1)
        caveats.append(
            Caveat(
                "incomplete",
                f"Observed until {day_label(last)}: the last {spec.interval} still"
                " runs, so its figures will grow.",
            )
        )
    caveats.append(
        Caveat(
            "gaps_of_returners",
            "The time between purchases is that of customers who came again; who has"
            " not bought again yet is in none of it.",
        )
    )
    if not spec.net and frame["returned_amount"].sum() > 0:
        caveats.append(
            Caveat("gross", "Returns and refunds are not taken off the revenue.")
        )
    caveats.extend(asking.small_caveat(frame[frame["is_complete"]], dataset.min_n))
    return caveats

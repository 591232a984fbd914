"""What questions about money share: words for amounts, and what is in no amount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from holdfast.answer import Caveat
from holdfast.cancellation import Cancellation
from holdfast.currencies import (
    Money,
    chosen_currency,
    converted_currencies,
    counted_currencies,
    currencies,
)
from holdfast.dataset import Dataset
from holdfast.earnings import Source
from holdfast.filters import NONE, Filters
from holdfast.measures import formatted
from holdfast.movements import MOST_A_MONTH
from holdfast.occurrence import SUBSCRIPTION
from holdfast.periods import WEEK_SHIFTS, Span, day_label
from holdfast.population import Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.revenue import revenue_relations

_REASONS = {
    "no price": "{who} a paid subscription without a price, which counts as nothing.",
    "negative": "{who} a subscription whose price, less its discount, is below zero;"
    " it counts as nothing.",
    "free": "{who} a subscription that costs nothing, and by it alone pays nothing.",
    "too much": "{who} a subscription of more than 100,000,000,000 a month, which"
    " cannot be true; it counts as nothing.",
    "backwards": "{who} a subscription that ends before it starts; it is left out.",
}


@dataclass(frozen=True)
class RevenueQuestion:
    """A spec about revenue made ready for one dataset."""

    currency: str
    members: Population
    relations: dict[str, Relation]
    time: asking.ObservedTime


def revenue_question(
    dataset: Dataset,
    filters: Filters,
    currency: str,
    interval: Span,
    unit: Unit,
    as_of: date | None,
    cancellation: Cancellation | None,
) -> RevenueQuestion:
    """Find out the currency and the time that are asked for, and what is to be read.

    Args:
        dataset: What is asked.
        filters: Who is in view.
        currency: As in a spec; empty for the most usual one.
        interval: How time is divided.
        unit: What is counted.
        as_of: An earlier end of the observed time.
        cancellation: Lets another thread stop the work.

    Raises:
        SpecError: No subscription has a price, or the spec does not fit the data.
        CancelledError: The cancellation was used.
    """
    chosen = chosen_currency(dataset, currency)
    time = asking.observed_time(dataset, SUBSCRIPTION, as_of)
    found = population(dataset, filters, unit, cancellation, time.cut.before)
    relations = revenue_relations(
        dataset, found, chosen, interval, time.as_of, cancellation
    )
    return RevenueQuestion(chosen, found, relations, time)


def money_text(amount: float, currency: str) -> str:
    """Write an amount with its currency: '12,400 USD', under a hundred '29.50 USD'."""
    is_whole = abs(amount) >= 100 or float(amount).is_integer()
    number = formatted(amount, ",.0f" if is_whole else ",.2f")
    return f"{number} {currency}".rstrip()


def span_values(dataset: Dataset, interval: Span) -> dict[str, Value]:
    """Return the parameters that turn period numbers of any span into dates."""
    return {"calendar": interval, "week_shift": WEEK_SHIFTS[dataset.week_start]}


def unpriced_caveats(
    dataset: Dataset,
    members: Population,
    currency: str,
    as_of: date,
    cancellation: Cancellation | None = None,
) -> tuple[pd.DataFrame, list[Caveat]]:
    """Find out which paid subscriptions are in no amount, and say so.

    Args:
        dataset: Whose subscriptions.
        members: Who is in view.
        currency: What money is counted in.
        as_of: End (exclusive) of the observed time.
        cancellation: Lets another thread stop the work.

    Returns:
        The rows of ``queries/answers/unpriced.sql``, and sentences.
    """
    values: dict[str, Value] = {
        "counted_currencies": [currency, *converted_currencies(dataset, currency)],
        "as_of_on": as_of,
        "most_a_month": MOST_A_MONTH,
    }
    rows = asking.run(dataset, "unpriced", members, {}, values, cancellation)
    caveats = []
    others = rows[rows["reason"] == "other currency"]
    if len(others):
        listed = ", ".join(
            f"{asking.counted(int(customers), members.unit)} in {code or NONE}"
            for code, customers in zip(
                others["currency"], others["customers"], strict=True
            )
        )
        caveats.append(
            Caveat(
                "other_currencies",
                f"What is paid in other currencies is left out: {listed}. Amounts of"
                " different currencies are never added; choose another currency, or"
                " load a file of exchange rates.",
            )
        )
    caveats.extend(_converted_caveat(dataset, currency, "subscriptions"))
    for reason, told in _REASONS.items():
        found = rows[rows["reason"] == reason]
        number = int(found["customers"].sum())
        if number:
            has = "has" if number == 1 else "have"
            who = f"{asking.counted(number, members.unit)} {has}"
            caveats.append(Caveat(reason.replace(" ", "_"), told.format(who=who)))
    return rows, caveats


def currency_caveats(
    dataset: Dataset,
    currency: str,
    table: Source | None,
    *,
    is_of_everyone: bool = False,
) -> list[Caveat]:
    """Say which of a table's currencies are left out, and which are converted.

    Args:
        dataset: Whose money.
        currency: What it is counted in.
        table: Where it is told; an attribute names no currency.
        is_of_everyone: The money is divided by all customers or by their time.
    """
    if table is None or table == "attribute":
        return []
    counted = set(counted_currencies(dataset, currency, table))
    others = [code for code in currencies(dataset, table) if code not in counted]
    caveats = []
    if others:
        caveats.append(
            Caveat(
                "one_currency",
                f"Only {table} in {_listed([currency, *sorted(counted - {currency})])}"
                f" are counted: amounts in {_listed(others)} cannot be added to them."
                " Choose another currency to see those, or load a file of exchange"
                f" rates.{_WITH_NOTHING if is_of_everyone else ''}",
            )
        )
    return [*caveats, *_converted_caveat(dataset, currency, table)]


_WITH_NOTHING = (
    " Whoever pays only in those is still one of all customers, as if they brought"
    " nothing."
)


def _converted_caveat(dataset: Dataset, currency: str, table: Money) -> list[Caveat]:
    converted = sorted({*counted_currencies(dataset, currency, table)} - {currency})
    if not converted:
        return []
    return [
        Caveat(
            "converted",
            f"Amounts in {_listed(converted)} are converted to"
            f" {currency or NONE} at the rate of the day {_RATE_OF[table]}.",
        )
    ]


def _listed(codes: list[str]) -> str:
    return ", ".join(code or NONE for code in codes)


_RATE_OF: dict[Money, str] = {
    "subscriptions": "on which their paid period began, so a rate that moves is no"
    " expansion",
    "orders": "of the order, and so is what was given back later",
    "payments": "of the payment, and so is what was paid back later",
}


def running_caveat(as_of: date, frame: pd.DataFrame) -> list[Caveat]:
    """Say that the last interval still runs, and what is shown of it."""
    if frame["is_complete"].all():
        return []
    return [
        Caveat(
            "incomplete",
            f"Observed until {day_label(as_of - timedelta(days=1))}: the last interval"
            " still runs. What is shown of it is as things stood then; it is in no"
            " average and in no sentence.",
        )
    ]

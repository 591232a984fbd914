"""Currencies: which one money is counted in, and what is converted into it.

Amounts in several currencies are never added as they are. Where the data have a table
of exchange rates into the currency asked for, the others are converted, each at the
rate of the day on which an order was placed, a payment was made or a paid period
began; before the first rate of a currency the first one holds. Whatever has no rate is
left out. The same holds wherever money is told.
"""

from __future__ import annotations

from typing import Literal

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import NONE
from holdfast.population import Relation
from holdfast.query import Value, quoted

Money = Literal["subscriptions", "orders", "payments"]
"""The tables that have amounts."""

_PRICED: dict[Money, str] = {
    "subscriptions": "price is not null and paid_from_on is not null",
    "orders": "amount is not null",
    "payments": "amount is not null",
}
_AMOUNTS: dict[Money, tuple[tuple[str, ...], str]] = {
    "subscriptions": (("price", "discount"), "paid_from_on"),
    "orders": (("amount", "refunded"), "ordered_on"),
    "payments": (("amount", "refunded"), "charged_on"),
}
"""The amounts of each table, and the day that says which rate holds."""


def currencies(dataset: Dataset, table: Money = "subscriptions") -> list[str]:
    """Return the currencies of a table's amounts, that of most customers first.

    Empty where the data do not say one.
    """
    key = ("currencies", table)
    kept = dataset.recall(key)
    if kept is None:
        priced = (
            "select {columns} coalesce(currency, '') as code"
            f" from {quoted(table)} where {_PRICED[table]}"
        )
        frame = dataset.frame(priced.format(columns="distinct"))
        # To count customers takes longer, and most data have one currency.
        if len(frame) > 1:
            frame = dataset.frame(
                f"select code from ({priced.format(columns='customer_no,')})"
                " group by all order by count(distinct customer_no) desc, code"
            )
        kept = list(frame["code"])
        dataset.keep(key, kept)
    return list(kept)


def offered_currencies(dataset: Dataset, table: Money = "subscriptions") -> list[str]:
    """Return the currencies that money can be counted in, the most usual first.

    They are those of the amounts, and those that some of them have rates into.
    """
    found = currencies(dataset, table)
    reached = {
        target
        for target, rated in _rates(dataset).items()
        if not rated.isdisjoint(found)
    }
    return [*found, *sorted(reached.difference(found))]


def counted_currencies(
    dataset: Dataset, currency: str, table: Money = "subscriptions"
) -> list[str]:
    """Return those of a table's currencies that one sum can hold."""
    rated = _rates(dataset).get(currency, frozenset())
    return [
        code for code in currencies(dataset, table) if code == currency or code in rated
    ]


def converted_currencies(dataset: Dataset, currency: str) -> tuple[str, ...]:
    """Return the currencies that are converted into one, without itself."""
    return tuple(sorted(_rates(dataset).get(currency, frozenset()) - {currency}))


def chosen_currency(
    dataset: Dataset, currency: str = "", table: Money = "subscriptions"
) -> str:
    """Return the currency that a table's money is counted in.

    Args:
        dataset: Whose money.
        currency: The one asked for, (none) for amounts without one; empty for the
            workspace's setting where that can be, else the one that most currencies
            can be counted in, else that of most customers.
        table: Where the money is told.

    Returns:
        Its code; empty where the data name none.

    Raises:
        SpecError: Nothing has an amount, or nothing one in this currency.
    """
    offered = offered_currencies(dataset, table)
    if not offered:
        raise SpecError(*_NO_AMOUNT[table])
    asked = "" if currency == NONE else currency
    if currency and asked not in offered:
        raise SpecError(
            "unknown_currency",
            _NOT_IN[table].format(currency=currency),
            f"Choose one of {', '.join(code or NONE for code in offered)}.",
        )
    if currency:
        return asked
    home = dataset.settings.get("currency", "")
    if home and home in offered:
        return home
    return max(offered, key=lambda code: len(counted_currencies(dataset, code, table)))


def rows_in_one_currency(dataset: Dataset, table: Money, currency: str) -> Relation:
    """Select a table's rows, their amounts converted where a rate is known.

    Rows without a rate into the currency keep their own: ``currency`` says which, and
    is empty, never null, where none is given. Whoever adds amounts takes the rows of
    one currency only.

    Args:
        dataset: Whose rows.
        table: The table.
        currency: Its code, as from ``chosen_currency``.
    """
    text = _ROWS.format(table=quoted(table))
    if not converted_currencies(dataset, currency):
        return Relation(text)
    amounts, day = _AMOUNTS[table]
    converted = ",\n        ".join(
        f"priced.{name}::double * coalesce(rates.rate, 1) as {name}" for name in amounts
    )
    values: dict[str, Value] = {
        "currency": currency,
        "rates_target": _rates_target(dataset),
    }
    return Relation(_CONVERTED.format(rows=text, amounts=converted, day=day), values)


def _rates(dataset: Dataset) -> dict[str, frozenset[str]]:
    """Return the currencies that have a rate, by the one they are converted to."""
    kept = dataset.recall("exchange_rates")
    if kept is None:
        kept = {}
        if dataset.knows_rates:
            rates = dataset.frame(
                "select coalesce(target, $rates_target) as target, currency"
                " from exchange_rates where rate > 0 and currency is not null"
                " group by all",
                {"rates_target": _rates_target(dataset)},
            )
            for target, rows in rates.groupby("target"):
                kept[str(target)] = frozenset(rows["currency"])
        dataset.keep("exchange_rates", kept)
    return dict(kept)


def _rates_target(dataset: Dataset) -> str:
    """Return what rates are into that do not say it.

    The workspace's currency; else the most usual one that has no such rate itself, or
    always that of 1.
    """
    home = dataset.settings.get("currency", "")
    if home or not dataset.knows_rates:
        return home
    kept = dataset.recall("rates_target")
    if kept is None:
        rates = dataset.frame(
            "select currency from exchange_rates where target is null"
            " group by currency having min(rate) <> 1 or max(rate) <> 1"
        )
        rated = set(rates["currency"])
        known = [code for table in _PRICED for code in currencies(dataset, table)]
        kept = next((code for code in known if code and code not in rated), "")
        kept = kept or next(iter(known), "")
        dataset.keep("rates_target", kept)
    return str(kept)


_NO_AMOUNT: dict[Money, tuple[str, str, str]] = {
    "subscriptions": (
        "no_prices",
        "No subscription in the data has a price.",
        "Load subscriptions with a price, payments, or a table of customer, month and"
        " MRR.",
    ),
    "orders": (
        "no_amounts",
        "The data have no orders with an amount.",
        "Load orders with an amount.",
    ),
    "payments": (
        "no_amounts",
        "The data have no payments with an amount.",
        "Load payments with an amount.",
    ),
}
_NOT_IN: dict[Money, str] = {
    "subscriptions": "No subscription is paid in {currency}.",
    "orders": "None of the orders are in {currency}.",
    "payments": "None of the payments are in {currency}.",
}

_ROWS = "select * replace (coalesce(currency, '') as currency) from {table}"

_CONVERTED = """select priced.* replace (
        case when rates.rate is null then priced.currency else $currency end
            as currency,
        {amounts}
    )
from ({rows}) as priced
asof left join (
    select
        currency,
        max(rate) as rate,
        case
            when
                row_number() over (
                    partition by currency order by from_on nulls first
                ) = 1
                then date '0001-01-01'
            else from_on
        end as from_on
    from exchange_rates
    where
        rate > 0
        and currency <> $currency
        and coalesce(target, $rates_target) = $currency
    group by currency, from_on
) as rates
    on
        priced.currency = rates.currency
        and priced.{day} >= rates.from_on"""

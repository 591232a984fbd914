"""Prices: what subscriptions are worth a month, in one currency.

Composed beside ``population`` and by its rules.

- ``prices(customer_no, plan, started_on, ended_on, monthly)``: one row per subscription
  period that was paid; ``monthly`` is what a month of it is worth, DECIMAL, so that
  what is added and taken away again comes to nothing; ``ended_on`` is the first local
  day without paid access, null while it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.population import Relation


@dataclass(frozen=True)
class Currency:
    """A currency that subscriptions are paid in.

    Attributes:
        code: Its code; empty where the data do not say one.
        customers: How many customers have a priced subscription in it.
    """

    code: str
    customers: int


def currencies(dataset: Dataset) -> list[Currency]:
    """Return the currencies of priced subscriptions, that of most customers first."""
    kept = dataset.recall("currencies")
    if kept is None:
        frame = dataset.frame(
            "select coalesce(currency, '') as code,"
            " count(distinct customer_no) as customers from subscriptions"
            " where price is not null and paid_from_on is not null"
            " group by all order by customers desc, code"
        )
        kept = [Currency(*row) for row in frame.itertuples(index=False)]
        dataset.keep("currencies", kept)
    return list(kept)


def chosen_currency(dataset: Dataset, currency: str = "") -> str:
    """Return the currency that money is counted in.

    Args:
        dataset: Whose subscriptions.
        currency: The one asked for; empty for the workspace's setting where the data
            have it, else that of most customers.

    Returns:
        Its code; empty where the data name none.

    Raises:
        SpecError: No subscription has a price, or none one in this currency.
    """
    known = [each.code for each in currencies(dataset)]
    if not known:
        raise SpecError(
            "no_prices",
            "No subscription in the data has a price.",
            "Load subscriptions with a price, payments, or a table of customer, month"
            " and MRR.",
        )
    wanted = currency or dataset.settings.get("currency", "")
    if wanted in known:
        return wanted
    if currency:
        raise SpecError(
            "unknown_currency",
            f"No subscription is paid in {currency}.",
            f"Choose one of {', '.join(code or '(none)' for code in known)}.",
        )
    return known[0]


def price_relation(currency: str, as_of: date) -> Relation:
    """Select ``prices`` in one currency.

    Args:
        currency: Its code, as from ``chosen_currency``.
        as_of: End (exclusive) of the observed time.
    """
    return Relation(_PRICES, {"currency": currency, "as_of_on": as_of})


# A price that is missing is worth nothing; a discount beyond the price as well.
_PRICES = """select
    customer_no,
    plan,
    paid_from_on as started_on,
    ended_on,
    (
        greatest(coalesce(price, 0) * quantity - coalesce(discount, 0), 0)
        / interval_months
    )::decimal(18, 6) as monthly
from subscriptions
where
    coalesce(currency, '') = $currency
    and paid_from_on < $as_of_on
    and coalesce(ended_on, date '9999-12-31') > paid_from_on"""

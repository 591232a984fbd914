"""Prices: what subscriptions are worth a month, in one currency.

Composed beside ``population`` and by its rules.

- ``prices(customer_no, plan, started_on, ended_on, monthly)``: one row per subscription
  period that was paid; ``monthly`` is what a month of it is worth, DECIMAL, so that
  what is added and taken away again comes to nothing, null where no price is known or
  none that can be true; ``ended_on`` is the first local day without paid access, null
  while it runs.

What is paid in other currencies is converted at the rate of the day on which the paid
period began, so that a rate that moves is no expansion; without one it is left out
(``currencies``).
"""

from __future__ import annotations

from datetime import date

from holdfast.currencies import rows_in_one_currency
from holdfast.dataset import Dataset
from holdfast.population import Relation
from holdfast.query import Value

MOST_A_MONTH = 1e11
"""From this on a price a month is a mistake; sums of such would not fit either."""


def price_relation(dataset: Dataset, currency: str, as_of: date) -> Relation:
    """Select ``prices`` in one currency, the others converted where rates are known.

    Args:
        dataset: Whose subscriptions.
        currency: Its code, as from ``chosen_currency``.
        as_of: End (exclusive) of the observed time.
    """
    rows = rows_in_one_currency(dataset, "subscriptions", currency)
    values: dict[str, Value] = {
        **rows.values,
        "currency": currency,
        "as_of_on": as_of,
        "most_a_month": MOST_A_MONTH,
    }
    worth = _PRICES.format(rows=rows.text)
    return Relation(_MONTHLY.format(worth=worth), values)


# A price that is missing stays unknown; a discount beyond the price leaves nothing.
_MONTHLY = """select
    customer_no,
    plan,
    started_on,
    ended_on,
    case
        when worth < $most_a_month then greatest(worth, 0)::decimal(18, 6)
    end as monthly
from ({worth})"""

_PRICES = """
    select
        customer_no,
        plan,
        paid_from_on as started_on,
        ended_on,
        (price * quantity - coalesce(discount, 0)) / interval_months as worth
    from ({rows}) as priced
    where
        currency = $currency
        and paid_from_on < $as_of_on
        and coalesce(ended_on, date '9999-12-31') > paid_from_on
"""

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
from holdfast.movements import MOST_A_MONTH, prices_sql
from holdfast.population import Relation
from holdfast.query import Value


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
    return Relation(prices_sql(rows.text), values)

"""Revenue: when what a customer pays a month changed, from what to what.

Composed beside ``population`` and by its rules. What somebody pays depends on no
filter: the changes are computed once for everyone and kept, so that a changed filter or
breakdown only joins them anew.

- ``unit_revenue_changes``: one row per unit and interval of everyone; kept. An import
  of much keeps them by month and customer.
- ``revenue_changes(unit_no, segment_no, period, cohort, movement, mrr_before,
  mrr_after, first_mrr)``: the same for the units in view. An interval is here only if
  what a unit paid at its end differs from what it paid at the end of the interval
  before. ``cohort`` is the first interval at whose end the unit paid, and ``first_mrr``
  what it paid then. Amounts are DECIMAL: what comes and goes adds up to nothing.

A unit with several subscriptions pays their sum. What begins and ends within one
interval was paid at the end of none. Of an interval that still runs, the end is the
last complete day.
"""

from __future__ import annotations

import hashlib
from datetime import date

from holdfast.cancellation import Cancellation
from holdfast.currencies import converted_currencies
from holdfast.dataset import Dataset
from holdfast.errors import DatasetError
from holdfast.movements import (
    NARROW,
    WIDE,
    changes_sql,
    kept_sql,
    paid_sql,
    spans_sql,
)
from holdfast.periods import Span
from holdfast.population import Population, Relation
from holdfast.pricing import price_relation


def revenue_relations(
    dataset: Dataset,
    members: Population,
    currency: str,
    interval: Span,
    as_of: date,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``revenue_changes`` and what it reads.

    Args:
        dataset: Whose subscriptions.
        members: Who is in view.
        currency: What money is counted in, as from ``chosen_currency``.
        interval: Day, week, month, quarter or year.
        as_of: End (exclusive) of the observed time.
        cancellation: Lets another thread stop the work.
    """
    prices = price_relation(dataset, currency, as_of)
    unit, join = "prices.customer_no", ""
    if members.unit == "account":
        unit = "customers.account_no"
        join = (
            "\ninner join customers"
            "\n    on prices.customer_no = customers.customer_no"
            "\nwhere customers.account_no is not null"
        )
    paid = paid_sql(unit, join)
    spans = spans_sql(interval, dataset.week_start)
    # What is joined with exchange rates comes in any order.
    is_in_order = members.unit == "customer" and not converted_currencies(
        dataset, currency
    )
    key = f"{currency} {interval} {as_of} {members.unit}"
    kept = f"revenue_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    is_wide = ("wide amounts", currency)

    def make(amount: str) -> str:
        changes = changes_sql(amount, is_in_order=is_in_order)
        made = kept_sql(prices.text, paid, spans, changes)
        dataset.materialise(kept, made, prices.values, cancellation)
        return changes

    if (interval, members.unit) == ("month", "customer") and (
        dataset.movements_of == (currency, as_of)
    ):
        # The import has kept them.
        kept, changes = "monthly_movements", changes_sql(NARROW, is_in_order=True)
    else:
        try:
            changes = make(WIDE if dataset.recall(is_wide) else NARROW)
        except DatasetError:
            # Ten prices just under the most that one may be are too much for the quick
            # type; the wide one takes longer, and holds anything.
            changes = make(WIDE)
            dataset.keep(is_wide, True)
    return {
        "prices": prices,
        "paid": Relation(paid),
        "paid_spans": Relation(spans, {"as_of_on": as_of}),
        "unit_revenue_changes": Relation(changes, kept_as=kept),
        "revenue_changes": Relation(_of_members(members)),
    }


def _of_members(members: Population) -> str:
    """Join the changes with the units in view."""
    segment, join = "0::utinyint as segment_no", ""
    if not members.is_everyone:
        segment = "members.segment_no"
        source = "population"
        if members.unit == "account":
            source = "(select distinct unit_no, segment_no from population)"
        join = (
            f"\ninner join {source} as members\n"
            "    on unit_revenue_changes.unit_no = members.unit_no"
        )
    columns = ("period", "cohort", "movement", "mrr_before", "mrr_after", "first_mrr")
    listed = "".join(f",\n    unit_revenue_changes.{name}" for name in columns)
    return (
        f"select\n    unit_revenue_changes.unit_no,\n    {segment}{listed}"
        f"\nfrom unit_revenue_changes{join}"
    )

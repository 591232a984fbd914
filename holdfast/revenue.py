"""Revenue: when what a customer pays a month changed, from what to what.

Composed beside ``population`` and by its rules. What somebody pays depends on no
filter: the changes are computed once for everyone and kept, so that a changed filter or
breakdown only joins them anew.

- ``unit_revenue_changes``: one row per unit and interval of everyone; kept.
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
from holdfast.periods import Span, period_sql
from holdfast.population import Population, Relation
from holdfast.pricing import price_relation
from holdfast.spells import ONE_OF_SEVERAL

MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn")
"""What a change can be, growth first."""

_NARROW, _WIDE = "decimal(18, 6)", "decimal(38, 6)"


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
    paid = _PAID.format(unit=unit, join=join)
    spans = _SPANS.format(
        came=period_sql("started_on", interval, dataset.week_start),
        went=period_sql("ended_on", interval, dataset.week_start),
    )
    # What is joined with exchange rates comes in any order.
    is_in_order = members.unit == "customer" and not converted_currencies(
        dataset, currency
    )
    key = f"{currency} {interval} {as_of} {members.unit}"
    kept = f"revenue_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    is_wide = ("wide amounts", currency)

    def make(amount: str) -> str:
        changes = _CHANGES.format(
            is_one_of_several=ONE_OF_SEVERAL,
            movements=f"enum{MOVEMENTS}",
            line="" if is_in_order else "order by unit_no",
            amount=amount,
        )
        made = (
            f"with prices as (\n{prices.text}\n),\npaid as (\n{paid}\n),"
            f"\npaid_spans as (\n{spans}\n)\nfrom (\n{changes}\n)"
        )
        dataset.materialise(kept, made, prices.values, cancellation)
        return changes

    try:
        changes = make(_WIDE if dataset.recall(is_wide) else _NARROW)
    except DatasetError:
        # Ten prices just under the most that one may be are too much for the quick
        # type; the wide one takes longer, and holds anything.
        changes = make(_WIDE)
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


# Of most units there is one period only: they come and go, and need no running sum.
# Of each of the others, the first change is all that it paid at first.
_CHANGES = """with spans as materialized (
    select
        *,
        {is_one_of_several} as is_one_of_several
    from paid_spans
    window line as ({line})
),

singles as (
    select *
    from spans
    where not is_one_of_several
),

others as (
    select *
    from spans
    where is_one_of_several
)

select
    unit_no,
    came as period,
    came as cohort,
    'new'::{movements} as movement,
    0::{amount} as mrr_before,
    monthly as mrr_after,
    monthly as first_mrr
from singles
where went is distinct from came
union all
select
    unit_no,
    went as period,
    came as cohort,
    'churn'::{movements} as movement,
    monthly as mrr_before,
    0::{amount} as mrr_after,
    monthly as first_mrr
from singles
where went <> came
union all
select
    unit_no,
    period,
    cohort,
    case
        when period = cohort then 'new'
        when mrr_after = change then 'reactivation'
        when mrr_after = 0 then 'churn'
        when change > 0 then 'expansion'
        else 'contraction'
    end::{movements} as movement,
    (mrr_after - change)::{amount} as mrr_before,
    mrr_after::{amount} as mrr_after,
    first_mrr
from (
    select
        *,
        sum(change) over unit as mrr_after,
        first_value(period) over unit as cohort,
        first_value(change) over unit as first_mrr
    from (
        select
            unit_no,
            period,
            sum(change)::{amount} as change
        from (
            select
                unit_no,
                came as period,
                monthly as change
            from others
            union all
            select
                unit_no,
                went as period,
                -monthly as change
            from others
            where went is not null
        )
        group by unit_no, period
        having sum(change) <> 0
    )
    window unit as (partition by unit_no order by period)
)"""

_SPANS = """select
    unit_no,
    {came} as came,
    case when ended_on < $as_of_on then {went} end as went,
    monthly
from paid
where monthly > 0"""

_PAID = """select
    {unit} as unit_no,
    prices.started_on,
    prices.ended_on,
    prices.monthly
from prices{join}"""

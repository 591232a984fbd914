"""Movements of revenue in SQL: from subscription periods to what changed, and when.

The text that an import keeps monthly movements by and that questions are asked by; see
``revenue`` for what the rows mean. It binds ``$currency``, ``$as_of_on`` (the end,
exclusive, of the observed time) and ``$most_a_month``.
"""

from __future__ import annotations

from holdfast.periods import Span, period_sql

MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn")
"""What a change can be, growth first."""

MOST_A_MONTH = 1e11
"""From this on a price a month is a mistake; sums of such would not fit either."""

NARROW, WIDE = "decimal(18, 6)", "decimal(38, 6)"
"""Types of amounts: the quick one, and the one that holds any sum."""

# Subscriptions lie in order of their customers, so whether the rows around are of the
# same one is told as they stream by; in any other order that would be silently wrong.
ONE_OF_SEVERAL = """case
            when unit_no < lag(unit_no) over line
                then error('Subscriptions are not in order of their customers.')
            else
                coalesce(unit_no = lag(unit_no) over line, false)
                or coalesce(unit_no = lead(unit_no) over line, false)
        end"""
"""Tells rows of units that have several, over a window called ``line``."""


def prices_sql(rows: str) -> str:
    """Write ``prices``: what a month of each paid subscription period is worth.

    Args:
        rows: Selects subscriptions, their amounts in one currency where they can be;
            ``currency`` is never null.
    """
    return _MONTHLY.format(worth=_PRICES.format(rows=rows))


def spans_sql(interval: Span, week_start: str) -> str:
    """Write ``paid_spans``: from which to which interval each of ``paid`` was paid."""
    return _SPANS.format(
        came=period_sql("started_on", interval, week_start),
        went=period_sql("ended_on", interval, week_start),
    )


def changes_sql(amount: str, *, is_in_order: bool) -> str:
    """Write the changes of what each unit pays, from ``paid_spans``.

    Args:
        amount: ``NARROW`` or ``WIDE``.
        is_in_order: The rows come in order of their units.
    """
    return _CHANGES.format(
        is_one_of_several=ONE_OF_SEVERAL,
        movements=f"enum{MOVEMENTS}",
        line="" if is_in_order else "order by unit_no",
        amount=amount,
    )


def kept_sql(prices: str, paid: str, spans: str, changes: str) -> str:
    """Put the steps in one statement."""
    return (
        f"with prices as (\n{prices}\n),\npaid as (\n{paid}\n),"
        f"\npaid_spans as (\n{spans}\n)\nfrom (\n{changes}\n)"
    )


def paid_sql(unit: str, join: str = "") -> str:
    """Write ``paid``: the times and prices of each unit."""
    return _PAID.format(unit=unit, join=join)


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

# Of most units there is one period only: they come and go, and need no running sum.
# Of each of the others, the first change is all that it paid at first.
_CHANGES = """with spans as materialized (
    select
        unit_no,
        came,
        went,
        monthly,
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
    started_on,
    ended_on,
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

"""Subscriptions of a million customers over 36 months: churn and movements.

There is no peer: the question is whether a figure appears in time.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.asking import BY_PLAN, NARROWED, PLAIN, Asked, dataset_of, measured
from holdfast.questions.churn import Churn
from holdfast.questions.mrr import Mrr
from holdfast.questions.revenue_cohorts import RevenueCohorts

CASE = "subscriptions"
CUSTOMERS = 1_000_000
_VERSION = 1

ASKED: tuple[Asked, ...] = (
    ("movements by plan, first", Mrr(), BY_PLAN),
    ("movements, other filter", Mrr(), NARROWED),
    ("movements of everyone", Mrr(), PLAIN),
    ("movements by quarter, by plan", Mrr("quarter"), BY_PLAN),
    ("cohorts by plan", RevenueCohorts(), BY_PLAN),
    ("churn by plan, first", Churn(), BY_PLAN),
    ("churn, other filter", Churn(), NARROWED),
)


def show(folder: Path, customers: int) -> None:
    """Ask about many subscriptions, and print the seconds.

    Of four customers one changes the plan or comes back once, one of twelve twice.

    Args:
        folder: Where files and the workspace are made and kept.
        customers: How many.
    """
    files = {"customers": _CUSTOMERS, "subscriptions": _PERIODS}
    place = folder / f"{CASE}-{customers}-{_VERSION}"
    measured(dataset_of(place, files, customers), CASE, ASKED)


_CUSTOMERS = """select
    format('c{{:07d}}', i) as customer_id,
    date '2022-01-01' + (hash(i) % 1095)::integer as signed_up_at,
    case hash(i, 1) % 4 when 0 then 'pro' when 1 then 'team' else 'solo' end as plan,
    case hash(i, 2) % 5 when 0 then 'DE' when 1 then 'FR' else 'US' end as country
from range({number}) as numbers (i)"""

# Days since 1 January 2022; three years are observed.
_PERIODS = """with lives as (
    select
        i,
        (hash(i) % 1095)::integer as first,
        (hash(i) % 1095 + 30 + hash(i, 3) % 600)::integer as second,
        case when hash(i, 4) % 2 = 0 then 0 else 60 end as gap,
        hash(i, 5) % 4 = 0 as has_second,
        hash(i, 6) % 3 = 0 as has_third
    from range({number}) as numbers (i)
),

periods as (
    select i, 1 as n, first as began, second as ended from lives
    union all
    select i, 2 as n, second + gap, second + gap + 200 from lives where has_second
    union all
    select i, 3 as n, second + gap + 200, second + gap + 500 from lives
    where has_second and has_third
)

select
    format('c{{:07d}}', i) as customer_id,
    date '2022-01-01' + began as started_at,
    case when ended < 1095 then date '2022-01-01' + ended end as ended_at,
    10 + 7 * (hash(i, n, 7) % 9) as price,
    case when hash(i, n, 8) % 8 = 0 then 12 else 1 end as interval_months,
    'USD' as currency
from periods
where began < 1095"""

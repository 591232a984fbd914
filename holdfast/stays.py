"""Stays: at the ends of which periods each unit was a customer.

Composed from ``spells`` and by its rules; kept for everyone, so that a changed filter
or breakdown only joins it anew.

- ``unit_stays``: one row per unit and stay of everyone; kept.
- ``stays(unit_no, segment_no, from_period, until_period, is_back, started_on, ended_on,
  reason)``: the same for the units in view. A unit was a customer at the ends of the
  periods from ``from_period`` up to, but without, ``until_period``; null while it still
  is one. Where both are the same, it came and went between two ends. ``is_back`` says
  that it had been a customer in an earlier period.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.periods import Span, period_sql
from holdfast.population import Population, Relation


def stay_relations(
    dataset: Dataset,
    members: Population,
    spells: dict[str, Relation],
    span: Span,
    as_of: date,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``stays`` and what it reads.

    Args:
        dataset: Where the stays are kept.
        members: Who is in view.
        spells: What ``spell_relations`` composed.
        span: The length of a period.
        as_of: End (exclusive) of the observed time; what was seen on its last day is
            the state of the period that still runs.
        cancellation: Lets another thread stop the work.
    """
    source = spells["unit_spells"].kept_as
    text = _STAYS.format(
        started=period_sql("started_on", span, dataset.week_start),
        ended=period_sql("ended_on", span, dataset.week_start),
    )
    key = f"{source} {span} {as_of}"
    kept = f"stays_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    values = {"seen_until_on": as_of}
    made = f"with unit_spells as (select * from {source})\n{text}"
    dataset.materialise(kept, made, values, cancellation)
    return spells | {
        "unit_stays": Relation(text, values, kept_as=kept),
        "stays": Relation(_of_members(members)),
    }


def _of_members(members: Population) -> str:
    """Join the stays with the units in view."""
    if members.is_everyone:
        return "select\n    *,\n    0::utinyint as segment_no\nfrom unit_stays"
    source = "population"
    if members.unit == "account":
        source = "(select distinct unit_no, segment_no from population)"
    return (
        "select\n    unit_stays.*,\n    members.segment_no\nfrom unit_stays"
        f"\ninner join {source} as members\n    on unit_stays.unit_no = members.unit_no"
    )


# Most were a customer once: only the others' spells are set beside each other. Spells
# of one unit follow each other; where one begins in the period in which the one before
# ended, nothing of the time between is seen at an end.
_STAYS = """select
    unit_no,
    from_period,
    until_period,
    false as is_back,
    started_on,
    ended_on,
    reason
from (
    select
        *,
        {started} as from_period,
        {ended} as until_period
    from (
        select
            unit_no,
            started_on,
            case when ended_on < $seen_until_on then ended_on end as ended_on,
            case when ended_on < $seen_until_on then reason end as reason
        from unit_spells
        where spell_no = 1 and next_started_on is null
    )
)
union all
select
    unit_no,
    min(from_period) as from_period,
    case when count(until_period) = count(*) then max(until_period) end as until_period,
    min(from_period) > min(first_period) as is_back,
    min(started_on) as started_on,
    case when count(ended_on) = count(*) then max(ended_on) end as ended_on,
    max({{'s': spell_no, 'r': reason}}).r as reason
from (
    select
        *,
        min(from_period) over unit as first_period,
        count_if(is_new) over (unit rows unbounded preceding) as island
    from (
        select
            *,
            coalesce(from_period > lag(until_period) over unit, true) as is_new
        from (
            select
                *,
                {started} as from_period,
                {ended} as until_period
            from (
                select
                    unit_no,
                    spell_no,
                    started_on,
                    case when ended_on < $seen_until_on then ended_on end as ended_on,
                    case when ended_on < $seen_until_on then reason end as reason
                from unit_spells
                where spell_no > 1 or next_started_on is not null
            )
        )
        window unit as (partition by unit_no order by spell_no)
    )
    window unit as (partition by unit_no order by spell_no)
)
group by unit_no, island"""


def tenure_relations(
    spells: dict[str, Relation], as_of: date, lapse_days: int
) -> dict[str, Relation]:
    """Compose ``tenures(unit_no, segment_no, left_month, seen_months)`` of dated lives.

    One row per unit in view, of its first time as a customer: the month of it in which
    the last day as one lies, from 1, null while it goes on; and how many of its months
    were over by the end of what is known.

    Args:
        spells: What ``spell_relations`` composed.
        as_of: End (exclusive) of the observed time.
        lapse_days: Judged by silence, its length: whoever left did so at the last sign
            of life, and of the last so many days nothing is known yet.
    """
    return spells | {
        "tenures": Relation(
            _TENURES_OF_SPELLS,
            {
                "known_until_on": as_of - timedelta(days=lapse_days),
                "silent": lapse_days,
            },
        )
    }


def told_tenures() -> dict[str, Relation]:
    """Compose ``tenures`` of a customer table that tells tenure and who has left."""
    return {"tenures": Relation(_TENURES_TOLD)}


_TENURES_OF_SPELLS = """select
    unit_no,
    segment_no,
    datesub('month', started_on, ended_on - greatest($silent::integer, 1)) + 1
        as left_month,
    datesub('month', started_on, $known_until_on) as seen_months
from spells
where spell_no = 1 and started_on < $known_until_on"""

# Whoever left was seen until then; a tenure of nought that ended did so in month 1.
_TENURES_TOLD = """select
    unit_no,
    segment_no,
    case when has_left then greatest(ceil(tenure), 1)::bigint end as left_month,
    case when has_left then greatest(ceil(tenure), 1) else floor(tenure) end::bigint
        as seen_months
from (
    select
        population.unit_no,
        population.segment_no,
        max(customers.tenure_months) as tenure,
        bool_and(coalesce(customers.has_churned, false)) as has_left
    from customers
    inner join population
        on customers.customer_no = population.customer_no
    where customers.tenure_months >= 0 and isfinite(customers.tenure_months)
    group by all
)"""

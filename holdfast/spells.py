"""Spells: from when to when a customer was one, and why that ended.

Composed beside ``population`` and by its rules. When somebody was a customer depends on
no filter: it is computed once for everyone and kept, so that a changed filter or
breakdown only joins it anew.

- ``unit_spells``: one row per unit and spell of everyone; kept.
- ``spells(unit_no, segment_no, spell_no, started_on, ended_on, next_started_on,
  reason)``: the same for the units in view. ``ended_on`` is the first local day on
  which the unit is no customer any more, null while it is one; ``spell_no`` counts from
  1; ``reason`` is the one given with the subscription that ended last, if any; blanks
  and "(no reason given)" are none.

Whoever is a customer on a day was so for ``started_on <= day < ended_on``. At the end
of an interval is on its last day: a spell covers the ends of the intervals from that of
``started_on`` up to, but without, that of ``ended_on``.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import Clock, active_periods
from holdfast.movements import ONE_OF_SEVERAL
from holdfast.occurrence import ACTIVITY, ORDER
from holdfast.population import Population, Relation
from holdfast.query import Value
from holdfast.reasons import UNEXPLAINED

Ending = Literal["access", "cancellation"]
"""When a subscription ends: with its paid access, or on the day it is cancelled."""

_SIGNS = {"activity": ACTIVITY, "order": ORDER}


def spell_relations(
    dataset: Dataset,
    members: Population,
    sign: str,
    clock: Clock,
    as_of: date,
    lapse_days: int = 0,
    ending: Ending = "access",
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``spells`` and what it reads.

    Args:
        dataset: Where names are looked up.
        members: Who is in view.
        sign: ``subscription``, ``activity`` or ``order``. Without subscriptions a
            spell ends when a silence gets longer than ``lapse_days``, on the day it
            does, so that later data never change an earlier day.
        clock: The data that may be seen.
        as_of: End (exclusive) of the observed time; what ends later has not ended.
        lapse_days: The longest silence of a customer.
        ending: When a subscription ends.
        cancellation: Lets another thread stop the work.

    Raises:
        SpecError: The table of the sign is empty.
    """
    relations: dict[str, Relation] = {}
    if sign == "subscription":
        ended = _CANCELLED if ending == "cancellation" else "ended_on"
        runs, last_end = _PAID_RUNS.format(ended_on=ended), "as_of_on"
    else:
        days = active_periods(
            dataset, _SIGNS[sign], Clock("day", cut=clock.cut), "return", cancellation
        )
        relations["return_periods"] = days
        runs, last_end = _ACTIVE_RUNS, "as_of_on - 1"
    unit = "runs.customer_no"
    join = ""
    if members.unit == "account":
        unit = "customers.account_no"
        join = (
            "\n    inner join customers\n"
            "        on runs.customer_no = customers.customer_no\n"
            "    where customers.account_no is not null"
        )
    is_in_order = sign == "subscription" and members.unit == "customer"
    text = _SPELLS.format(
        runs=runs,
        unit=unit,
        join=join,
        last_end=f"${last_end}",
        is_one_of_several=ONE_OF_SEVERAL,
        line="" if is_in_order else "order by unit_no",
    )
    values: dict[str, Value] = {"as_of_on": as_of}
    if sign == "subscription":
        values["unexplained"] = UNEXPLAINED
    else:
        values["lapse_days"] = lapse_days
    key = f"{sign} {ending} {clock.cut} {as_of} {lapse_days} {members.unit}"
    kept = f"spells_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    made = text
    if "return_periods" in relations:
        table = relations["return_periods"].kept_as
        made = f"with return_periods as (select * from {table})\nfrom (\n{text}\n)"
    dataset.materialise(kept, made, values, cancellation)
    relations["unit_spells"] = Relation(text, values, kept_as=kept)
    relations["spells"] = Relation(_of_members(members))
    return relations


def _of_members(members: Population) -> str:
    """Join the spells with the units in view."""
    segment, join = "0::utinyint as segment_no", ""
    if not members.is_everyone:
        segment = "members.segment_no"
        source = "population"
        if members.unit == "account":
            source = "(select distinct unit_no, segment_no from population)"
        join = (
            f"\ninner join {source} as members\n"
            "    on unit_spells.unit_no = members.unit_no"
        )
    return (
        f"select\n    unit_spells.unit_no,\n    {segment},\n    unit_spells.spell_no,"
        "\n    unit_spells.started_on,\n    unit_spells.ended_on,"
        "\n    unit_spells.next_started_on,\n    unit_spells.reason"
        f"\nfrom unit_spells{join}"
    )


# Whoever cancels on the first paid day has still been a customer on it.
_CANCELLED = (
    "case when cancelled_on is null then ended_on"
    " else least(ended_on, greatest(cancelled_on, paid_from_on + 1)) end"
)

# A subscription that ends before it starts was no time with us.
_PAID_RUNS = """            select
                customer_no,
                paid_from_on as started_on,
                coalesce({ended_on}, date '9999-12-31') as ended_on,
                case
                    when not regexp_matches(cancel_reason, $unexplained)
                        then cancel_reason
                end as reason
            from subscriptions
            where paid_from_on < $as_of_on
            and coalesce({ended_on}, date '9999-12-31') > paid_from_on"""

# Of the active days only the first and the last before a long silence are read.
_ACTIVE_RUNS = """            select
                customer_no,
                started_on,
                coalesce(last_on + $lapse_days::integer, date '9999-12-31') as ended_on,
                null::varchar as reason
            from (
                select
                    customer_no,
                    is_first,
                    date '1970-01-01' + period as started_on,
                    date '1970-01-01' + case
                        when is_last then period
                        else lead(period)
                            over (partition by customer_no order by period)
                    end as last_on
                from (
                    select
                        customer_no,
                        period,
                        previous_period is null
                        or period - previous_period > $lapse_days as is_first,
                        next_period is null
                        or next_period - period > $lapse_days as is_last
                    from return_periods
                    where date '1970-01-01' + period < $as_of_on
                )
                where is_first or is_last
            )
            where is_first"""


# Most have one run, which is a spell as it is. Of the others, runs that overlap or meet
# are one spell; of those that end it, one with a reason. What begins after all that
# came before has ended is the next spell.
_SPELLS = """with runs as materialized (
    select
        *,
        {is_one_of_several} as is_one_of_several
    from (
        select
            {unit} as unit_no,
            runs.started_on,
            runs.ended_on,
            runs.reason
        from (
{runs}
        ) as runs{join}
    )
    window line as ({line})
)

select
    unit_no,
    1::bigint as spell_no,
    started_on,
    case when ended_on <= {last_end} then ended_on end as ended_on,
    null::date as next_started_on,
    case when ended_on <= {last_end} then reason end as reason
from runs
where not is_one_of_several
union all
select
    unit_no,
    spell_no::bigint as spell_no,
    min(started_on) as started_on,
    case when max(ended_on) <= {last_end} then max(ended_on) end as ended_on,
    case when max(next_on) > max(ended_on) then max(next_on) end as next_started_on,
    case
        when max(ended_on) <= {last_end}
            then max({{'e': ended_on, 'g': reason is not null, 'r': reason}}).r
    end as reason
from (
    select
        *,
        count_if(is_new) over (unit range unbounded preceding) as spell_no
    from (
        select
            *,
            lead(started_on) over unit as next_on,
            coalesce(
                started_on > max(ended_on) over (
                    unit rows between unbounded preceding and 1 preceding
                ),
                true
            ) as is_new
        from runs
        where is_one_of_several
        window unit as (partition by unit_no order by started_on)
    )
    window unit as (partition by unit_no order by started_on)
)
group by unit_no, spell_no"""

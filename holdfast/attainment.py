"""Milestones: the relation that first success reads.

Composed beside ``population`` and by its rules. When somebody started, reached the
milestone and was there later depends on no filter: it is computed once for everyone and
kept, so that a changed filter or breakdown only joins it anew.

- ``attained(unit_no, started_on, cohort, days, seen_days, is_retained)``: one row per
  unit that has started. ``days`` is in how many days the milestone was reached, null
  where it was not; ``seen_days`` for how many whole days the unit was observed.
- ``successes``: the same for the units in view, with their segment, without those whose
  start was not observed with what came after it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import Clock, active_periods, happened_instants
from holdfast.occurrence import Occurrence
from holdfast.periods import period_of, period_sql
from holdfast.population import Population, Relation


@dataclass(frozen=True)
class Attainment:
    """What is to be attained, and when it is looked whether somebody stayed.

    Attributes:
        start: What starts a customer's story.
        milestone: What is to be reached at the start or after it.
        times: How often the milestone has to happen.
        returning: What shows that the customer is still there.
        retained_at: The interval after the start in which that is looked for.
        clock: How time is divided, and the data that may be seen.
        first_on: First local day on which a start is taken.
        as_of: End (exclusive) of the observed time.
    """

    start: Occurrence
    milestone: Occurrence
    times: int
    returning: Occurrence
    retained_at: int
    clock: Clock
    first_on: date
    as_of: date


def attainment_relations(
    dataset: Dataset,
    members: Population,
    wanted: Attainment,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``successes`` and what it reads.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    clock = wanted.clock
    periods = active_periods(dataset, wanted.returning, clock, "return", cancellation)
    parts = (
        *(wanted.start, wanted.milestone, wanted.times, wanted.returning),
        *(wanted.retained_at, clock, wanted.as_of, members.unit),
    )
    key = hashlib.sha256(" ".join(map(repr, parts)).encode()).hexdigest()[:12]
    attained = _attained(dataset, wanted, members.unit, "return_periods")
    kept = f"attained_{key}"
    run = _attained(dataset, wanted, members.unit, str(periods.kept_as))
    dataset.materialise(kept, run.text, run.values, cancellation)
    as_of_period = period_of(wanted.as_of, clock.interval, dataset.week_start)
    return {
        "return_periods": periods,
        "attained": Relation(attained.text, attained.values, kept_as=kept),
        "successes": Relation(
            _in_view(members),
            {
                "first_on": wanted.first_on,
                "retained_at": wanted.retained_at,
                "as_of_period": as_of_period,
            },
        ),
    }


def _in_view(members: Population) -> str:
    """Join what was attained with who is in view; everyone needs no join."""
    segment, join = "0::utinyint as segment_no", ""
    if not members.is_everyone:
        segment = "members.segment_no"
        join = (
            "\ninner join (select distinct unit_no, segment_no from population)"
            " as members\n    on attained.unit_no = members.unit_no"
        )
    return (
        f"select\n    attained.unit_no,\n    {segment},\n    attained.cohort,"
        "\n    case when attained.days <= attained.seen_days then attained.days end"
        " as days,\n    attained.seen_days,"
        "\n    attained.cohort + $retained_at < $as_of_period as is_measured,"
        "\n    attained.is_retained"
        f"\nfrom attained{join}"
        "\nwhere attained.started_on >= $first_on and attained.seen_days >= 0"
    )


def _attained(
    dataset: Dataset, wanted: Attainment, unit: str, periods: str
) -> Relation:
    clock = wanted.clock
    begun = happened_instants(dataset, wanted.start, clock, "start")
    done = happened_instants(dataset, wanted.milestone, clock, "milestone")
    cohort = period_sql("begun.started_on", clock.interval, dataset.week_start)
    midnight = datetime(wanted.as_of.year, wanted.as_of.month, wanted.as_of.day)
    reached = "min(done.happened_at)"
    if wanted.times > 1:
        reached = "min(done.happened_at, $times::bigint)[$times]"
    return Relation(
        _ATTAINED.format(
            begun=_of_units(begun.text, unit),
            done=_of_units(done.text, unit),
            periods=_of_units(f"    select customer_no, period from {periods}", unit),
            reached=reached,
            cohort=cohort,
        ),
        {
            **begun.values,
            **done.values,
            "retained_at": wanted.retained_at,
            "as_of_at": midnight if clock.by_days else dataset.utc(wanted.as_of),
            **({"times": wanted.times} if wanted.times > 1 else {}),
        },
    )


def _of_units(text: str, unit: str) -> str:
    """Say of rows of customers which unit they are of."""
    if unit == "customer":
        return f"select customer_no as unit_no, * from (\n{text}\n    )"
    return (
        f"select customers.account_no as unit_no, happened.* from (\n{text}\n    )"
        " as happened inner join customers"
        " on happened.customer_no = customers.customer_no"
        " where customers.account_no is not null"
    )


_ATTAINED = """with begun as (
    select
        unit_no,
        min(happened_on) as started_on,
        min(happened_at) as started_at
    from ({begun})
    group by unit_no
),

reached as (
    select
        begun.unit_no,
        {reached} as reached_at
    from begun
    inner join ({done}) as done
        on begun.unit_no = done.unit_no and done.happened_at >= begun.started_at
    group by begun.unit_no
),

kept as (
    select distinct begun.unit_no
    from begun
    inner join ({periods}) as later
        on
            begun.unit_no = later.unit_no
            and later.period = {cohort} + $retained_at
)

select
    begun.unit_no,
    begun.started_on,
    {cohort} as cohort,
    ceil(epoch(reached.reached_at - begun.started_at) / 86400)::integer as days,
    floor(epoch($as_of_at - begun.started_at) / 86400)::integer as seen_days,
    kept.unit_no is not null as is_retained
from begun
left join reached
    on begun.unit_no = reached.unit_no
left join kept
    on begun.unit_no = kept.unit_no"""

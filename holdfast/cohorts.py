"""Starts and returns: the relations that retention and lifecycle read.

Composed beside ``population`` and by its rules: names come from the dataset's
catalogue and are quoted, values are bound.

- ``starts(unit_no, segment_no, cohort, started_at)``: one row per unit and cohort.
- ``returns(unit_no, period)`` or, rolling, ``returns(unit_no, returned_at)``.
- ``visits(unit_no, segment_no, cohort, interval)``: distinct intervals, counted from
  the start, in which a unit came back.
- ``presence(unit_no, segment_no, period, previous_period, next_period)``: distinct
  active periods with their neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import (
    Clock,
    active_periods,
    happened_instants,
    seen_days,
    table_of,
)
from holdfast.occurrence import Occurrence
from holdfast.periods import ROLLING_DAYS, Interval, period_of, period_sql
from holdfast.population import Population, Relation, Unit, ranked_segments
from holdfast.query import Value

Entry = Literal["first", "recurring"]

# A sign-up is no activity, and a subscription is active at the end of an interval but
# starts on its first paid day.
_STARTS_BEFORE_IT_IS_ACTIVE = ("signup", "subscription")


def cohort_relations(
    dataset: Dataset,
    members: Population,
    start: Occurrence,
    returning: Occurrence,
    clock: Clock,
    entry: Entry = "first",
    cohorts: tuple[date | None, date | None] = (None, None),
    by_property: str | None = None,
    segments: int = 8,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``starts``, ``returns`` and ``visits``, and what they read.

    With ``by_property`` also ``entries`` and ``segments``: the segment is then what the
    start event says, not what the customer is.

    Args:
        dataset: Where names are looked up.
        members: Who is in view.
        start: What starts a customer's story.
        returning: What shows that the customer is still there.
        clock: How time is divided.
        entry: A unit enters at its first start in all history, or in every
            interval in which it starts.
        cohorts: First and last local day of the cohorts' intervals.
        by_property: Property of the start event whose values are the segments.
        segments: How many of them stand alone.
        cancellation: Lets another thread stop the work.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    bounds = _cohort_bounds(dataset, clock, cohorts)
    relations: dict[str, Relation] = {}
    if not clock.rolling:
        relations["return_periods"] = active_periods(
            dataset, returning, clock, "return", cancellation
        )
    if by_property is not None:
        relations["entries"] = _entries(dataset, start, clock, entry, by_property)
        relations["segments"] = Relation(
            ranked_segments("entries", "count(distinct unit_no)"),
            {"segments": segments},
        )
        starts = _BY_PROPERTY
    elif clock.rolling or start.kind in _STARTS_BEFORE_IT_IS_ACTIVE:
        starts = _starts(dataset, members, start, clock, entry)
    else:
        if start != returning:
            relations["start_periods"] = active_periods(
                dataset, start, clock, "start", cancellation
            )
        periods = "return_periods" if start == returning else "start_periods"
        starts = _starts_of_periods(members, periods, entry)
    cohort = _cohort_of_rollup(
        start, returning, clock, entry, members.unit, by_property
    )
    relations["starts"] = _bounded(starts, bounds)
    if cohort is not None:
        relations["visits"] = _bounded(_visits_of_rollup(members, cohort), bounds)
    elif clock.rolling and returning.kind == "subscription":
        relations["visits"] = _rolling_subscriptions(dataset, clock)
    else:
        relations["returns"] = _returns(dataset, members, returning, clock)
        relations["visits"] = _visits(clock)
    return relations


def presence_relations(
    dataset: Dataset,
    members: Population,
    shown_by: Occurrence,
    clock: Clock,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``presence``, each unit's active periods, and what it reads.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    periods = active_periods(dataset, shown_by, clock, "return", cancellation)
    if members.unit == "customer":
        presence = Relation(
            f"{member_columns(members, 'return_periods')},\n    return_periods.period,"
            "\n    return_periods.previous_period,\n    return_periods.next_period"
            f"\n{from_members(members, 'return_periods')}"
        )
    else:
        # An account is active once a period, whoever of it was.
        presence = Relation(
            "select\n    unit_no,\n    segment_no,\n    period,"
            "\n    lag(period) over unit as previous_period,"
            "\n    lead(period) over unit as next_period\nfrom (\n"
            "    select distinct\n        population.unit_no,\n"
            "        population.segment_no,\n        return_periods.period\n"
            "    from return_periods\n    inner join population\n"
            "        on return_periods.customer_no = population.customer_no\n)\n"
            "window unit as (partition by unit_no order by period)"
        )
    return {"return_periods": periods, "presence": presence}


def interval_seconds(interval: Interval) -> int:
    """Return the length of a rolling interval in seconds."""
    return ROLLING_DAYS[interval] * 86_400


def _cohort_bounds(
    dataset: Dataset, clock: Clock, cohorts: tuple[date | None, date | None]
) -> dict[str, Value]:
    names = ("first_cohort", "last_cohort")
    return {
        name: period_of(day, clock.interval, dataset.week_start)
        for name, day in zip(names, cohorts, strict=True)
        if day is not None
    }


def _bounded(relation: Relation, bounds: Mapping[str, Value]) -> Relation:
    if not bounds:
        return relation
    signs = {"first_cohort": ">=", "last_cohort": "<="}
    where = " and ".join(f"cohort {signs[name]} ${name}" for name in bounds)
    return Relation(
        f"select * from (\n{relation.text}\n)\nwhere {where}",
        {**relation.values, **bounds},
    )


def member_columns(members: Population, table: str) -> str:
    """Write the first columns of a relation: who, and in which segment."""
    if members.is_everyone:
        return (
            f"select\n    {table}.customer_no as unit_no,"
            "\n    0::utinyint as segment_no"
        )
    return "select\n    population.unit_no,\n    population.segment_no"


def from_members(members: Population, table: str) -> str:
    """Join a table with the population; everyone needs no join."""
    if members.is_everyone:
        return f"from {table}"
    return (
        f"from {table}\ninner join population"
        f"\n    on {table}.customer_no = population.customer_no"
    )


def _starts(
    dataset: Dataset,
    members: Population,
    start: Occurrence,
    clock: Clock,
    entry: Entry,
) -> Relation:
    """Select each unit's start from instants, or from the customers' sign-ups."""
    if start.kind == "signup" and not clock.rolling and members.unit == "customer":
        # One row a customer already: nothing to group.
        began = period_sql("customers.joined_on", clock.interval, dataset.week_start)
        cut = (
            ""
            if clock.cut.before is None
            else "\n    and customers.joined_on < $cut_on"
        )
        return Relation(
            f"{member_columns(members, 'customers')},\n    {began} as cohort,"
            "\n    null::timestamp as started_at"
            f"\n{from_members(members, 'customers')}"
            f"\nwhere customers.joined_on is not null{cut}",
            {"cut_on": clock.cut.before} if cut else {},
        )
    happened = happened_instants(dataset, start, clock, "start")
    period = period_sql("happened.happened_on", clock.interval, dataset.week_start)
    first = f"min({period})" if entry == "first" else period
    group = "population.unit_no, population.segment_no"
    return Relation(
        "select\n    population.unit_no,\n    population.segment_no,"
        f"\n    {first} as cohort,\n    min(happened.happened_at) as started_at"
        f"\nfrom (\n{happened.text}\n) as happened\ninner join population"
        "\n    on happened.customer_no = population.customer_no"
        f"\ngroup by {group}{'' if entry == 'first' else f', {period}'}",
        happened.values,
    )


def _starts_of_periods(members: Population, periods: str, entry: Entry) -> Relation:
    """Select each unit's start from its active periods."""
    moment = "null::timestamp as started_at"
    if members.unit == "customer":
        first = f"\nwhere {periods}.previous_period is null" if entry == "first" else ""
        return Relation(
            f"{member_columns(members, periods)},\n    {periods}.period as cohort,"
            f"\n    {moment}\n{from_members(members, periods)}{first}"
        )
    cohort = f"min({periods}.period)" if entry == "first" else f"{periods}.period"
    return Relation(
        f"select distinct\n    population.unit_no,\n    population.segment_no,"
        f"\n    {cohort} as cohort,\n    {moment}\n{from_members(members, periods)}"
        + (
            "\ngroup by population.unit_no, population.segment_no"
            if entry == "first"
            else ""
        )
    )


def _entries(
    dataset: Dataset,
    start: Occurrence,
    clock: Clock,
    entry: Entry,
    by_property: str,
) -> Relation:
    """Select each unit's start with the ``value`` of its property."""
    happened = happened_instants(dataset, start, clock, "start", by_property)
    period = period_sql("happened.happened_on", clock.interval, dataset.week_start)
    first = f"min({period})" if entry == "first" else period
    # The smallest value of those at one instant, so that order does not matter.
    return Relation(
        "select\n    population.unit_no,"
        "\n    min({'at': happened.happened_at, 'value': happened.value}).value"
        " as value,"
        f"\n    null::double as sort,\n    {first} as cohort,"
        "\n    min(happened.happened_at) as started_at"
        f"\nfrom (\n{happened.text}\n) as happened\ninner join population"
        "\n    on happened.customer_no = population.customer_no"
        f"\ngroup by population.unit_no{'' if entry == 'first' else f', {period}'}",
        happened.values,
    )


_BY_PROPERTY = Relation(
    "select\n    entries.unit_no,\n    segments.segment_no,"
    "\n    entries.cohort,\n    entries.started_at\nfrom entries"
    "\ninner join segments\n    on entries.value = segments.value"
)


def starts_return(
    start: Occurrence,
    returning: Occurrence,
    clock: Clock,
    entry: Entry,
    unit: Unit,
    by_property: str | None,
) -> bool:
    """Say whether ``visits`` has every start in interval 0, and nobody else there."""
    cohort = _cohort_of_rollup(start, returning, clock, entry, unit, by_property)
    return cohort == _FIRST_RETURN


_FIRST_RETURN = "first_period"


def _cohort_of_rollup(
    start: Occurrence,
    returning: Occurrence,
    clock: Clock,
    entry: Entry,
    unit: Unit,
    by_property: str | None,
) -> str | None:
    """Return the column that has the cohort beside each period to come back in.

    Where start and return are the same, or where it is any activity after a sign-up,
    the active periods alone answer the question: nothing is joined but the population,
    and not even that where everyone is in view.
    """
    if clock.rolling or entry != "first" or unit != "customer" or by_property:
        return None
    if start == returning and start.kind not in _STARTS_BEFORE_IT_IS_ACTIVE:
        return _FIRST_RETURN
    is_own = returning.kind == "activity" and clock.cut.before is None
    return "joined_period" if start.kind == "signup" and is_own else None


def _visits_of_rollup(members: Population, cohort: str) -> Relation:
    later = f"\nwhere return_periods.period >= return_periods.{cohort}"
    if cohort == _FIRST_RETURN:
        later = ""
    return Relation(
        f"{member_columns(members, 'return_periods')},"
        f"\n    return_periods.{cohort} as cohort,"
        f"\n    return_periods.period - return_periods.{cohort} as interval"
        f"\n{from_members(members, 'return_periods')}{later}"
    )


def _returns(
    dataset: Dataset, members: Population, returning: Occurrence, clock: Clock
) -> Relation:
    """Select when each unit came back; whoever did not start is dropped by a join."""
    if clock.rolling:
        happened = happened_instants(dataset, returning, clock, "return")
        source, what = (
            f"(\n{happened.text}\n) as happened",
            "happened_at as returned_at",
        )
        values = happened.values
    else:
        source, what, values = "return_periods as happened", "period", {}
    if members.unit == "customer":
        return Relation(
            f"select\n    happened.customer_no as unit_no,\n    happened.{what}"
            f"\nfrom {source}",
            values,
        )
    distinct = "" if clock.rolling else " distinct"
    return Relation(
        f"select{distinct}\n    population.unit_no,\n    happened.{what}\nfrom {source}"
        "\ninner join population"
        "\n    on happened.customer_no = population.customer_no",
        values,
    )


def _visits(clock: Clock) -> Relation:
    """Count intervals from the start."""
    if clock.rolling:
        elapsed = "epoch(returns.returned_at - starts.started_at)"
        interval = f"cast(floor({elapsed} / $interval_seconds) as integer)"
        distinct, later = " distinct", "returns.returned_at >= starts.started_at"
        values: dict[str, Value] = {
            "interval_seconds": interval_seconds(clock.interval)
        }
    else:
        interval, distinct = "returns.period - starts.cohort", ""
        later, values = "returns.period >= starts.cohort", {}
    return Relation(
        f"select{distinct}\n    starts.unit_no,\n    starts.segment_no,"
        f"\n    starts.cohort,\n    {interval} as interval\nfrom starts"
        f"\ninner join returns\n    on starts.unit_no = returns.unit_no and {later}",
        values,
    )


def _rolling_subscriptions(dataset: Dataset, clock: Clock) -> Relation:
    """Select the rolling intervals at whose end a unit had paid access."""
    table_of(dataset, Occurrence("subscription"))
    length = "($interval_seconds / 86400)"
    began_on = "timezone($zone, timezone('UTC', starts.started_at))::date"
    if clock.by_days:
        began_on = "starts.started_at::date"
    since = f"date_diff('day', {began_on}, paid_from_on)"
    until = f"date_diff('day', {began_on}, ended_on)"
    open_until = f"date_diff('day', {began_on}, $seen_on)"
    return Relation(
        "select distinct\n    starts.unit_no,\n    starts.segment_no,\n"
        "    starts.cohort,\n    unnest(range(\n"
        f"        greatest(0, floor({since} / {length}))::bigint,\n"
        "        case\n"
        "            when ended_on is null or ended_on > $seen_on\n"
        f"                then floor({open_until} / {length})::bigint + 1\n"
        f"            else floor({until} / {length})::bigint\n"
        "        end\n    ))::integer as interval\nfrom starts\n"
        "inner join population\n    on starts.unit_no = population.unit_no\n"
        "inner join subscriptions\n"
        "    on population.customer_no = subscriptions.customer_no\n"
        "where paid_from_on is not null and paid_from_on <= $seen_on",
        {
            **seen_days(dataset, clock),
            "interval_seconds": interval_seconds(clock.interval),
            **({} if clock.by_days else {"zone": dataset.zone}),
        },
    )

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
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import NONE
from holdfast.occurrence import Kind, Occurrence
from holdfast.periods import ROLLING_DAYS, Interval, period_of, period_sql
from holdfast.population import (
    Population,
    Relation,
    check_event,
    ranked_segments,
    segment_value,
    suggestion,
    text_sql,
)
from holdfast.query import Value, quoted

Entry = Literal["first", "recurring"]
Role = Literal["start", "return"]

# A set of up to 62 events is a bit test, which the engine pushes into the scan; IN
# and OR are evaluated outside of it, several times slower.
_MOST_BITS = 62


@dataclass(frozen=True)
class Cut:
    """The data that a question may see: all, or those before a local day.

    Attributes:
        before: First local day that is not seen; none to see everything.
    """

    before: date | None = None


@dataclass(frozen=True)
class Clock:
    """How time is divided.

    Attributes:
        interval: Day, week or month.
        rolling: Intervals run from the customer's own start.
        cut: The data that may be seen.
    """

    interval: Interval
    rolling: bool = False
    cut: Cut = Cut()


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
) -> dict[str, Relation]:
    """Compose ``starts``, ``returns`` and ``visits``.

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

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    bounds = _cohort_bounds(dataset, clock, cohorts)
    rollup = _from_rollup(dataset, members, start, returning, clock, entry)
    if rollup is not None:
        starts, visits = rollup
        return {
            "starts": _bounded(starts, bounds),
            "visits": _bounded(visits, bounds),
        }
    first: dict[str, Relation] = {}
    if by_property is None:
        starts = _starts(dataset, start, clock, entry)
    else:
        first["entries"] = _starts(dataset, start, clock, entry, by_property)
        first["segments"] = Relation(ranked_segments("entries"), {"segments": segments})
        starts = Relation(
            "select\n    entries.unit_no,\n    segments.segment_no,"
            "\n    entries.cohort,\n    entries.started_at\nfrom entries"
            "\ninner join segments\n    on entries.value = segments.value"
        )
    first["starts"] = _bounded(starts, bounds)
    returns = _returns(dataset, members, returning, clock)
    values: dict[str, Value] = {}
    if clock.rolling:
        interval = "cast(floor(epoch(returns.returned_at - starts.started_at)"
        interval += " / $interval_seconds) as integer)"
        distinct, later = "distinct", "returns.returned_at >= starts.started_at"
        values["interval_seconds"] = interval_seconds(clock.interval)
        if returning.kind == "subscription":
            return {**first, "visits": _rolling_subscriptions(dataset, clock)}
    else:
        interval, distinct = "returns.period - starts.cohort", ""
        later = "returns.period >= starts.cohort"
    visits = Relation(
        f"select {distinct}".rstrip() + "\n    starts.unit_no,\n    starts.segment_no,"
        f"\n    starts.cohort,\n    {interval} as interval\nfrom starts"
        f"\ninner join returns\n    on starts.unit_no = returns.unit_no and {later}",
        values,
    )
    return {**first, "returns": returns, "visits": visits}


def presence_relation(
    dataset: Dataset, members: Population, shown_by: Occurrence, clock: Clock
) -> Relation:
    """Compose ``presence``: each unit's active periods with their neighbours.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    if (
        shown_by.kind == "activity"
        and members.unit == "customer"
        and clock.cut.before is None
    ):
        table_of(dataset, shown_by)
        rollup = f"activity_{clock.interval}s"
        return Relation(
            f"{_members(members, rollup)},\n    {rollup}.period,"
            f"\n    {rollup}.previous_period,\n    {rollup}.next_period"
            f"\n{_from(members, rollup)}"
        )
    periods = _periods(dataset, shown_by, clock, "return")
    # Only what the population did is joined, and a unit is active once a period.
    return Relation(
        "select\n    unit_no,\n    segment_no,\n    period,"
        "\n    lag(period) over unit as previous_period,"
        "\n    lead(period) over unit as next_period\nfrom (\n"
        "    select distinct\n        population.unit_no,\n"
        "        population.segment_no,\n        happened.period\n"
        f"    from (\n{periods.text}\n    ) as happened\n"
        "    inner join population\n"
        "        on happened.customer_no = population.customer_no\n)\n"
        "window unit as (partition by unit_no order by period)",
        periods.values,
    )


def interval_seconds(interval: Interval) -> int:
    """Return the length of a rolling interval in seconds."""
    return ROLLING_DAYS[interval] * 86_400


def table_of(dataset: Dataset, occurrence: Occurrence) -> str:
    """Return the table whose observed range an occurrence lives in.

    Raises:
        SpecError: The workspace has no such data.
    """
    if occurrence.kind == "signup" and dataset.observed:
        return "customers"
    wanted = {
        "signup": "customers",
        "activity": "events" if "events" in dataset.observed else "orders",
        "event": "events",
        "order": "orders",
        "subscription": "subscriptions",
    }[occurrence.kind]
    if wanted not in dataset.observed:
        raise SpecError(
            f"no_{wanted}",
            f"The workspace has no {wanted} with a time.",
            f"Load an export with {wanted}, or choose something else to count.",
        )
    return wanted


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


def _from_rollup(
    dataset: Dataset,
    members: Population,
    start: Occurrence,
    returning: Occurrence,
    clock: Clock,
    entry: Entry,
) -> tuple[Relation, Relation] | None:
    """Answer the most frequent question from the rollup alone.

    First sign-up or activity and any activity after it, in calendar intervals: the
    rollup carries the cohort beside each active period, so nothing is joined but the
    population, and not even that where everyone is in view.
    """
    cohort = {"signup": "joined_period", "activity": "first_period"}.get(start.kind)
    if (
        cohort is None
        or returning.kind != "activity"
        or clock.rolling
        or clock.cut.before is not None
        or members.unit == "account"
        or (entry == "recurring" and start.kind != "signup")
    ):
        return None
    table_of(dataset, returning)
    rollup = f"activity_{clock.interval}s"
    if start.kind == "signup":
        source = "customers"
        began = period_sql("customers.joined_on", clock.interval, dataset.week_start)
        where = "customers.joined_on is not null"
    else:
        source, began = rollup, f"{rollup}.period"
        where = f"{rollup}.previous_period is null"
    return (
        Relation(
            f"{_members(members, source)},\n    {began} as cohort,"
            "\n    null::timestamp as started_at"
            f"\n{_from(members, source)}\nwhere {where}"
        ),
        Relation(
            f"{_members(members, rollup)},\n    {rollup}.{cohort} as cohort,"
            f"\n    {rollup}.period - {rollup}.{cohort} as interval"
            f"\n{_from(members, rollup)}"
            f"\nwhere {rollup}.period >= {rollup}.{cohort}"
        ),
    )


def _members(members: Population, table: str) -> str:
    """Write the first columns of a relation: who, and in which segment."""
    if members.is_everyone:
        return (
            f"select\n    {table}.customer_no as unit_no,"
            "\n    0::utinyint as segment_no"
        )
    return "select\n    population.unit_no,\n    population.segment_no"


def _from(members: Population, table: str) -> str:
    """Join a table with the population; everyone needs no join."""
    if members.is_everyone:
        return f"from {table}"
    return (
        f"from {table}\ninner join population"
        f"\n    on {table}.customer_no = population.customer_no"
    )


def _starts(
    dataset: Dataset,
    start: Occurrence,
    clock: Clock,
    entry: Entry,
    by_property: str | None = None,
) -> Relation:
    """Select each unit's start, with its segment or its property's ``value``."""
    if by_property is None and not clock.rolling:
        happened = _days(dataset, start, clock, "start")
        moment = "null::timestamp"
    else:
        happened = _instants(dataset, start, clock, "start", by_property)
        moment = "min(happened.happened_at)"
    period = period_sql("happened.happened_on", clock.interval, dataset.week_start)
    first = f"min({period})" if entry == "first" else period
    segment, group = "population.segment_no", "population.unit_no"
    if by_property is None:
        group += ", population.segment_no"
    else:
        # The smallest value of those at one instant, so that order does not matter.
        segment = (
            "min({'at': happened.happened_at, 'value': happened.value}).value as value,"
            "\n    null::double as sort"
        )
    return Relation(
        f"select\n    population.unit_no,\n    {segment},"
        f"\n    {first} as cohort,\n    {moment} as started_at\nfrom (\n"
        f"{happened.text}\n) as happened\ninner join population"
        "\n    on happened.customer_no = population.customer_no"
        f"\ngroup by {group}{'' if entry == 'first' else f', {period}'}",
        happened.values,
    )


def _returns(
    dataset: Dataset, members: Population, returning: Occurrence, clock: Clock
) -> Relation:
    if clock.rolling:
        if returning.kind == "subscription":
            return Relation("")
        happened = _instants(dataset, returning, clock, "return")
        what = "happened.happened_at as returned_at"
        distinct = ""
    else:
        happened = _periods(dataset, returning, clock, "return")
        what, distinct = "happened.period", "distinct "
    if members.unit == "customer":
        # Whoever is not in view is dropped by the join with the starts.
        columns = what.replace("happened.", "")
        return Relation(
            f"select {distinct}customer_no as unit_no, {columns}"
            f"\nfrom (\n{happened.text}\n)",
            happened.values,
        )
    return Relation(
        f"select {distinct}population.unit_no, {what}\nfrom (\n{happened.text}\n)"
        " as happened\ninner join population"
        "\n    on happened.customer_no = population.customer_no",
        happened.values,
    )


def _periods(
    dataset: Dataset, occurrence: Occurrence, clock: Clock, role: Role
) -> Relation:
    """Select ``(customer_no, period)``, not yet distinct."""
    if occurrence.kind == "activity" and clock.cut.before is None:
        table_of(dataset, occurrence)
        return Relation(f"select customer_no, period from activity_{clock.interval}s")
    if occurrence.kind == "subscription":
        return _subscribed_periods(dataset, clock)
    happened = _days(dataset, occurrence, clock, role)
    period = period_sql("happened_on", clock.interval, dataset.week_start)
    return Relation(
        f"select customer_no, {period} as period\nfrom (\n{happened.text}\n)",
        happened.values,
    )


def _days(
    dataset: Dataset, occurrence: Occurrence, clock: Clock, role: Role
) -> Relation:
    """Select ``(customer_no, happened_on)``, not yet distinct."""
    table = table_of(dataset, occurrence)
    if occurrence.kind == "activity":
        table = "activity_days"
    elif occurrence.kind == "event" and not occurrence.where:
        table = "activity"
    return _happened(dataset, occurrence, table, clock, role, with_time=False)


def _instants(
    dataset: Dataset,
    occurrence: Occurrence,
    clock: Clock,
    role: Role,
    by_property: str | None = None,
) -> Relation:
    """Select ``(customer_no, happened_on, happened_at)``, not yet distinct.

    With a property, its ``value`` as a segment is a fourth column.
    """
    table = table_of(dataset, occurrence)
    happened = _happened(dataset, occurrence, table, clock, role, with_time=True)
    if by_property is None:
        return happened
    _check_property(dataset, by_property)
    kind = dataset.properties[by_property].type
    value = segment_value(text_sql(quoted(by_property), kind))
    return Relation(
        happened.text.replace(" as happened_at", f" as happened_at, {value} as value"),
        happened.values,
    )


# Column of the local day and of the instant in each table.
_TIMES = {
    "customers": ("joined_on", "joined_at"),
    "events": ("happened_on", "happened_at"),
    "activity": ("active_on", ""),
    "activity_days": ("(date '1970-01-01' + period)", ""),
    "orders": ("ordered_on", "ordered_at"),
    # the first paid day's local midnight, as an instant
    "subscriptions": (
        "paid_from_on",
        "timezone('UTC', timezone($zone, paid_from_on::timestamp))",
    ),
}


def _happened(
    dataset: Dataset,
    occurrence: Occurrence,
    table: str,
    clock: Clock,
    role: Role,
    *,
    with_time: bool,
) -> Relation:
    day, instant = _TIMES[table]
    columns = f"customer_no, {day} as happened_on"
    if with_time:
        columns += f", {instant} as happened_at"
    predicates = [f"{day} is not null"]
    values: dict[str, Value] = {}
    if occurrence.kind == "event":
        predicates, values = _is_event(dataset, occurrence, role)
    elif table == "orders" and not occurrence.with_returns:
        predicates = ["not is_return"]
    if with_time and table == "subscriptions":
        values["zone"] = dataset.zone
    if clock.cut.before is not None:
        predicates.append(f"{day} < $cut_on")
        values["cut_on"] = clock.cut.before
    return Relation(
        f"    select {columns}\n    from {table}\n    where {' and '.join(predicates)}",
        values,
    )


def _is_event(
    dataset: Dataset, occurrence: Occurrence, role: Role
) -> tuple[list[str], dict[str, Value]]:
    """Write the predicates of chosen events and property values."""
    for event in occurrence.events:
        check_event(dataset, event)
    values: dict[str, Value] = {}
    codes = [dataset.event_codes[event] for event in occurrence.events]
    if len(codes) == 1:
        predicates = [f"event = ${role}_event"]
        values[f"{role}_event"] = occurrence.events[0]
    elif max(codes) < _MOST_BITS:
        predicates = [f"((${role}_events::bigint >> enum_code(event)) & 1) = 1"]
        values[f"{role}_events"] = sum(1 << code for code in set(codes))
    else:
        predicates = [f"list_contains(${role}_events, event::varchar)"]
        values[f"{role}_events"] = list(occurrence.events)
    for number, (name, value) in enumerate(occurrence.where):
        _check_property(dataset, name)
        key = f"{role}_property_{number}"
        text = text_sql(quoted(name), dataset.properties[name].type)
        predicates.append(f"coalesce({text}, '{NONE}') = ${key}")
        values[key] = value
    return predicates, values


def _check_property(dataset: Dataset, name: str) -> None:
    if name not in dataset.properties:
        raise SpecError(
            "unknown_property",
            f"The events have no property {name!r}.",
            suggestion(name, dataset.properties),
        )


def _subscribed_periods(dataset: Dataset, clock: Clock) -> Relation:
    """Select the intervals at whose end a customer had paid access."""
    table_of(dataset, Occurrence("subscription"))
    first = period_sql("paid_from_on", clock.interval, dataset.week_start)
    ended = period_sql("ended_on", clock.interval, dataset.week_start)
    return Relation(
        "    select\n        customer_no,\n"
        "        unnest(range(\n"
        f"            ({first})::bigint,\n"
        "            case\n"
        "                when ended_on is null or ended_on > $seen_on"
        " then $seen_period + 1\n"
        f"                else {ended}\n"
        "            end\n"
        "        ))::integer as period\n"
        "    from subscriptions\n"
        "    where paid_from_on is not null and paid_from_on <= $seen_on",
        _seen(dataset, clock),
    )


def _rolling_subscriptions(dataset: Dataset, clock: Clock) -> Relation:
    """Select the rolling intervals at whose end a unit had paid access."""
    table_of(dataset, Occurrence("subscription"))
    length = "($interval_seconds / 86400)"
    began_on = "timezone($zone, timezone('UTC', starts.started_at))::date"
    since = f"date_diff('day', {began_on}, paid_from_on)"
    until = f"date_diff('day', {began_on}, least(ended_on, $seen_on + 1))"
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
            **_seen(dataset, clock),
            "interval_seconds": interval_seconds(clock.interval),
            "zone": dataset.zone,
        },
    )


def _seen(dataset: Dataset, clock: Clock) -> dict[str, Value]:
    """Return the last local day that may be seen, and its period."""
    day = (clock.cut.before or last_day(dataset)) - timedelta(days=1)
    return {
        "seen_on": day,
        "seen_period": period_of(day, clock.interval, dataset.week_start),
    }


def last_day(dataset: Dataset) -> date:
    """Return the day after the last local day that any behaviour was observed on.

    Raises:
        SpecError: The workspace has nothing with a time.
    """
    days = [seen.until_on for seen in dataset.observed.values()]
    if not days:
        raise SpecError(
            "nothing_observed",
            "The workspace has no rows with a time.",
            "Load an export of events, orders or subscriptions.",
        )
    return max(days)


def lifetimes_relation(
    dataset: Dataset, sign: str, clock: Clock, as_of: date, lapse_days: int
) -> Relation:
    """Compose ``lifetimes(unit_no, segment_no, duration, has_ended)``.

    Args:
        dataset: Where names are looked up.
        sign: ``subscription``, ``tenure``, ``activity`` or ``order``.
        clock: The data that may be seen.
        as_of: End (exclusive) of the observed time; lives still going are censored.
        lapse_days: Silence longer than this ends a life.
    """
    if sign == "tenure":
        return Relation(
            "select\n    population.unit_no,\n    population.segment_no,\n"
            "    max(customers.tenure_months) as duration,\n"
            "    bool_and(coalesce(customers.has_churned, false)) as has_ended\n"
            "from customers\ninner join population\n"
            "    on customers.customer_no = population.customer_no\n"
            "where customers.tenure_months is not null\ngroup by all"
        )
    values: dict[str, Value] = {"as_of_on": as_of}
    if sign == "subscription":
        return Relation(
            "select\n    unit_no,\n    segment_no,\n"
            "    (least(last_on, $as_of_on) - first_on)::double as duration,\n"
            "    last_on <= $as_of_on as has_ended\nfrom (\n"
            "    select\n        population.unit_no,\n        population.segment_no,\n"
            "        min(paid_from_on) as first_on,\n"
            "        max(coalesce(ended_on, date '9999-12-31')) as last_on\n"
            "    from subscriptions\n    inner join population\n"
            "        on subscriptions.customer_no = population.customer_no\n"
            "    where paid_from_on < $as_of_on\n    group by all\n)",
            values,
        )
    happened = _days(dataset, Occurrence(_SIGNS[sign]), clock, "return")
    return Relation(
        "select\n    unit_no,\n    segment_no,\n    (case\n"
        "        when $as_of_on - last_on > $lapse_days then last_on - first_on\n"
        "        else $as_of_on - first_on\n    end)::double as duration,\n"
        "    $as_of_on - last_on > $lapse_days as has_ended\nfrom (\n"
        "    select\n        population.unit_no,\n        population.segment_no,\n"
        "        min(happened.happened_on) as first_on,\n"
        "        max(happened.happened_on) as last_on\n"
        f"    from (\n{happened.text}\n    ) as happened\n"
        "    inner join population\n"
        "        on happened.customer_no = population.customer_no\n"
        "    where happened.happened_on < $as_of_on\n"
        "    group by all\n)",
        {**happened.values, **values, "lapse_days": lapse_days},
    )


_SIGNS: dict[str, Kind] = {"activity": "activity", "order": "order"}

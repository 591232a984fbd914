"""What an occurrence selects: the days, instants and active periods of customers.

Active periods are what most questions read. Those of any activity are rollups of the
dataset; those of other occurrences are computed once for everyone and kept, so that a
changed filter or breakdown only joins them anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import NONE
from holdfast.occurrence import SUBSCRIPTION, Occurrence
from holdfast.periods import Interval, period_of, period_sql
from holdfast.population import (
    Relation,
    check_event,
    segment_value,
    suggestion,
    text_sql,
)
from holdfast.query import Value, parameters, quoted

Role = str
"""What an occurrence is to a question, such as ``start``; names its values."""

# Code of the refusal where the data show no behaviour at all.
NOTHING_TO_COUNT = "nothing_to_count"

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
        by_days: Instants are local midnights written as they are on the wall, so that
            days of 23 or 25 hours count as days; for pure dates.
    """

    interval: Interval
    rolling: bool = False
    cut: Cut = Cut()
    by_days: bool = False


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
        "response": "responses",
    }.get(occurrence.kind, "subscriptions")
    if wanted not in dataset.observed:
        raise SpecError(
            f"no_{wanted}",
            f"The workspace has no {wanted} with a time.",
            f"Load an export with {wanted}, or choose something else to count.",
        )
    return wanted


def resolved(dataset: Dataset, occurrence: Occurrence) -> Occurrence:
    """Return what is counted for an occurrence in these data.

    Any activity is an event, else an order, else an active subscription; the rollups of
    activity hold the first two.

    Raises:
        SpecError: Any activity is asked for, and the data have none of the three.
    """
    if occurrence.kind != "activity" or {"events", "orders"} & set(dataset.observed):
        return occurrence
    if "subscriptions" in dataset.observed:
        return SUBSCRIPTION
    raise SpecError(
        NOTHING_TO_COUNT,
        "The data have no events, orders or subscriptions with a time, so nobody can be"
        " seen coming back.",
        "Load an export of events, orders or subscriptions.",
    )


def is_dated(dataset: Dataset, occurrence: Occurrence) -> bool:
    """Say whether all it happens at are pure dates."""
    table = table_of(dataset, occurrence)
    if occurrence.kind == "subscription":
        return True
    # Where there is no sign-up, it is the first thing seen.
    tables = _SIGHTINGS if occurrence.kind == "signup" else {table}
    return all(
        dataset.observed[name].is_dated for name in tables & set(dataset.observed)
    )


# What can be the first thing seen of a customer, in the order of its naming.
_FIRST = {
    "events": "event",
    "orders": "order",
    "subscriptions": "subscription",
    "payments": "payment",
}
_SIGHTINGS = {"customers", *_FIRST}


def begun(dataset: Dataset, start: Occurrence) -> str:
    """Say with what customers started, as it is counted here."""
    seen = [name for table, name in _FIRST.items() if table in dataset.observed]
    if start.kind == "signup" and seen and "customers" not in dataset.observed:
        return f"started with their first {' or '.join(seen)}"
    return f"started with {start.describe()}"


def described(dataset: Dataset, occurrence: Occurrence) -> str:
    """Say what customers did who showed an occurrence, as it is counted here."""
    kind = resolved(dataset, occurrence).kind
    if kind == "activity" and "events" not in dataset.observed:
        kind = "order"
    return _DONE.get(kind, f"did {occurrence.describe()}")


_DONE = {
    "activity": "were active",
    "order": "placed an order",
    "subscription": "had an active subscription",
    "signup": "signed up",
    "trial": "began a trial",
    "cancellation": "cancelled",
    "response": "answered a survey",
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


def seen_days(dataset: Dataset, clock: Clock) -> dict[str, Value]:
    """Return the last local day that may be seen, and its period."""
    day = (clock.cut.before or last_day(dataset)) - timedelta(days=1)
    return {
        "seen_on": day,
        "seen_period": period_of(day, clock.interval, dataset.week_start),
    }


def active_periods(
    dataset: Dataset,
    occurrence: Occurrence,
    clock: Clock,
    role: Role,
    cancellation: Cancellation | None = None,
) -> Relation:
    """Select each customer's active periods with their neighbours.

    ``(customer_no, period, first_period, previous_period, next_period)``, one row a
    customer and period. They are kept under the occurrence, interval and cut.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    table = table_of(dataset, occurrence)
    if occurrence.kind == "activity" and clock.cut.before is None:
        rollup = f"activity_{clock.interval}s"
        return Relation(f"select * from {rollup}", kept_as=rollup)
    key = f"{occurrence} {clock.interval} {clock.cut.before} {table}"
    name = "periods_" + hashlib.sha256(key.encode()).hexdigest()[:12]
    if occurrence.kind == "subscription":
        happened = _subscribed_periods(dataset, clock)
    else:
        days = happened_days(dataset, occurrence, clock, role)
        period = period_sql("happened_on", clock.interval, dataset.week_start)
        happened = Relation(
            f"    select customer_no, {period} as period"
            f"\n    from (\n{days.text}\n    )",
            days.values,
        )
    template = _STREAMED if _is_ordered(occurrence) else _PARTITIONED
    text = template.format(happened=happened.text)
    dataset.materialise(name, text, happened.values, cancellation)
    return Relation(
        _PARTITIONED.format(happened=happened.text), happened.values, kept_as=name
    )


def happened_days(
    dataset: Dataset, occurrence: Occurrence, clock: Clock, role: Role
) -> Relation:
    """Select ``(customer_no, happened_on)``, not yet distinct."""
    table = table_of(dataset, occurrence)
    if occurrence.kind == "activity":
        table = "activity_days"
    elif occurrence.kind == "event" and not occurrence.where:
        table = "activity"
    return _happened(dataset, occurrence, table, clock, role, with_time=False)


def happened_instants(
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
    value = ""
    if by_property is not None:
        check_property(dataset, by_property)
        kind = dataset.properties[by_property].type
        value = segment_value(text_sql(quoted(by_property), kind))
    return _happened(
        dataset, occurrence, table, clock, role, with_time=True, value=value
    )


# The definition, in a form that other engines share.
_PARTITIONED = """select
    customer_no,
    period,
    first_value(period) over customer as first_period,
    lag(period) over customer as previous_period,
    lead(period) over customer as next_period
from (
    select distinct customer_no, period
    from (
{happened}
    )
)
window customer as (partition by customer_no order by period)"""

# The same rows, several times faster, from a scan in order of customer and time. It may
# stand on a plain scan with filters only: a join or an aggregate would lose the order,
# silently. A test holds the plan to it.
_STREAMED = """with marked as (
    select
        customer_no,
        period,
        lag(customer_no) over () as customer_before,
        lag(period) over () as period_before
    from (
{happened}
    )
),

changed as (
    select
        customer_no,
        period,
        case when customer_before = customer_no then period_before end
            as previous_period
    from marked
    where customer_before is distinct from customer_no or period_before <> period
)

select
    customer_no,
    period,
    last_value(case when previous_period is null then period end ignore nulls)
        over (rows between unbounded preceding and current row) as first_period,
    previous_period,
    case when lead(customer_no) over () = customer_no then lead(period) over () end
        as next_period
from changed"""


def _is_ordered(occurrence: Occurrence) -> bool:
    """Say whether its rows lie in order of customer and time in one table.

    ``activity`` is ordered by event first, so that only one event of it is; ``events``
    and ``activity_days`` are ordered by customer and time.
    """
    if occurrence.kind == "event":
        return bool(occurrence.where) or len(occurrence.events) == 1
    return occurrence.kind == "activity"


@dataclass(frozen=True)
class Source:
    """Where an occurrence is written down.

    Attributes:
        table: The table.
        day: Expression of the local day.
        instant: Expression of the instant.
        predicates: What its rows have to meet.
        values: What the expressions bind.
    """

    table: str
    day: str
    instant: str
    predicates: tuple[str, ...]
    values: Mapping[str, Value]


# Column of the local day and of the instant in each table.
_TIMES = {
    "customers": ("joined_on", "joined_at"),
    "events": ("happened_on", "happened_at"),
    "activity": ("active_on", ""),
    "activity_days": ("(date '1970-01-01' + period)", ""),
    "orders": ("ordered_on", "ordered_at"),
    "responses": ("answered_on", "answered_at"),
}

# The same of what one table tells several things of.
_TIMES_OF_KIND = {
    # the first paid day's local midnight, as an instant
    "subscription": (
        "paid_from_on",
        "timezone('UTC', timezone($zone, paid_from_on::timestamp))",
    ),
    "trial": ("started_on", "started_at"),
    "cancellation": ("cancelled_on", "cancelled_at"),
}


def source_of(
    dataset: Dataset,
    occurrence: Occurrence,
    clock: Clock,
    role: Role,
    table: str | None = None,
) -> Source:
    """Find where an occurrence is written down, and which rows are it.

    Args:
        dataset: Where names are looked up.
        occurrence: What happens.
        clock: Which data may be seen, and whether instants are local midnights.
        role: What the occurrence is to the question; names the bound values.
        table: A rollup to read in place of the occurrence's own table.

    Raises:
        SpecError: An event or property is not in the data, or the table is empty.
    """
    table = table or table_of(dataset, occurrence)
    day, instant = _TIMES_OF_KIND.get(occurrence.kind) or _TIMES[table]
    if clock.by_days:
        instant = f"{day}::timestamp"
    predicates = [f"{day} is not null"]
    values: dict[str, Value] = {}
    if occurrence.kind == "event":
        predicates, values = _is_event(dataset, occurrence, role)
    elif table == "orders" and not occurrence.with_returns:
        predicates = ["not is_return"]
    elif occurrence.kind == "trial":
        predicates.append("trial_ended_on is not null")
    elif occurrence.kind == "response":
        predicates.append("customer_no is not null")
        if occurrence.events:
            predicates.append(f"list_contains(${role}_surveys, kind)")
            values[f"{role}_surveys"] = list(occurrence.events)
    if table == "subscriptions":
        # A trial may last longer than the data: its first paid day has not come.
        predicates.append(f"{day} <= $seen_on")
        values["seen_on"] = seen_days(dataset, clock)["seen_on"]
        if "$zone" in instant:
            values["zone"] = dataset.zone
    if clock.cut.before is not None:
        predicates.append(f"{day} < $cut_on")
        values["cut_on"] = clock.cut.before
    return Source(table, day, instant, tuple(predicates), values)


def _happened(
    dataset: Dataset,
    occurrence: Occurrence,
    table: str,
    clock: Clock,
    role: Role,
    *,
    with_time: bool,
    value: str = "",
) -> Relation:
    source = source_of(dataset, occurrence, clock, role, table)
    columns = f"customer_no, {source.day} as happened_on"
    if with_time:
        columns += f", {source.instant} as happened_at"
    if value:
        columns += f", {value} as value"
    text = (
        f"    select {columns}\n    from {table}"
        f"\n    where {' and '.join(source.predicates)}"
    )
    used = parameters(text)
    return Relation(
        text, {name: value for name, value in source.values.items() if name in used}
    )


def _is_event(
    dataset: Dataset, occurrence: Occurrence, role: Role
) -> tuple[list[str], dict[str, Value]]:
    """Write the predicates of chosen events and property values."""
    for event in occurrence.events:
        check_event(dataset, event)
    values: dict[str, Value] = {}
    codes = [dataset.event_codes[event] for event in occurrence.events]
    if not codes:
        predicates = []
    elif len(codes) == 1:
        predicates = [f"event = ${role}_event"]
        values[f"{role}_event"] = occurrence.events[0]
    elif max(codes) < _MOST_BITS:
        predicates = [f"((${role}_events::bigint >> enum_code(event)) & 1) = 1"]
        values[f"{role}_events"] = sum(1 << code for code in set(codes))
    else:
        predicates = [f"list_contains(${role}_events, event::varchar)"]
        values[f"{role}_events"] = list(occurrence.events)
    for number, (name, value) in enumerate(occurrence.where):
        check_property(dataset, name)
        key = f"{role}_property_{number}"
        text = text_sql(quoted(name), dataset.properties[name].type)
        predicates.append(f"coalesce({text}, '{NONE}') = ${key}")
        values[key] = value
    return predicates, values


def check_property(dataset: Dataset, name: str) -> None:
    """Make sure that the events have a property.

    Raises:
        SpecError: They do not; near names are offered.
    """
    if name not in dataset.properties:
        raise SpecError(
            "unknown_property",
            f"The events have no property {name!r}.",
            suggestion(name, dataset.properties),
        )


def property_values(dataset: Dataset, name: str, limit: int = 200) -> list[str]:
    """Return the most frequent values of a property of events, the largest first.

    Raises:
        SpecError: The events have no such property.
    """
    check_property(dataset, name)
    key = ("property values", name, limit)
    kept = dataset.recall(key)
    if kept is None:
        column = quoted(name)
        frame = dataset.frame(
            f"select {text_sql(column, dataset.properties[name].type)} as value"
            f" from events where {column} is not null group by all"
            " order by count(*) desc, value limit $limit",
            {"limit": limit},
        )
        kept = list(frame["value"])
        dataset.keep(key, kept)
    return list(kept)


def _subscribed_periods(dataset: Dataset, clock: Clock) -> Relation:
    """Select the intervals at whose end a customer had paid access."""
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
        seen_days(dataset, clock),
    )

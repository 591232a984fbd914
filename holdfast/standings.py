"""Standings: the relation that stages of the journey read.

Composed beside ``population`` and by its rules. In which stage somebody is at the end
of a month depends on no filter: it is computed once for everyone and kept, so that a
changed filter or breakdown only joins it anew.

- ``standings(unit_no, snapshot_no, until_on, stage_no, previous_no)``: one row per unit
  and snapshot from its start on. Stage 0 is none, 1 the first of the rules;
  ``previous_no`` is the stage at the snapshot before, null at the unit's first.
- ``stands``: the same for the units in view, with their segment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from holdfast.cancellation import Cancellation
from holdfast.currencies import chosen_currency, rows_in_one_currency
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.happenings import table_of
from holdfast.occurrence import ACTIVITY, ORDER, SUBSCRIPTION, Occurrence
from holdfast.population import Population, Relation, Unit, check_event
from holdfast.query import Value
from holdfast.stage_rules import Condition, StageRules


def condition_occurrence(condition: Condition) -> Occurrence | None:
    """Return what a condition looks at; none where it is the start alone."""
    match condition.kind:
        case "did":
            return Occurrence("event", (condition.event,))
        case "orders":
            return ORDER
        case "active" | "silent":
            return ACTIVITY
        case "paying" | "paid" | "grown":
            return SUBSCRIPTION
        case "started":
            return None


def standing_relations(
    dataset: Dataset,
    members: Population,
    rules: StageRules,
    until_ons: Sequence[date],
    lapse_days: int,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``stands`` and what it reads.

    Args:
        dataset: Where names are looked up.
        members: Who is in view.
        rules: The stages.
        until_ons: The snapshots: first local days that are not seen, in order.
        lapse_days: The usual silence, where a condition leaves it open.
        cancellation: Lets another thread stop the work.

    Raises:
        SpecError: An event is not in the data, or a table is empty.
    """
    standings = _standings(dataset, rules, until_ons, lapse_days, members.unit)
    parts = (str(rules), *until_ons, lapse_days, members.unit)
    key = hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:12]
    kept = f"standings_{key}"
    dataset.materialise(kept, standings.text, standings.values, cancellation)
    segment, join = "0::utinyint as segment_no", ""
    if not members.is_everyone:
        segment = "members.segment_no"
        join = (
            "\ninner join (select distinct unit_no, segment_no from population)"
            " as members\n    on standings.unit_no = members.unit_no"
        )
    return {
        "standings": Relation(standings.text, standings.values, kept_as=kept),
        "stands": Relation(
            f"select\n    standings.unit_no,\n    {segment},"
            "\n    standings.snapshot_no,\n    standings.until_on,"
            "\n    standings.stage_no,\n    standings.previous_no"
            f"\nfrom standings{join}"
        ),
    }


def _standings(
    dataset: Dataset,
    rules: StageRules,
    until_ons: Sequence[date],
    lapse_days: int,
    unit: Unit,
) -> Relation:
    """Write one relation per condition, and which stage follows from them."""
    values: dict[str, Value] = {"until_ons": list(until_ons)}
    parts: list[str] = []
    joins: list[str] = []
    cases: list[str] = []
    known: dict[tuple[object, ...], str] = {}
    for stage_no, stage in reversed(list(enumerate(rules, start=1))):
        tests: list[str] = []
        for condition in stage.conditions:
            # Conditions that count the same differ by a number only.
            counts = (condition.kind, condition.event, condition.days)
            key = counts if condition.days else (*counts, condition.at_least)
            is_known = key in known
            name = known.setdefault(key, f"condition_{len(known)}")
            number = f"number_{stage_no}_{len(tests)}"
            found = _condition(dataset, condition, name, number, lapse_days, unit)
            values.update(found.values)
            if found.text and not is_known:
                parts.append(f"{name} as (\n{found.text}\n)")
                joins.append(f"left join {name}\n    on {found.joined}")
            sign = "not " if condition.is_denied else ""
            tests.append(f"{sign}coalesce({found.test}, false)")
        cases.append(f"        when {' and '.join(tests) or 'true'} then {stage_no}")
    return Relation(
        _STANDINGS.format(
            people=_of_units("customers", "joined_on as happened_on", unit),
            conditions="".join(f"{part},\n\n" for part in parts),
            cases="\n".join(cases),
            joins="".join(f"\n    {join}" for join in joins),
        ),
        values,
    )


@dataclass(frozen=True)
class _Found:
    """How a condition is found out.

    Attributes:
        test: What says at a snapshot of the grid whether it holds; may be null.
        text: The relation that it reads, if any.
        joined: How that is joined with the grid.
        values: What it binds.
    """

    test: str
    text: str
    joined: str
    values: dict[str, Value]


def _condition(
    dataset: Dataset,
    condition: Condition,
    name: str,
    number: str,
    lapse_days: int,
    unit: Unit,
) -> _Found:
    occurrence = condition_occurrence(condition)
    own = f"{name}_number"
    values: dict[str, Value] = {own: condition.at_least}
    if occurrence is None:
        return _Found(f"grid.joined_on + ${own} <= grid.until_on", "", "", values)
    table_of(dataset, occurrence)
    by_snapshot = (
        f"grid.unit_no = {name}.unit_no and grid.snapshot_no = {name}.snapshot_no"
    )
    by_unit = f"grid.unit_no = {name}.unit_no"
    is_there = f"{name}.unit_no is not null"
    days, bound = "", dict[str, Value]()
    if condition.kind in ("active", "did", "orders", "silent"):
        days, bound = _days(dataset, condition, name, unit)
    match condition.kind:
        case "silent":
            values = {own: condition.at_least or lapse_days}
            text = _RECENT.format(days=days, back=own)
            test = f"{name}.unit_no is null and grid.joined_on < grid.until_on - ${own}"
            return _Found(test, text, by_snapshot, values)
        case "active" | "did" | "orders" if condition.days:
            back = f"{name}_days"
            text = _RECENT.format(days=days, back=back)
            values = {number: condition.at_least, back: condition.days, **bound}
            return _Found(f"{name}.times >= ${number}", text, by_snapshot, values)
        case "active" | "did" | "orders":
            text = _EVER.format(days=days, number=own)
            test = f"{name}.since_on < grid.until_on"
            return _Found(test, text, by_unit, values | bound)
        case "paid":
            text = _PAID.format(subscriptions=_subscriptions(unit), number=own)
            # Who first pays on the day after has not paid, however short the time.
            test = (
                f"{name}.since_on <= grid.until_on and {name}.first_on < grid.until_on"
            )
            return _Found(test, text, by_unit, values)
        case "paying":
            text = _PAYING.format(subscriptions=_subscriptions(unit))
            return _Found(is_there, text, by_snapshot, {})
        case _:
            rows = _priced(dataset)
            text = _GROWN.format(subscriptions=_subscriptions(unit, rows.text))
            return _Found(is_there, text, by_snapshot, dict(rows.values))


def _days(
    dataset: Dataset, condition: Condition, name: str, unit: Unit
) -> tuple[str, dict[str, Value]]:
    """Select ``(unit_no, happened_on, times)``, one row a unit and day."""
    columns, where, times = "1 as number", "", "sum(number)"
    values: dict[str, Value] = {}
    match condition.kind:
        case "did":
            check_event(dataset, condition.event)
            table, day, columns = "activity", "active_on", "events as number"
            where = f" where event = ${name}_event"
            values[f"{name}_event"] = condition.event
        case "orders":
            table, day = "orders", "ordered_on"
            where = " where not is_return"
        case _:
            table, day, times = "activity_days", "(date '1970-01-01' + period)", "1"
    rows = _of_units(table, f"{day} as happened_on, {columns}", unit, where)
    if unit == "customer" and condition.kind != "orders":
        # One row a customer and day already.
        return f"select unit_no, happened_on, number as times from ({rows})", values
    return (
        f"select unit_no, happened_on, {times}::bigint as times from ({rows})"
        " group by unit_no, happened_on",
        values,
    )


def _subscriptions(unit: Unit, rows: str = "subscriptions") -> str:
    """Select paid periods, with what they bring a month where that is known."""
    return _of_units(
        rows,
        "paid_from_on, ended_on, currency, quantity,"
        " (price * quantity - coalesce(discount, 0)) / interval_months as amount",
        unit,
        " where paid_from_on is not null",
    )


def _priced(dataset: Dataset) -> Relation:
    """Select subscriptions, in one currency as far as there are exchange rates."""
    try:
        currency = chosen_currency(dataset)
    except SpecError:
        currency = ""
    rows = rows_in_one_currency(dataset, "subscriptions", currency)
    return Relation(f"({rows.text})", rows.values)


def _of_units(table: str, columns: str, unit: Unit, where: str = "") -> str:
    """Select columns of a table with customers, and the unit of each row."""
    if unit == "customer":
        return f"select customer_no as unit_no, {columns} from {table}{where}"
    if table == "customers":
        return (
            f"select account_no as unit_no, {columns} from customers"
            " where account_no is not null"
        )
    return (
        "select customers.account_no as unit_no, rows.* exclude (customer_no)"
        f" from (select customer_no, {columns} from {table}{where}) as rows"
        " inner join customers on rows.customer_no = customers.customer_no"
        " where customers.account_no is not null"
    )


_STANDINGS = """with snapshots as (
    select
        unnest(range(1, len($until_ons) + 1))::integer as snapshot_no,
        unnest($until_ons)::date as until_on
),

people as (
    select
        unit_no,
        min(happened_on) as joined_on
    from ({people})
    where happened_on is not null
    group by unit_no
),

grid as (
    select
        people.unit_no,
        people.joined_on,
        snapshots.snapshot_no,
        snapshots.until_on
    from people
    inner join snapshots
        on people.joined_on < snapshots.until_on
),

{conditions}judged as (
    select
        grid.unit_no,
        grid.snapshot_no,
        grid.until_on,
        case
{cases}
        else 0
        end::utinyint as stage_no
    from grid{joins}
)

select
    unit_no,
    snapshot_no,
    until_on,
    stage_no,
    lag(stage_no) over (partition by unit_no order by snapshot_no) as previous_no
from judged"""

# In the days before a snapshot: joined by equal days, which takes half the time of a
# join by their bounds.
_RECENT = """    select
        happened.unit_no,
        seen.snapshot_no,
        sum(happened.times) as times
    from ({days}) as happened
    inner join (
        select
            snapshot_no,
            until_on - unnest(
                range(1, least(${back}, until_on - date '1970-01-01') + 1)
            )::integer as happened_on
        from snapshots
    ) as seen
        on happened.happened_on = seen.happened_on
    group by happened.unit_no, seen.snapshot_no"""

# The day on which the number was reached.
_EVER = """    select
        unit_no,
        min(happened_on) as since_on
    from (
        select
            unit_no,
            happened_on,
            sum(times) over (partition by unit_no order by happened_on) as times
        from ({days})
    )
    where times >= ${number}
    group by unit_no"""

_PAID = """    select
        unit_no,
        min(paid_from_on) as first_on,
        (min(paid_from_on) + to_months(${number}))::date as since_on
    from ({subscriptions})
    group by unit_no"""

_PAYING = """    select distinct
        paid.unit_no,
        snapshots.snapshot_no
    from ({subscriptions}) as paid
    inner join snapshots
        on
            paid.paid_from_on < snapshots.until_on
            and (paid.ended_on is null or paid.ended_on >= snapshots.until_on)"""

# More a month than the first paid periods brought, or more units where prices are not
# known; what is paid in another currency than at first cannot be compared, and is in
# none of these sums.
_GROWN = """    select distinct
        begun.unit_no,
        snapshots.snapshot_no
    from (
        select
            unit_no,
            currency,
            sum(amount) as amount,
            sum(quantity) as quantity
        from (
            select *
            from ({subscriptions})
            qualify paid_from_on = min(paid_from_on) over (partition by unit_no)
        )
        group by unit_no, currency
    ) as begun
    inner join ({subscriptions}) as paid
        on
            begun.unit_no = paid.unit_no
            and begun.currency = paid.currency
    inner join snapshots
        on
            paid.paid_from_on < snapshots.until_on
            and (paid.ended_on is null or paid.ended_on >= snapshots.until_on)
    group by
        begun.unit_no,
        begun.currency,
        snapshots.snapshot_no,
        begun.amount,
        begun.quantity
    having
        coalesce(
            sum(paid.amount) > begun.amount, sum(paid.quantity) > begun.quantity
        )"""

"""The rows that can fill a step or end an attempt, from whichever tables."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.attempts.rules import Rules
from holdfast.dataset import Dataset
from holdfast.filters import NONE
from holdfast.happenings import Clock, Source, check_property, source_of
from holdfast.occurrence import Occurrence
from holdfast.population import Relation, Unit, segment_value, text_sql
from holdfast.query import Value, literal, parameters, quoted

# A set of up to 62 events is a bit test, which the engine pushes into the scan.
_MOST_BITS = 62


def hits(dataset: Dataset, rules: Rules, clock: Clock) -> Relation:
    """Select what can fill a step or end an attempt.

    ``(unit_no, held, value, happened_at, mask, barred)``: bit k - 1 of ``mask`` is set
    where the row fills step k, bit k - 1 of ``barred`` where it is exclusion k.
    ``held`` and ``value`` are there where the rules hold a property constant or tell
    the segment by one. Where any row of events can end an attempt, all are there.

    Raises:
        SpecError: An event or property is not in the data, or a table is empty.
    """
    steps = [step.occurrence for step in rules.steps]
    barred = [exclusion.occurrence for exclusion in rules.exclusions]
    found: dict[tuple[str, str, str], _Rows] = {}
    for column, occurrences in (("mask", steps), ("barred", barred)):
        for place, occurrence in enumerate(occurrences):
            source = source_of(dataset, occurrence, clock, f"{column}_{place}")
            key = (source.table, source.day, source.instant)
            rows = found.setdefault(key, _Rows(source))
            rows.conditions.append((column, place, source))
            rows.occurrences.append(occurrence)
    parts, values = [], {}
    for rows in found.values():
        text, bound = rows.select(dataset, rules)
        parts.append(text)
        values.update(bound)
    text = "\nunion all\n".join(parts)
    if rules.holding:
        text = f"select * from (\n{text}\n)\nwhere held is not null"
    used = parameters(text)
    return Relation(text, {name: v for name, v in values.items() if name in used})


def prefilter(
    dataset: Dataset, occurrences: Sequence[Occurrence]
) -> tuple[str, dict[str, Value]]:
    """Write a test of events that lets through all rows of some occurrences.

    Returns:
        The test, which the engine pushes into the scan, or nothing where there is
        none; and what it binds.
    """
    if any(not occurrence.events for occurrence in occurrences):
        return "", {}
    names = sorted({name for each in occurrences for name in each.events})
    codes = [dataset.event_codes[name] for name in names]
    if max(codes) < _MOST_BITS:
        bits = sum(1 << code for code in codes)
        return "(($wanted_events::bigint >> enum_code(event)) & 1) = 1", {
            "wanted_events": bits
        }
    return "list_contains($wanted_events, event::varchar)", {"wanted_events": names}


def happens(source: Source) -> str:
    """Write the condition that a row is what a source stands for."""
    return " and ".join(source.predicates) or "true"


class _Rows:
    """The rows of one table at one instant."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.conditions: list[tuple[str, int, Source]] = []
        self.occurrences: list[Occurrence] = []

    def select(self, dataset: Dataset, rules: Rules) -> tuple[str, dict[str, Value]]:
        """Write the rows, and what they bind."""
        is_events = self.source.table == "events"
        takes_all = is_events and rules.is_sequence
        values: dict[str, Value] = {}
        for _, _, source in self.conditions:
            values.update(source.values)
        columns = ["customer_no"]
        if rules.holding:
            check_property(dataset, rules.holding)
            kind = dataset.properties[rules.holding].type
            columns.append(f"{text_sql(quoted(rules.holding), kind)} as held")
        if rules.by_property:
            columns.append(f"{self._value(dataset, rules.by_property)} as value")
        columns.append(f"{self.source.instant} as happened_at")
        columns += [self._bits("mask"), self._bits("barred")]
        where = []
        if is_events and not takes_all:
            test, bound = prefilter(dataset, self.occurrences)
            where = [test] if test else []
            values.update(bound)
        if is_events and "cut_on" in values:
            where.append(f"{self.source.day} < $cut_on")
        text = "select " + ", ".join(columns) + f" from {self.source.table}"
        if where:
            text += f" where {' and '.join(where)}"
        text = _of_unit(text, rules)
        if not takes_all:
            text += "\nwhere mask + barred > 0"
        return text, values

    def _value(self, dataset: Dataset, name: str) -> str:
        if self.source.table != "events":
            return f"{literal(NONE)}::varchar"
        check_property(dataset, name)
        return segment_value(text_sql(quoted(name), dataset.properties[name].type))

    def _bits(self, column: str) -> str:
        parts = [
            f"case when {happens(source)} then {1 << place} else 0 end"
            for name, place, source in self.conditions
            if name == column
        ]
        return f"({' + '.join(parts) or '0'})::integer as {column}"


def _of_unit(text: str, rules: Rules) -> str:
    names = ["happened_at", "mask", "barred"]
    names = [
        *(["held"] if rules.holding else []),
        *(["value"] if rules.by_property else []),
        *names,
    ]
    listed = ", ".join(f"found.{name}" for name in names)
    return (
        f"select {unit_column(rules.unit, 'found')} as unit_no, {listed}"
        f"\nfrom (\n    {text}\n) as found{join_unit(rules.unit, 'found')}"
    )


def unit_column(unit: Unit, table: str) -> str:
    """Write the column that numbers the units of a table's rows."""
    return f"{table}.customer_no" if unit == "customer" else "customers.account_no"


def join_unit(unit: Unit, table: str) -> str:
    """Write the join that finds the account of a table's rows."""
    if unit == "customer":
        return ""
    return (
        f"\ninner join customers on {table}.customer_no = customers.customer_no"
        "\n    and customers.account_no is not null"
    )

"""Retention and lifecycle once more, slowly and in plain Python, straight from metrics.

Nothing of the product is used but its specs: time, cohorts, brackets and completeness
are worked out anew, row by row, so that both can only be wrong in different ways.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from holdfast.occurrence import Occurrence
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention

WEEKDAYS = {"monday": 0, "saturday": 5, "sunday": 6}
LENGTH = {"day": timedelta(1), "week": timedelta(7), "month": timedelta(30)}

Cell = tuple[str, str, str | None, int, int | None]


@dataclass(frozen=True)
class Event:
    """One event; the instant is UTC."""

    customer: str
    name: str
    happened_at: datetime
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """One customer."""

    customer: str
    signed_up_at: datetime | None = None
    account: str | None = None
    segment: str = "(none)"


@dataclass(frozen=True)
class World:
    """Everything that was recorded."""

    people: tuple[Person, ...]
    events: tuple[Event, ...]
    zone: str = "UTC"
    week_start: str = "monday"

    def local_day(self, instant: datetime) -> date:
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def midnight(self, day: date) -> datetime:
        """Return the instant at which a local day begins."""
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone))
        return local.astimezone(UTC)

    def first_of(self, day: date, interval: str) -> date:
        """Return the first day of the interval that a day lies in."""
        if interval == "day":
            return day
        if interval == "month":
            return day.replace(day=1)
        return day - timedelta((day.weekday() - WEEKDAYS[self.week_start]) % 7)

    def later(self, first: date, count: int, interval: str) -> date:
        """Return the first day of the interval that is so many intervals later."""
        if interval == "month":
            months = first.year * 12 + first.month - 1 + count
            return date(months // 12, months % 12 + 1, 1)
        return first + LENGTH[interval] * count

    def distance(self, first: date, other: date, interval: str) -> int:
        """Return how many intervals lie between two first days."""
        if interval == "month":
            return (other.year - first.year) * 12 + other.month - first.month
        return (other - first) // LENGTH[interval]

    @property
    def last_day(self) -> date:
        return max(self.local_day(event.happened_at) for event in self.events)

    def unit_of(self, unit: str) -> dict[str, str]:
        """Return what each customer is counted as; who counts as nothing is missing."""
        known = {person.customer: person for person in self.people}
        everyone = {*known, *(event.customer for event in self.events)}
        if unit == "customer":
            return {customer: customer for customer in everyone}
        return {
            customer: person.account
            for customer, person in known.items()
            if person.account is not None
        }

    def joined(self) -> dict[str, datetime]:
        """Return each customer's sign-up, else the first event."""
        joined: dict[str, datetime] = {}
        for event in self.events:
            first = joined.get(event.customer, event.happened_at)
            joined[event.customer] = min(first, event.happened_at)
        for person in self.people:
            if person.signed_up_at is not None:
                joined[person.customer] = person.signed_up_at
        return joined

    def segments(self) -> dict[str, str]:
        """Return each customer's segment."""
        everyone = {event.customer for event in self.events}
        given = {person.customer: person.segment for person in self.people}
        return dict.fromkeys(everyone, "(none)") | given

    def instants(self, occurrence: Occurrence) -> Iterable[tuple[str, datetime]]:
        """Give who did it and when."""
        if occurrence.kind == "signup":
            yield from self.joined().items()
        for event in self.events:
            wanted = occurrence.kind == "activity" or (
                event.name in occurrence.events
                and all(
                    event.properties.get(name, "(none)") == value
                    for name, value in occurrence.where
                )
            )
            if occurrence.kind != "signup" and wanted:
                yield event.customer, event.happened_at


def retention(
    world: World, spec: Retention, *, by_segment: bool = False
) -> dict[Cell, tuple[int, int, bool]]:
    """Return (scope, segment, cohort, first, last) to (customers, retained, over)."""
    as_of = spec.as_of or world.last_day
    seen_until = spec.as_of or world.last_day + timedelta(1)
    unit_of = world.unit_of(spec.unit)
    segments = world.segments() if by_segment else {}
    segment_of = {unit_of[name]: segments[name] for name in segments if name in unit_of}

    starts: dict[str, set[datetime]] = defaultdict(set)
    for name, instant in world.instants(spec.start):
        if name in unit_of and world.local_day(instant) < seen_until:
            starts[unit_of[name]].add(instant)
    returns: dict[str, set[datetime]] = defaultdict(set)
    for name, instant in world.instants(spec.returning):
        if name in unit_of and world.local_day(instant) < seen_until:
            returns[unit_of[name]].add(instant)

    def interval_of(instant: datetime) -> date:
        return world.first_of(world.local_day(instant), spec.interval)

    # cohort -> unit -> instant of the start
    cohorts: dict[date, dict[str, datetime]] = defaultdict(dict)
    for unit, instants in starts.items():
        for instant in sorted(instants):
            if spec.entry == "first" and instant != min(instants):
                continue
            cohorts[interval_of(instant)].setdefault(unit, instant)
    for bound, is_outside in (
        (spec.first_cohort, lambda cohort, limit: cohort < limit),
        (spec.last_cohort, lambda cohort, limit: cohort > limit),
    ):
        if bound is not None:
            limit = world.first_of(bound, spec.interval)
            for cohort in [c for c in cohorts if is_outside(c, limit)]:
                del cohorts[cohort]

    def came_back_in(unit: str, cohort: date, start: datetime) -> set[int]:
        if spec.rolling:
            return {
                (instant - start) // LENGTH[spec.interval]
                for instant in returns[unit]
                if instant >= start
            }
        return {
            world.distance(cohort, interval_of(instant), spec.interval)
            for instant in returns[unit]
            if interval_of(instant) >= cohort
        }

    found: dict[Cell, tuple[int, int, bool]] = {}
    pooled: dict[Cell, list[tuple[int, int]]] = defaultdict(list)
    last_interval = world.first_of(seen_until - timedelta(1), spec.interval)
    first_day = min(world.local_day(event.happened_at) for event in world.events)
    first_interval = world.first_of(first_day, spec.interval)
    for cohort, members in cohorts.items():
        groups = {"All": members}
        if by_segment:
            for unit, start in members.items():
                groups.setdefault(segment_of[unit], {})
                groups[segment_of[unit]] = {**groups[segment_of[unit]], unit: start}
        for segment, group in groups.items():
            for first, last in spec.spans:
                kept = sum(
                    any(
                        k >= first and (last is None or k <= last)
                        for k in came_back_in(unit, cohort, start)
                    )
                    for unit, start in group.items()
                )
                end = first if last is None else last
                if spec.rolling:
                    length = LENGTH[spec.interval]
                    has_begun = any(
                        start + length * first < world.midnight(seen_until)
                        for start in group.values()
                    )
                    # what ended before the data began is not observed either
                    is_seen = last is None or any(
                        start + length * (last + 1) > world.midnight(first_day)
                        for start in group.values()
                    )
                    is_over = all(
                        start + length * (end + 1) <= world.midnight(as_of)
                        for start in group.values()
                    )
                else:
                    has_begun = (
                        world.later(cohort, first, spec.interval) <= last_interval
                    )
                    is_seen = last is None or (
                        world.later(cohort, last, spec.interval) >= first_interval
                    )
                    is_over = world.later(cohort, end + 1, spec.interval) <= as_of
                if not (has_begun and is_seen):
                    continue
                key = (segment, first, last)
                found[("cohort", segment, str(cohort), first, last)] = (
                    *(len(group), kept),
                    is_over,
                )
                if is_over:
                    pooled[("pooled", segment, None, *key[1:])].append(
                        (len(group), kept)
                    )
    for cell, parts in pooled.items():
        found[cell] = (sum(n for n, _ in parts), sum(kept for _, kept in parts), True)
    return found


def lifecycle(world: World, spec: Lifecycle) -> list[tuple]:
    """Return (interval, new, returning, resurrected, dormant) for every interval."""
    as_of = spec.as_of or world.last_day
    seen_until = spec.as_of or world.last_day + timedelta(1)
    unit_of = world.unit_of(spec.unit)
    active: dict[str, set[date]] = defaultdict(set)
    for name, instant in world.instants(spec.shown_by):
        day = world.local_day(instant)
        if name in unit_of and day < seen_until:
            active[unit_of[name]].add(world.first_of(day, spec.interval))
    days = [world.local_day(event.happened_at) for event in world.events]
    period = world.first_of(min(days), spec.interval)
    rows = []
    while period < seen_until:
        found = {"new": 0, "returning": 0, "resurrected": 0, "dormant": 0}
        before = world.later(period, -1, spec.interval)
        for periods in active.values():
            if period in periods:
                if min(periods) == period:
                    found["new"] += 1
                elif before in periods:
                    found["returning"] += 1
                else:
                    found["resurrected"] += 1
            elif before in periods:
                found["dormant"] += 1
        following = world.later(period, 1, spec.interval)
        dormant = None if following > as_of else found.pop("dormant")
        arrived = (found[name] for name in ("new", "returning", "resurrected"))
        rows.append((str(period), *arrived, dormant))
        period = following
    return rows

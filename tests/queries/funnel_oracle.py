"""How far each customer gets, told slowly: one attempt, one row, one choice at a time.

Nothing here knows of the SQL: chains of rows are tried out, all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from holdfast.attempts.rules import Rules
from holdfast.filters import NONE
from holdfast.occurrence import Occurrence


@dataclass(frozen=True)
class Happening:
    """One row of events.

    Attributes:
        second: When, from the beginning.
        event: What.
        properties: With what; a missing one is not there.
    """

    second: int
    event: str
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Attempt:
    """How far one entry came.

    Attributes:
        entered: When it began.
        times: When it reached its steps.
        closes: When its time is over; none for never.
    """

    entered: int
    times: tuple[int, ...]
    closes: int | None


def attempts_of(log: Sequence[Happening], rules: Rules) -> list[Attempt]:
    """Return the attempts of one customer."""
    if rules.holding:
        values = {dict(row.properties).get(rules.holding) for row in log}
        parted = replace(rules, holding=None)
        return [
            attempt
            for value in sorted(value for value in values if value is not None)
            for attempt in attempts_of(
                [r for r in log if dict(r.properties).get(rules.holding) == value],
                parted,
            )
        ]
    return [_attempt(log, rules, entry) for entry in _entries(log, rules)]


def _entries(log: Sequence[Happening], rules: Rules) -> Iterator[int]:
    wanted = rules.steps if rules.order == "any_order" else rules.steps[:1]
    for place, row in enumerate(log):
        if any(is_it(row, step.occurrence) for step in wanted):
            yield place


def is_it(row: Happening, occurrence: Occurrence) -> bool:
    """Say whether a row is an occurrence."""
    has = dict(row.properties)
    return (not occurrence.events or row.event in occurrence.events) and all(
        has.get(name, NONE) == value for name, value in occurrence.where
    )


def _attempt(log: Sequence[Happening], rules: Rules, entry: int) -> Attempt:
    start = log[entry].second
    if rules.order == "any_order":
        times = _in_any_order(log, rules, start)
    elif rules.is_sequence:
        times = _in_sequence(log, rules, entry)
    elif rules.has_limits:
        times = _with_limits(log, rules, entry)
    else:
        times = _in_order(log, rules, entry)
    closes = start + rules.limit.seconds if rules.limit else None
    if rules.has_limits:
        closes = _closing_of_limits(log, rules, entry)
    return Attempt(start, tuple(times), closes)


def _chains(
    log: Sequence[Happening], rules: Rules, chain: list[int]
) -> Iterator[list[int]]:
    """Try out every way to fill the steps with rows of their own, in order."""
    yield chain
    step = len(chain)
    if step == len(rules.steps):
        return
    last, start = log[chain[-1]].second, log[chain[0]].second
    within = rules.steps[step].within
    for place, row in enumerate(log):
        if place in chain or not is_it(row, rules.steps[step].occurrence):
            continue
        if row.second < last or (rules.is_strictly_later and row.second == last):
            continue
        if rules.limit and row.second - start > rules.limit.seconds:
            continue
        if within and row.second - last > within.seconds:
            continue
        yield from _chains(log, rules, [*chain, place])


def _in_order(log: Sequence[Happening], rules: Rules, entry: int) -> list[int]:
    earliest: dict[int, int] = {}
    for chain in _chains(log, rules, [entry]):
        second = log[chain[-1]].second
        earliest[len(chain)] = min(second, earliest.get(len(chain), second))
    times = [earliest[1]]
    for step in range(2, len(rules.steps) + 1):
        if step not in earliest or _is_barred(
            log, rules, step, earliest[step - 1], earliest[step]
        ):
            break
        times.append(earliest[step])
    return times


def _is_barred(
    log: Sequence[Happening], rules: Rules, step: int, since: int, until: int
) -> bool:
    for exclusion in rules.exclusions:
        first, last = exclusion.between(len(rules.steps))
        if first < step <= last and any(
            since < row.second < until and is_it(row, exclusion.occurrence)
            for row in log
        ):
            return True
    return False


def _with_limits(log: Sequence[Happening], rules: Rules, entry: int) -> list[int]:
    best: list[int] = []
    for chain in _chains(log, rules, [entry]):
        times = [log[place].second for place in chain]
        if len(times) > len(best) or (len(times) == len(best) and times < best):
            best = times
    return best


def _closing_of_limits(
    log: Sequence[Happening], rules: Rules, entry: int
) -> int | None:
    """Return when the last of all ways is over; none where none has a limit."""
    ends = []
    for chain in _chains(log, rules, [entry]):
        further = rules.steps[len(chain) :][:1]
        ends += [log[chain[-1]].second + s.within.seconds for s in further if s.within]
    return max(ends, default=None)


def _in_sequence(log: Sequence[Happening], rules: Rules, entry: int) -> list[int]:
    def filled(row: Happening) -> list[int]:
        steps = enumerate(rules.steps, 1)
        return [number for number, step in steps if is_it(row, step.occurrence)]

    def place_of(row: Happening) -> tuple[int, int, int]:
        steps = filled(row)
        mask = sum(1 << (step - 1) for step in steps)
        return row.second, min(steps, default=99), mask

    order = sorted(range(len(log)), key=lambda place: place_of(log[place]))
    times = [log[entry].second]
    for place in order[order.index(entry) + 1 :]:
        step = len(times) + 1
        row, steps = log[place], filled(log[place])
        if step > len(rules.steps):
            break
        if step in steps:
            late = rules.limit and row.second - times[0] > rules.limit.seconds
            if late or _is_barred(log, rules, step, times[-1], row.second):
                break
            times.append(row.second)
        elif rules.order == "strict":
            break
        else:
            is_repeat = any(number < step for number in steps)
            is_foreign = not is_repeat
            if rules.order == "no_foreign" and is_foreign:
                break
            if rules.repeats == "end" and is_repeat:
                break
    return times


def _in_any_order(log: Sequence[Happening], rules: Rules, start: int) -> list[int]:
    ends = [
        row.second
        for row in log
        for exclusion in rules.exclusions
        if row.second > start and is_it(row, exclusion.occurrence)
    ]
    until = min(ends, default=None)
    times = []
    occurrences = [step.occurrence for step in rules.steps]
    for occurrence in dict.fromkeys(occurrences):
        rows = sorted(
            row.second
            for row in log
            if is_it(row, occurrence)
            and row.second >= start
            and (rules.limit is None or row.second - start <= rules.limit.seconds)
            and (until is None or row.second <= until)
        )
        times += rows[: occurrences.count(occurrence)]
    return sorted(times)

"""What the questions about a funnel share: the spec, made ready for one dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from holdfast.answer import Caveat
from holdfast.attempts.counting import Counting, Entry
from holdfast.attempts.progress import progress_relations
from holdfast.attempts.rules import (
    DEFAULT_WINDOW,
    Entered,
    Order,
    Repeats,
    Rules,
    Ties,
)
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.durations import Duration
from holdfast.filters import Filters
from holdfast.happenings import Clock, is_dated, resolved, table_of
from holdfast.occurrence import ORDER, Occurrence
from holdfast.periods import Interval, day_label
from holdfast.population import Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.suggested_steps import suggested_steps
from holdfast.score_groups import GROUPS, kind_of_group
from holdfast.steps import Exclusions, Steps, labels, write_steps
from holdfast.survey_scales import NAMES, Kind

Judged = Literal["closed", "matured", "all"]
Each = Literal["unit", "value"]


@dataclass(frozen=True)
class Attempting:
    """What is asked about the way through some steps.

    Attributes:
        steps: What has to happen, one after the other.
        order: ``ordered`` lets anything lie between; ``strict`` nothing at all;
            ``no_foreign`` only repeats of steps already done; ``any_order`` takes the
            steps as they come.
        window: Longest time from the entry to a step, its end included; none for no
            limit. Not used where a step has a limit of its own.
        entry: Of each customer the attempt that gets furthest counts, or the first.
        ties: Events of one instant may follow each other in either order, or only a
            strictly later one follows.
        repeats: Whether doing again a step already done may end the attempt.
        exclusions: What ends an attempt between two steps.
        holding: Property of events that has one value throughout an attempt.
        each: Customers are counted, or each value held constant (such as sessions).
        judged: ``closed`` leaves apart who still has time; ``matured`` counts only
            entries whose time is over; ``all`` counts who still has time as dropped.
        by_property: Property of the entry's event whose values are the segments.
        first_entry: First local day of entries.
        last_entry: Last local day of entries.
        interval: Intervals of entry, for the trend.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    steps: Steps = ()
    order: Order = "ordered"
    window: Duration | None = DEFAULT_WINDOW
    entry: Entry = "best"
    ties: Ties = "either"
    repeats: Repeats = "allowed"
    exclusions: Exclusions = ()
    holding: str | None = None
    each: Each = "unit"
    judged: Judged = "closed"
    by_property: str | None = None
    first_entry: date | None = None
    last_entry: date | None = None
    interval: Interval = "week"
    unit: Unit = "customer"
    as_of: date | None = None

    @property
    def rules(self) -> Rules:
        """By which rules events fill the steps."""
        return Rules(
            self.steps,
            self.order,
            self.window,
            self.ties,
            self.repeats,
            self.exclusions,
            self.holding,
            self.by_property,
            self.unit,
        )

    @property
    def counts_values(self) -> bool:
        """Whether values held constant are counted instead of customers."""
        return self.each == "value" and self.holding is not None


@dataclass(frozen=True)
class Prepared:
    """A spec made ready for one dataset.

    Attributes:
        spec: With the occurrences as they are counted here.
        members: Who is in view.
        clock: Which data may be seen.
        time: What was observed.
        relations: ``progress`` and what it reads.
        as_of_at: The end of the observed time, on the clock of the rows.
        is_suggested: The data suggested the steps; none were named.
        by_score: The survey whose last answer before the entry gives the segments.
    """

    spec: Attempting
    members: Population
    clock: Clock
    time: asking.ObservedTime
    relations: dict[str, Relation]
    as_of_at: datetime
    is_suggested: bool = False
    by_score: Kind | None = None

    @property
    def values(self) -> dict[str, Value]:
        """What all statements bind."""
        has_segments = bool(
            self.members.segments or self.spec.by_property or self.by_score
        )
        return {
            "steps": len(self.spec.steps),
            "counts_open": self.spec.judged == "all",
            "has_segments": has_segments,
        }


def prepared(
    dataset: Dataset,
    spec: Attempting,
    filters: Filters,
    cancellation: Cancellation | None = None,
    *,
    with_times: bool = False,
    by_interval: bool = False,
) -> Prepared:
    """Follow the steps, for everyone, and find who is in view.

    Args:
        dataset: What is asked.
        spec: What is asked.
        filters: Who is in view, and the breakdown.
        cancellation: Lets another thread stop the work.
        with_times: ``progress`` says when the steps were reached.
        by_interval: Each counts once in every interval in which they entered.

    Raises:
        SpecError: The rules have no meaning together, or the data lack a name.
        CancelledError: The cancellation was used.
    """
    is_suggested = not spec.steps
    spec = _as_asked(dataset, spec, cancellation)
    steps = spec.steps
    spec.rules.check()
    occurrences = [step.occurrence for step in steps]
    occurrences += [exclusion.occurrence for exclusion in spec.exclusions]
    time = asking.observed_together(dataset, occurrences, spec.as_of)
    by_days = any(_lacks_times(dataset, each) for each in occurrences)
    clock = Clock("day", cut=time.cut, by_days=by_days)
    used = used_filters(spec, filters)
    before = time.cut.before
    # A group of scores is told at the entry, not at the end.
    by_score = kind_of_group(dataset, used.breakdown)
    if by_score:
        used = replace(used, breakdown=None)
    members = population(dataset, used, spec.unit, cancellation, before)

    def instant(day: date) -> datetime:
        midnight = datetime(day.year, day.month, day.day)
        return midnight if by_days else dataset.utc(day)

    as_of_at = instant(time.as_of)
    entered = _entered(spec, as_of_at, instant, by_days=by_days)
    over_at = None
    if spec.judged == "closed":
        matured = replace(spec, judged="matured")
        over_at = _entered(matured, as_of_at, instant, by_days=by_days).until_at
    counting = Counting(
        as_of_at,
        spec.entry,
        entered,
        None if over_at == entered.until_at else over_at,
        spec.counts_values,
        spec.interval if by_interval else None,
        with_times,
        filters.segments,
        by_score,
    )
    relations = progress_relations(
        dataset, members, spec.rules, clock, counting, cancellation
    )
    return Prepared(
        spec, members, clock, time, relations, as_of_at, is_suggested, by_score
    )


def used_filters(spec: Attempting, filters: Filters) -> Filters:
    """Return the filters as they are used: a property takes the breakdown's place."""
    return replace(filters, breakdown=None) if spec.by_property else filters


def _as_asked(
    dataset: Dataset, spec: Attempting, cancellation: Cancellation | None
) -> Attempting:
    """Return a spec with steps as they are counted here, suggested if none is named."""
    if not spec.steps:
        steps, window = suggested_steps(dataset, cancellation)
        spec = replace(
            spec,
            steps=steps,
            window=window if spec.window == DEFAULT_WINDOW else spec.window,
        )
    steps = tuple(
        replace(step, occurrence=_as_counted(dataset, step.occurrence))
        for step in spec.steps
    )
    exclusions = tuple(
        replace(each, occurrence=_as_counted(dataset, each.occurrence))
        for each in spec.exclusions
    )
    return replace(spec, steps=steps, exclusions=exclusions)


def _as_counted(dataset: Dataset, occurrence: Occurrence) -> Occurrence:
    """Return what is counted; without events, any activity is an order."""
    found = resolved(dataset, occurrence)
    # Two names of one row would let it fill two steps.
    is_order = found.kind == "activity" and table_of(dataset, found) == "orders"
    return ORDER if is_order else found


def _lacks_times(dataset: Dataset, occurrence: Occurrence) -> bool:
    """Say whether an occurrence is written down by days alone."""
    signups = dataset.observed.get("customers")
    if occurrence.kind == "signup" and signups is not None:
        return signups.is_dated
    return is_dated(dataset, occurrence)


def _entered(
    spec: Attempting,
    as_of_at: datetime,
    instant: Callable[[date], datetime],
    *,
    by_days: bool,
) -> Entered:
    """Return which entries count."""
    from_at = None if spec.first_entry is None else instant(spec.first_entry)
    ends = []
    if spec.last_entry is not None:
        ends.append(instant(spec.last_entry + timedelta(days=1)))
    longest = spec.rules.longest_seconds
    if spec.judged == "matured" and longest is not None:
        over = as_of_at - timedelta(seconds=longest)
        # The end of a window is in it; where that is a day, it has to be over.
        ends.append(over if by_days else over + timedelta(microseconds=1))
    return Entered(from_at, min(ends, default=None))


def step_labels(spec: Attempting) -> list[str]:
    """Name the steps as they are counted."""
    return labels(spec.steps, in_order=spec.order != "any_order")


def entered_by(spec: Attempting) -> str:
    """Say what whoever entered did, such as ``signed up``."""
    if spec.order == "any_order" and len(spec.steps) > 1:
        return "did any of the steps"
    return spec.steps[0].done


def nobody_entered(spec: Attempting) -> str:
    """Say that nobody is in the funnel at all."""
    units = "accounts" if spec.unit == "account" else "customers"
    done = entered_by(spec)
    when = ""
    if spec.first_entry or spec.last_entry:
        when = " in the days chosen"
    elif spec.judged == "matured" and spec.rules.longest_seconds is not None:
        when = " so long ago that their time is over"
    is_first = "" if spec.order == "any_order" else ", which is the first step"
    return f"No {units} in view {done}{when}{is_first}."


def counted_units(spec: Attempting, number: int) -> str:
    """Write how many of what is counted."""
    if spec.counts_values:
        return f"{number:,} {spec.holding} value{'' if number == 1 else 's'}"
    return asking.counted(number, spec.unit)


def caveats(
    dataset: Dataset, question: Prepared, filters: Filters, still_open: int
) -> list[Caveat]:
    """Say what limits the figures of a funnel."""
    spec, time = question.spec, question.time
    found: list[Caveat] = []
    if question.is_suggested:
        found.append(
            Caveat(
                "suggested",
                "No steps were named, so the data suggested"
                f" {write_steps(spec.steps)}.",
            )
        )
    limit = spec.rules.limit
    if spec.rules.longest_seconds is None:
        without = "a limit for every step" if spec.rules.has_limits else "a window"
        found.append(
            Caveat(
                "no_window",
                f"Without {without} nobody is ever too late, so who has not gone on"
                " counts as stopped although they may still do.",
            )
        )
    begins = _first_days(dataset, spec)
    seen = time.as_of - next(iter(begins), time.from_on)
    if limit is not None and limit.seconds > 86_400 * seen.days:
        found.append(
            Caveat(
                "window_longer_than_data",
                f"The window of {limit.describe()} is longer than"
                f" {time.describe()}, so nobody's time is over yet. Choose a shorter"
                " one to see who stopped.",
            )
        )
    if still_open and spec.judged == "closed":
        are = "is" if still_open == 1 else "are"
        found.append(
            Caveat(
                "still_open",
                f"{counted_units(spec, still_open)} {are} still within the window and"
                " in no rate. Who is quick counts already, so the rates are too high:"
                " the more of them still have time, the more so. Counting only entries"
                " whose time is over avoids that.",
            )
        )
    found.extend(_left_edge(spec, begins))
    if kind := question.by_score:
        found.append(
            Caveat(
                asking.GROUP_BEFORE,
                f"The segments are the groups of the last scored {NAMES[kind]} answer"
                " before the entry, however old. Who had not answered before it is in"
                f" “{GROUPS[kind][-1]}”, whatever came later.",
            )
        )
        if spec.entry == "best":
            found.append(
                Caveat(
                    "group_of_best",
                    "Of several attempts the one that gets furthest counts, and its"
                    " entry says the group: who converts is told by another entry than"
                    " who does not. Let the first entry count to compare the groups.",
                )
            )
    if question.clock.by_days:
        found.append(
            Caveat(
                "whole_days",
                "Some of the steps carry no time of day, so whole days are compared and"
                " steps of one day count as in order.",
            )
        )
    if spec.by_property and filters.breakdown:
        found.append(
            Caveat(
                "breakdown_unused",
                f"The segments are the {spec.by_property} of the first step's event;"
                f" the breakdown by {filters.breakdown} is not used.",
            )
        )
    found.extend(asking.account_caveat(question.members))
    found.extend(asking.hole_caveat(dataset, time))
    found.extend(asking.stranger_caveat(dataset))
    return found


def _first_days(dataset: Dataset, spec: Attempting) -> dict[date, str]:
    """Return from which local day on each step was recorded, that of entries first.

    In any order each step may be the entry, so the earliest is.
    """
    days: dict[date, str] = {}
    for step in spec.steps:
        seen = dataset.observed.get(table_of(dataset, step.occurrence))
        if seen is not None:
            days.setdefault(seen.from_on, step.label)
    if spec.order == "any_order":
        return dict(sorted(days.items()))
    return days


def _left_edge(spec: Attempting, begins: dict[date, str]) -> list[Caveat]:
    """Warn where entries lie too early for what follows to have been recorded."""
    if len(begins) < 2:
        return []
    entries_on = max(next(iter(begins)), spec.first_entry or date.min)
    latest = max(begins)
    usual = spec.rules.longest_seconds or DEFAULT_WINDOW.seconds
    if (latest - entries_on).days * 86_400 <= usual:
        return []
    return [
        Caveat(
            "left_edge",
            f"Nothing is known of “{begins[latest]}” before {day_label(latest)}, so who"
            " entered long before that counts as stopped although they may have gone"
            " on. Let entries begin with that day.",
        )
    ]

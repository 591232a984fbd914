"""The rules by which events fill the steps of a funnel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Literal

from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.occurrence import Occurrence
from holdfast.population import Unit
from holdfast.query import Value
from holdfast.steps import FEWEST_STEPS, MOST_STEPS, Exclusions, Steps

Order = Literal["ordered", "strict", "no_foreign", "any_order"]
Ties = Literal["either", "strict"]
Repeats = Literal["allowed", "end"]

DEFAULT_WINDOW = Duration(14)

_EVENTS = ("event", "activity")


@dataclass(frozen=True)
class Entered:
    """Which entries open an attempt.

    Attributes:
        from_at: The first instant; none for the beginning.
        until_at: The instant after the last; none for the end.
    """

    from_at: datetime | None = None
    until_at: datetime | None = None

    def condition(self, column: str) -> str:
        """Write the test of an entry's instant; nothing where all count."""
        parts = []
        if self.from_at is not None:
            parts.append(f"{column} >= $entered_from")
        if self.until_at is not None:
            parts.append(f"{column} < $entered_until")
        return " and ".join(parts)

    @property
    def values(self) -> dict[str, Value]:
        """What the test binds."""
        bounds = {"entered_from": self.from_at, "entered_until": self.until_at}
        return {name: bound for name, bound in bounds.items() if bound is not None}


ALL_ENTRIES = Entered()


@dataclass(frozen=True)
class Rules:
    """What fills which step, when; the same for whoever is in view.

    Attributes:
        steps: Two to twelve steps.
        order: ``ordered`` lets anything lie between; ``strict`` nothing at all;
            ``no_foreign`` only repeats of steps already done; ``any_order`` takes the
            steps as they come.
        window: Longest time from the entry to a step, its end included; none for no
            limit. Not used where a step has a limit of its own.
        ties: Events of one instant may follow each other in ``either`` order, or
            only a strictly later one follows.
        repeats: Whether doing again a step already done may ``end`` the attempt.
        exclusions: What ends an attempt between two steps.
        holding: Property of events that has one value throughout an attempt.
        by_property: Property of the entry's event that tells the segment.
        unit: Whose steps they are: the customer's, or those of all of an account.
    """

    steps: Steps
    order: Order = "ordered"
    window: Duration | None = DEFAULT_WINDOW
    ties: Ties = "either"
    repeats: Repeats = "allowed"
    exclusions: Exclusions = ()
    holding: str | None = None
    by_property: str | None = None
    unit: Unit = "customer"

    @property
    def has_limits(self) -> bool:
        """Whether a step has a limit of its own; before the first lies nothing."""
        return any(step.within for step in self.steps[1:])

    @property
    def limit(self) -> Duration | None:
        """The window, where it is used."""
        return None if self.has_limits else self.window

    @property
    def longest_seconds(self) -> int | None:
        """Seconds after which every attempt is over; none where one never may be."""
        if self.limit is not None:
            return self.limit.seconds
        limits = [step.within.seconds for step in self.steps[1:] if step.within]
        is_limited = self.has_limits and len(limits) == len(self.steps) - 1
        return sum(limits) if is_limited else None

    @property
    def is_sequence(self) -> bool:
        """Whether events that fill no step, or fill one again, can end an attempt."""
        return self.order in ("strict", "no_foreign") or self.repeats == "end"

    @property
    def is_strictly_later(self) -> bool:
        """Whether only a strictly later row follows.

        With limits of their own, steps that one row could fill both of are told apart
        by time alone.
        """
        return self.ties == "strict" or (self.has_limits and self.overlaps)

    @property
    def overlaps(self) -> bool:
        """Whether one event could fill several steps."""
        occurrences = [step.occurrence for step in self.steps]
        return any(
            may_share(one, other)
            for place, one in enumerate(occurrences)
            for other in occurrences[:place]
        )

    @property
    def kinds(self) -> tuple[int, ...]:
        """Of each step the number of the first that is filled by the same."""
        occurrences = [step.occurrence for step in self.steps]
        return tuple(occurrences.index(each) + 1 for each in occurrences)

    @property
    def has_kinds(self) -> bool:
        """Whether an event that fills two steps fills whatever either does."""
        occurrences = {step.occurrence for step in self.steps}
        return not any(
            may_share(one, other) for one, other in combinations(occurrences, 2)
        )

    def check(self) -> None:
        """Make sure that the rules have a meaning together.

        Raises:
            SpecError: They do not.
        """
        if not FEWEST_STEPS <= len(self.steps) <= MOST_STEPS:
            raise SpecError(
                "too_few_steps" if len(self.steps) < FEWEST_STEPS else "too_many_steps",
                f"A funnel has {FEWEST_STEPS} to {MOST_STEPS} steps, not"
                f" {len(self.steps)}.",
                "Name them in order, such as signup > event:created_project > order.",
            )
        self._check_sources()
        self._check_exclusions()
        if self.has_limits and (self.is_sequence or self.order == "any_order"):
            raise _apart("Limits of single steps", "the order “in this order”")
        if self.has_limits and self.exclusions:
            raise _apart("Limits of single steps", "nothing excluded")
        if self.ties == "strict" and self.is_sequence:
            raise _apart("Strictly later steps", "the order “in this order”")
        if self.order == "any_order" and self.ties == "strict":
            raise _apart("Strictly later steps", "steps in order")
        if self.order == "any_order" and self.repeats == "end":
            raise _apart("The end at a repeat", "steps in order")
        if self.order == "any_order":
            self._check_alike()

    def _check_sources(self) -> None:
        occurrences = [step.occurrence for step in self.steps]
        occurrences += [each.occurrence for each in self.exclusions]
        if self.holding and any(each.kind not in _EVENTS for each in occurrences):
            raise SpecError(
                "holding_needs_events",
                f"Only events have a {self.holding} that could be held constant.",
                "Use events for all steps, or hold nothing constant.",
            )
        if self.by_property and self.steps[0].occurrence.kind not in _EVENTS:
            raise SpecError(
                "no_start_event",
                f"Segments by {self.by_property} need an event as the first step.",
                "Begin with an event, or break down by an attribute.",
            )

    def _check_exclusions(self) -> None:
        for exclusion in self.exclusions:
            if any(may_share(exclusion.occurrence, s.occurrence) for s in self.steps):
                raise SpecError(
                    "excluded_step",
                    f"{exclusion.occurrence.describe()} is excluded and a step too.",
                    "Exclude something else, or take it out of the steps.",
                )
            if exclusion.first >= len(self.steps):
                raise SpecError(
                    "exclusion_beyond",
                    f"There is no step after step {exclusion.first}.",
                    f"The funnel has {len(self.steps)} steps.",
                )
            if self.order == "any_order" and exclusion.between(len(self.steps)) != (
                1,
                len(self.steps),
            ):
                raise _apart("An exclusion between certain steps", "steps in order")

    def _check_alike(self) -> None:
        occurrences = [step.occurrence for step in self.steps]
        for place, one in enumerate(occurrences):
            for other in occurrences[:place]:
                if one != other and may_share(one, other):
                    raise SpecError(
                        "steps_alike",
                        f"One event could be both {other.describe()} and"
                        f" {one.describe()}, so in any order it is open which step it"
                        " fills.",
                        "Make the steps the same or quite different, or ask for them"
                        " in order.",
                    )


def may_share(one: Occurrence, other: Occurrence) -> bool:
    """Say whether one row could be both; told from what is asked, not the data."""
    if one.kind in _EVENTS and other.kind in _EVENTS:
        if one.events and other.events and not set(one.events) & set(other.events):
            return False
        wanted = dict(one.where)
        return all(wanted.get(name, value) == value for name, value in other.where)
    if one.kind == other.kind == "response" and one.events and other.events:
        return bool(set(one.events) & set(other.events))
    return one.kind == other.kind


def _apart(what: str, needed: str) -> SpecError:
    return SpecError(
        "rules_apart", f"{what} need {needed}.", "Change one of the two settings."
    )

"""The steps of a funnel and what must not happen between them, as frozen values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from holdfast.durations import Duration, read_duration
from holdfast.errors import SpecError
from holdfast.notation import split_at
from holdfast.occurrence import Occurrence, read_occurrence

FEWEST_STEPS, MOST_STEPS = 1, 12


_LABELS = {
    "signup": "sign-up",
    "activity": "any activity",
    "order": "order",
    "subscription": "paid subscription",
    "trial": "trial",
    "cancellation": "cancellation",
}
_DONE = {
    "signup": "signed up",
    "activity": "were active",
    "order": "placed an order",
    "subscription": "began to pay",
    "trial": "began a trial",
    "cancellation": "cancelled",
    "response": "answered a survey",
}


@dataclass(frozen=True)
class Step:
    """One step of a funnel.

    Attributes:
        occurrence: What fills it.
        within: Longest time since the step before; none for no limit of its own.
    """

    occurrence: Occurrence
    within: Duration | None = None

    def __str__(self) -> str:
        """Write the notation: ``event:login`` or ``event:login@2d``."""
        limit = "" if self.within is None else f"@{self.within}"
        return f"{self.occurrence}{limit}"

    @property
    def label(self) -> str:
        """Its name on axes and in lists."""
        occurrence = self.occurrence
        if occurrence.kind in _LABELS:
            return _LABELS[occurrence.kind]
        if occurrence.kind == "response":
            surveys = " or ".join(name.upper() for name in occurrence.events)
            return f"{surveys or 'survey'} answer"
        return occurrence.describe()

    @property
    def done(self) -> str:
        """What people did who did it, such as ``signed up``."""
        return _DONE.get(self.occurrence.kind, f"did {self.label}")

    def describe(self) -> str:
        """Name it in words, as used inside a sentence."""
        if self.within is None:
            return self.label
        return f"{self.label} within {self.within.describe()}"


@dataclass(frozen=True)
class Exclusion:
    """What ends an attempt when it happens between two steps.

    Attributes:
        occurrence: What must not happen.
        first: Number of the step after which it counts, from 1.
        last: Number of the step before which it counts; 0 for the last step.
    """

    occurrence: Occurrence
    first: int = 1
    last: int = 0

    def __post_init__(self) -> None:
        """Refuse a stretch that ends before it begins.

        Raises:
            SpecError: It does.
        """
        if self.first < 1 or (self.last and self.last <= self.first):
            raise SpecError(
                "exclusion_backwards",
                f"Nothing lies between step {self.first} and step {self.last}.",
                "Name two steps in order, such as event:cancelled@1-3.",
            )

    def __str__(self) -> str:
        """Write the notation: ``event:cancelled`` or ``event:cancelled@1-3``."""
        if (self.first, self.last) == (1, 0):
            return str(self.occurrence)
        return f"{self.occurrence}@{self.first}-{self.last or ''}"

    def between(self, steps: int) -> tuple[int, int]:
        """Return the steps between which it counts, in a funnel of so many."""
        return self.first, min(self.last or steps, steps)


Steps = tuple[Step, ...]
Exclusions = tuple[Exclusion, ...]

_STRETCH = re.compile(r"(\d{1,2})-(\d{0,2})")


def write_steps(steps: Steps) -> str:
    """Write steps: ``signup > event:login@2d > order``."""
    return " > ".join(str(step) for step in steps)


def read_steps(text: str) -> Steps:
    """Read steps from their notation.

    Raises:
        SpecError: One of them cannot be read, or there are too many.
    """
    if not text.strip():
        return ()
    steps = []
    for part in split_at(text, ">"):
        occurrence, limit = _ending(part)
        within = None if limit is None else read_duration(limit)
        steps.append(Step(read_occurrence(occurrence), within))
    if len(steps) > MOST_STEPS:
        raise SpecError(
            "too_many_steps",
            f"{len(steps)} steps are too many for a funnel.",
            f"Use {FEWEST_STEPS} to {MOST_STEPS}.",
        )
    return tuple(steps)


def write_exclusions(exclusions: Exclusions) -> str:
    """Write exclusions: ``event:cancelled@1-2 | event:refunded``."""
    return " | ".join(str(exclusion) for exclusion in exclusions)


def read_exclusions(text: str) -> Exclusions:
    """Read exclusions from their notation.

    Raises:
        SpecError: One of them cannot be read.
    """
    if not text.strip():
        return ()
    exclusions = []
    for part in split_at(text, "|"):
        occurrence, stretch = _ending(part)
        first, last = 1, 0
        if stretch is not None:
            match = _STRETCH.fullmatch(stretch)
            if match is None:
                raise SpecError(
                    "unreadable_exclusion",
                    f"{stretch!r} are not two steps.",
                    "Write what must not happen between steps 1 and 3 as"
                    " event:cancelled@1-3.",
                )
            first, last = int(match[1]), int(match[2] or 0)
        exclusions.append(Exclusion(read_occurrence(occurrence), first, last))
    return tuple(exclusions)


def _ending(text: str) -> tuple[str, str | None]:
    """Cut off what follows the at sign."""
    occurrence, *ending = split_at(text, "@")
    return occurrence, "@".join(ending) if ending else None


def labels(steps: Steps, *, in_order: bool = True) -> list[str]:
    """Name the steps; what comes again is told apart by a number.

    In any order it is not known which of them somebody has done, only how many.
    """
    if not in_order and len(steps) > 1:
        counts = [f"any {number} steps" for number in range(2, len(steps))]
        return ["any step", *counts, f"all {len(steps)} steps"]
    names = [step.label for step in steps]
    times = [names[: place + 1].count(name) for place, name in enumerate(names)]
    return [
        name if time == 1 else f"{name} ({time})"
        for name, time in zip(names, times, strict=True)
    ]

"""Which of a unit's attempts count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from holdfast.attempts.rules import ALL_ENTRIES, Entered
from holdfast.periods import Interval
from holdfast.survey_scales import Kind

Entry = Literal["best", "first"]


@dataclass(frozen=True)
class Counting:
    """Which of many attempts count, and what is told of them.

    Attributes:
        as_of_at: The end of the observed time, on the clock of the rows.
        entry: Of each unit the attempt that got furthest (the earliest of several), or
            the first.
        entered: Which entries count.
        over_at: Those of them before this instant are likely to be asked for next.
        by_value: Each value held constant counts, instead of each unit.
        interval: Each counts once in every interval of entry.
        with_times: ``progress`` says when the steps were reached.
        segments: How many segments by a property stand alone.
        by_score: The survey whose last answer before the entry gives the segments.
    """

    as_of_at: datetime
    entry: Entry = "best"
    entered: Entered = ALL_ENTRIES
    over_at: datetime | None = None
    by_value: bool = False
    interval: Interval | None = None
    with_times: bool = False
    segments: int = 8
    by_score: Kind | None = None

    @property
    def needs_attempts(self) -> bool:
        """Whether the levels of the units do not tell enough."""
        return (
            self.entry == "first"
            or self.by_value
            or self.with_times
            or self.interval is not None
            or self.by_score is not None
        )

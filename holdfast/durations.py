"""Lengths of time that people choose: a window, a gap, a limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from holdfast.errors import SpecError

Unit = Literal["s", "min", "h", "d", "w", "mo"]

UNITS: tuple[Unit, ...] = get_args(Unit)

_SECONDS: dict[str, int] = {
    "s": 1,
    "min": 60,
    "h": 3_600,
    "d": 86_400,
    "w": 7 * 86_400,
    "mo": 30 * 86_400,
}

WORDS: dict[Unit, str] = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "w": "week",
    "mo": "month",
}
"""What each unit is called, in the singular; a month is 30 days."""

_DURATION = re.compile(rf"(\d{{1,8}}) ?({'|'.join(UNITS)})")
_LONGEST = 100 * 365 * 86_400


@dataclass(frozen=True)
class Duration:
    """A length of time, as it was chosen.

    Attributes:
        amount: How many of the unit.
        unit: Second, minute, hour, day (24 hours), week or month (30 days).
    """

    amount: int
    unit: Unit = "d"

    def __post_init__(self) -> None:
        """Refuse a length of nothing or of more than a century.

        Raises:
            SpecError: It is one of these.
        """
        if not 0 < self.seconds <= _LONGEST:
            raise SpecError(
                "duration_out_of_range",
                f"{self} is no length of time that can be used.",
                "Use one from 1s to 36500d.",
            )

    @property
    def seconds(self) -> int:
        """Its length in seconds."""
        return self.amount * _SECONDS[self.unit]

    def __str__(self) -> str:
        """Write the notation: ``14d``."""
        return f"{self.amount}{self.unit}"

    def describe(self) -> str:
        """Name it in words, as used inside a sentence."""
        return f"{self.amount:,} {WORDS[self.unit]}{'' if self.amount == 1 else 's'}"


def read_duration(text: str) -> Duration:
    """Read a duration from its notation.

    Raises:
        SpecError: The text is none.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise SpecError(
            "not_a_duration",
            f"{text!r} is not a length of time.",
            "Write it as 90s, 30min, 2h, 14d, 6w or 3mo.",
        )
    unit: Unit = next(unit for unit in UNITS if unit == match[2])
    return Duration(int(match[1]), unit)


def spoken(seconds: float) -> str:
    """Write a measured time for people: ``45 s``, ``12 min``, ``3.5 h``, ``6.2 d``."""
    for unit, least in (("d", 2 * 86_400), ("h", 2 * 3_600), ("min", 2 * 60)):
        if seconds >= least:
            amount = seconds / _SECONDS[unit]
            digits = 0 if amount >= 100 else 1
            return f"{amount:,.{digits}f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:,.0f} s"


def spoken_in_days(seconds: float) -> str:
    """Write a time measured in whole days: ``same day``, ``1 d``, ``6.2 d``."""
    if seconds < _SECONDS["d"] / 20:
        return "same day"
    return f"{seconds / _SECONDS['d']:,.1f}".removesuffix(".0") + " d"

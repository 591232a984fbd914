"""Scales of scores: which points there are, and what is good on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from typing import Any, Literal

from holdfast.errors import SpecError

Kind = Literal["nps", "csat", "ces"]

KINDS: tuple[Kind, ...] = ("nps", "csat", "ces")
NAMES = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}

# Best first; what the answers of a kind fall into.
GROUPS: dict[str, tuple[str, str, str]] = {
    "nps": ("promoters", "passives", "detractors"),
    "csat": ("satisfied", "neutral", "dissatisfied"),
    "ces": ("easy", "neutral", "hard"),
}

_SCALE = re.compile(r"(\d{1,3})-(\d{1,3})")
_CODES = re.compile(r"-?\d{1,6}(\.\d{1,3})?")
_USUAL = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
# What is looked for where the usual scale does not fit, the narrowest first.
_FITS = ("fits_5", "fits_7", "fits_10", "fits_0_10", "fits_0_100")
OFFERED = ("1-5", "1-7", "1-10", "0-10", "0-100")
# So many answers have to fit: more than codes for "not applicable" can hide.
_FITS_USUAL = 0.9
_FITS_OTHER = 0.99
_FEWEST = 20


@dataclass(frozen=True)
class Scale:
    """The points of a scale, and where its groups begin.

    Attributes:
        lowest: The least point.
        highest: The greatest point.
        high_from: Least score of the best group.
        low_to: Greatest score of the worst group.
        codes: Scores that stand for something else and are no points.
    """

    lowest: int
    highest: int
    high_from: int
    low_to: int
    codes: tuple[float, ...] = ()

    def __str__(self) -> str:
        """Write it as it is chosen, such as 1-5."""
        return f"{self.lowest}-{self.highest}"


@dataclass(frozen=True)
class Reading:
    """How the scores of a kind of survey are read.

    Attributes:
        scale: Least and greatest point, such as 1-5; empty for the usual one of the
            kind, or a guess from the scores where that does not fit.
        blank: Scores that stand for no score, such as 0.
        not_applicable: Scores that stand for "does not apply", such as 6,99.
    """

    scale: str = ""
    blank: str = ""
    not_applicable: str = ""

    def over(self, other: Reading) -> Reading:
        """Return this reading with the other one where this one says nothing."""
        return Reading(
            self.scale or other.scale,
            self.blank or other.blank,
            self.not_applicable or other.not_applicable,
        )

    def check(self, kind: str) -> None:
        """Make sure that scores of a kind can be read so.

        Raises:
            SpecError: The scale or a code cannot be read.
        """
        if self.scale:
            scale_of(kind, self.scale)
        read_codes(self.blank)
        read_codes(self.not_applicable)

    def describe(self) -> str:
        """Say it inside a sentence, such as ``on 1 to 5, 0 as left blank``."""
        parts = [
            self.scale and f"on {self.scale.replace('-', ' to ')}",
            self.blank and f"{self.blank} as left blank",
            self.not_applicable and f"{self.not_applicable} as “does not apply”",
        ]
        return ", ".join(part for part in parts if part)


def kept_readings(values: Any) -> dict[str, Reading]:
    """Return the readings that a file holds by kind; leave out what says nothing.

    Somebody may have written into it by hand: what cannot be read is left out, too.
    """
    found: dict[str, Reading] = {}
    for kind in KINDS:
        with suppress(SpecError, TypeError, KeyError, AttributeError):
            reading = Reading(**values[kind])
            reading.check(kind)
            if reading != Reading():
                found[kind] = reading
    return found


def scale_of(kind: str, text: str) -> Scale:
    """Read a scale such as 1-5 and find its groups.

    NPS: promoters 9 and 10, detractors 0 to 6. CSAT: satisfied are the two best points.
    CES: easy is the best third, 5 and more of 7. The worst group mirrors the best.

    Source: Reichheld (2003), Harvard Business Review 81 (12), 46-54, for NPS; ours for
    other scales than 1 to 5 and 1 to 7.

    Raises:
        SpecError: It is no scale, or another one than that of NPS.
    """
    match = _SCALE.fullmatch(text)
    if match is None or int(match[1]) >= int(match[2]):
        raise SpecError(
            "unreadable_scale",
            f"{text!r} is no scale of scores.",
            "Write its least and its greatest point, such as 1-5.",
        )
    lowest, highest = int(match[1]), int(match[2])
    if kind == "nps":
        if (lowest, highest) != _USUAL["nps"]:
            raise SpecError(
                "nps_scale",
                f"NPS is defined on a scale of 0 to 10, not of {lowest} to {highest}.",
                "Leave the scale out, or load the answers as csat.",
            )
        return Scale(0, 10, 9, 6)
    high = highest - 1
    if kind == "ces":
        high = ceil(lowest + (highest - lowest) * 2 / 3)
    high = max(high, lowest + 1)
    return Scale(lowest, highest, high, lowest + highest - high)


def fitting_scale(kind: str, row: Mapping[Any, Any]) -> str:
    """Guess the scale of scores from a row of ``queries/answers/surveys.sql``."""
    fitting = {
        scale: int(row[name]) for scale, name in zip(OFFERED, _FITS, strict=True)
    }
    return guessed_scale(kind, fitting, int(row["scored"]))


def guessed_scale(kind: str, fitting: Mapping[str, int], scored: int) -> str:
    """Guess a scale from how many scores fit each that is offered.

    The usual scale of the kind stands where nearly all fit: codes for an answer left
    out lie beyond it.

    Args:
        kind: nps, csat or ces.
        fitting: Scores on each scale of ``OFFERED``.
        scored: All scores.
    """
    lowest, highest = _USUAL[kind]
    usual = f"{lowest}-{highest}"
    if kind == "nps" or scored == 0:
        return usual
    if kind == "ces" and scored >= _FEWEST and fitting["1-5"] >= scored * _FITS_OTHER:
        return "1-5"
    if fitting[usual] >= scored * _FITS_USUAL:
        return usual
    for scale in OFFERED:
        if fitting[scale] >= scored * _FITS_OTHER:
            return scale
    return usual


def read_codes(text: str) -> list[float]:
    """Read scores that stand for something else, such as 0 or 6,99.

    Raises:
        SpecError: One of them is no number.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for part in parts:
        if not _CODES.fullmatch(part):
            raise SpecError(
                "unreadable_codes",
                f"{part!r} is no score that could stand for something else.",
                "Write numbers with commas between them, such as 0 or 6,99.",
            )
    return [float(part) for part in parts]

"""Who is in view: filters and a breakdown, as frozen values.

A filter speaks three languages: its notation (for links and the command line),
its sentence (for people) and, in ``population``, its predicate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from holdfast.errors import SpecError
from holdfast.notation import (
    WORD,
    read_date,
    read_list,
    read_word,
    write_list,
    write_range,
    write_value,
    write_word,
)

NONE = "(none)"

_MOST_DIGITS = 9


@dataclass(frozen=True)
class AttributeIn:
    """Customers whose attribute is one of some values, or is none of them."""

    attribute: str
    values: tuple[str, ...]
    is_excluded: bool = False

    def __str__(self) -> str:
        """Write the notation: ``plan=pro,team`` or ``plan!=pro``."""
        sign = "!=" if self.is_excluded else "="
        return f"{write_word(self.attribute)}{sign}{write_list(self.values)}"

    def describe(self, label: Callable[[str], str] = str) -> str:
        """Say it in words; ``label`` names attributes."""
        but = "any but " if self.is_excluded else ""
        return f"with {label(self.attribute)} {but}{_joined(self.values)}"


@dataclass(frozen=True)
class AttributeRange:
    """Customers whose number or date lies in a range, both ends included."""

    attribute: str
    first: float | date | None = None
    last: float | date | None = None

    def __str__(self) -> str:
        """Write the notation: ``seats:5..20`` or ``joined_on:2025-01-01..``."""
        return f"{write_word(self.attribute)}:{write_range(self.first, self.last)}"

    def describe(self, label: Callable[[str], str] = str) -> str:
        """Say it in words; ``label`` names attributes."""
        first = "" if self.first is None else f" from {write_value(self.first)}"
        last = "" if self.last is None else f" up to {write_value(self.last)}"
        return f"with {label(self.attribute)}{first}{last}"


@dataclass(frozen=True)
class DidEvent:
    """Customers who did an event at least so often in some days, or did not."""

    event: str
    is_excluded: bool = False
    at_least: int = 1
    first: date | None = None
    last: date | None = None

    def __str__(self) -> str:
        """Write the notation: ``did export>=3 @2025-01-01..2025-01-31``."""
        event = write_word(self.event)
        if event.startswith("not "):
            event = f'"{event}"'
        text = f"did {'not ' if self.is_excluded else ''}{event}"
        if self.at_least > 1:
            text += f">={self.at_least}"
        if self.first or self.last:
            text += f" @{write_range(self.first, self.last)}"
        return text

    def describe(self, label: Callable[[str], str] = str) -> str:  # noqa: ARG002  # as the others
        """Say it in words."""
        text = f"who {'did not do' if self.is_excluded else 'did'} {self.event}"
        if self.at_least > 1:
            text += f" at least {self.at_least} times"
        if self.first:
            text += f" from {self.first}"
        if self.last:
            text += f" to {self.last}"
        return text


@dataclass(frozen=True)
class InSegment:
    """Customers who are in a saved segment, or are not."""

    name: str
    is_excluded: bool = False

    def __str__(self) -> str:
        """Write the notation: ``in "Stuck after sign-up"`` or ``not in "…"``."""
        name = self.name.replace('"', '""')
        return f'{"not " if self.is_excluded else ""}in "{name}"'

    def describe(self, label: Callable[[str], str] = str) -> str:  # noqa: ARG002  # as the others
        """Say it in words."""
        return f"{'not ' if self.is_excluded else ''}in the segment “{self.name}”"


Filter = AttributeIn | AttributeRange | DidEvent | InSegment


@dataclass(frozen=True)
class Filters:
    """Filters that all hold, and the attribute to break the answer down by.

    Attributes:
        filters: All must hold; values within one filter are alternatives.
        breakdown: Attribute whose values become segments, or a saved segment as its
            filter is written; none for no segments.
        segments: How many segments are shown before the rest becomes "Other".
    """

    filters: tuple[Filter, ...] = ()
    breakdown: str | None = None
    segments: int = 8

    @property
    def saved_segments(self) -> tuple[str, ...]:
        """Names of the saved segments that the filters and the breakdown name."""
        names = [each.name for each in self.filters if isinstance(each, InSegment)]
        broken_by = broken_by_segment(self.breakdown)
        return tuple(dict.fromkeys([*names, *([broken_by] if broken_by else [])]))

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes that the filters and the breakdown name."""
        names = [
            each.attribute
            for each in self.filters
            if isinstance(each, AttributeIn | AttributeRange)
        ]
        by = [self.breakdown] if self.breakdown else []
        return tuple(dict.fromkeys([*names, *by]))

    def describe(self, label: Callable[[str], str] = str) -> str:
        """Say in one sentence who is in view; ``label`` names attributes."""
        who = "All customers"
        if self.filters:
            who = (
                f"Customers {', '.join(item.describe(label) for item in self.filters)}"
            )
        if not self.breakdown:
            return f"{who}."
        segment = broken_by_segment(self.breakdown)
        by = f"the segment “{segment}” and the rest" if segment else None
        return f"{who}, by {by or label(self.breakdown)}."


_IN = re.compile(rf"(?P<name>{WORD})(?P<sign>!?=)(?P<values>.*)", re.DOTALL)
_RANGE = re.compile(rf"(?P<name>{WORD}):(?P<first>.*?)\.\.(?P<last>.*)")
_DID = re.compile(
    rf"did (?P<excluded>not )?(?P<event>{WORD})(?:>=(?P<count>\d+))?"
    r"(?: @(?P<first>[\d-]*)\.\.(?P<last>[\d-]*))?"
)
_IN_SEGMENT = re.compile(rf"(?P<excluded>not )?in (?P<name>{WORD})")


def broken_by_segment(breakdown: str | None) -> str | None:
    """Return the saved segment that a breakdown sets against the rest, if one.

    Such a breakdown is written as the filter: ``in "Stuck after sign-up"``.
    """
    match = _IN_SEGMENT.fullmatch(breakdown or "")
    return read_word(match["name"]) if match and not match["excluded"] else None


def read_filter(text: str) -> Filter:
    """Read one filter from its notation.

    Raises:
        SpecError: The text follows none of the notations.
    """
    if match := _DID.fullmatch(text):
        return DidEvent(
            event=read_word(match["event"]),
            is_excluded=match["excluded"] is not None,
            at_least=_count(match["count"] or "1"),
            first=read_date(match["first"] or ""),
            last=read_date(match["last"] or ""),
        )
    if match := _IN_SEGMENT.fullmatch(text):
        return InSegment(read_word(match["name"]), match["excluded"] is not None)
    if match := _IN.fullmatch(text):
        return AttributeIn(
            attribute=read_word(match["name"]),
            values=read_list(match["values"]),
            is_excluded=match["sign"] == "!=",
        )
    if match := _RANGE.fullmatch(text):
        first, last = _bound(match["first"]), _bound(match["last"])
        return AttributeRange(read_word(match["name"]), first, last)
    raise SpecError(
        "unreadable_filter",
        f"The filter {text!r} cannot be read.",
        "Write for example plan=pro,team or seats:5..20 or did created_project or"
        ' in "My segment".',
    )


def read_filters(
    texts: Iterable[str], breakdown: str | None = None, segments: int = 8
) -> Filters:
    """Read filters from their notations.

    Raises:
        SpecError: One of them cannot be read.
    """
    return Filters(tuple(read_filter(text) for text in texts), breakdown, segments)


def _count(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise SpecError(
            "count_too_large",
            f"A count of {len(text)} digits is too large.",
            f"Write one of up to {_MOST_DIGITS} digits, such as did export>=3.",
        )
    return max(int(text), 1)


def _bound(text: str) -> float | date | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return read_date(text)


def _joined(words: tuple[str, ...]) -> str:
    if not words:
        return "nothing"
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} or {words[-1]}"

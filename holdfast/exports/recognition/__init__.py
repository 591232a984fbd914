"""Columns become a layout or a guessed mapping, with confidence and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from holdfast.exports.mapping import EPOCHS, WORKSPACE_ZONE, SourceMapping
from holdfast.exports.recognition.guessing import best_guess, guess
from holdfast.exports.recognition.layouts import (
    Layout,
    Sample,
    fitting_layout,
    found_columns,
    kept_columns,
    layout_mapping,
    layouts,
)
from holdfast.exports.recognition.names import by_normal_name
from holdfast.exports.recognition.refusal import missing_columns
from holdfast.exports.recognition.times import TIME_FORMATS, fits, in_words, time_format
from holdfast.model import FEEDS

_VERIFIED = 0.95
_OURS = 0.8
_UNVERIFIED = 0.6
_BY_WORDS = 0.75


@dataclass(frozen=True)
class Recognition:
    """What a file seems to be.

    Attributes:
        layout: The layout that fits; None for a guess.
        mapping: What follows for its columns; None where nothing could be guessed,
            or where the layout is of a table that feeds nothing.
        confidence: From 0 to 1.
        reasons: Why, in words.
        columns: How sure it is what a column is, from 0 to 1, and by what: 'layout',
            'name' or 'values'.
    """

    layout: Layout | None
    mapping: SourceMapping | None
    confidence: float
    reasons: tuple[str, ...] = field(default=())
    columns: Mapping[str, tuple[float, str]] = field(default_factory=dict)


def recognise(columns: Sequence[str], sample: Sample) -> Recognition:
    """Say what a file is, from its column names and some of its values.

    Args:
        columns: Column names in the file's order.
        sample: Some values of each column.
    """
    names = by_normal_name(columns)
    layout = fitting_layout(columns, names, sample)
    if layout is None:
        return _guessed(columns, sample)
    mapping, remarks = layout_mapping(layout, columns, names, sample)
    reasons = [f"it has the columns {', '.join(found_columns(layout, names))}"]
    if layout.is_guessed:
        reasons.append(
            f"what {layout.title} are called is not verified: look at each column"
        )
    if not layout.feeds:
        reasons.append("no table is filled from it")
    confidence = {True: _UNVERIFIED, False: _VERIFIED}[layout.is_guessed]
    if layout.status == "ours":
        confidence = _OURS
    told = {
        column: _told(layout, part.feed, role, confidence)
        for part in (mapping.feeds if mapping else ())
        for role in part.roles
        for column in part.columns_of(role)
    }
    reasons = [*reasons, *remarks, *layout.traps]
    return Recognition(layout, mapping, confidence, tuple(reasons), told)


def _told(layout: Layout, feed: str, role: str, confidence: float) -> tuple[float, str]:
    """Return how sure a column is: what a survey asks is told by its words alone."""
    patterns = {
        name
        for raw in layout.feeds
        if raw["feed"] == feed
        for name in raw.get("patterns", ())
    }
    if role in patterns:
        return min(confidence, _BY_WORDS), "name"
    return confidence, "layout"


def _guessed(columns: Sequence[str], sample: Sample) -> Recognition:
    found = best_guess(columns, sample)
    if found is None:
        unlike = f"no known layout has columns like {', '.join(columns[:8])}"
        return Recognition(None, None, 0.0, (unlike,))
    return Recognition(None, *found)


__all__ = [
    "EPOCHS",
    "FEEDS",
    "TIME_FORMATS",
    "WORKSPACE_ZONE",
    "Layout",
    "Recognition",
    "fits",
    "guess",
    "in_words",
    "kept_columns",
    "layouts",
    "missing_columns",
    "recognise",
    "time_format",
]

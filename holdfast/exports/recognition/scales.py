"""Scales of answers in words: what point each word stands for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from holdfast.exports.recognition.names import plain

SCALES = Path(__file__).with_name("scales.toml")

_LOOKED_AT = 200
_HEADERS_ABOVE = 2
# One word such as "good" is said in many columns.
_LEAST = 2


@dataclass(frozen=True)
class Scale:
    """What the words of a column stand for.

    Attributes:
        kind: 'csat' or 'ces' where the words tell; else empty.
        points: Word in lower case to its point as text; words not seen, too.
        top: The highest point.
    """

    kind: str
    points: Mapping[str, str]
    top: int


def scale_of(values: Sequence[str]) -> Scale | None:
    """Return the scale that has all values as its words, if there is one.

    Args:
        values: Some values of a column; a further header row may stand above.
    """
    seen = values[:_LOOKED_AT]
    # Most columns are told to be none by their last value.
    if not seen or not any(plain(seen[-1]) in known for _, known in _scales()):
        return None
    for above in range(_HEADERS_ABOVE + 1):
        for scale, known in _scales():
            points = {word: known.get(plain(word), "") for word in seen[above:]}
            said = {plain(word): point for word, point in points.items()}
            # Two words for one point: it is another scale, with more points.
            is_told = len(set(said.values())) == len(said) >= _LEAST
            if is_told and "" not in said.values():
                own = {word.lower(): point for word, point in points.items()}
                return replace(scale, points={**scale.points, **own})
    return None


def score_values(
    columns: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> dict[str, Mapping[str, str]]:
    """Return what the words of a score's columns stand for, as a mapping has it.

    Args:
        columns: Columns of the score; none for no score.
        sample: Some values of each column.
    """
    for column in columns:
        if scale := scale_of(sample.get(column, ())):
            return {"score": scale.points}
    return {}


@cache
def _scales() -> tuple[tuple[Scale, Mapping[str, str]], ...]:
    """Return every scale, and its words in comparable form with their points."""
    found = []
    for raw in tomllib.loads(SCALES.read_text(encoding="utf-8"))["scales"]:
        points = {
            word: str(point)
            for point, words in enumerate(raw["points"], start=1)
            for word in words
        }
        known = {plain(word): point for word, point in points.items()}
        found.append((Scale(raw["kind"], points, len(raw["points"])), known))
    return tuple(found)

"""Words for what columns can be, and how well a column's name fits them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from holdfast.exports.recognition.content import Look, look
from holdfast.exports.recognition.names import plain

VOCABULARY = Path(__file__).with_name("vocabulary.toml")

DATE, ID, PERSON = "date", "id", "person"
"""Concepts beside the roles: any date, the row's own id, what tells of people."""

# How alike two words must be, of 100; below, one is another word.
_ALIKE = 88
# A name that holds a word among others says less than the word alone: the less, the
# more there is beside it.
_HELD = (0.5, 0.45)
_ALIKE_WORTH = 0.9
# Short words stand in too many others to be looked for inside or by likeness.
_SHORT = 4
# In scripts without blanks, one sign is no word.
_SHORT_WORD = 2
_KIND_OF_TOP = {10: "nps", 7: "ces", 5: "csat"}
_WORDS_OF_KIND = {"nps": "0 to 10", "ces": "1 to 7", "csat": "1 to 5"}


@dataclass(frozen=True)
class FeedSigns:
    """What makes rows belong to a feed, beside its required roles.

    Attributes:
        own: Role that a bare id plays; empty for none.
        main: Instant that any date may be; empty for none.
        signs: Groups of concepts; of each at least one must be there.
    """

    own: str
    main: str
    signs: tuple[tuple[str, ...], ...]


@cache
def feed_signs() -> Mapping[str, FeedSigns]:
    """Return the signs of every feed by its name."""
    return {
        name: FeedSigns(raw["own"], raw["main"], tuple(map(tuple, raw["signs"])))
        for name, raw in _vocabulary()["feeds"].items()
    }


@lru_cache(maxsize=4096)
def meanings(column: str) -> Mapping[str, float]:
    """Return what a column's name can mean: concept to likelihood, from 0 to 1.

    Concepts are role names, and DATE, ID and PERSON.
    """
    name = plain(column)
    phrases = _phrases()
    found = dict.fromkeys(phrases.get(name, ()), 1.0)
    for phrase, word in _within(name):
        for concept in phrases[phrase]:
            found[concept] = max(found.get(concept, 0.0), word)
    if len(name) >= _SHORT:
        for phrase, likeness, _ in process.extract(
            name, _long_phrases(), scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=None
        ):
            for concept in phrases[phrase]:
                worth = _ALIKE_WORTH * likeness / 100
                found[concept] = max(found.get(concept, 0.0), worth)
    return found


def survey_kind(
    columns: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> tuple[str | None, str | None, str]:
    """Return the column with a survey's score, the survey's kind, and a remark.

    The question decides; where it does not, a scale with a question mark does.

    Args:
        columns: Columns that may hold the score.
        sample: Some values of each column.
    """
    looks = {column: look(_scores(sample.get(column, ()))) for column in columns}
    may_be = [
        column
        for column in columns
        if looks[column].kind in ("number", "empty", "boolean")
    ]
    for column in may_be:
        if kind := kind_of(column, None):
            return column, kind, f"{column!r} asks for {kind.upper()}"
    for column in may_be:
        kind = kind_of("", looks[column])
        if kind and ("?" in column or "score" in meanings(column)):
            return (
                column,
                kind,
                f"{column!r} runs from {_WORDS_OF_KIND[kind]}, as {kind.upper()} does",
            )
    return None, None, "no question could be told to ask for NPS, CSAT or CES"


def kind_of(column: str, values: Look | None) -> str | None:
    """Return the survey's kind that a question or its answers' scale tells."""
    for kind, pattern in _vocabulary()["kinds"].items():
        if re.search(pattern, column, re.IGNORECASE):
            return str(kind)
    if values is None or values.kind != "number" or not values.is_whole:
        return None
    if values.low < 0:
        return None
    if values.low == 0 and values.high <= max(_KIND_OF_TOP):
        return "nps"
    tops = [top for top in _KIND_OF_TOP if values.high <= top]
    return _KIND_OF_TOP[min(tops)] if tops else None


def _scores(values: Sequence[str]) -> list[str]:
    """Leave out what a second header row says; answers of a scale are short."""
    return [value for value in values if len(value) <= _SHORT and value[:1].isdigit()]


def _within(name: str) -> Iterator[tuple[str, float]]:
    """Yield the phrases that stand in a name among other words, and their worth."""
    padded = f" {name} "
    least, rest = _HELD
    for phrase in _long_phrases():
        if phrase == name:
            continue
        if phrase.isascii():
            if f" {phrase} " not in padded:
                continue
        elif len(phrase) < _SHORT_WORD or phrase not in name:
            continue
        yield phrase, least + rest * len(phrase) / len(name)


@cache
def _phrases() -> Mapping[str, tuple[str, ...]]:
    """Return every phrase in comparable form, with the concepts that it stands for."""
    raw = _vocabulary()
    words = {**raw["roles"], **{name: raw[name] for name in (DATE, ID, PERSON)}}
    found: dict[str, dict[str, None]] = {}
    for concept, languages in words.items():
        for phrases in languages.values():
            for phrase in phrases:
                found.setdefault(plain(phrase), {})[concept] = None
    found.pop("", None)
    return {phrase: tuple(concepts) for phrase, concepts in found.items()}


@cache
def _long_phrases() -> tuple[str, ...]:
    return tuple(
        phrase for phrase in _phrases() if not phrase.isascii() or len(phrase) >= _SHORT
    )


@cache
def _vocabulary() -> dict[str, Any]:
    return tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))

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
from holdfast.exports.recognition.scales import Scale, scale_of

VOCABULARY = Path(__file__).with_name("vocabulary.toml")

DATE, ID, PERSON = "date", "id", "person"
"""Concepts beside the roles: any date, the row's own id, what tells of people."""

CHARGED = "charged"
"""Sign of a feed that values tell: ids of payments, or what became of them."""

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
_HEADERS_ABOVE = 2
_GROUP = "group"
_QUESTION = re.compile(r"q(id)? ?\d+( \d+)*\b")
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


def survey_kinds(
    columns: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> list[tuple[str, str, str]]:
    """Return each column with a survey's score, the survey's kind, and a remark.

    The question decides, wherever it stands; where no question does, the scale does,
    and then the first column that has one counts: the others may ask for anything.

    Args:
        columns: Columns that may hold a score.
        sample: Some values of each column.
    """
    may_be = {}
    scales: dict[str, Scale] = {}
    names = {plain(column) for column in columns}
    for column in columns:
        values = sample.get(column, ())
        scores = _scores(values)
        is_group = plain(column).endswith(f" {_GROUP}")
        if not is_group and (scores or not values):
            may_be[column] = look(scores)
        elif not is_group and (scale := scale_of(values)):
            may_be[column] = look([])
            scales[column] = scale
    found = []
    for column in may_be:
        # A second header row can hold the question's words.
        above = sample.get(column, ())[:_HEADERS_ABOVE]
        asked = " ".join([column, *(value for value in above if not _scores([value]))])
        kind = kind_of(asked, None)
        # Qualtrics sorts the answers to such a question, and to no other.
        code = plain(column.split(":")[0])
        if f"{code} nps {_GROUP}" in names:
            kind = "nps"
        if kind is None and column in scales:
            kind = scales[column].kind
        if kind:
            remark = f"{column!r} asks for {kind.upper()}"
            if column in scales:
                remark += f", and its words stand for 1 to {scales[column].top}"
            found.append((column, kind, remark))
    for column, values_look in may_be.items():
        kind = kind_of("", values_look)
        is_asked = "?" in column or _QUESTION.match(plain(column))
        if not found and kind and (is_asked or "score" in meanings(column)):
            goes = f"from {_WORDS_OF_KIND[kind]}, as {kind.upper()} does"
            found.append((column, kind, f"{column!r} goes {goes}"))
    return found


def kind_of(asked: str, values: Look | None) -> str | None:
    """Return the survey's kind that a question or its answers' scale tells."""
    for kind, pattern in _vocabulary()["kinds"].items():
        for text in (asked, plain(asked)):
            if re.search(pattern, text, re.IGNORECASE):
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
    least, rest = _HELD
    for phrase in _held(name):
        yield phrase, least + rest * len(phrase) / len(name)


def _held(name: str) -> Iterator[str]:
    phrases = _phrases()
    words = name.split()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            phrase = " ".join(words[start:end])
            others = {*words[:start], *words[end:]}
            # One word among others is about something else: a customer's country.
            is_telling = end - start > 1 or others <= _beside()
            if others and is_telling and phrase in phrases:
                yield phrase
    if not name.isascii():
        # Scripts without blanks between words.
        yield from (
            phrase for phrase in _unspaced() if phrase in name and phrase != name
        )


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
def _unspaced() -> tuple[str, ...]:
    return tuple(
        phrase
        for phrase in _phrases()
        if not phrase.isascii() and len(phrase) >= _SHORT_WORD
    )


@cache
def _beside() -> frozenset[str]:
    return frozenset(_vocabulary()["beside"])


@cache
def _vocabulary() -> dict[str, Any]:
    return tomllib.loads(VOCABULARY.read_text(encoding="utf-8"))

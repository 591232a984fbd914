"""The words of many comments as numbers, and the terms that recur in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.texts.languages import languages_of
from holdfast.texts.words import (
    BREAK,
    UNSPACED,
    folded,
    is_joint,
    is_word,
    pieces,
    says_nothing,
)
from holdfast.theme_rules import Theme

Numbers = NDArray[np.int32]

_JOINT = -3
_MOST_COUNTED = 1 << 24
# Languages that make most plurals by an s.
_PLURALS = frozenset({"en", "es", "fr", "pt"})
_HISSING = ("s", "x", "z", "ch", "sh")


@dataclass(frozen=True)
class Terms:
    """Words and phrases of two words, and which text has which.

    Attributes:
        term: The words, folded; those of a phrase as the language writes them.
        language: The language of each.
        first: For a phrase the number of its first word's term, else -1.
        second: The same of its second word.
        text_of: Number of the text, for each pair of a text and a term in it.
        term_of: Number of the term.
    """

    term: list[str]
    language: list[str]
    first: Numbers
    second: Numbers
    text_of: Numbers
    term_of: Numbers


class Corpus:
    """The words of texts, each text a run of numbers that ends in a break.

    A word is another one in each language, since it may say nothing in one and much
    in another.
    """

    def __init__(self) -> None:
        """Begin without a text."""
        self.words: list[str] = []
        self.languages: list[str] = []
        self._language_of_word: list[str] = []
        self._says_nothing: list[bool] = []
        self._tables: dict[str, dict[str, int]] = {}
        self._runs: list[Numbers] = []
        self._lengths: list[int] = []
        self._joined: Numbers | None = None

    def __len__(self) -> int:
        """Count the texts."""
        return len(self.languages)

    def read(self, texts: Iterable[tuple[str, str | None]]) -> None:
        """Take in texts, each with the language that the export gives."""
        run: list[int] = []
        listed = list(texts)
        plains = [folded(text) for text, _ in listed]
        languages = languages_of(plains, [given for _, given in listed])
        for plain, language in zip(plains, languages, strict=True):
            table = self._tables.setdefault(language, {})
            before = len(run)
            for piece in pieces(plain):
                number = table.get(piece)
                if number is None:
                    number = self._number(piece, language, table)
                if number != _JOINT:
                    run.append(number)
            run.append(BREAK)
            self.languages.append(language)
            self._lengths.append(len(run) - before)
        self._runs.append(np.array(run, dtype=np.int32))
        self._joined = None

    def terms(self, weights: NDArray[np.int64], least: int) -> Terms:
        """Find the words and phrases that recur.

        Args:
            weights: How many comments consist of each text.
            least: Terms of fewer comments are left out.
        """
        tokens, text_of = self._tokens()
        telling = ~np.array(self._says_nothing, dtype=bool)
        base = self._bases()
        is_said = tokens >= 0
        is_said[is_said] = telling[tokens[is_said]]
        meant = np.where(is_said, base[np.maximum(tokens, 0)], BREAK).astype(np.int64)
        many = len(self.words)

        words, word_texts, word_terms = _recurring(
            meant[is_said], text_of[is_said], weights, least
        )
        place = np.full(many, -1, dtype=np.int32)
        place[words] = np.arange(len(words), dtype=np.int32)
        # A phrase is no more frequent than its words, so rare words need no look.
        known = np.full(len(tokens), -1, dtype=np.int64)
        known[is_said] = place[meant[is_said]]
        follows = (known[:-1] >= 0) & (known[1:] >= 0) & (known[:-1] != known[1:])
        pairs = known[:-1][follows] * max(len(words), 1) + known[1:][follows]
        phrases, phrase_texts, phrase_terms = _recurring(
            pairs, text_of[:-1][follows], weights, least
        )
        first, second = np.divmod(phrases, max(len(words), 1))
        spoken = [self.words[number] for number in words]
        languages = [self._language_of_word[number] for number in words]
        of_phrases = [languages[number] for number in first]
        joined = [
            f"{spoken[a]}{'' if language in UNSPACED else ' '}{spoken[b]}"
            for a, b, language in zip(first, second, of_phrases, strict=True)
        ]
        none = np.full(len(words), -1, dtype=np.int32)
        return Terms(
            spoken + joined,
            languages + of_phrases,
            np.concatenate([none, first]).astype(np.int32),
            np.concatenate([none, second]).astype(np.int32),
            np.concatenate([word_texts, phrase_texts]),
            np.concatenate([word_terms, phrase_terms + len(words)]).astype(np.int32),
        )

    def matching(self, theme: Theme) -> Numbers:
        """Return the numbers of the texts that a theme's words are in, ascending."""
        tokens, text_of = self._tokens()
        found = [self._places(word, tokens) for word in theme.words]
        places = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
        return np.unique(text_of[places]).astype(np.int32)

    def _places(self, word: str, tokens: Numbers) -> NDArray[np.int64]:
        """Find where a word or phrase begins."""
        parts = [
            part for part in pieces(folded(word.rstrip("*"))) if not is_joint(part)
        ]
        if not parts or not all(map(is_word, parts)):
            return np.empty(0, dtype=np.int64)
        places = np.arange(len(tokens) - len(parts) + 1)
        for step, part in enumerate(parts):
            is_open = word.endswith("*") and step == len(parts) - 1
            wanted = self._known(part, is_open)
            here = tokens[places + step]
            places = places[(here >= 0) & wanted[np.maximum(here, 0)]]
        return places.astype(np.int64)

    def _known(self, part: str, is_open: bool) -> NDArray[np.bool_]:
        """Tell of every word whether it is the one that is meant."""
        matches = (
            [word.startswith(part) for word in self.words]
            if is_open
            else [word == part for word in self.words]
        )
        return np.array([*matches, False], dtype=bool)

    def _number(self, piece: str, language: str, table: dict[str, int]) -> int:
        """Give a piece that is new in a language its number."""
        if is_word(piece):
            number = len(self.words)
            self.words.append(piece)
            self._language_of_word.append(language)
            self._says_nothing.append(says_nothing(piece, language))
        elif is_joint(piece) and not (language in UNSPACED and piece.isspace()):
            number = _JOINT
        else:
            number = BREAK
        table[piece] = number
        return number

    def _tokens(self) -> tuple[Numbers, Numbers]:
        """Return all numbers in a row, and the text that each stands in."""
        if self._joined is None:
            runs = self._runs or [np.empty(0, dtype=np.int32)]
            self._joined = np.concatenate(runs)
            self._runs = [self._joined]
        texts = np.repeat(
            np.arange(len(self), dtype=np.int32), np.array(self._lengths, dtype=int)
        )
        return self._joined, texts

    def _bases(self) -> Numbers:
        """Return for each word the one it is counted as: a plural as its singular."""
        bases = np.arange(max(len(self.words), 1), dtype=np.int32)
        for language, table in self._tables.items():
            if language not in _PLURALS:
                continue
            for word, number in table.items():
                if number >= 0 and word.endswith("s") and len(word) > 4:
                    bases[number] = table.get(_singular(word, table), number)
        return bases


def _singular(word: str, table: dict[str, int]) -> str:
    """Return the singular that is itself a word of the comments, else the word."""
    if word.endswith("es") and word[:-2].endswith(_HISSING):
        stem = word[:-2]
    else:
        stem = word[:-1]
    return stem if not stem.endswith("s") and table.get(stem, BREAK) >= 0 else word


def _recurring(
    keys: NDArray[np.int64],
    texts: Numbers,
    weights: NDArray[np.int64],
    least: int,
) -> tuple[NDArray[np.int64], Numbers, Numbers]:
    """Return the keys of enough comments, and each text with the place of its key."""
    place: NDArray[Any]
    if keys.max(initial=0) < _MOST_COUNTED:
        # Numbers without great gaps are told apart by counting, without a sort.
        found = np.flatnonzero(np.bincount(keys))
        numbers = np.zeros(int(keys.max(initial=0)) + 1, dtype=np.int32)
        numbers[found] = np.arange(len(found), dtype=np.int32)
        place = numbers[keys]
    else:
        found, place = np.unique(keys, return_inverse=True)
    pairs = np.unique(texts.astype(np.int64) * max(len(found), 1) + place)
    text_of, key_of = np.divmod(pairs, max(len(found), 1))
    said: NDArray[Any] = np.bincount(
        key_of, weights=weights[text_of], minlength=len(found)
    )
    kept = said >= least
    renumbered = np.cumsum(kept) - 1
    stays = kept[key_of]
    return (
        found[kept],
        text_of[stays].astype(np.int32),
        renumbered[key_of[stays]].astype(np.int32),
    )


def corpus_of(texts: Sequence[tuple[str, str | None]]) -> Corpus:
    """Read all texts at once."""
    corpus = Corpus()
    corpus.read(texts)
    return corpus

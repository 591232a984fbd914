"""Where words begin and end in any script, and which of them say nothing.

Nothing is asked of the network: the dictionaries are those of the Unicode library.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path

from icu4py.breakers import WordBreaker
from stopwordsiso import stopwords

BREAK = -1
"""Stands where a phrase ends."""

UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})
"""Languages that write their words without blanks between."""

# What stands inside a word or only joins two.
_JOINTS = frozenset("-\u2010\u2011\u2013_'\u2019")
_OURS = Path(__file__).parent / "stop_words.toml"
_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u200b-\u200f\u2060\ufeff]")


# The same boundaries for ASCII in small letters, several times faster.
_ASCII_PIECES = re.compile(
    r"[a-z0-9_]+"
    r"(?:(?:(?<=[a-z])[:.'](?=[a-z])|(?<=[0-9])[,;.'](?=[0-9]))[a-z0-9_]+)*"
    r"| +|\r\n|.",
    re.DOTALL,
)


def folded(text: str) -> str:
    """Write a text so that what differs in form only is the same.

    Compatibility forms become the usual ones, capitals small letters; Arabic vowel
    signs and invisible signs go. Accents stay: they make other words.
    """
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKC", text).lower()
    # It takes a vowel of Thai and Lao apart, which their dictionaries do not.
    whole = small.replace("\u0e4d\u0e32", "\u0e33").replace("\u0ecd\u0eb2", "\u0eb3")
    return _MARKS.sub("", whole)


def pieces(text: str) -> list[str]:
    """Cut a folded text into words and what stands between them."""
    if text.isascii():
        return _ASCII_PIECES.findall(text)
    return list(WordBreaker(text, "en"))


def is_word(piece: str) -> bool:
    """Tell whether a piece has a letter or a digit."""
    return any(map(str.isalnum, piece))


def is_joint(piece: str) -> bool:
    """Tell whether a piece stands between two words of one phrase."""
    return piece.isspace() or piece in _JOINTS


def says_nothing(word: str, language: str) -> bool:
    """Tell whether a folded word says nothing by itself in a language.

    Where the language is not known, words of English count: product and tool names
    are everywhere, and so is it.
    """
    if not any(map(str.isalpha, word)):
        return True
    # One letter is a word only where each sign is one.
    if len(word) == 1 and not "\u2e80" <= word <= "\u9fff":
        return True
    return word in _stop_words(language)


@cache
def _stop_words(language: str) -> frozenset[str]:
    """Return the words of a language that say nothing, folded."""
    language = "en" if language == "unknown" else language
    ours = tomllib.loads(_OURS.read_text(encoding="utf-8")).get(language, {})
    listed = set(map(folded, stopwords(language)))
    return frozenset(listed - set(ours.get("telling", ())) | set(ours.get("also", ())))

"""Themes of one's own: a name and the words that tell of it.

The notation is ``Payment: pay*, credit card; Price: expensive, teuer``. A word is
found where a text has that word, not where it stands inside another one; with ``*``
at its end it stands for every word that begins so.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from holdfast.errors import SpecError

MOST_THEMES = 50
MOST_WORDS = 200
_LONGEST = 80
_SEPARATORS = ",:;\n"


@dataclass(frozen=True)
class Theme:
    """A theme.

    Attributes:
        name: What it is called.
        words: Words or phrases, any of which tells of it; ``pay*`` for all that begin
            with it.
    """

    name: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        """Write the notation."""
        return f"{self.name}: {', '.join(self.words)}"


@dataclass(frozen=True)
class ThemeRules:
    """The themes of a workspace, in the order in which they were written."""

    themes: tuple[Theme, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be told apart or is too much.

        Raises:
            SpecError: Two themes have one name, or there are too many, or a name or
                a word is empty or too long.
        """
        names = [theme.name.casefold() for theme in self.themes]
        if len(set(names)) < len(names):
            raise SpecError(
                "themes_named_alike",
                "Two themes have the same name.",
                "Put their words into one, or give each its own name.",
            )
        if len(names) > MOST_THEMES:
            raise SpecError(
                "too_many_themes",
                f"There are {len(names)} themes.",
                f"Keep at most {MOST_THEMES}.",
            )
        for theme in self.themes:
            _check(theme)

    def __iter__(self) -> Iterator[Theme]:
        """Go through the themes."""
        return iter(self.themes)

    def __str__(self) -> str:
        """Write the notation."""
        return "; ".join(map(str, self.themes))


def read_theme_rules(text: str) -> ThemeRules:
    """Read themes from their notation; a line's end separates like a semicolon.

    Raises:
        SpecError: The text cannot be read.
    """
    themes = []
    for part in unicodedata.normalize("NFC", text).replace("\n", ";").split(";"):
        if not part.strip():
            continue
        name, colon, words = part.partition(":")
        if not colon or ":" in words:
            raise SpecError(
                "unreadable_themes",
                f"The theme {part.strip()[:40]!r} cannot be read.",
                "Write a name, a colon and words with commas between, such as"
                " Payment: pay*, credit card.",
            )
        # A word that stands twice tells no more.
        found = dict.fromkeys(word.strip() for word in words.split(","))
        themes.append(Theme(name.strip(), tuple(word for word in found if word)))
    return ThemeRules(tuple(themes))


def _check(theme: Theme) -> None:
    """Refuse a theme that nobody can read again or that tells of nothing."""
    if not theme.name or not theme.words:
        raise SpecError(
            "empty_theme",
            f"The theme {theme.name!r} has no words."
            if theme.name
            else "A theme has no name.",
            "Write a name, a colon and at least one word.",
        )
    if len(theme.words) > MOST_WORDS:
        raise SpecError(
            "too_many_words",
            f"The theme {theme.name!r} has {len(theme.words)} words.",
            f"Keep at most {MOST_WORDS}; * stands for every ending.",
        )
    for word in (theme.name, *theme.words):
        if len(word) > _LONGEST or any(sign in word for sign in _SEPARATORS):
            raise SpecError(
                "bad_theme_word",
                f"{word[:40]!r} cannot be a word or a name of a theme.",
                f"Use at most {_LONGEST} characters, none of , : ; among them.",
            )
        if not word.replace("*", "").strip() or "*" in word[:-1]:
            raise SpecError(
                "bad_theme_word",
                f"{word[:40]!r} stands for any word.",
                "Write at least one letter, and * only at the end.",
            )

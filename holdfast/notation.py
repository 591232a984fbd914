"""The short notation shared by links, the command line and saved views.

A word is bare or in double quotes with inner quotes doubled, so that any value
survives the round trip: ``plan=pro,"Team, yearly"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from holdfast.errors import SpecError

_WORD = r'"(?:[^"]|"")*"|[^\s",=!:@<>?&|]+(?: [^\s",=!:@<>?&|]+)*'
_BARE = re.compile(r"[^\s\",=!:@<>?&|]+(?: [^\s\",=!:@<>?&|]+)*")
WORD = f"(?:{_WORD})"
_LIST = re.compile(f"({_WORD})(?:,|$)")


def write_word(text: str) -> str:
    """Write a word, quoted where it would otherwise be read as something else."""
    if _BARE.fullmatch(text) and ".." not in text:
        return text
    return '"' + text.replace('"', '""') + '"'


def read_word(text: str) -> str:
    """Read a word that ``write_word`` wrote."""
    if text.startswith('"'):
        return text[1:-1].replace('""', '"')
    return text


def write_list(words: Iterable[str]) -> str:
    """Write words separated by commas."""
    return ",".join(write_word(word) for word in words)


def read_list(text: str) -> tuple[str, ...]:
    """Read words separated by commas.

    Raises:
        SpecError: The list has an empty word or an open quote.
    """
    words, position = [], 0
    while position < len(text):
        match = _LIST.match(text, position)
        if match is None:
            raise SpecError(
                "unreadable_list",
                f"The list {text!r} cannot be read.",
                'Separate values by commas; put one with special signs in "quotes".',
            )
        words.append(read_word(match.group(1)))
        position = match.end()
    return tuple(words)


def write_range(first: object, last: object) -> str:
    """Write an inclusive range; an open end is left out."""
    return f"{write_value(first)}..{write_value(last)}"


def read_date(text: str) -> date | None:
    """Read an ISO date, or nothing from an empty text.

    Raises:
        SpecError: The text is no date.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SpecError(
            "not_a_date", f"{text!r} is not a date.", "Write it as 2025-03-31."
        ) from error


def write_value(value: object) -> str:
    """Write a number or a date; nothing for an open end."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def split_at(text: str, sign: str) -> list[str]:
    """Cut a text at a sign, but not inside quotes; parts lose outer blanks."""
    parts = re.split(rf'{re.escape(sign)}(?=(?:[^"]*"[^"]*")*[^"]*\Z)', text)
    return [part.strip() for part in parts]

"""Segments that people save: a name, where it came from, and who is in it.

A saved segment is a list of customers' ids. It stays as it was saved, whatever
becomes of the figure that it came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from holdfast.errors import SpecError
from holdfast.filters import read_filters

MOST_LETTERS = 120
"""Letters that the name of a saved segment may have."""


@dataclass(frozen=True)
class Origin:
    """Where a saved segment came from.

    Attributes:
        question: Title of the page or question, such as Retention.
        figure: The figure that was clicked, in words.
        filters: Notations of the filters that were in view.
        page: Stem of the page's file; empty where its view cannot be shown again.
        address: What the page's address said, in pairs of name and value.
    """

    question: str = ""
    figure: str = ""
    filters: tuple[str, ...] = ()
    page: str = ""
    address: tuple[tuple[str, str], ...] = ()

    def describe(self, label: Callable[[str], str] = str) -> str:
        """Say it in words; ``label`` names attributes."""
        figure = ", ".join(each for each in (self.figure, self.question) if each)
        try:
            who = read_filters(self.filters).describe(label)
        except SpecError:
            # Written by a later version, or by hand.
            who = ""
        return " ".join(each for each in (f"{figure}." if figure else "", who) if each)


@dataclass(frozen=True)
class SavedSegment:
    """A named list of customers.

    Attributes:
        name: What people call it.
        saved_at: When, UTC, ISO.
        ids: How many ids it has.
        digest: Hash of the ids: other customers make another one.
        origin: Where it came from.
        read_ids: Reads the ids, sorted; there can be many.
    """

    name: str
    saved_at: str
    ids: int
    digest: str
    origin: Origin
    read_ids: Callable[[], list[str]] = field(compare=False, repr=False)


def clean_name(text: str) -> str:
    """Return a name in one line, without what cannot be seen, and not too long."""
    shown = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(shown.split())[:MOST_LETTERS].strip()


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return a name that no other segment has, with a number where that is needed."""
    wanted = clean_name(wanted) or "Segment"
    known = {name.casefold() for name in taken}
    name, number = wanted, 1
    while name.casefold() in known:
        number += 1
        ending = f" ({number})"
        name = f"{wanted[: MOST_LETTERS - len(ending)]}{ending}"
    return name


def digest_of(ids: Iterable[str]) -> str:
    """Return the hash of some ids in their order."""
    hashed = hashlib.sha256()
    for each in ids:
        hashed.update(f"{len(each)}:{each}".encode(errors="surrogatepass"))
    return hashed.hexdigest()[:24]

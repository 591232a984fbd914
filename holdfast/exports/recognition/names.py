"""Column names as they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

# Not "no letter": the vowels of Thai are none to the engine of patterns.
_BETWEEN = re.compile(r"[\s!-/:-@\[-`{-~\u3000-\u303f\uff00-\uff0f\uff1a-\uff1f]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Thai vowels are combining marks too: only accents of Latin letters are dropped.
_ACCENTS = dict.fromkeys(range(0x300, 0x370))
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d"})


def normal(name: str) -> str:
    """Return a name without case, blanks, underscores and byte order mark."""
    return re.sub(r"[\s_\-]+", "", name.removeprefix("\ufeff").casefold())


def by_normal_name(columns: Sequence[str]) -> dict[str, str]:
    """Return the columns by ``normal`` name; of two alike the first counts."""
    return {normal(column): column for column in reversed(columns)}


def find(entry: str, names: Mapping[str, str]) -> str | None:
    """Return the column that an entry names; ``|`` parts alternatives.

    Args:
        entry: Names, the preferred first.
        names: Columns by ``normal`` name.
    """
    for alternative in entry.split("|"):
        if (column := names.get(normal(alternative))) is not None:
            return column
    return None


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a name as words: lower case, one blank between, without accents."""
    apart = _HUMP.sub(" ", name.removeprefix("\ufeff")).casefold()
    folded = unicodedata.normalize("NFKD", apart).translate(_ACCENTS)
    letters = unicodedata.normalize("NFC", folded).translate(_LETTERS)
    return _BETWEEN.sub(" ", letters).strip()

"""How numbers and years are written: as SQL that reads them, and guessed from values.

A notation of numbers is what stands before the decimals: nothing is known ('', only
1234.5 is read), a point (1,234.5) or a comma (1.234,5).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from holdfast.query import literal

PLAIN, POINT, COMMA = "", ".", ","
BUDDHIST = "be:"
"""What stands before the format of times whose years are Buddhist (2569 = 2026)."""

_YEARS_APART = 543
_BUDDHIST_YEAR = r"\b2[45]\d\d\b"
_SIGNS = "$€£¥฿₫₹₩₽₺"
# Blanks, also those that do not break, and what stands between thousands.
_AROUND = f"[ \t\u00a0\u202f'’{_SIGNS}]"
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_GROUPED = {
    POINT: r"(\d{1,3}(,\d{3})+|\d+)(\.\d+)?",
    COMMA: r"(\d{1,3}(\.\d{3})+|\d+)(,\d+)?",
}
_ONE_MARK = re.compile(r"[+-]?\d{1,3}[.,]\d{3}")


def number_text(text: str, decimal: str) -> str:
    """Return SQL that turns a number as written into one that can be cast.

    Args:
        text: SQL of the cell as text.
        decimal: '' , '.' or ','. What is not written so becomes null.
    """
    if decimal == PLAIN:
        return text
    bare = f"regexp_replace({text}, {literal(_AROUND)}, '', 'g')"
    group = "," if decimal == POINT else "."
    joined = f"replace({bare}, '{group}', '')"
    if decimal == COMMA:
        joined = f"replace({joined}, ',', '.')"
    pattern = literal(f"[+-]?{_GROUPED[decimal]}")
    return f"case when regexp_full_match({bare}, {pattern}) then {joined} end"


def guess_decimal(values: Sequence[str]) -> tuple[str, str]:
    """Return the notation that most values have, and another that fits as many.

    Where a value such as 1,234 can be read in two ways, it is taken for thousands.
    """
    fitting = {
        decimal: sum(read_number(value, decimal) is not None for value in values)
        for decimal in (PLAIN, POINT, COMMA)
    }
    best = max(fitting, key=lambda decimal: fitting[decimal])
    marked = [value for value in values if "." in value or "," in value]
    if not marked or not all(_ONE_MARK.fullmatch(value) for value in marked):
        return best, ""
    other = POINT if best == COMMA else COMMA
    return best, other if fitting[other] == fitting[best] else ""


def read_number(value: str, decimal: str) -> float | None:
    """Return a number as written, or None where it is not written so."""
    if decimal == PLAIN:
        return float(value) if _PLAIN.fullmatch(value) else None
    bare = re.sub(_AROUND, "", value)
    if not re.fullmatch(f"[+-]?{_GROUPED[decimal]}", bare):
        return None
    if decimal == POINT:
        return float(bare.replace(",", ""))
    return float(bare.replace(".", "").replace(",", "."))


def common_year_text(text: str) -> str:
    """Return SQL that writes the Buddhist year of a text as the common one.

    A text without such a year becomes null: it is not what the column is said to be.
    """
    year = f"regexp_extract({text}, {literal(_BUDDHIST_YEAR)})"
    common = f"(try_cast({year} as integer) - {_YEARS_APART})::varchar"
    return f"case when {year} <> '' then replace({text}, {year}, {common}) end"


def in_common_years(value: str) -> str:
    """Return a value with its Buddhist year as the common one."""
    return re.sub(
        _BUDDHIST_YEAR, lambda year: str(int(year[0]) - _YEARS_APART), value, count=1
    )


def dated(values: Sequence[str]) -> list[str]:
    """Return the values that may be dates: a word among them says nothing of them."""
    return [value for value in values if re.search(r"\d", value)]


def has_buddhist_years(values: Sequence[str]) -> bool:
    """Return whether every value that may be a date has a year only Buddhists have."""
    found = dated(values)
    return bool(found) and all(
        re.search(_BUDDHIST_YEAR, value) and not re.search(r"\b(19|20)\d\d\b", value)
        for value in found
    )

"""What the values of a column look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from holdfast.exports.recognition.scales import scale_of

# So many values tell; more would only cost time.
_LOOKED_AT = 40
# One wrong value among some does not change what a column is.
_MAY_DIFFER = 0.1

_TIME = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ]\d{1,2}:\d{2}.*)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}( \d{1,2}:\d{2}.*)?"
    r"|\d{1,2} [A-Za-z]{3} \d{4}.*|[A-Za-z]{3} \d{1,2}, \d{4}.*"
    r"|(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    # Seconds, milliseconds and microseconds of 2001 to 2033.
    r"|1\d{9}(\.\d+)?|1\d{12}|1\d{15}"
)
_STARTS_LIKE_A_TIME = re.compile(r"\d{1,4}[-/. ]\d|\d{10}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([., '\u00a0\u202f]\d{3})+([.,]\d{1,2})?")
_GROUP_MARK = re.compile(r"[., '\u00a0\u202f](?=\d{3})")
_MONEY = re.compile(
    r"[-(]?\s?([$€£¥฿₹]|Rp\.?|zł)\s?-?[\d.,]+\)?|-?[\d.,]+\s?([€$£¥฿]|zł|Rp|[A-Z]{3})"
)
_ID = re.compile(r"(?=.*\d)[\w.:|+/=-]{2,}")
# Ids of charges, payments and their invoices, as payment services write them.
_CHARGE_ID = re.compile(r"(ch|py|pi|in|pay)_[A-Za-z0-9]{6,}")
# What becomes of a payment; an order is sent or cancelled, and does not fail.
_OUTCOMES = frozenset({"declined", "failed", "succeeded", "uncollectible"})
_CHARGED = _OUTCOMES | {
    *("blocked", "canceled", "cancelled", "disputed", "incomplete", "open", "paid"),
    *("partially refunded", "pending", "processing", "refunded", "uncaptured"),
    *("requires_action", "requires_payment_method", "successful", "void"),
}
_FLAGS = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f"})
_LONG = 12


@dataclass(frozen=True)
class Look:
    """What values look like.

    Attributes:
        kind: 'empty', 'instant', 'e-mail', 'boolean', 'number', 'money', 'id',
            'text' (several words) or 'category'.
        low: Smallest number; 0 where they are none.
        high: Greatest number; 0 where they are none.
        is_whole: All numbers are whole.
        is_unique: No value comes twice.
        is_scale: They are words of a known scale of answers.
        is_of_charges: They are ids of payments, or what became of payments.
    """

    kind: str
    low: float = 0.0
    high: float = 0.0
    is_whole: bool = False
    is_unique: bool = True
    is_scale: bool = False
    is_of_charges: bool = False


def look(values: Sequence[str]) -> Look:
    """Say what values look like; one in ten may differ."""
    seen = values[:_LOOKED_AT]
    if not seen:
        return Look("empty")
    is_unique = len(set(values)) == len(values)
    if _most(seen, _TIME.fullmatch):
        return Look("instant", is_unique=is_unique)
    if _most(seen, _MAIL.fullmatch):
        return Look("e-mail", is_unique=is_unique)
    if _most(seen, lambda value: value.casefold() in _FLAGS):
        return Look("boolean", is_unique=is_unique)
    if _most(seen, _is_number):
        return _numbers(seen, is_unique=is_unique)
    if _most(seen, _MONEY.fullmatch):
        return Look("money", is_unique=is_unique)
    if scale_of(values):
        return Look("category", is_unique=is_unique, is_scale=True)
    if is_wordy(seen):
        return Look("text", is_unique=is_unique)
    kind = "id" if _most(seen, _ID.fullmatch) else "category"
    return Look(kind, is_unique=is_unique, is_of_charges=_are_charges(values))


def is_wordy(values: Sequence[str]) -> bool:
    """Say whether most values are long or several words, and no dates."""
    seen = values[:_LOOKED_AT]
    long = [
        value
        for value in seen
        if len(value) > _LONG and not _TIME.fullmatch(value) and _is_prose(value)
    ]
    return bool(seen) and len(long) * 2 > len(seen)


def starts_like_a_time(value: str) -> bool:
    """Say whether a value may be an instant, unlike the text of a further header."""
    return _STARTS_LIKE_A_TIME.match(value) is not None


def _is_prose(value: str) -> bool:
    """Tell words from one long id; scripts without blanks count as words."""
    return not value.isascii() or len(value.split()) > 1


def _is_number(value: str) -> bool:
    return bool(_NUMBER.fullmatch(value) or _GROUPED.fullmatch(value))


def _number(value: str) -> float:
    if not _NUMBER.fullmatch(value):
        value = _GROUP_MARK.sub("", value)
    return float(value.replace(",", "."))


def _numbers(values: Sequence[str], *, is_unique: bool) -> Look:
    numbers = [_number(value) for value in values if _is_number(value)]
    if len(set(numbers)) > 1 and set(numbers) <= {0.0, 1.0}:
        return Look("boolean", 0.0, 1.0, is_whole=True, is_unique=is_unique)
    whole = all(number.is_integer() for number in numbers)
    return Look("number", min(numbers), max(numbers), whole, is_unique)


def _are_charges(values: Sequence[str]) -> bool:
    words = {value.casefold() for value in values}
    is_told = len(words & {"paid", "refunded"}) > 1 or bool(words & _OUTCOMES)
    return (is_told and words <= _CHARGED) or _most(
        values[:_LOOKED_AT], _CHARGE_ID.fullmatch
    )


def _most(values: Sequence[str], test: Callable[[str], object]) -> bool:
    may_differ = int(len(values) * _MAY_DIFFER)
    for value in values:
        if not test(value):
            may_differ -= 1
            if may_differ < 0:
                return False
    return True

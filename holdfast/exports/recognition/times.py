"""How instants are written: found in sampled values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from holdfast.exports.mapping import EPOCHS, ISO

_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}.*)?")
_EPOCH_DIGITS = {10: "epoch_s", 13: "epoch_ms", 16: "epoch_us"}
TIME_FORMATS = (
    "%Y%m%d",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S.%f",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d-%m-%Y",
    "%d-%m-%Y %H:%M",
    "%d %b %Y",
    "%b %d, %Y",
)
"""Formats of instants that are tried, ISO and epochs aside."""

FITS_TOO = "fits too"
"""Words of the remark on dates that can be read in two ways."""

_WORDS = {
    **{"d": "day", "m": "month", "b": "month", "B": "month", "Y": "year", "y": "year"},
    **{"H": "hour", "I": "hour", "M": "minute", "S": "second", "f": "fraction"},
    **{"p": "AM/PM", "z": "zone", "Z": "zone", "a": "weekday", "A": "weekday"},
}


def time_format(values: Sequence[str]) -> tuple[str, str]:
    """Return the format that all sampled instants have, and a remark.

    Returns:
        'iso', an epoch format or a strptime format; and a sentence where the choice
        was not certain, else an empty text.
    """
    if not values or all(_ISO.fullmatch(value) for value in values):
        return ISO, ""
    if all(re.fullmatch(r"\d+(\.0*)?", value) for value in values):
        digits = {len(value.split(".")[0]) for value in values}
        if len(digits) == 1 and (form := _EPOCH_DIGITS.get(digits.pop())):
            return form, f"times count {_unit(form)} since 1970"
    fitting = [form for form in TIME_FORMATS if _all_parse(values, form)]
    if not fitting:
        return ISO, ""
    if len(fitting) > 1:
        first, second = (in_words(form) for form in fitting[:2])
        return fitting[0], f"dates are read as {first}; {second} {FITS_TOO}"
    return fitting[0], f"dates are read as {in_words(fitting[0])}"


def in_words(form: str) -> str:
    """Write a strptime format for people, such as day.month.year hour:minute."""
    return re.sub("%(.)", lambda found: _WORDS.get(found[1], found[0]), form)


def fits(values: Sequence[str], form: str) -> bool:
    """Say whether all sampled instants can be read in a format."""
    if form == ISO:
        return all(_ISO.fullmatch(value) for value in values)
    if form in EPOCHS:
        return all(re.fullmatch(r"-?\d+(\.\d*)?", value) for value in values)
    return _all_parse(values, form)


def _unit(form: str) -> str:
    words = {"epoch_s": "seconds", "epoch_ms": "milliseconds"}
    return words.get(form, "microseconds")


def _all_parse(values: Sequence[str], form: str) -> bool:
    try:
        for value in values:
            datetime.strptime(value, form)
    except ValueError:
        return False
    return True

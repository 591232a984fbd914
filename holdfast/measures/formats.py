"""Figures as text, the same on pages, in charts and on the command line."""

import re
from decimal import ROUND_HALF_UP, Decimal

UNKNOWN = "–"

_FORMAT = re.compile(r"(?P<comma>,?)(?:\.(?P<decimals>\d))?(?P<kind>[%fd])")


def percent(rate: float | None, decimals: int = 0) -> str:
    """Write a rate as a percentage without hiding the last few.

    A rate that is neither 0 nor 1 is never written as 0% or 100%: it becomes '<1%' or
    '>99%'. A dash where the rate is unknown.
    """
    if _is_unknown(rate):
        return UNKNOWN
    assert rate is not None
    # In whole numbers: a triangle writes a thousand rates.
    scale: int = 10**decimals
    top, bottom = float(rate).as_integer_ratio()
    steps = (200 * scale * abs(top) + bottom) // (2 * bottom)
    if steps == 0 < rate:
        return f"<{1 / scale:.{decimals}f}%"
    if steps >= 100 * scale and 0 < rate < 1:
        return f">{100 - 1 / scale:.{decimals}f}%"
    sign = "-" if steps and rate < 0 else ""
    part = f".{steps % scale:0{decimals}d}" if decimals else ""
    return f"{sign}{steps // scale:,}{part}%"


def percent_with_count(rate: float | None, k: int, n: int) -> str:
    """Write a rate with the counts behind it: '38% (412 of 1,084)'."""
    return f"{percent(rate)} ({int(k):,} of {int(n):,})"


def percent_range(lower: float, upper: float) -> str:
    """Write an interval of rates: '35% to 41%', a narrow one '1.6% to 2.3%'."""
    for decimals in (0, 1):
        ends = percent(lower, decimals), percent(upper, decimals)
        if ends[0] != ends[1]:
            break
    return f"{ends[0]} to {ends[1]}"


def money_text(amount: float | None, currency: str) -> str:
    """Write an amount with its currency: '12,400 USD', under a thousand '29.50 USD'."""
    if _is_unknown(amount):
        return UNKNOWN
    assert amount is not None
    is_whole = abs(amount) >= 1000 or float(amount).is_integer()
    number = formatted(amount, ",.0f" if is_whole else ",.2f")
    return f"{number} {currency}".rstrip()


def formatted(value: float | int | None, pattern: str) -> str:
    """Write a value in a d3 format of the forms '.1%', ',.1f' and ',d'.

    Ties are rounded away from zero, as browsers do, so that charts, pages and the
    command line agree on the last digit. A dash where the value is unknown.

    Raises:
        ValueError: A format of another form.
    """
    match = _FORMAT.fullmatch(pattern)
    if match is None:
        raise ValueError(f"Formats look like '.1%', ',.1f' or ',d', not {pattern!r}.")
    if _is_unknown(value):
        return UNKNOWN
    assert value is not None
    is_percent = match["kind"] == "%"
    number = Decimal(float(value) * 100) if is_percent else Decimal(float(value))
    rounded = _rounded(number, int(match["decimals"] or 0))
    return f"{rounded:{match['comma']}f}{'%' if is_percent else ''}"


def _is_unknown(value: float | int | None) -> bool:
    """Tell whether a value is None, NaN or pandas' missing mark."""
    try:
        # Only a missing value differs from itself; pandas' mark refuses to say.
        return value is None or bool(value != value)
    except TypeError:
        return True


def _rounded(number: Decimal, decimals: int) -> Decimal:
    """Round half away from zero, and without a minus before zero."""
    rounded = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded

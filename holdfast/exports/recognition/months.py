"""A table of what each customer pays a month: a row a month, or a column a month."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from holdfast.exports.mapping import ISO, WORKSPACE_ZONE, FeedMapping, SourceMapping
from holdfast.exports.recognition.content import Look
from holdfast.exports.recognition.times import time_format
from holdfast.exports.recognition.vocabulary import DATE, meanings

FEED = "mrr_months"
_SURE = 0.7
_NAMED = 0.9
_FEWEST_MONTHS = 3
_MONEY = ("number", "money")
_MONTH = re.compile(
    r"\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}|[A-Za-z]{3,9}[ -]\d{4}|[A-Za-z]{3}-\d{2}"
    r"|\d{4}[ -][A-Za-z]{3,9}"
)
_BARE = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])")
"""A month without anything between its figures: only what is named so is one."""
_MONTH_FORMATS = (
    *("%Y-%m", "%Y/%m", "%Y.%m", "%m-%Y", "%m/%Y", "%m.%Y", "%b %Y", "%B %Y", "%b-%Y"),
    *("%B-%Y", "%b-%y", "%Y-%b", "%Y %b", "%Y-%B", "%Y %B"),
)
_BARE_FORMAT = "%Y%m"

Found = tuple[SourceMapping, float, tuple[str, ...]]


def months(
    columns: Sequence[str],
    looks: Mapping[str, Look],
    sample: Mapping[str, Sequence[str]],
) -> Found | None:
    """Return the mapping of a table of customers, months and MRR, if it surely is one.

    Args:
        columns: Column names in the file's order.
        looks: What the values of each column look like.
        sample: Some values of each column, without the empty ones.
    """
    people = [each for each in columns if _is_customer(each)]
    if not people:
        return None
    long = _long(people[0], columns, looks, sample)
    return long or _wide(people[0], columns, looks)


def _long(
    customer: str,
    columns: Sequence[str],
    looks: Mapping[str, Look],
    sample: Mapping[str, Sequence[str]],
) -> Found | None:
    """Take a column of months and one that is named as what recurs a month.

    Of a plain amount the days have to tell: each is the first or the last of a month.
    """
    times = [
        (each, form)
        for each in columns
        if (form := _month_format(each, looks[each], sample.get(each, ())))
    ]
    if len(times) != 1:
        return None
    month, form = times[0]
    named = [each for each in columns if _means("mrr", each) >= _NAMED]
    amounts = [each for each in columns if _means("amount", each) >= _NAMED]
    found = [each for each in named or amounts if looks[each].kind in _MONEY]
    is_told = _means("month_at", month) >= _NAMED or bool(named)
    is_known = len(columns) <= len({customer, month, *found}) + 2
    if len(found) != 1 or not is_told or not is_known:
        return None
    if not _are_months(sample.get(month, ()), form):
        return None
    roles: dict[str, tuple[str, ...]] = {
        "customer_id": (customer,),
        "month_at": (month,),
        "mrr": (found[0],),
    }
    roles |= _further(columns)
    formats = {} if form == ISO else {"month_at": form}
    part = FeedMapping(FEED, roles, formats=formats)
    reasons = (
        "it has a customer, a month and an amount in each row, so it says what each"
        " customer paid in each month",
        f"{found[0]!r} is taken for the MRR of the month {month!r}; a month without a"
        " row, or with 0, was not paid",
    )
    return _mapping((part,)), _SURE, reasons


def _wide(
    customer: str, columns: Sequence[str], looks: Mapping[str, Look]
) -> Found | None:
    """Take columns that are named as months and hold amounts; each feeds a month."""
    named = {each: first for each in columns if (first := _month_named(each))}
    if len(named) < _FEWEST_MONTHS or len(set(named.values())) < len(named):
        return None
    if any(looks[each].kind not in (*_MONEY, "boolean", "empty") for each in named):
        return None
    if len(columns) > len(named) + 3:
        return None
    rest = _further(columns)
    parts = tuple(
        FeedMapping(
            FEED,
            {"customer_id": (customer,), "mrr": (each,), **rest},
            constants={"month_at": f"{first:%Y-%m-%d}"},
        )
        for each, first in named.items()
    )
    begin, *_, end = named
    reasons = (
        f"it has a customer and a column for each month, {begin!r} to {end!r}, so it"
        " says what each customer paid in each month",
        "an empty cell, or 0, is a month that was not paid",
    )
    return _mapping(parts), _SURE, reasons


def _further(columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the columns of plan and currency, where there are any."""
    found: dict[str, tuple[str, ...]] = {}
    for role in ("plan", "currency"):
        told = [each for each in columns if _means(role, each) >= _NAMED]
        if told:
            found[role] = (told[0],)
    return found


def _mapping(parts: tuple[FeedMapping, ...]) -> SourceMapping:
    return SourceMapping("MRR by month", parts, zone=WORKSPACE_ZONE)


def _is_customer(column: str) -> bool:
    return max(_means("customer_id", column), _means("account_id", column)) >= _NAMED


def _means(concept: str, column: str) -> float:
    return meanings(column).get(concept, 0.0)


def _month_format(column: str, values: Look, cells: Sequence[str]) -> str:
    """Return how a column's months are written; empty where it holds none."""
    if cells and all(_MONTH.fullmatch(cell) for cell in cells):
        fitting = [form for form in _MONTH_FORMATS if _first_day(cells[0], form)]
        for form in fitting:
            if all(_first_day(cell, form) for cell in cells):
                return form
        return ""
    is_named = max(_means("month_at", column), _means(DATE, column)) >= _NAMED
    if is_named and cells and all(_BARE.fullmatch(cell) for cell in cells):
        return _BARE_FORMAT
    if values.kind == "instant" and is_named:
        return time_format(cells)[0]
    return ""


def _are_months(cells: Sequence[str], form: str) -> bool:
    """Say whether all days are the first or the last of a month, and of several."""
    days = [_first_day(cell[:10] if form == ISO else cell, form) for cell in cells]
    found = [day for day in days if day]
    if len(found) < len(days) or len({(day.year, day.month) for day in found}) < 2:
        return False
    last = [calendar.monthrange(day.year, day.month)[1] for day in found]
    return all(day.day in (1, end) for day, end in zip(found, last, strict=True))


def _first_day(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d" if form == ISO else form).date()
    except ValueError:
        return None


def _month_named(column: str) -> date | None:
    name = column.strip()
    for form in (ISO, *_MONTH_FORMATS):
        day = _first_day(name, form)
        if day and day.day == 1:
            return day
    return None

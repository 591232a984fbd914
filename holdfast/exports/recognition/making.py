"""Columns that a guessed mapping makes of others: an instant, an amount."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from holdfast.exports.mapping import ISO, FeedMapping, Made
from holdfast.exports.recognition.times import time_format
from holdfast.exports.recognition.vocabulary import meanings
from holdfast.model import feed

_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?")
_BARE_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{8}")
_PRICE = 0.8


def with_made(
    part: FeedMapping, columns: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> tuple[FeedMapping, list[str]]:
    """Return a guessed mapping with what is to be made of several columns, and why.

    A date and the one column of times beside it become an instant; a quantity and a
    unit's price become the amount of an order that says none.

    Args:
        part: The guess.
        columns: Column names in the file's order.
        sample: Some values of each column.
    """
    taken = {column for role in part.roles for column in part.columns_of(role)}
    free = [column for column in columns if column not in taken]
    remarks: list[str] = []
    for step in (_with_time, _with_amount):
        part, remark = step(part, free, sample)
        remarks += [remark] if remark else []
    used = {each for made in part.made.values() for each in made.columns}
    kept = tuple(each for each in part.kept if each.column not in used)
    return replace(part, kept=kept), remarks


def _with_time(
    part: FeedMapping, free: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> tuple[FeedMapping, str]:
    instants = [
        role.name
        for role in feed(part.feed).roles
        if role.kind == "instant" and role.is_required and role.name in part.roles
    ]
    times = [column for column in free if _all(_TIME, sample.get(column, ()))]
    if len(instants) != 1 or len(times) != 1:
        return part, ""
    (role,), (time,) = instants, times
    (date, *_) = part.roles[role]
    if not _all(_BARE_DATE, sample.get(date, ())):
        return part, ""
    name = f"{date} {time}"
    made = replace(
        part,
        roles={**part.roles, role: (name,)},
        made={**part.made, name: Made("join", (date, time))},
    )
    form, _ = time_format(made.values_of(role, sample))
    formats = {each: form for each, form in part.formats.items() if each != role}
    formats |= {} if form == ISO else {role: form}
    return replace(made, formats=formats), f"{date!r} and {time!r} make the time"


def _with_amount(
    part: FeedMapping, free: Sequence[str], sample: Mapping[str, Sequence[str]]
) -> tuple[FeedMapping, str]:
    del sample
    quantity = part.roles.get("quantity")
    prices = [each for each in free if meanings(each).get("unit_price", 0.0) >= _PRICE]
    if part.feed != "orders" or "amount" in part.roles or not quantity or not prices:
        return part, ""
    name = f"{quantity[0]} × {prices[0]}"
    made = {**part.made, name: Made("product", (quantity[0], prices[0]))}
    roles = {**part.roles, "amount": (name,)}
    return replace(part, roles=roles, made=made), f"{name} is the amount"


def _all(pattern: re.Pattern[str], values: Sequence[str]) -> bool:
    return bool(values) and all(pattern.fullmatch(value) for value in values)

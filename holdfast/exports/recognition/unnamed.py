"""Guesses for files whose names say little: purchases without names, logs of cases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from holdfast.exports.mapping import ISO, WORKSPACE_ZONE, FeedMapping, SourceMapping
from holdfast.exports.recognition.content import Look
from holdfast.exports.recognition.times import time_format
from holdfast.exports.recognition.vocabulary import meanings

_NO_NAME = re.compile(r"column_\d+")
_SURE = 0.45
_NAMED = 0.9
_FEW_UNITS = 1000

Found = tuple[SourceMapping, float, tuple[str, ...]]


def unnamed(
    columns: Sequence[str],
    looks: Mapping[str, Look],
    sample: Mapping[str, Sequence[str]],
) -> Found | None:
    """Return a mapping of low confidence where names alone tell nothing; or None.

    Args:
        columns: Column names in the file's order.
        looks: What the values of each column look like.
        sample: Some values of each column.
    """
    return _purchases(columns, looks, sample) or _log(columns, looks, sample)


def _purchases(
    columns: Sequence[str],
    looks: Mapping[str, Look],
    sample: Mapping[str, Sequence[str]],
) -> Found | None:
    """Take ids that come again, one day and one amount for purchases."""
    if not all(_NO_NAME.fullmatch(column) for column in columns):
        return None
    instants = [each for each in columns if looks[each].kind == "instant"]
    numbers = [each for each in columns if looks[each].kind in ("number", "money")]
    amounts = [each for each in numbers if not looks[each].is_whole]
    if len(instants) != 1 or len(amounts) != 1:
        return None
    before = columns[: columns.index(instants[0])]
    ids = [each for each in before if _comes_again(looks[each])]
    if not ids:
        return None
    roles = {
        "customer_id": (ids[0],),
        "ordered_at": (instants[0],),
        "amount": (amounts[0],),
    }
    units = [
        each
        for each in numbers
        if each not in before and looks[each].is_whole and looks[each].low > 0
    ]
    if len(units) == 1 and looks[units[0]].high < _FEW_UNITS:
        roles["quantity"] = (units[0],)
    why = (
        "its columns have no names; ids that come again, one date and one amount in"
        " each row are like purchases: look at each column"
    )
    return _found("orders", roles, "ordered_at", sample, why)


def _log(
    columns: Sequence[str],
    looks: Mapping[str, Look],
    sample: Mapping[str, Sequence[str]],
) -> Found | None:
    """Take a log of cases for events, each case as a customer."""
    cases = [
        each for each in _meaning("ticket_id", columns) if _comes_again(looks[each])
    ]
    events = [each for each in _meaning("event", columns) if not looks[each].is_unique]
    times = [
        each
        for each in _meaning("happened_at", columns)
        if looks[each].kind == "instant"
    ]
    if not (cases and events and times):
        return None
    roles = {
        "customer_id": (cases[0],),
        "event": (events[0],),
        "happened_at": (times[0],),
    }
    why = (
        f"each row is something that happened to one {cases[0]!r}, which is taken for"
        " the customer: no column says who it was for"
    )
    return _found("events", roles, "happened_at", sample, why)


def _found(
    feed: str,
    roles: Mapping[str, tuple[str, ...]],
    instant: str,
    sample: Mapping[str, Sequence[str]],
    why: str,
) -> Found:
    form, _ = time_format(sample.get(roles[instant][0], ()))
    formats = {} if form == ISO else {instant: form}
    part = FeedMapping(feed, roles, formats=formats)
    mapping = SourceMapping(feed.capitalize(), (part,), zone=WORKSPACE_ZONE)
    return mapping, _SURE, (why,)


def _meaning(concept: str, columns: Sequence[str]) -> list[str]:
    return [each for each in columns if meanings(each).get(concept, 0.0) >= _NAMED]


def _comes_again(values: Look) -> bool:
    is_whole = values.kind != "number" or values.is_whole
    return (
        values.kind in ("id", "number", "category")
        and is_whole
        and not values.is_unique
    )

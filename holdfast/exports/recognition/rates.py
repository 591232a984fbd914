"""A file that says what currencies are worth: codes, a rate, and little else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from holdfast.exports.mapping import ISO, WORKSPACE_ZONE, FeedMapping, SourceMapping
from holdfast.exports.recognition.content import Look
from holdfast.exports.recognition.times import time_format
from holdfast.exports.recognition.vocabulary import DATE, meanings

FEED = "exchange_rates"
_SURE = 0.7
_NAMED = 0.9
_CODE = re.compile(r"[A-Za-z]{3}")

Found = tuple[SourceMapping, float, tuple[str, ...]]


def rates(
    columns: Sequence[str],
    looks: Mapping[str, Look],
    sample: Mapping[str, Sequence[str]],
) -> Found | None:
    """Return the mapping of a file of exchange rates, if it surely is one.

    Every column must be a currency's code, the rate, the other currency or a day: a
    table of customers or orders can have a currency and a rate too.

    Args:
        columns: Column names in the file's order.
        looks: What the values of each column look like.
        sample: Some values of each column, without the empty ones.
    """
    roles: dict[str, tuple[str, ...]] = {}
    for column in columns:
        role = _role(column, looks[column], sample.get(column, ()))
        if role is None or role in roles:
            return None
        roles[role] = (column,)
    if not {"currency", "rate"} <= set(roles):
        return None
    form = ISO
    if "from_at" in roles:
        form, _ = time_format(sample.get(roles["from_at"][0], ()))
    formats = {} if form == ISO else {"from_at": form}
    part = FeedMapping(FEED, roles, formats=formats)
    mapping = SourceMapping("Exchange rates", (part,), zone=WORKSPACE_ZONE)
    reasons = (
        "it has codes of currencies, a rate and nothing of customers",
        f"one unit of {roles['currency'][0]!r} is taken for so many units of the other"
        " currency: turn the rates round if they are meant the other way",
    )
    return mapping, _SURE, reasons


def _role(column: str, values: Look, cells: Sequence[str]) -> str | None:
    said = meanings(column)
    if cells and all(_CODE.fullmatch(cell) for cell in cells):
        is_target = said.get("target", 0.0) > said.get("currency", 0.0)
        if is_target or said.get("currency", 0.0) >= _NAMED:
            return "target" if is_target else "currency"
        return None
    if values.kind in ("number", "boolean") and said.get("rate", 0.0) >= _NAMED:
        return "rate"
    if (
        values.kind == "instant"
        and max(said.get("from_at", 0.0), said.get(DATE, 0.0)) >= _NAMED
    ):
        return "from_at"
    return None

"""From a recognised mapping to the one that fits how this file is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from holdfast.exports.mapping import ISO, FeedMapping, SourceMapping
from holdfast.exports.notations import (
    BUDDHIST,
    dated,
    guess_decimal,
    has_buddhist_years,
    in_common_years,
)
from holdfast.exports.recognition import time_format
from holdfast.model import feed


def settle(
    mapping: SourceMapping,
    columns: Sequence[tuple[str, str]],
    sample: Mapping[str, Sequence[str]],
) -> SourceMapping:
    """Return a mapping that reads this file's numbers and years.

    Args:
        mapping: What the file is taken for.
        columns: Name and type of each column.
        sample: Some values of each column.
    """
    texts = {name for name, type_ in columns if type_ == "VARCHAR"}
    feeds = tuple(_settle(part, texts, sample) for part in mapping.feeds)
    return replace(mapping, feeds=feeds)


def _settle(
    part: FeedMapping, texts: set[str], sample: Mapping[str, Sequence[str]]
) -> FeedMapping:
    numbers: list[str] = []
    formats = dict(part.formats)
    for role in feed(part.feed).roles:
        values = (
            part.values_of(role.name, sample)
            if texts.issuperset(part.columns_of(role.name))
            else []
        )
        if role.kind in ("number", "money"):
            numbers += values
        found = dated(values)
        if role.kind != "instant" or not found:
            continue
        if has_buddhist_years(found):
            form, _ = time_format([in_common_years(value) for value in found])
            formats[role.name] = f"{BUDDHIST}{form}"
        elif len(found) < len(values) and role.name not in formats:
            # Words among the dates hid how the others are written.
            form, _ = time_format(found)
            if form != ISO:
                formats[role.name] = form
    decimal = part.decimal or guess_decimal(numbers)[0]
    if decimal == part.decimal and formats == dict(part.formats):
        return part
    return replace(part, decimal=decimal, formats=formats)

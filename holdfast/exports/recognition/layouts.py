"""Layouts: what the exports of each vendor look like, and the mapping that follows.

Layouts are data, one file each in ``exports/layouts/``. A layout fits when every entry
of its signature has a column; more columns do no harm, because exports grow.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from holdfast.exports.mapping import (
    ISO,
    Condition,
    FeedMapping,
    Kept,
    Made,
    SourceMapping,
    is_filled,
)
from holdfast.exports.recognition.answers import answers
from holdfast.exports.recognition.content import starts_like_a_time
from holdfast.exports.recognition.names import find, normal
from holdfast.exports.recognition.times import time_format
from holdfast.model import feed, table

LAYOUTS = Path(__file__).resolve().parents[1] / "layouts"
UNFED = "unfed"
"""Stem of the file that lists known tables which feed nothing."""

# Written like these, a pattern takes the first column of long or wordy text, the
# column that asks for a score, or the one whose values the signature lists.
_TEXT = "*text"
_SCORE = "*score"
_VALUES = "*values"
_ANSWERED = "responses"
_TELLING_VALUES = 3

Sample = Mapping[str, Sequence[str]]
"""Column to some of its values as text, without the empty ones."""


@dataclass(frozen=True)
class Layout:
    """One vendor's export, as its file describes it.

    Attributes:
        name: Stem of the file.
        title: For people.
        status: 'ours', 'guessed', or how sure the column names are.
        source: Where they come from.
        signature: Entries that must all have a column; ``|`` parts alternatives.
        signature_patterns: Patterns that must all match some column name.
        signature_values: Values beside which some column has no others; none = any.
        header_rows: Rows above the data that name or describe columns.
        zone: Zone of times that name none.
        traps: What to know about it.
        feeds: Tables that it feeds, as in the file; none for a table without use.
    """

    name: str
    title: str
    status: str
    source: str
    signature: tuple[str, ...]
    signature_patterns: tuple[str, ...]
    signature_values: frozenset[str]
    header_rows: int
    zone: str
    traps: tuple[str, ...]
    feeds: tuple[Mapping[str, Any], ...]

    @property
    def is_guessed(self) -> bool:
        """Say whether nobody has seen the real column names."""
        return self.status.startswith("guessed")


@cache
def layouts() -> Mapping[str, Layout]:
    """Return every layout by name."""
    found = {}
    for path in sorted(LAYOUTS.glob("*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        if path.stem == UNFED:
            for name, each in raw["tables"].items():
                found[name] = _layout(name, {"source": raw["source"], **each})
        else:
            found[path.stem] = _layout(path.stem, raw)
    return found


def fitting_layout(
    columns: Sequence[str], names: Mapping[str, str], sample: Sample
) -> Layout | None:
    """Return the most telling layout whose signature the columns have, if any.

    Args:
        columns: Column names in the file's order.
        names: The same by ``normal`` name.
        sample: Some values of each column.
    """
    fitting = [each for each in layouts().values() if _fits(each, names, columns)]
    fitting = [
        each
        for each in fitting
        if not each.signature_values or listed_column(each, columns, sample)
    ]
    return max(fitting, key=_weight, default=None)


def found_columns(layout: Layout, names: Mapping[str, str]) -> list[str]:
    """Return the columns that a layout's signature finds."""
    return [column for entry in layout.signature if (column := find(entry, names))]


def listed_column(layout: Layout, columns: Sequence[str], sample: Sample) -> str | None:
    """Return the first column with none but the values that the signature lists."""
    # One or two words such as "new" and "cancelled" are in many files.
    least = min(_TELLING_VALUES, len(layout.signature_values))
    for column in columns:
        values = {value.casefold() for value in sample.get(column, ())}
        if len(values) >= least and values <= layout.signature_values:
            return column
    return None


def layout_mapping(
    layout: Layout, columns: Sequence[str], names: Mapping[str, str], sample: Sample
) -> tuple[SourceMapping | None, list[str]]:
    """Return what follows for a file's columns, and remarks on doubtful choices.

    Args:
        layout: The layout that fits.
        columns: Column names in the file's order.
        names: The same by ``normal`` name.
        sample: Some values of each column.
    """
    feeds: list[FeedMapping] = []
    reasons: list[str] = []
    for raw in layout.feeds:
        part, remarks = _feed_mapping(layout, raw, columns, names, sample)
        if (raw.get("keep") and not part.kept) or (feeds and not _is_whole(part)):
            continue
        parts = [part]
        if part.feed == _ANSWERED and raw.get("patterns"):
            parts, said = _answers(part, columns, sample)
            remarks += said
        feeds += parts
        reasons += [remark for remark in remarks if remark not in reasons]
    if not feeds:
        return None, reasons
    mapping = SourceMapping(
        title=layout.title, feeds=tuple(feeds), zone=layout.zone, layout=layout.name
    )
    return mapping, reasons


def kept_columns(
    columns: Iterable[str], taken: Iterable[str], feed_name: str, prefix: str = ""
) -> tuple[Kept, ...]:
    """Return the columns without a role, each under a name that is free.

    Args:
        columns: Column names of the file.
        taken: Columns that play a role.
        feed_name: The feed that keeps them.
        prefix: Beginning of column names that is left out.
    """
    used = set(taken)
    reserved = set(_fixed_names(feed_name))
    kept = []
    for column in columns:
        if column in used:
            continue
        name = column.removeprefix(prefix) or column
        while name.casefold() in reserved:
            name += "_"
        reserved.add(name.casefold())
        kept.append(Kept(column, name))
    return tuple(kept)


def _layout(name: str, raw: Mapping[str, Any]) -> Layout:
    return Layout(
        name=name,
        title=raw["title"],
        status=raw.get("status", "verified"),
        source=raw["source"],
        signature=tuple(raw["signature"]),
        signature_patterns=tuple(raw.get("signature_patterns", ())),
        signature_values=frozenset(raw.get("signature_values", ())),
        header_rows=raw.get("header_rows", 1),
        zone=raw.get("zone", "UTC"),
        traps=tuple(raw["traps"]),
        feeds=tuple(raw.get("feeds", ())),
    )


def _fits(layout: Layout, names: Mapping[str, str], columns: Sequence[str]) -> bool:
    return all(find(entry, names) for entry in layout.signature) and all(
        any(re.search(pattern, column, re.IGNORECASE) for column in columns)
        for pattern in layout.signature_patterns
    )


def _weight(layout: Layout) -> tuple[int, int, str]:
    size = len(layout.signature) + len(layout.signature_patterns)
    size += 1 if layout.signature_values else 0
    rank = 0 if layout.status == "ours" else 1 if layout.is_guessed else 2
    return rank, size, layout.name


def _feed_mapping(
    layout: Layout,
    raw: Mapping[str, Any],
    columns: Sequence[str],
    names: Mapping[str, str],
    sample: Sample,
) -> tuple[FeedMapping, list[str]]:
    target = feed(raw["feed"])
    roles: dict[str, tuple[str, ...]] = {}
    constants = dict(raw.get("constants", {}))
    reasons = []
    made = _made(raw, columns, names)
    for role, entries in raw.get("roles", {}).items():
        found = [
            column
            for entry in entries
            if (column := entry if entry in made else find(entry, names))
        ]
        if found:
            roles[role] = tuple(dict.fromkeys(found))
    for role, pattern in raw.get("patterns", {}).items():
        taken = {column for found in roles.values() for column in found}
        free = [column for column in columns if column not in taken]
        if pattern in (_SCORE, _TEXT):
            continue
        if pattern == _VALUES:
            column = listed_column(layout, free, sample)
        else:
            column = _matching(pattern, free)
        if column:
            roles[role] = (column,)
    used = {column for found in roles.values() for column in found}
    filled_by = raw.get("filled_by", "")
    formats = {}
    for role in target.roles:
        if role.kind != "instant" or role.name not in roles:
            continue
        values = [value for each in roles[role.name] for value in sample.get(each, ())]
        if layout.header_rows > 1:
            values = [value for value in values if starts_like_a_time(value)]
        form, remark = time_format(values)
        if form != ISO:
            formats[role.name] = form
            reasons.append(remark)
    part = FeedMapping(
        feed=target.name,
        roles=roles,
        constants=constants,
        formats=formats,
        values=raw.get("values", {}),
        divisors={
            role: divisor
            for role, divisor in raw.get("divisors", {}).items()
            if role in roles
        },
        kept=_kept(raw, columns, names, roles),
        made={name: each for name, each in made.items() if name in used},
        where=_conditions(raw, names),
        filled_by=filled_by if filled_by in roles else "",
    )
    return part, reasons


def _made(
    raw: Mapping[str, Any], columns: Sequence[str], names: Mapping[str, str]
) -> dict[str, Made]:
    """Return the columns that a layout makes, where all that they need is there."""
    found = {}
    for name, (how, *entries) in raw.get("made", {}).items():
        text = entries.pop() if how == "bare" else ""
        needed = [column for entry in entries if (column := find(entry, names))]
        if len(needed) == len(entries) and name not in columns:
            found[name] = Made(how, tuple(needed), text)
    return found


def _conditions(
    raw: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[Condition, ...]:
    found = []
    for is_only, key in ((False, "without"), (True, "only")):
        for entry, values in raw.get(key, {}).items():
            if column := find(entry, names):
                found.append(Condition(column, tuple(values), is_only))
    return tuple(found)


def _kept(
    raw: Mapping[str, Any],
    columns: Sequence[str],
    names: Mapping[str, str],
    roles: Mapping[str, tuple[str, ...]],
) -> tuple[Kept, ...]:
    taken = {column for found in roles.values() for column in found}
    if "keep" in raw:
        chosen = [column for entry in raw["keep"] if (column := find(entry, names))]
        return kept_columns(chosen, taken, raw["feed"])
    if not raw.get("rest"):
        return ()
    left = {normal(entry) for entry in raw.get("drop", ())}
    wanted = [column for column in columns if normal(column) not in left]
    return kept_columns(wanted, taken, raw["feed"], raw.get("prefix", ""))


def _is_whole(part: FeedMapping) -> bool:
    """Say whether everything is there that a further table of a file needs."""
    roles = feed(part.feed).roles
    return all(is_filled(part, role.name) for role in roles if role.is_required)


def _answers(
    part: FeedMapping, columns: Sequence[str], sample: Sample
) -> tuple[list[FeedMapping], list[str]]:
    own = {role: names for role, names in part.roles.items() if role != "score"}
    taken = {column for names in own.values() for column in names}
    return answers(part, [each for each in columns if each not in taken], sample)


def _matching(pattern: str, free: Sequence[str]) -> str | None:
    return next(
        (column for column in free if re.search(pattern, column, re.IGNORECASE)), None
    )


@cache
def _fixed_names(feed_name: str) -> frozenset[str]:
    target = feed(feed_name)
    fixed = {column.name for column in table(target.table).columns}
    roles = {role.name for role in target.roles}
    staged = {"source_no", "line", "reason", "row_text", "segment", "other_properties"}
    return frozenset(fixed | roles | staged)

"""Columns become a layout or a guessed mapping, with confidence and reasons.

Layouts are data, one file each in ``layouts/``. A layout fits when every entry of
its signature has a column; more columns do no harm, because exports grow.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from holdfast.errors import ImportRefusedError
from holdfast.exports.mapping import (
    EPOCHS,
    ISO,
    WORKSPACE_ZONE,
    FeedMapping,
    Kept,
    SourceMapping,
)
from holdfast.model import FEEDS, feed

LAYOUTS = Path(__file__).resolve().parent / "layouts"

# Below this share of a layout's columns, naming it would mislead.
_NEAR = 0.5
# Written like this, a pattern takes the first column of long or wordy text.
_TEXT = "*text"
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}.*)?")
TIME_FORMATS = (
    "%Y%m%d",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
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

_EPOCH_DIGITS = {10: "epoch_s", 13: "epoch_ms", 16: "epoch_us"}

Sample = Mapping[str, Sequence[str]]
"""Column to some of its values as text, without the empty ones."""


@dataclass(frozen=True)
class Layout:
    """One vendor's export, as its file describes it.

    Attributes:
        name: Stem of the file.
        title: For people.
        status: How sure the column names are.
        source: Where they come from.
        signature: Entries that must all have a column; ``|`` parts alternatives.
        signature_patterns: Patterns that must all match some column name.
        zone: Zone of times that name none.
        traps: What to know about it.
        feeds: Tables that it feeds, as in the file.
    """

    name: str
    title: str
    status: str
    source: str
    signature: tuple[str, ...]
    signature_patterns: tuple[str, ...]
    zone: str
    traps: tuple[str, ...]
    feeds: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Recognition:
    """What a file seems to be.

    Attributes:
        layout: The layout that fits; None for a guess.
        mapping: What follows for its columns; None where nothing could be guessed.
        confidence: From 0 to 1.
        reasons: Why, in words.
    """

    layout: Layout | None
    mapping: SourceMapping | None
    confidence: float
    reasons: tuple[str, ...] = field(default=())


@cache
def layouts() -> Mapping[str, Layout]:
    """Return every layout by name."""
    return {path.stem: _layout(path) for path in sorted(LAYOUTS.glob("*.toml"))}


def recognise(columns: Sequence[str], sample: Sample) -> Recognition:
    """Say what a file is, from its column names and some of its values.

    Args:
        columns: Column names in the file's order.
        sample: Some values of each column.
    """
    names = {_normal(column): column for column in reversed(columns)}
    fitting = [each for each in layouts().values() if _fits(each, names, columns)]
    if not fitting:
        return Recognition(
            None,
            None,
            0.0,
            (f"no known layout has columns like {', '.join(columns[:8])}",),
        )
    layout = max(fitting, key=_weight)
    mapping, reasons = _mapping(layout, columns, names, sample)
    is_own = layout.status == "ours"
    return Recognition(
        layout,
        mapping,
        0.8 if is_own else 0.95,
        (
            f"it has the columns {', '.join(_found(layout, names))}",
            *reasons,
            *layout.traps,
        ),
    )


def missing_columns(columns: Sequence[str], name: str) -> ImportRefusedError:
    """Return the refusal of a file that no layout fits: what the nearest one lacks.

    Args:
        columns: Column names in the file's order.
        name: The file's name.
    """
    names = {_normal(column): column for column in reversed(columns)}

    def nearness(layout: Layout) -> tuple[float, bool, int]:
        found = len(_found(layout, names))
        size = len(layout.signature) + len(layout.signature_patterns)
        return found / size, layout.status == "ours", found

    nearest = max(layouts().values(), key=nearness)
    if nearness(nearest)[0] < _NEAR:
        return ImportRefusedError(
            "unknown_layout",
            f"It is not clear what {name} holds: its columns are"
            f" {', '.join(columns[:8])}{' …' if len(columns) > 8 else ''}.",
            "Say what its columns are on the Data page, or rename them: events need"
            " user_id, event and timestamp, customers user_id and signed_up_at.",
        )
    lacking = [each for each in nearest.signature if not _find(each, names)]
    words = " and ".join(_lacking(nearest, entry) for entry in lacking)
    return ImportRefusedError(
        "missing_column",
        f"{name} looks like {nearest.title} but has no column that says"
        f" {words or 'what was asked'}.",
        "Rename the column that holds it, or say which one it is on the Data page.",
    )


def _lacking(layout: Layout, entry: str) -> str:
    """Say what a signature's entry stands for, and how the column may be called."""
    alternatives = entry.split("|")
    called = ", ".join(alternatives[:4]) + (" …" if len(alternatives) > 4 else "")
    for raw in layout.feeds:
        for role, entries in raw.get("roles", {}).items():
            if set(alternatives) & {
                each for all_ in entries for each in all_.split("|")
            }:
                return f"{feed(raw['feed']).role(role).meaning} ({called})"
    return called


def guess(feed_name: str, columns: Sequence[str], sample: Sample) -> FeedMapping:
    """Guess the columns' roles in a file that somebody says feeds a table.

    Known layouts of that table lend their column names, those of plain tables first;
    then a role's own name counts, and for a required instant any column of times.

    Args:
        feed_name: The feed.
        columns: Column names in the file's order.
        sample: Some values of each column.
    """
    target = feed(feed_name)
    names = {_normal(column): column for column in reversed(columns)}
    known = sorted(layouts().values(), key=lambda each: each.status != "ours")
    lent = [raw for each in known for raw in each.feeds if raw["feed"] == feed_name]
    roles: dict[str, tuple[str, ...]] = {}
    formats: dict[str, str] = {}
    for role in target.roles:
        taken = {column for found in roles.values() for column in found}
        entries = [
            entry for raw in lent for entry in raw.get("roles", {}).get(role.name, ())
        ]
        found = (_find(entry, names) for entry in (*entries, role.name))
        column = next((each for each in found if each and each not in taken), None)
        if column is None and role.kind == "instant" and role.is_required:
            column = next((c for c in columns if _is_time(sample.get(c, ()))), None)
        if column is None:
            continue
        roles[role.name] = (column,)
        if role.kind == "instant":
            form, _ = time_format(sample.get(column, ()))
            formats |= {} if form == ISO else {role.name: form}
    taken = {column for found in roles.values() for column in found}
    return FeedMapping(
        feed=feed_name,
        roles=roles,
        formats=formats,
        kept=kept_columns(columns, taken, feed_name) if target.rest else (),
    )


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
    reserved = _reserved(feed_name)
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
        return fitting[0], f"dates are read as {fitting[0]}; {fitting[1]} fits too"
    return fitting[0], f"dates are read as {fitting[0]}"


def fits(values: Sequence[str], form: str) -> bool:
    """Say whether all sampled instants can be read in a format."""
    if form == ISO:
        return all(_ISO.fullmatch(value) for value in values)
    if form in EPOCHS:
        return all(re.fullmatch(r"-?\d+(\.\d*)?", value) for value in values)
    return _all_parse(values, form)


def _is_time(values: Sequence[str]) -> bool:
    form, _ = time_format(values)
    return bool(values) and fits(values, form)


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


def _layout(path: Path) -> Layout:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Layout(
        name=path.stem,
        title=raw["title"],
        status=raw["status"],
        source=raw["source"],
        signature=tuple(raw["signature"]),
        signature_patterns=tuple(raw.get("signature_patterns", ())),
        zone=raw.get("zone", "UTC"),
        traps=tuple(raw["traps"]),
        feeds=tuple(raw["feeds"]),
    )


def _normal(name: str) -> str:
    """Return what is compared: letters, digits and signs, no blanks and case."""
    return re.sub(r"[\s_\-]+", "", name.removeprefix("\ufeff").casefold())


def _find(entry: str, names: Mapping[str, str]) -> str | None:
    for alternative in entry.split("|"):
        if (column := names.get(_normal(alternative))) is not None:
            return column
    return None


def _fits(layout: Layout, names: Mapping[str, str], columns: Sequence[str]) -> bool:
    return all(_find(entry, names) for entry in layout.signature) and all(
        any(re.search(pattern, column, re.IGNORECASE) for column in columns)
        for pattern in layout.signature_patterns
    )


def _found(layout: Layout, names: Mapping[str, str]) -> list[str]:
    return [column for entry in layout.signature if (column := _find(entry, names))]


def _weight(layout: Layout) -> tuple[bool, int, str]:
    size = len(layout.signature) + len(layout.signature_patterns)
    return layout.status != "ours", size, layout.name


def _mapping(
    layout: Layout, columns: Sequence[str], names: Mapping[str, str], sample: Sample
) -> tuple[SourceMapping, list[str]]:
    feeds, reasons = [], []
    for raw in layout.feeds:
        part, remarks = _feed_mapping(raw, columns, names, sample)
        if raw.get("keep") and not part.kept:
            continue
        feeds.append(part)
        reasons += [remark for remark in remarks if remark not in reasons]
    mapping = SourceMapping(
        title=layout.title, feeds=tuple(feeds), zone=layout.zone, layout=layout.name
    )
    return mapping, reasons


def _feed_mapping(
    raw: Mapping[str, Any],
    columns: Sequence[str],
    names: Mapping[str, str],
    sample: Sample,
) -> tuple[FeedMapping, list[str]]:
    target = feed(raw["feed"])
    roles: dict[str, tuple[str, ...]] = {}
    for role, entries in raw.get("roles", {}).items():
        found = [column for entry in entries if (column := _find(entry, names))]
        if found:
            roles[role] = tuple(dict.fromkeys(found))
    for role, pattern in raw.get("patterns", {}).items():
        taken = {column for found in roles.values() for column in found}
        column = _matching(pattern, columns, taken, sample)
        if column:
            roles[role] = (column,)
    formats, reasons = {}, []
    for role in target.roles:
        if role.kind != "instant" or role.name not in roles:
            continue
        values = [value for each in roles[role.name] for value in sample.get(each, ())]
        form, remark = time_format(values)
        if form != ISO:
            formats[role.name] = form
            reasons.append(remark)
    part = FeedMapping(
        feed=target.name,
        roles=roles,
        constants=raw.get("constants", {}),
        formats=formats,
        values=raw.get("values", {}),
        kept=_kept(raw, columns, names, roles),
    )
    return part, reasons


def _kept(
    raw: Mapping[str, Any],
    columns: Sequence[str],
    names: Mapping[str, str],
    roles: Mapping[str, tuple[str, ...]],
) -> tuple[Kept, ...]:
    taken = {column for found in roles.values() for column in found}
    if "keep" in raw:
        chosen = [column for entry in raw["keep"] if (column := _find(entry, names))]
        return kept_columns(chosen, taken, raw["feed"])
    if not raw.get("rest"):
        return ()
    return kept_columns(columns, taken, raw["feed"], raw.get("prefix", ""))


def _matching(
    pattern: str, columns: Sequence[str], taken: set[str], sample: Sample
) -> str | None:
    free = [column for column in columns if column not in taken]
    if pattern == _TEXT:
        wordy = [column for column in free if _is_wordy(sample.get(column, ()))]
        asked = [column for column in free if column.rstrip().endswith("?")]
        return next(iter(wordy or asked), None)
    return next(
        (column for column in free if re.search(pattern, column, re.IGNORECASE)), None
    )


def _is_wordy(values: Sequence[str]) -> bool:
    long = [value for value in values if len(value) > 12 and not _ISO.match(value)]
    return bool(values) and len(long) * 2 > len(values)


@cache
def _fixed_names(feed_name: str) -> frozenset[str]:
    from holdfast.model import table

    target = feed(feed_name)
    fixed = {column.name for column in table(target.table).columns}
    roles = {role.name for role in target.roles}
    staged = {"source_no", "line", "reason", "row_text", "segment", "other_properties"}
    return frozenset(fixed | roles | staged)


def _reserved(feed_name: str) -> set[str]:
    return set(_fixed_names(feed_name))


__all__ = [
    "EPOCHS",
    "FEEDS",
    "TIME_FORMATS",
    "WORKSPACE_ZONE",
    "Layout",
    "Recognition",
    "fits",
    "guess",
    "kept_columns",
    "layouts",
    "missing_columns",
    "recognise",
    "time_format",
]

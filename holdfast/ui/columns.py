"""What each column of a staged file is for: from the reader's choices to a mapping.

Pure functions; the widgets are in ``file_block``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from holdfast.errors import HoldfastError, ImportRefusedError
from holdfast.exports.mapping import (
    ISO,
    FeedMapping,
    Kept,
    SourceMapping,
    check,
    is_filled,
)
from holdfast.exports.notations import (
    BUDDHIST,
    dated,
    guess_decimal,
    has_buddhist_years,
    in_common_years,
    read_number,
)
from holdfast.exports.recognition import (
    TIME_FORMATS,
    fits,
    guess,
    kept_columns,
    time_format,
)
from holdfast.model import Role, feed
from holdfast.ui.staging import StagedFile

IGNORED = ""
KEPT = "+"
ATTRIBUTE = "customers+"
"""Choices besides a role: left out; kept as the feed keeps it; of the customer."""

_ABOUT_CUSTOMERS = "customers"
_LATEST = "updated_at"


def choices(mapping: SourceMapping) -> list[str]:
    """Return everything that a column of the file can be."""
    main, *others = mapping.feeds
    target = feed(main.feed)
    found = [IGNORED, *(role.name for role in target.roles)]
    if target.rest:
        found.append(KEPT)
    if main.feed != _ABOUT_CUSTOMERS:
        found.append(ATTRIBUTE)
    own = {column for columns in main.roles.values() for column in columns}
    for other in others:
        for role, columns in other.roles.items():
            if not own.issuperset(columns):
                found.append(f"{other.feed}:{role}")
    return found


def choice_of(mapping: SourceMapping, column: str) -> str:
    """Return what a column of the file is now."""
    main, *others = mapping.feeds
    for role, columns in main.roles.items():
        if column in columns:
            return role
    if any(column == each.column for each in main.kept):
        return KEPT
    for other in others:
        if any(column == each.column for each in other.kept):
            return ATTRIBUTE
        for role, columns in other.roles.items():
            if column in columns:
                return f"{other.feed}:{role}"
    return IGNORED


def as_feed(file: StagedFile, feed_name: str) -> SourceMapping:
    """Return the mapping for a file whose rows are said to be of a feed."""
    recognised = file.inspection.mapping
    if recognised is not None and recognised.feeds[0].feed == feed_name:
        return recognised
    part = guess(feed_name, file.columns, file.inspection.sample)
    title = feed_name.replace("_", " ").capitalize()
    return SourceMapping(title=title, feeds=(part,), zone="workspace")


def with_choices(file: StagedFile, chosen: Mapping[str, str]) -> SourceMapping:
    """Return the file's mapping with every column as it was chosen.

    Args:
        file: The file; its mapping is the one that is changed.
        chosen: Column to one of ``choices``, for every column.
    """
    mapping = file.mapping
    if mapping is None:
        raise ValueError("a file without a feed has no columns to choose for")
    if all(choice_of(mapping, column) == each for column, each in chosen.items()):
        return mapping
    main, *others = mapping.feeds
    roles = {
        role.name: columns
        for role in feed(main.feed).roles
        if (columns := _columns(main, role.name, chosen, role.name))
    }
    changed = replace(
        main,
        roles=roles,
        constants=_without(main.constants, roles),
        formats=_formats(file, main, roles),
        values={role: each for role, each in main.values.items() if role in roles},
        divisors={role: each for role, each in main.divisors.items() if role in roles},
        kept=_kept(main, chosen, KEPT),
    )
    customers = _customers(changed, others, chosen)
    rest = [each for each in others if each.feed != _ABOUT_CUSTOMERS]
    return replace(mapping, feeds=(changed, *customers, *rest))


def problem(file: StagedFile) -> HoldfastError | None:
    """Return why a file cannot be loaded as it is mapped; None when it can."""
    if file.mapping is None:
        return ImportRefusedError(
            "unknown_layout",
            f"It is not clear what {file.name} holds.",
            "Say what one row of it is.",
        )
    main = file.mapping.feeds[0]
    for role in needed(file.mapping):
        if not is_filled(main, role.name):
            return ImportRefusedError(
                "bad_mapping",
                f"{file.name} has no column for {role.name} ({role.meaning}), which"
                f" {main.feed.replace('_', ' ')} need.",
                "Say which column it is.",
            )
    try:
        check(file.mapping, file.columns, file.name)
    except HoldfastError as error:
        return error
    for role in needed(file.mapping):
        values = instants(file, role)
        form = main.formats.get(role.name, ISO)
        if role.kind == "instant" and values and not _any_fits(values, form):
            return ImportRefusedError(
                "no_dates",
                f"{file.name} has no date that can be read in"
                f" {main.roles[role.name][0]!r}, but values such as {values[0]!r}.",
                "Choose the format of its times, or another column.",
            )
    return None


def doubt(file: StagedFile) -> str:
    """Say which dates of the file can be read in two ways; empty when none can."""
    if file.mapping is None:
        return ""
    main = file.mapping.feeds[0]
    for role in feed(main.feed).roles:
        values = instants(file, role)
        form = main.formats.get(role.name, ISO)
        if form.startswith(BUDDHIST):
            form = form.removeprefix(BUDDHIST)
            values = [in_common_years(value) for value in dated(values)]
        others = [each for each in TIME_FORMATS if each != form and fits(values, each)]
        if values and others and fits(values, form) and form in TIME_FORMATS:
            value = telling(values)
            return (
                f"Is {value} {_read(value, form)} or"
                f" {_read(value, others[0])}? It is read as the first."
            )
    return ""


def telling(values: Sequence[str]) -> str:
    """Return the value that tells day and month apart best."""
    return next(
        (value for value in values if len(set(re.findall(r"\d+", value)[:2])) == 2),
        values[0],
    )


def _read(value: str, form: str) -> str:
    read = datetime.strptime(value, form)
    return f"{read.day} {read:%B %Y}"


def needed(mapping: SourceMapping) -> list[Role]:
    """Return the roles that every row must fill."""
    return [role for role in feed(mapping.feeds[0].feed).roles if role.is_required]


def instants(file: StagedFile, role: Role) -> list[str]:
    """Return sampled values of an instant whose format matters; else none."""
    types = dict(file.inspection.columns)
    if file.mapping is None or role.kind != "instant":
        return []
    return [
        value
        for column in file.mapping.feeds[0].roles.get(role.name, ())
        if types[column] != "DATE" and not types[column].startswith("TIMESTAMP")
        for value in file.inspection.sample.get(column, ())
    ]


def _any_fits(values: Sequence[str], form: str) -> bool:
    return any(is_fitting([value], form) for value in values)


def is_fitting(values: Sequence[str], form: str) -> bool:
    """Return whether all values can be read in a format, Buddhist years or not."""
    if not form.startswith(BUDDHIST):
        return fits(values, form)
    common = [in_common_years(value) for value in dated(values)]
    return has_buddhist_years(values) and fits(common, form.removeprefix(BUDDHIST))


def numbers(file: StagedFile) -> list[str]:
    """Return sampled values of the numbers and amounts of a file that are text."""
    types = dict(file.inspection.columns)
    if file.mapping is None:
        return []
    return [
        value
        for part in file.mapping.feeds
        for role in feed(part.feed).roles
        if role.kind in ("number", "money")
        for column in part.roles.get(role.name, ())
        if types[column] == "VARCHAR"
        for value in file.inspection.sample.get(column, ())
    ]


def number_doubt(file: StagedFile) -> str:
    """Say which amounts of the file can be read in two ways; empty when none can."""
    values = numbers(file)
    if file.mapping is None:
        return ""
    decimal = file.mapping.feeds[0].decimal
    best, other = guess_decimal(values)
    options = {best, other} | {decimal}
    value = next((each for each in values if "," in each or "." in each), "")
    readings = {each: read_number(value, each) for each in options} if value else {}
    mine = readings.get(decimal)
    if not other or mine is None:
        return ""
    different = next(
        (each for each in readings.values() if each not in (None, mine)), None
    )
    if different is None:
        return ""
    return f"Is {value} {mine:,g} or {different:,g}? It is read as the first."


def _columns(
    part: FeedMapping, role: str, chosen: Mapping[str, str], choice: str
) -> tuple[str, ...]:
    """Return a role's columns: those of before first, in their order."""
    wanted = [column for column, each in chosen.items() if each == choice]
    before = [column for column in part.roles.get(role, ()) if column in wanted]
    return (*before, *(column for column in wanted if column not in before))


def _without(
    values: Mapping[str, str], roles: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    return {role: value for role, value in values.items() if role not in roles}


def _formats(
    file: StagedFile, part: FeedMapping, roles: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Keep the formats of unchanged instants and guess those of new ones."""
    formats = {}
    for role in feed(part.feed).roles:
        if role.kind != "instant" or role.name not in roles:
            continue
        if roles[role.name] == part.roles.get(role.name):
            form = part.formats.get(role.name, ISO)
        else:
            column = roles[role.name][0]
            form, _ = time_format(file.inspection.sample.get(column, ()))
        if form != ISO:
            formats[role.name] = form
    return formats


def _kept(
    part: FeedMapping, chosen: Mapping[str, str], choice: str
) -> tuple[Kept, ...]:
    wanted = [column for column, each in chosen.items() if each == choice]
    before = [each for each in part.kept if each.column in wanted]
    old = {each.column for each in before}
    return (*before, *kept_columns(wanted, old, part.feed))


def _customers(
    main: FeedMapping, others: Sequence[FeedMapping], chosen: Mapping[str, str]
) -> tuple[FeedMapping, ...]:
    """Return what the file tells about customers besides its own rows, if anything."""
    before = next(
        (each for each in others if each.feed == _ABOUT_CUSTOMERS),
        FeedMapping(_ABOUT_CUSTOMERS, {}),
    )
    roles = dict(main.roles)
    own = {
        role: columns
        for role in before.roles
        if (columns := _columns(before, role, chosen, f"{_ABOUT_CUSTOMERS}:{role}"))
    }
    kept = _kept(before, chosen, ATTRIBUTE)
    named = [role for role in ("customer_id", "email") if role in roles]
    if not (own or kept) or not named:
        return ()
    for role in named:
        own.setdefault(role, roles[role])
    formats = {role: form for role, form in before.formats.items() if role in own}
    instant = next(
        (role.name for role in feed(main.feed).roles if role.kind == "instant"), None
    )
    if instant in roles and _LATEST not in own:
        own[_LATEST] = roles[instant]
        if instant in main.formats:
            formats[_LATEST] = main.formats[instant]
    return (replace(before, roles=own, formats=formats, kept=kept),)

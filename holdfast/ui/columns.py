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
)
from holdfast.exports.recognition.scales import score_values
from holdfast.model import Role, feed
from holdfast.ui.choosing import (
    ABOUT_CUSTOMERS,
    ANSWERED,
    ATTRIBUTE,
    FURTHER,
    IGNORED,
    KEPT,
    about_customers,
    formats_of,
    further_table,
    kept_of,
    one_more_answer,
    own_roles,
    role_columns,
    without_filled,
)
from holdfast.ui.staging import StagedFile


def choices(mapping: SourceMapping) -> list[str]:
    """Return everything that a column of the file can be."""
    main, *others = mapping.feeds
    target = feed(main.feed)
    found = [IGNORED, *(role.name for role in target.roles)]
    if target.rest:
        found.append(KEPT)
    if main.feed != ABOUT_CUSTOMERS:
        found.append(ATTRIBUTE)
    own = {column for role in main.roles for column in main.columns_of(role)}
    for number, other in enumerate(others, start=2):
        further = own_roles(main) if other.feed == main.feed else other.roles
        for role in further:
            if not own.issuperset(other.columns_of(role)) or other.feed == main.feed:
                found.append(f"{other.feed}:{number}:{role}")
    if main.feed == ANSWERED:
        found.append(FURTHER)
    return found


def choice_of(mapping: SourceMapping, column: str) -> str:
    """Return what a column of the file is now."""
    main, *others = mapping.feeds
    for role in sorted(main.roles, key=lambda each: column not in main.roles[each]):
        # What a column is for itself goes before what is made of it.
        if column in main.columns_of(role):
            return role
    if any(column == each.column for each in main.kept):
        return KEPT
    for number, other in enumerate(others, start=2):
        if any(column == each.column for each in other.kept):
            return ATTRIBUTE
        for role in other.roles:
            if column in other.columns_of(role):
                return f"{other.feed}:{number}:{role}"
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
        if (columns := role_columns(main, role.name, chosen, role.name))
    }
    changed = replace(
        main,
        roles=roles,
        constants=without_filled(main.constants, roles),
        formats=formats_of(file, main, roles),
        values={
            **{role: each for role, each in main.values.items() if role in roles},
            **score_values(roles.get("score", ()), file.inspection.sample),
        },
        divisors={role: each for role, each in main.divisors.items() if role in roles},
        kept=kept_of(main, chosen, KEPT),
    )
    customers = about_customers(changed, others, chosen)
    was = {column: choice_of(mapping, column) for column in chosen}
    rest = [
        each
        for number, other in enumerate(others, start=2)
        if other.feed != ABOUT_CUSTOMERS
        and (each := further_table(changed, other, number, chosen, was))
    ]
    for column in (each for each, choice in chosen.items() if choice == FURTHER):
        rest.append(one_more_answer(changed, column, file.inspection.sample))
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
    part = file.mapping.feeds[0]
    known = {types[column] for column in part.columns_of(role.name)}
    if any(type_ == "DATE" or type_.startswith("TIMESTAMP") for type_ in known):
        return []
    return part.values_of(role.name, file.inspection.sample)


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
        for column in part.columns_of(role.name)
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


def made(mapping: SourceMapping) -> list[tuple[str, str]]:
    """Return each column that the file's tables make, and how, in words."""
    marks = {"product": " × ", "difference": " − "}
    said = {"clock": "as minutes", "bare": "without what stands before it"}
    found = {}
    for part in mapping.feeds:
        for name, each in part.made.items():
            words = marks.get(each.how, " and ").join(each.columns)
            end = said.get(each.how, "")
            if each.how in ("seconds", "hours", "days"):
                end = f"{each.how} as minutes"
            found[name] = f"{words} {end}".strip()
    return list(found.items())

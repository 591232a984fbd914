"""How a file's values are written, and which of its rows are left out: widgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import streamlit as st

from holdfast.exports.mapping import (
    EPOCHS,
    ISO,
    Condition,
    FeedMapping,
    SourceMapping,
)
from holdfast.exports.notations import (
    BUDDHIST,
    COMMA,
    PLAIN,
    POINT,
    has_buddhist_years,
    in_common_years,
    read_number,
)
from holdfast.exports.recognition import TIME_FORMATS, in_words
from holdfast.model import feed
from holdfast.ui import columns
from holdfast.ui.staging import StagedFile
from holdfast.ui.words import clipped, plain

EPOCH_WORDS = {
    "epoch_s": "seconds since 1970, UTC",
    "epoch_ms": "milliseconds since 1970, UTC",
    "epoch_us": "microseconds since 1970, UTC",
}
_KINDS = ("nps", "csat", "ces")
_DIVISORS = {1: "Whole units, such as 12.50", 100: "Cents, such as 1250"}
_DECIMALS = {PLAIN: "1234.5", POINT: "1,234.5", COMMA: "1.234,5"}
_CURRENCIES = (
    *("EUR", "USD", "GBP", "CHF", "PLN", "SEK", "IDR", "THB", "CNY", "JPY", "INR"),
    *("AUD", "CAD", "BRL", "MXN"),
)
_EMPTY = "(empty)"


def details(file: StagedFile) -> None:
    """Ask about formats, units, rows left out and what all rows share.

    Args:
        file: The file; its mapping is what the widgets say afterwards.
    """
    mapping = file.mapping
    if mapping is None:
        return
    main = mapping.feeds[0]
    with st.container(horizontal=True):
        formats = _formats(file, main)
        divisors = _divisors(file, main)
        decimal = _decimal(file, main)
        constants = _currency(file, main, _constants(file, mapping))
    changed = replace(main, formats=formats, divisors=divisors, constants=constants)
    feeds = [replace(each, decimal=decimal) for each in (changed, *mapping.feeds[1:])]
    feeds = _rows_left_out(file, _kinds(file, feeds))
    if tuple(feeds) != mapping.feeds:
        file.mapping = replace(mapping, feeds=tuple(feeds))


def _formats(file: StagedFile, main: FeedMapping) -> dict[str, str]:
    formats = dict(main.formats)
    for role in feed(main.feed).roles:
        values = columns.instants(file, role)
        if not values:
            continue
        current = formats.get(role.name, ISO)
        known = [current, ISO, *EPOCHS, *TIME_FORMATS]
        if has_buddhist_years(values):
            known += [f"{BUDDHIST}{each}" for each in (ISO, *TIME_FORMATS)]
        fitting = [each for each in known if columns.is_fitting(values, each)]
        options = list(dict.fromkeys([*fitting, *known]))
        form = st.selectbox(
            f"{role.name.replace('_', ' ').capitalize()} is written",
            options,
            index=options.index(current),
            format_func=partial(_format_words, value=columns.telling(values)),
            key=f"data_format_{file.number}_{role.name}_{main.roles[role.name][0]}",
            width=340,
        )
        formats.pop(role.name, None)
        if form != ISO:
            formats[role.name] = form
    return formats


def _format_words(form: str, value: str) -> str:
    """Say how a format reads a value of the file, so that its meaning is seen."""
    if form.startswith(BUDDHIST):
        words = _format_words(form.removeprefix(BUDDHIST), in_common_years(value))
        return f"Buddhist years, {clipped(value, 30)}: {words}"
    if form == ISO:
        return "Year-month-day (ISO 8601)"
    if form in EPOCHS:
        return EPOCH_WORDS[form].capitalize().replace("utc", "UTC")
    try:
        read = datetime.strptime(value, form)
    except ValueError:
        return in_words(form)
    return f"{in_words(form)}: {clipped(value, 30)} is {read.day} {read:%B %Y}"


def _divisors(file: StagedFile, main: FeedMapping) -> dict[str, int]:
    money = [
        role.name
        for role in feed(main.feed).roles
        if role.kind == "money" and role.name in main.roles
    ]
    if not money:
        return dict(main.divisors)
    current = main.divisors.get(money[0], 1)
    options = sorted({*_DIVISORS, current})
    divisor = st.selectbox(
        "Amounts are in",
        options,
        index=options.index(current),
        format_func=lambda each: _DIVISORS.get(each, f"1/{each} units"),
        key=f"data_divisor_{file.number}_{main.feed}",
        width=260,
    )
    if divisor == current:
        return dict(main.divisors)
    return {} if divisor == 1 else dict.fromkeys(money, divisor)


def _decimal(file: StagedFile, main: FeedMapping) -> str:
    values = columns.numbers(file)
    if not values:
        return main.decimal
    marked = next((each for each in values if "," in each or "." in each), values[0])
    return st.selectbox(
        "Numbers are written",
        list(_DECIMALS),
        index=list(_DECIMALS).index(main.decimal),
        format_func=lambda each: _decimal_words(each, marked),
        key=f"data_decimal_{file.number}_{main.feed}",
        width=340,
    )


def _decimal_words(decimal: str, value: str) -> str:
    """Say how a notation reads a value of the file, so that its meaning is seen."""
    number = read_number(value, decimal)
    said = "no number" if number is None else f"{number:,g}"
    return f"{_DECIMALS[decimal]}: {clipped(value, 20)} is {said}"


def _constants(file: StagedFile, mapping: SourceMapping) -> dict[str, str]:
    """Ask for what every row has in common where no column says it."""
    main = mapping.feeds[0]
    constants = dict(main.constants)
    for role in columns.needed(mapping):
        if role.kind != "text" or role.name in main.roles:
            continue
        value: str | None
        label = f"{role.name.capitalize()} ({role.meaning}), the same for every row"
        key = f"data_constant_{file.number}_{main.feed}_{role.name}"
        current = constants.pop(role.name, "")
        if role.name == "kind":
            options = list(dict.fromkeys([*_KINDS, *([current] if current else [])]))
            value = st.selectbox(
                label,
                options,
                index=options.index(current) if current else None,
                key=key,
                width=340,
            )
        else:
            value = st.text_input(label, current, key=key, width=340).strip()
        if value:
            constants[role.name] = value
    return constants


def _kinds(file: StagedFile, feeds: Sequence[FeedMapping]) -> list[FeedMapping]:
    """Ask for the kind of each further answer of a row."""
    changed = [feeds[0]]
    for number, part in enumerate(feeds[1:], start=2):
        if part.feed != feeds[0].feed or "score" not in part.roles:
            changed.append(part)
            continue
        current = part.constants.get("kind")
        kind = st.selectbox(
            f"Kind of answer {number} ({plain(clipped(part.roles['score'][0], 60))})",
            _KINDS,
            index=_KINDS.index(current) if current in _KINDS else None,
            key=f"data_kind_{file.number}_{number}_{part.roles['score'][0]}",
            width=460,
        )
        said = {"kind": kind} if kind else {}
        changed.append(replace(part, constants={**part.constants, **said}))
    return changed


def _currency(
    file: StagedFile, main: FeedMapping, constants: dict[str, str]
) -> dict[str, str]:
    """Ask which currency amounts are in where no column says it."""
    target = feed(main.feed)
    kinds = {role.kind for role in target.roles if main.roles.get(role.name)}
    names = {role.name for role in target.roles}
    if "money" not in kinds or "currency" not in names or "currency" in main.roles:
        return constants
    current = constants.pop("currency", "")
    options = list(dict.fromkeys(["", *_CURRENCIES, current]))
    chosen = st.selectbox(
        "Currency of the amounts, which no column says",
        options,
        index=options.index(current),
        format_func=lambda each: each or "Not said: the workspace's, if it has one",
        key=f"data_currency_{file.number}_{main.feed}",
        accept_new_options=True,
        help="Amounts of different currencies are never added up.",
        width=340,
    )
    if chosen and chosen.strip():
        constants["currency"] = chosen.strip().upper()
    return constants


def _rows_left_out(file: StagedFile, feeds: Sequence[FeedMapping]) -> list[FeedMapping]:
    """Show which rows a mapping leaves out, and let that be changed and added to."""
    changed = []
    for place, part in enumerate(feeds):
        where = [
            each
            for number, condition in enumerate(part.where)
            if (each := _condition(file, part, condition, f"{place}_{number}"))
        ]
        if place == 0 and (new := _new_condition(file, part)):
            where.append(new)
        changed.append(replace(part, where=tuple(where)))
    return changed


def _condition(
    file: StagedFile, part: FeedMapping, condition: Condition, place: str
) -> Condition | None:
    """Show a condition as the values that it lists; none of them ends it."""
    column = plain(clipped(condition.column, 40))
    taken = f"Only rows become {part.feed.replace('_', ' ')} whose {column} is"
    sampled = dict.fromkeys(file.inspection.sample.get(condition.column, ()))
    options = list(dict.fromkeys([*condition.values, *list(sampled)[:50], ""]))
    values = st.multiselect(
        taken if condition.is_only else f"Rows are left out whose {column} is",
        options,
        default=list(condition.values),
        format_func=lambda each: each or _EMPTY,
        key=f"data_where_{file.number}_{part.feed}_{place}_{condition.column}",
        accept_new_options=True,
        help="In capitals or not. Rows left out are listed with the reason.",
        width=460,
    )
    return replace(condition, values=tuple(values)) if values else None


def _new_condition(file: StagedFile, part: FeedMapping) -> Condition | None:
    """Offer to leave out rows by one more column."""
    used = {each.column for each in part.where}
    few = [
        column
        for column in file.columns
        if column not in used
        and 0 < len(set(file.inspection.sample.get(column, ()))) <= 12
    ]
    key = f"data_leave_out_{file.number}_{part.feed}_{len(part.where)}"
    if not few:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox(
            "Leave out rows by their",
            few,
            index=None,
            format_func=lambda each: clipped(each, 40),
            placeholder="All rows are taken",
            key=f"{key}_column",
            width=230,
        )
        if column is None:
            return None
        values = st.multiselect(
            f"Rows are left out whose {plain(clipped(column, 40))} is",
            [*dict.fromkeys(file.inspection.sample[column]), ""],
            format_func=lambda each: each or _EMPTY,
            key=f"{key}_values_{column}",
            width=340,
        )
    return Condition(column, tuple(values)) if values else None

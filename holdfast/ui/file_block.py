"""One block a staged file: what it is, its first rows, and what each column is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

from holdfast.exports.mapping import EPOCHS, ISO, FeedMapping, SourceMapping
from holdfast.exports.notations import (
    BUDDHIST,
    COMMA,
    PLAIN,
    POINT,
    has_buddhist_years,
    in_common_years,
    read_number,
)
from holdfast.exports.recognition import TIME_FORMATS, WORKSPACE_ZONE, Recognition
from holdfast.model import FEEDS, Role, feed
from holdfast.ui import columns
from holdfast.ui.reading_options import reading_options
from holdfast.ui.staging import StagedFile, Staging
from holdfast.ui.words import clipped, counted, plain
from holdfast.workspace import Workspace

_EPOCH_WORDS = {
    "epoch_s": "seconds since 1970, UTC",
    "epoch_ms": "milliseconds since 1970, UTC",
    "epoch_us": "microseconds since 1970, UTC",
}
_KINDS = ("nps", "csat", "ces")
_DIVISORS = {1: "Whole units, such as 12.50", 100: "Cents, such as 1250"}
_DECIMALS = {PLAIN: "1234.5", POINT: "1,234.5", COMMA: "1.234,5"}
_KEPT_WORDS = {
    "attributes": "Kept as an attribute of the customer",
    "properties": "Kept as a property of the event",
}
_PREVIEW_ROWS = 8


def file_block(
    workspace: Workspace, staging: Staging, file: StagedFile, zone: str
) -> None:
    """Draw the block of a file and take over what is changed in it.

    Args:
        workspace: Whose file it will be.
        staging: Where the file waits.
        file: The file; its mapping is what the widgets say afterwards.
        zone: The workspace's zone.
    """
    problem = columns.problem(file)
    is_known = file.inspection.recognition.layout is not None
    label = _label(file)
    box = st.expander(
        label,
        expanded=bool(
            file.is_open
            or problem
            or columns.doubt(file)
            or columns.number_doubt(file)
            or not is_known
            or not file.inspection.reading.is_encoding_sure
        ),
        key=f"data_file_{file.number}",
        icon=":material/help:" if problem else ":material/check_circle:",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        _introduction(workspace, staging, file, zone)
        reading_options(workspace, staging, file)
        _rows(file)
        _feed_and_zone(staging, file, zone)
        if file.mapping is not None:
            _columns(file)
            _details(file)
        found = columns.problem(file)
        for doubt in filter(None, (columns.doubt(file), columns.number_doubt(file))):
            st.info(f"{plain(doubt)} Choose how it is written where that is wrong.")
        if found:
            st.warning(f"{plain(found.sentence)} {plain(found.remedy)}")
    if (found is None) != (problem is None) or _label(file) != label:
        # The block's own label was drawn before its widgets were read.
        st.rerun()


def rows_of(file: StagedFile) -> str:
    """Say how many rows a file has."""
    about = "about " if file.is_estimate else ""
    return f"{about}{counted(file.rows, 'row')}"


def _label(file: StagedFile) -> str:
    title = file.mapping.title if file.mapping else "what is it?"
    return f"**{plain(clipped(file.name))}**: {plain(title)}, {rows_of(file)}"


def _introduction(
    workspace: Workspace, staging: Staging, file: StagedFile, zone: str
) -> None:
    inspection = file.inspection
    recognition = inspection.recognition
    size = f"{rows_of(file)}, {counted(len(inspection.columns), 'column')}"
    read = inspection.reading.describe()
    times = _times(file.mapping, zone)
    st.markdown(f"{_what(recognition)}: {size}{plain(times)}; {plain(read)}.")
    if inspection.same_as:
        with st.container(horizontal=True, vertical_alignment="center"):
            name = plain(clipped(inspection.same_as))
            st.caption(f"Same columns as {name}, read the same way.")
            st.button(
                "Forget that",
                key=f"data_forget_{file.number}",
                type="tertiary",
                help="Takes the file for what it is recognised as, now and later.",
                on_click=staging.forget_mapping,
                args=(workspace, file),
            )
    for note in inspection.notes:
        st.caption(f":material/info: {plain(note)}")
    if inspection.refused:
        st.caption(
            f"{counted(inspection.refused, 'row')} of those looked at cannot be read;"
            " they are kept and listed with their reason."
        )
    reasons = [plain(clipped(reason, 400)) for reason in recognition.reasons]
    if recognition.layout is None and recognition.mapping is None:
        st.caption("Say below what one row is; then say what each column is.")
    else:
        st.caption(f"{recognition.confidence:.0%} sure: {'; '.join(reasons)}.")


def _what(recognition: Recognition) -> str:
    """Say what a file is, and whether that is known or guessed."""
    if recognition.layout is not None:
        title = f"**{plain(recognition.layout.title)}**"
        if recognition.mapping is None:
            return f"This is {title}, which no page reads"
        sure = not recognition.layout.is_guessed
        return f"This {'is' if sure else 'looks like'} {title}"
    if recognition.mapping is not None:
        title = plain(recognition.mapping.title)
        return f"Guessed from its columns and values, this is **{title}**"
    return "This file is not known"


def _times(mapping: SourceMapping | None, zone: str) -> str:
    main = mapping.feeds[0] if mapping else None
    if mapping is None or main is None:
        return ""
    instants = [role.name for role in feed(main.feed).roles if role.kind == "instant"]
    if not any(name in main.roles for name in instants):
        return ""
    epochs = {_EPOCH_WORDS[each] for each in main.formats.values() if each in EPOCHS}
    if epochs:
        return f", times in {' and '.join(sorted(epochs))}"
    return f", times in {zone if mapping.zone == WORKSPACE_ZONE else mapping.zone}"


def _rows(file: StagedFile) -> None:
    preview = file.inspection.preview[:_PREVIEW_ROWS]
    st.dataframe(
        pd.DataFrame(list(preview), columns=list(file.columns)),
        hide_index=True,
        height="content",
        key=f"data_rows_{file.number}",
        alt=f"The first {len(preview)} rows of the file.",
    )


def _feed_and_zone(staging: Staging, file: StagedFile, zone: str) -> None:
    names = [each.name for each in FEEDS]
    current = file.mapping.feeds[0].feed if file.mapping else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "One row of the file is",
            names,
            index=None if current is None else names.index(current),
            format_func=_feed_words,
            key=f"data_feed_{file.number}",
            placeholder="Choose what one row is",
            width=340,
        )
        if chosen is not None and chosen != current:
            file.mapping = columns.as_feed(file, chosen)
        if file.mapping is not None:
            file.mapping = replace(file.mapping, zone=_zone(file, file.mapping, zone))
        st.button(
            "Remove this file",
            key=f"data_remove_{file.number}",
            icon=":material/close:",
            type="tertiary",
            on_click=staging.remove,
            args=([file],),
        )


def _feed_words(name: str) -> str:
    meaning = feed(name).meaning.split(";")[0]
    return f"{name.replace('_', ' ').capitalize()}: {meaning}"


def _zone(file: StagedFile, mapping: SourceMapping, zone: str) -> str:
    options = [WORKSPACE_ZONE, "UTC", *sorted(available_timezones() - {"UTC"})]
    return st.selectbox(
        "Times that name no zone are in",
        options,
        index=options.index(mapping.zone),
        format_func=lambda each: (
            f"The workspace's zone ({zone})" if each == WORKSPACE_ZONE else each
        ),
        key=f"data_zone_{file.number}_{mapping.feeds[0].feed}",
        width=230,
    )


def _columns(file: StagedFile) -> None:
    mapping = file.mapping
    if mapping is None:
        return
    options = columns.choices(mapping)
    words = {each: _choice_words(mapping, each) for each in options}
    st.markdown("**What each column is.** Of two with one role the first value counts.")
    chosen = {}
    for position, column in enumerate(file.columns):
        name, choice = st.columns(2, vertical_alignment="center")
        with name.container(gap="xxsmall"):
            st.markdown(plain(clipped(column, 60)))
            st.caption(_values(file.inspection.sample.get(column, ())))
        chosen[column] = choice.selectbox(
            f"What {plain(clipped(column, 40))} is",
            options,
            index=options.index(columns.choice_of(mapping, column)),
            format_func=words.__getitem__,
            key=f"data_role_{file.number}_{mapping.feeds[0].feed}_{position}",
            label_visibility="collapsed",
        )
    file.mapping = columns.with_choices(file, chosen)


def _values(sample: Sequence[str]) -> str:
    few = list(dict.fromkeys(sample))[:4]
    return plain(clipped(", ".join(clipped(each, 40) for each in few), 64)) or "(none)"


def _choice_words(mapping: SourceMapping, choice: str) -> str:
    main = mapping.feeds[0].feed
    match choice:
        case columns.IGNORED:
            return "Left out (kept in the source)"
        case columns.KEPT:
            return _KEPT_WORDS[feed(main).rest]
        case columns.ATTRIBUTE:
            return _KEPT_WORDS["attributes"]
    if ":" in choice:
        other, role = choice.split(":")
        return f"{_role_words(feed(other).role(role))} ({other})"
    return _role_words(feed(main).role(choice))


def _role_words(role: Role) -> str:
    name = role.name.replace("_", " ").capitalize()
    return f"{name}: {role.meaning}{' (needed)' if role.is_required else ''}"


def _details(file: StagedFile) -> None:
    """Ask about formats, units and values for all rows, where they matter."""
    mapping = file.mapping
    if mapping is None:
        return
    main = mapping.feeds[0]
    with st.container(horizontal=True):
        formats = _formats(file, main)
        divisors = _divisors(file, main)
        decimal = _decimal(file, main)
        constants = _constants(file, mapping)
    changed = replace(main, formats=formats, divisors=divisors, constants=constants)
    feeds = [replace(each, decimal=decimal) for each in (changed, *mapping.feeds[1:])]
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
        return _EPOCH_WORDS[form].capitalize().replace("utc", "UTC")
    try:
        read = datetime.strptime(value, form)
    except ValueError:
        return form
    return f"{form}: {clipped(value, 30)} is {read.day} {read:%B %Y}"


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

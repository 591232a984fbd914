"""One block a staged file: what it is, its first rows, and what each column is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

from holdfast.errors import HoldfastError
from holdfast.exports.mapping import EPOCHS, SourceMapping
from holdfast.exports.recognition import WORKSPACE_ZONE, Recognition
from holdfast.model import FEEDS, Role, feed
from holdfast.ui import choosing, columns
from holdfast.ui.details import EPOCH_WORDS, details
from holdfast.ui.reading_options import reading_options
from holdfast.ui.staging import StagedFile, Staging
from holdfast.ui.words import clipped, counted, plain
from holdfast.workspace import Workspace

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
        st.button(
            "Remove this file",
            key=f"data_remove_{file.number}",
            icon=":material/close:",
            type="tertiary",
            on_click=staging.remove,
            args=([file],),
        )
        found = mapping_editor(file, zone)
    if (found is None) != (problem is None) or _label(file) != label:
        # The block's own label was drawn before its widgets were read.
        st.rerun()


def mapping_editor(file: StagedFile, zone: str) -> HoldfastError | None:
    """Show a file's first rows and take over what its columns are said to be.

    Args:
        file: The file; its mapping is what the widgets say afterwards.
        zone: The workspace's zone.

    Returns:
        Why it cannot be loaded as it is mapped now; None when it can.
    """
    _rows(file)
    _feed_and_zone(file, zone)
    if file.mapping is not None:
        _columns(file)
        details(file)
    found = columns.problem(file)
    for doubt in filter(None, (columns.doubt(file), columns.number_doubt(file))):
        st.info(f"{plain(doubt)} Choose how it is written where that is wrong.")
    if found:
        st.warning(f"{plain(found.sentence)} {plain(found.remedy)}")
    return found


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
    epochs = {EPOCH_WORDS[each] for each in main.formats.values() if each in EPOCHS}
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


def _feed_and_zone(file: StagedFile, zone: str) -> None:
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
            values = _values(file.inspection.sample.get(column, ()))
            st.caption(" · ".join(filter(None, (values, _told(file, column)))))
        chosen[column] = choice.selectbox(
            f"What {plain(clipped(column, 40))} is",
            options,
            index=options.index(columns.choice_of(mapping, column)),
            format_func=words.__getitem__,
            key=f"data_role_{file.number}_{mapping.feeds[0].feed}_{position}",
            label_visibility="collapsed",
        )
    file.mapping = columns.with_choices(file, chosen)
    for made, how in columns.made(file.mapping):
        st.caption(f"{plain(made)} is made: {plain(how)}.")


def _told(file: StagedFile, column: str) -> str:
    """Say how sure it is what a column is, as long as nobody said otherwise."""
    found = file.inspection.recognition
    if file.mapping is None or found.mapping is None or column not in found.columns:
        return ""
    now = columns.choice_of(file.mapping, column)
    if now != columns.choice_of(found.mapping, column):
        return "Chosen here"
    sure, by = found.columns[column]
    words = {"layout": "as this export names it", "name": "by its name"}
    return f"{sure:.0%} sure, {words.get(by, 'by its values')}"


def _values(sample: Sequence[str]) -> str:
    few = list(dict.fromkeys(sample))[:4]
    return plain(clipped(", ".join(clipped(each, 40) for each in few), 64)) or "(none)"


def _choice_words(mapping: SourceMapping, choice: str) -> str:
    main = mapping.feeds[0].feed
    match choice:
        case choosing.IGNORED:
            return "Left out (kept in the source)"
        case choosing.KEPT:
            return _KEPT_WORDS[feed(main).rest]
        case choosing.ATTRIBUTE:
            return _KEPT_WORDS["attributes"]
        case choosing.FURTHER:
            return "Score of one more question"
    if ":" in choice:
        other, number, role = choice.split(":")
        of = f"answer {number}" if other == main else other
        return f"{_role_words(feed(other).role(role))} ({of})"
    return _role_words(feed(main).role(choice))


def _role_words(role: Role) -> str:
    name = role.name.replace("_", " ").capitalize()
    return f"{name}: {role.meaning}{' (needed)' if role.is_required else ''}"

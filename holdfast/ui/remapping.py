"""Saying anew what the columns of a loaded file are."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from holdfast.errors import HoldfastError
from holdfast.exports.mapping import SourceMapping
from holdfast.ui.checking import show_check
from holdfast.ui.file_block import mapping_editor
from holdfast.ui.loading import forget_report
from holdfast.ui.progress import fail, is_wanted, perform, want
from holdfast.ui.staging import StagedFile
from holdfast.ui.words import clipped, plain
from holdfast.workspace import LoadReport, Status, Workspace

_OPEN = "data_remap_open"
_CHOSEN = "data_remap_source"


@dataclass
class _Opened:
    """A loaded file whose mapping somebody is at work on."""

    source_id: str
    file: StagedFile
    checked: tuple[SourceMapping, LoadReport] | None = None


def remap(workspace: Workspace, status: Status) -> None:
    """Let the columns of a loaded file be said anew, from its stored rows.

    Args:
        workspace: Whose file it is.
        status: What it holds.
    """
    if not status.sources:
        return
    names = {source.id: source.name for source in status.sources}
    opened: _Opened | None = st.session_state.get(_OPEN)
    if opened is None or opened.source_id not in names:
        with st.popover("Change what columns are", icon=":material/table_edit:"):
            st.selectbox(
                "File",
                list(names),
                format_func=lambda each: clipped(names[each], 60),
                key=f"{_CHOSEN}_{status.dataset}",
            )
            st.caption("Works from the stored rows: the file itself is not needed.")
            st.button(
                "Show its columns",
                key="data_remap",
                on_click=_open,
                args=(workspace, f"{_CHOSEN}_{status.dataset}"),
            )
        return
    with st.container(border=True):
        _editor(workspace, opened, status)


def _open(workspace: Workspace, key: str) -> None:
    source_id = st.session_state[key]
    try:
        inspection = workspace.inspect_source(source_id)
    except HoldfastError as error:
        fail(error)
        return
    file = StagedFile(
        # Below those of waiting files, whose widgets have keys of the same kind.
        number=-int(source_id[:8], 16) - 1,
        name=inspection.name,
        inspection=inspection,
        mapping=inspection.mapping,
        rows=inspection.rows or 0,
        is_estimate=False,
    )
    st.session_state[_OPEN] = _Opened(source_id, file)


def _editor(workspace: Workspace, opened: _Opened, status: Status) -> None:
    file = opened.file
    st.markdown(f"**What the columns of {plain(clipped(file.name))} are**")
    problem = mapping_editor(file, status.settings.zone)
    mapping = file.mapping
    is_same = mapping == file.inspection.mapping
    with st.container(horizontal=True):
        for label, work, kind in (
            ("Save and make every table anew", "remap", "primary"),
            ("Check every row first", "check remap", "secondary"),
        ):
            st.button(
                label,
                key=f"data_{work.replace(' ', '_')}_now",
                type="primary" if kind == "primary" else "secondary",
                disabled=bool(problem) or is_same,
                on_click=want,
                args=(work,),
            )
        st.button(
            "Leave it as it was",
            key="data_remap_leave",
            type="tertiary",
            on_click=_close,
        )
    if opened.checked and opened.checked[0] == mapping:
        show_check(opened.checked[1], "If you save this")
    if mapping is None:
        return
    if is_wanted("check remap"):
        perform(
            lambda progress, cancellation: workspace.check_remap(
                opened.source_id, mapping, progress, cancellation
            ),
            lambda report: _keep_check(opened, mapping, report),
        )
    if is_wanted("remap"):
        perform(
            lambda progress, cancellation: workspace.remap(
                opened.source_id, mapping, progress, cancellation
            ),
            lambda _: _saved(),
            "The file was mapped anew, and every table made from it.",
        )


def _keep_check(opened: _Opened, mapping: SourceMapping, report: LoadReport) -> None:
    opened.checked = (mapping, report)


def _saved() -> None:
    _close()
    forget_report()
    st.toast("Saved; the tables are made anew.", icon=":material/check_circle:")


def _close() -> None:
    st.session_state.pop(_OPEN, None)

"""Which workspace is open, and how another one is opened or made."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from holdfast.errors import DatasetError, HoldfastError
from holdfast.ui import session
from holdfast.ui.loading import load_sample
from holdfast.ui.progress import fail, is_wanted, want
from holdfast.ui.words import clipped, plain
from holdfast.workspace import (
    Workspace,
    folder_named,
    recent_workspaces,
    remember_workspace,
    workspace_path,
)

_SAMPLE = "sample company"
_LOADING = "sample workspace"
_NAMED = "data_workspace_named"
_RECENT = "data_workspace_recent"


def workspaces(workspace: Workspace) -> None:
    """Show which workspace is open, and let another one be opened or made.

    Args:
        workspace: The one that is open in this session.
    """
    usual = workspace_path()
    st.subheader("Workspace", anchor=False)
    st.markdown(f"Open now: **{plain(clipped(workspace.path.name))}**")
    st.caption(
        f"In the folder {plain(clipped(str(workspace.path.absolute()), 160))}. Files,"
        " data and settings of a workspace are its own. Another one that you open is"
        " open in this browser tab until it is loaded anew."
    )
    if is_wanted(_LOADING):
        # Here, where the visitor is: the tab of the files is out of sight.
        load_sample(workspace)
    _others(workspace, usual)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name or folder of a workspace",
            key=_NAMED,
            placeholder="Such as Acme, which is made beside the usual one",
            width=420,
        )
        st.button("Open it", key="data_workspace_open", on_click=_open_named)
        st.button("Make a new one", key="data_workspace_make", on_click=_make_named)
    if workspace.path != usual.parent / _SAMPLE:
        st.button(
            "Look at the sample company",
            key="data_workspace_sample",
            icon=":material/science:",
            type="tertiary",
            on_click=_open_sample,
            help="In a workspace of its own, so that nothing mixes with your data.",
        )


def show_workspace() -> None:
    """Name the workspace beside every page, where there are others."""
    path, usual = session.workspace_folder(), workspace_path()
    if path != usual or recent_workspaces(usual):
        name = plain(clipped(path.name, 40))
        st.caption(f":material/folder_open: Workspace: **{name}**")


def _others(workspace: Workspace, usual: Path) -> None:
    known = dict.fromkeys((usual, *recent_workspaces(usual)))
    others = [str(path) for path in known if path != workspace.path]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Opened lately",
            others,
            format_func=lambda each: f"{Path(each).name} ({clipped(each, 60)})",
            key=_RECENT,
            width=420,
        )
        st.button("Open", key="data_workspace_switch", on_click=_open_recent)


def _open_recent() -> None:
    _switch(Path(st.session_state[_RECENT]))


def _open_named() -> None:
    try:
        path = folder_named(st.session_state[_NAMED], workspace_path())
    except HoldfastError as error:
        fail(error)
        return
    _switch(path)


def _make_named() -> None:
    try:
        path = folder_named(st.session_state[_NAMED], workspace_path())
        Workspace.create(path)
    except HoldfastError as error:
        fail(error)
        return
    _switch(path)


def _open_sample() -> None:
    path = workspace_path().parent / _SAMPLE
    try:
        is_empty = Workspace.open_or_create(path).dataset_path() is None
    except HoldfastError as error:
        fail(error)
        return
    _switch(path)
    if is_empty:
        want(_LOADING)


def _switch(path: Path) -> None:
    """Open a workspace in this session; stay where it is none."""
    usual = workspace_path()
    try:
        Workspace.open(path)
    except DatasetError:
        # The page offers to mend it.
        pass
    except HoldfastError as error:
        if path != usual:
            fail(error)
            return
    remember_workspace(usual, path)
    session.choose_workspace(path)

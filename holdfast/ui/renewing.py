"""Tables that an earlier version of Holdfast made, made anew from the stored files."""

from __future__ import annotations

import streamlit as st

from holdfast.ui.loading import forget_report
from holdfast.ui.progress import is_wanted, perform, want
from holdfast.workspace import Status, Workspace


def renew(workspace: Workspace, status: Status) -> None:
    """Offer to make the tables anew where an earlier version made fewer of them.

    Args:
        workspace: Whose tables these are.
        status: What it holds.
    """
    if not status.is_outdated:
        return
    st.info(
        "An earlier version of Holdfast made these tables. Some are missing, so that"
        " not everything can be shown. Making them anew from the stored files can take"
        " as long as loading those did, and can be undone.",
        icon=":material/history:",
    )
    st.button(
        "Make the tables anew",
        key="data_renew",
        on_click=want,
        args=("renew",),
        icon=":material/refresh:",
    )
    if is_wanted("renew"):
        perform(workspace.rebuild, lambda _: _renewed())


def _renewed() -> None:
    forget_report()
    st.toast("The tables are made anew.", icon=":material/check_circle:")

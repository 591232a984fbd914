"""What is loaded, how far does it reach, and what was left out?

Asked by whoever brings the exports of their tools, and by those who doubt a figure.
"""

import streamlit as st

from holdfast.ui import (
    data_checks,
    loading,
    people,
    remapping,
    renewing,
    session,
    sources,
)
from holdfast.ui.frame import active_filters
from holdfast.ui.progress import settle
from holdfast.ui.segments import saved_segments
from holdfast.ui.settings import settings
from holdfast.ui.versions import versions
from holdfast.ui.workspaces import workspaces

active_filters()
workspace = session.workspace()
dataset = session.dataset()
st.title("Data")
st.caption("What is loaded, how far does it reach, and what was left out?")
settle()

status = workspace.status()
files, checked, saved, compared, chosen = st.tabs(
    ["Files", "Checks", "Segments", "Versions", "Settings"], key="data_tabs"
)

with files:
    if dataset is None:
        loading.welcome(workspace)
    loading.choose_files(workspace)
    loading.review_files(workspace)
    loading.show_report()
    renewing.renew(workspace, status)
    if dataset is not None:
        sources.loaded_files(dataset, status)
        remapping.remap(workspace, status)
        people.who_is_who(dataset, status)
        sources.reach(dataset, status)
        sources.left_out(dataset)
    sources.undo(workspace, status)
    sources.removals(workspace, status)

with checked:
    data_checks.check_data(dataset, status)

with saved:
    saved_segments(workspace, dataset)

with compared:
    versions(workspace)

with chosen:
    settings(workspace, status)
    workspaces(workspace)

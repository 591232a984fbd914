"""What is loaded, how far does it reach, and what was left out?

Asked by whoever brings the exports of their tools, and by those who doubt a figure.
"""

import streamlit as st

from holdfast.ui import loading, people, session, sources
from holdfast.ui.frame import active_filters
from holdfast.ui.progress import settle

active_filters()
workspace = session.workspace()
dataset = session.dataset()
st.title("Data")
st.caption("What is loaded, how far does it reach, and what was left out?")
settle()

if dataset is None:
    loading.welcome(workspace)
loading.choose_files(workspace)
loading.review_files(workspace)
loading.show_report()

status = workspace.status()
if dataset is not None:
    sources.loaded_files(dataset, status)
    people.who_is_who(dataset, status)
    sources.reach(dataset, status)
    sources.left_out(dataset)
sources.undo(workspace, status)
sources.removals(workspace, status)
sources.settings(workspace, status)

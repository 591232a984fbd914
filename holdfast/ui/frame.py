"""The frame around every page: navigation, who is in view, and the data's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.periods import day_label
from holdfast.ui import session
from holdfast.ui.filter_panel import filter_panel
from holdfast.ui.progress import is_wanted, want
from holdfast.ui.workspaces import show_workspace

_ROOT = Path(__file__).resolve().parent.parent.parent
_ICON = Path(__file__).resolve().parent / "favicon.png"
_LOGO = Path(__file__).resolve().parent / "logo.svg"
_OPEN = "frame_filters"


@dataclass(frozen=True)
class PageEntry:
    """A page in the navigation; its address is the file's stem."""

    file: str
    title: str
    icon: str


PAGES: dict[str, tuple[PageEntry, ...]] = {
    "": (
        PageEntry("overview.py", "Overview", ":material/home:"),
        PageEntry("data.py", "Data", ":material/database:"),
    ),
    "Who stays": (
        PageEntry("retention.py", "Retention", ":material/grid_on:"),
        PageEntry("survival.py", "Survival", ":material/timeline:"),
        PageEntry("lifecycle.py", "Lifecycle", ":material/autorenew:"),
    ),
    "What they do": (
        PageEntry("funnel.py", "Funnel", ":material/filter_list:"),
        PageEntry("first_success.py", "First success", ":material/flag:"),
        PageEntry("journeys.py", "Journeys", ":material/route:"),
        PageEntry("stages.py", "Stages", ":material/stairs:"),
    ),
    "Who leaves": (
        PageEntry("churn.py", "Churn", ":material/logout:"),
        PageEntry("exit_reasons.py", "Why they leave", ":material/help:"),
        PageEntry("win_back.py", "Win-back", ":material/undo:"),
    ),
    "What they say": (
        PageEntry("scores.py", "NPS, CSAT, CES", ":material/sentiment_satisfied:"),
        PageEntry("promoters.py", "Promoters", ":material/thumbs_up_down:"),
        PageEntry("comments.py", "Comments", ":material/forum:"),
        PageEntry("support.py", "Support", ":material/support_agent:"),
    ),
    "Money": (
        PageEntry("money.py", "Money", ":material/payments:"),
        PageEntry("value.py", "Value", ":material/diamond:"),
        PageEntry("what_if.py", "What if", ":material/calculate:"),
    ),
}


def open_frame() -> StreamlitPage:
    """Draw the frame and return the page to run; called by ``app.py`` alone."""
    page = _navigation()
    session.take_page(page.url_path or Path(PAGES[""][0].file).stem)
    session.open_workspace()
    dataset = session.dataset()
    with st.sidebar:
        show_workspace()
        if dataset is None:
            st.caption("Nothing is loaded yet.")
            st.session_state[_OPEN] = Filters()
        else:
            st.session_state[_OPEN] = filter_panel(dataset)
            _clock(dataset)
    return page


def active_filters() -> Filters:
    """Return who is in view; the first call of every page.

    A ``pages`` folder makes the server run a page on its own until ``app.py`` has run
    once. Then the frame is missing: declaring the navigation ends that mode, and
    running again opens the frame.
    """
    filters = st.session_state.pop(_OPEN, None)
    if not isinstance(filters, Filters):
        _navigation()
        st.rerun()
    return filters


def current_dataset() -> Dataset:
    """Return the dataset, or send the visitor to where files are loaded."""
    dataset = session.dataset()
    if dataset is None:
        _introduce()
        st.stop()
    return dataset


def _introduce() -> None:
    """Say what this is, and how to see it with files or without."""
    data = str(_ROOT / "pages" / "data.py")
    st.title("Holdfast")
    st.markdown(
        "Holdfast reads the exports of the tools you use and shows whether your"
        " customers stay, come back or leave, and since when. Everything stays on this"
        " computer."
    )
    with st.container(horizontal=True):
        if st.button("Load your files", type="primary", icon=":material/upload_file:"):
            st.switch_page(data)
        st.button(
            "Load the sample company",
            key="overview_sample",
            on_click=want,
            args=("sample",),
            icon=":material/science:",
            help="An invented subscription company, to look around in.",
        )
    if is_wanted("sample"):
        # The Data page does the work and shows how far it is.
        want("sample")
        st.switch_page(data)


def _navigation() -> StreamlitPage:
    # Always before the navigation: a page's icon would otherwise become the browser's,
    # fetched from a server of Google's.
    st.set_page_config(page_title="Holdfast", page_icon=str(_ICON), layout="wide")
    st.logo(str(_LOGO), size="large", icon_image=str(_ICON))
    return st.navigation(
        {
            section: [
                st.Page(
                    _ROOT / "pages" / entry.file, title=entry.title, icon=entry.icon
                )
                for entry in entries
            ]
            for section, entries in PAGES.items()
        },
        position="top",
    )


def _clock(dataset: Dataset) -> None:
    if not dataset.observed:
        return
    until = max(seen.as_of for seen in dataset.observed.values()) - timedelta(days=1)
    since = min(seen.from_on for seen in dataset.observed.values())
    st.caption(
        f"{dataset.customers:,} customers, observed {day_label(since)} to"
        f" {day_label(until)} ({dataset.zone})."
    )

"""What a browser session holds: the workspace, its dataset, and running questions.

The only module that touches session state and the address besides ``frame`` and
``controls``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from holdfast.answer import Answer
from holdfast.attempts.sweep import prepare
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError, DatasetError, HoldfastError
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.ui.words import plain
from holdfast.workspace import Workspace, workspace_path

Result = TypeVar("Result")

# A result is there before this for most questions, so that nothing flickers.
_GLANCE_SECONDS = 0.1
_WAITING = "Counting …"
_WORKSPACE = "workspace_of_this_run"
_CHOSEN = "workspace_chosen"
_PAGE = "page_of_this_run"
_STOPPED = "work_stopped"


def open_workspace() -> Workspace:
    """Open the workspace, or make it where there is none; stop with the reason.

    Once a run, by the frame; everyone else takes what is ``workspace`` then.
    """
    st.session_state.pop(_WORKSPACE, None)
    path = workspace_folder()
    try:
        opened = Workspace.open_or_create(path)
    except DatasetError as error:
        show_error(error)
        _offer_rebuild(Workspace.open(path, to_mend=True))
        st.stop()
    except HoldfastError as error:
        show_error(error)
        st.stop()
    st.session_state[_WORKSPACE] = opened
    return opened


def workspace_folder() -> Path:
    """Return the folder that this session chose; the usual one where it did not."""
    return workspace_path(st.session_state.get(_CHOSEN))


def choose_workspace(path: Path) -> None:
    """Take another workspace for the rest of this session; for a callback.

    Whatever was chosen, filtered or begun belonged to the other one and is dropped.
    """
    st.session_state.clear()
    st.query_params.clear()
    st.session_state[_CHOSEN] = str(path)


def take_page(stem: str) -> None:
    """Note which page this run shows; for the frame."""
    st.session_state[_PAGE] = stem


def page_stem() -> str:
    """Return the stem of the file of the page that this run shows."""
    return str(st.session_state.get(_PAGE, ""))


def workspace() -> Workspace:
    """Return the workspace that this run opened."""
    opened: Workspace | None = st.session_state.get(_WORKSPACE)
    return opened or open_workspace()


def dataset() -> Dataset | None:
    """Return the current dataset; none while nothing is loaded."""
    path = workspace().dataset_path()
    if path is None:
        return None
    try:
        found = _opened(str(path), path.stat().st_mtime_ns)
        found.take_segments(workspace().segments.all())
        found.take_readings(workspace().readings)
        return found
    except HoldfastError as error:
        _stop(error)


def answer(dataset: Dataset, spec: Any, filters: Filters) -> Answer:
    """Ask a dataset; stop the page with the reason where it cannot answer.

    The question is interrupted when the page is asked something newer or closed.
    """
    return watched(lambda cancellation: ask(dataset, spec, filters, cancellation))


@dataclass
class Told:
    """What long work last told of itself.

    Attributes:
        stage: What it does; empty until it tells.
        share: How much of it is done, in 0..1.
    """

    stage: str = ""
    share: float = 0.0

    def __call__(self, stage: str, share: float) -> None:
        """Take what the work tells."""
        self.stage, self.share = stage, share


def watched(
    work: Callable[[Cancellation], Result],
    told: Told | None = None,
    name: object = None,
) -> Result:
    """Run work aside while the page stays able to stop it.

    A script that waits for the engine sees neither a newer click nor a closed tab;
    writing to the page does, and then the work is cancelled.

    Args:
        work: Told whether to stop.
        told: Where the work tells how far it is; then it can be stopped by a button.
        name: Which work it is: stopped, it waits until it is asked for again.
    """
    if name is not None and st.session_state.get(_STOPPED) == name:
        _offer_to_go_on()
    cancellation = Cancellation()
    future = _workers().submit(work, cancellation)
    slot = st.empty()
    bar = None
    try:
        while True:
            try:
                return future.result(timeout=_GLANCE_SECONDS)
            except TimeoutError:
                if not (told and told.stage):
                    slot.caption(_WAITING)
                    continue
                bar = bar or _bar(slot, name)
                bar.progress(min(told.share, 1.0), f"{told.stage.capitalize()} …")
            except CancelledError:
                st.stop()
            except HoldfastError as error:
                _stop(error)
    finally:
        if future.done():
            slot.empty()
        else:
            cancellation.cancel()


def _bar(slot: DeltaGenerator, name: object) -> DeltaGenerator:
    """Draw how far work is, with a button that stops it."""
    with slot.container():
        bar = st.progress(0.0)
        st.button(
            "Stop",
            key="work_stop",
            icon=":material/stop_circle:",
            on_click=_note_stopped,
            args=(name,),
        )
    return bar


def _note_stopped(name: object) -> None:
    st.session_state[_STOPPED] = name


def _offer_to_go_on() -> NoReturn:
    st.info("Stopped. What was done so far is kept.", icon=":material/stop_circle:")
    st.button(
        "Go on", key="work_go_on", type="primary", on_click=_note_stopped, args=("",)
    )
    st.stop()


def show_error(error: HoldfastError) -> None:
    """Show what happened and what to do about it."""
    st.error(f"{plain(error.sentence)} {plain(error.remedy)}", icon=":material/error:")


def _stop(error: HoldfastError) -> NoReturn:
    show_error(error)
    if error.code == "dataset_unreadable":
        _offer_rebuild(workspace())
    st.stop()


def _offer_rebuild(damaged: Workspace) -> None:
    """Offer to make a damaged dataset anew from the files that are kept."""
    # A callback, because the frame ends here before the page has its own widgets.
    st.button(
        "Rebuild the dataset",
        type="primary",
        key="rebuild",
        on_click=_rebuild,
        args=(damaged,),
    )


def _rebuild(damaged: Workspace) -> None:
    with st.spinner("Rebuilding from the kept files …"):
        try:
            damaged.rebuild()
        except HoldfastError as error:
            show_error(error)


@st.cache_resource(show_spinner=False, max_entries=3, on_release=Dataset.close)
def _opened(path: str, changed: int) -> Dataset:  # noqa: ARG001  # part of the key
    opened = Dataset(Path(path))
    # Nobody's click waits for it: until it is done, SQL answers.
    prepare(opened)
    return opened


@st.cache_resource(show_spinner=False)
def _workers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(8, thread_name_prefix="question")

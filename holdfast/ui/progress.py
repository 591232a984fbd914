"""Long work that shows its stage and can be stopped; its outcome outlives the run.

A page that is clicked, left or closed stops the work: nobody would see the outcome.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

import streamlit as st

from holdfast.cancellation import Cancellation
from holdfast.errors import CancelledError, HoldfastError, WorkspaceError
from holdfast.exports.building import Progress
from holdfast.ui import session
from holdfast.ui.words import plain

Result = TypeVar("Result")

_PENDING = "long_work"
_FAILURE = "long_work_failure"
_SAID = "long_work_said"
_WANTED = "long_work_wanted"
_GLANCE_SECONDS = 0.1


@dataclass(frozen=True)
class _Pending:
    future: Future[Any]
    done: Callable[[Any], None]
    said: str


def want(work: str) -> None:
    """Note that a button asked for work; for its ``on_click``.

    The value of a button is lost where the frame has to run the page again first.
    """
    st.session_state[_WANTED] = work


def is_wanted(work: str) -> bool:
    """Say, once, whether a button asked for this work."""
    if st.session_state.get(_WANTED) != work:
        return False
    del st.session_state[_WANTED]
    return True


def perform(
    work: Callable[[Progress, Cancellation], Result],
    done: Callable[[Result], None],
    said: str = "",
) -> None:
    """Do long work, showing its stage; then run the page again.

    Args:
        work: Told how to report and whether to stop.
        done: Keeps the result for the next run.
        said: What the next run says was done, as Markdown.
    """
    cancellation = Cancellation()
    told: list[tuple[str, float]] = [("Starting", 0.0)]

    def tell(stage: str, share: float) -> None:
        told[0] = (stage, share)

    executor = ThreadPoolExecutor(1, thread_name_prefix="import")
    future = executor.submit(work, tell, cancellation)
    executor.shutdown(wait=False)
    st.session_state[_PENDING] = _Pending(future, done, said)
    bar = st.progress(0.0, told[0][0])
    st.button("Stop", key="data_stop", icon=":material/stop_circle:")
    st.caption("Leaving this page, or closing it, stops the work and changes nothing.")
    try:
        # Writing to the page is what notices a click or a closed tab.
        while not wait([future], _GLANCE_SECONDS).done:
            stage, share = told[0]
            bar.progress(min(share, 1.0), f"{plain(stage[:1].upper() + stage[1:])} …")
    finally:
        if not future.done():
            cancellation.cancel()
    _conclude()


def settle() -> None:
    """Wait for work that was stopped, and say how it ended; call it before asking.

    Work that is stopped at its very end may have been done: what is said next must
    be true.
    """
    if _PENDING in st.session_state:
        with st.spinner("Stopping …"):
            wait([st.session_state[_PENDING].future])
        _conclude()
    if said := st.session_state.pop(_SAID, ""):
        st.toast(said, icon=":material/check_circle:")
        st.success(said, icon=":material/check_circle:")
    failure = st.session_state.pop(_FAILURE, None)
    if failure is not None:
        # The page may be scrolled down to the button.
        st.toast("Not done; the reason is at the top of the page.")
    if isinstance(failure, CancelledError):
        st.info(f"{failure.sentence} {failure.remedy}", icon=":material/stop_circle:")
    elif isinstance(failure, HoldfastError):
        session.show_error(failure)


def tell(said: str) -> None:
    """Keep, for the next run, a sentence on what was done."""
    st.session_state[_SAID] = said


def fail(error: HoldfastError) -> None:
    """Keep an error for the next run, which shows it."""
    st.session_state[_FAILURE] = error


def disk_error(error: OSError) -> WorkspaceError:
    """Return the sentence for a disk that is full, gone or may not be used."""
    return WorkspaceError(
        "disk",
        f"The work could not be done: {error.strerror or 'the disk failed'}.",
        "Nothing was changed; make room on the disk and try again.",
    )


def _conclude() -> None:
    pending: _Pending = st.session_state.pop(_PENDING)
    try:
        pending.done(pending.future.result())
        tell(pending.said)
    except HoldfastError as error:
        fail(error)
    except OSError as error:
        fail(disk_error(error))
    st.rerun()

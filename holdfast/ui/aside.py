"""Answers that a page can do without: a failure stays in its own place."""

from __future__ import annotations

from typing import Any, TypeGuard

import streamlit as st

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError, HoldfastError
from holdfast.filters import Filters
from holdfast.happenings import NOTHING_TO_COUNT
from holdfast.questions import ask
from holdfast.ui import session
from holdfast.ui.knowing import what_these_data_tell
from holdfast.ui.words import plain


def attempt(dataset: Dataset, spec: Any, filters: Filters) -> Answer | HoldfastError:
    """Ask a dataset and return the answer, or the reason why there is none."""
    told = session.Told()

    def work(cancellation: Cancellation) -> Answer | HoldfastError:
        try:
            return ask(dataset, spec, filters, cancellation, told)
        except CancelledError:
            raise
        except HoldfastError as error:
            return error

    return session.watched(work, told, (spec, filters))


def main_answer(dataset: Dataset, spec: Any, filters: Filters) -> Answer:
    """Ask what a page is about; stop it with the reason where there is no answer.

    Where the data show nobody coming back, the page leads to where tenures are read.
    Of churn and money it says what the data can tell, at once where there is no answer.
    """
    outcome = attempt(dataset, spec, filters)
    what_these_data_tell(dataset, spec, is_open=not isinstance(outcome, Answer))
    if not isinstance(outcome, Answer):
        session.show_error(outcome)
        if outcome.code == NOTHING_TO_COUNT and "tenure_months" in dataset.attributes:
            st.page_link(
                "pages/survival.py",
                label="How long customers stay, from their tenure: Survival",
            )
        st.stop()
    return outcome


def lead(title: str, outcome: Answer | HoldfastError, page: str, label: str) -> None:
    """Show the finding of another page with a link to it; nothing without an answer.

    Args:
        title: What it is about.
        outcome: The answer of that page's question.
        page: The page's stem.
        label: What it shows beyond the finding.
    """
    if isinstance(outcome, Answer) and not outcome.frame.empty:
        st.subheader(title, anchor=False)
        st.markdown(plain(outcome.sentence))
        st.page_link(f"pages/{page}.py", label=label)


def is_answered(outcome: Answer | HoldfastError, title: str = "") -> TypeGuard[Answer]:
    """Say whether there is an answer; under a title, show in its place why not."""
    if isinstance(outcome, Answer):
        return True
    if title:
        st.subheader(title, anchor=False)
        st.info(
            f"{plain(outcome.sentence)} {plain(outcome.remedy)}",
            icon=":material/info:",
        )
    return False

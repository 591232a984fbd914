"""What the loaded data can and cannot tell of what a page is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.questions.knowledge import SUBJECTS, Point, Subject, what_is_known
from holdfast.ui.words import plain

_SUBJECTS_OF: Mapping[str, tuple[Subject, ...]] = {
    "churn": ("churn",),
    "churn_segments": ("churn",),
    "exit_reasons": ("reasons",),
    "win_back": ("win_back",),
    "mrr": ("money",),
    "purchases": ("value",),
    "lifetime_value": ("value",),
    "what_if": ("churn", "money"),
    "scores": ("surveys",),
    "score_behaviour": ("surveys", "churn"),
    "support": ("tickets",),
}
_SIGNS = {
    "known": ":material/check_circle: **Known.**",
    "inferred": ":material/function: **Inferred.**",
    "unknown": ":material/help: **Not known.**",
}


def what_these_data_tell(dataset: Dataset, spec: Any, *, is_open: bool = False) -> None:
    """Say what is known, inferred and unknown, and what to load to know more.

    Questions about other things have nothing of the kind.

    Args:
        dataset: What is loaded.
        spec: What the page asks.
        is_open: Show it at once, as where there is no figure.
    """
    question = type(spec).__module__.rpartition(".")[2]
    subjects = _SUBJECTS_OF.get(question, ())
    if not subjects:
        return
    with st.expander(
        "What these data can tell",
        expanded=is_open,
        icon=":material/fact_check:",
        key=f"{question}_can_tell{'_of_nothing' * is_open}",
    ):
        for subject in subjects:
            if len(subjects) > 1:
                st.markdown(f"**{SUBJECTS[subject]}**")
            points = what_is_known(dataset, subject)
            st.markdown("\n".join(f"- {_line(point)}" for point in points))


def _line(point: Point) -> str:
    remedy = f" *{plain(point.remedy)}*" if point.remedy else ""
    return f"{_SIGNS[point.kind]} {plain(point.text)}{remedy}"

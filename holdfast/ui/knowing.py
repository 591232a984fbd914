"""What the loaded data can and cannot tell of what a page is about."""

from __future__ import annotations

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.questions.knowledge import SUBJECTS, Point, Subject, what_is_known
from holdfast.ui.words import plain

_SIGNS = {
    "known": ":material/check_circle: **Known.**",
    "inferred": ":material/function: **Inferred.**",
    "unknown": ":material/help: **Not known.**",
}


def what_these_data_tell(
    dataset: Dataset, *subjects: Subject, is_open: bool = False
) -> None:
    """Say what is known, inferred and unknown, and what to load to know more.

    Args:
        dataset: What is loaded.
        subjects: What the page is about.
        is_open: Show it at once, as where there is no figure.
    """
    with st.expander(
        "What these data can tell",
        expanded=is_open,
        icon=":material/fact_check:",
        key=f"tells_{'_'.join(subjects)}",
    ):
        for subject in subjects:
            if len(subjects) > 1:
                st.markdown(f"**{SUBJECTS[subject]}**")
            points = what_is_known(dataset, subject)
            st.markdown("\n".join(f"- {_line(point)}" for point in points))


def _line(point: Point) -> str:
    remedy = f" *{plain(point.remedy)}*" if point.remedy else ""
    return f"{_SIGNS[point.kind]} {plain(point.text)}{remedy}"

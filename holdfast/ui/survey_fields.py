"""Which question of a survey is looked at, and how its scores are read."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.errors import HoldfastError
from holdfast.filters import NONE
from holdfast.score_groups import asked_questions, knows_questions
from holdfast.survey_scales import NAMES, OFFERED, Kind, Reading
from holdfast.ui import session
from holdfast.ui.words import clipped, counted, plain

_OF_A_SURVEY = ("question", "scale", "blank", "not_applicable", "campaign")
_FAILED = "reading_failed"


def forget_question(page: str) -> None:
    """Empty what belongs to a survey, as another one was chosen; for a callback."""
    for name in _OF_A_SURVEY:
        if f"{page}_{name}" in st.session_state:
            st.session_state[f"{page}_{name}"] = ""


def question_and_reading(dataset: Dataset, page: str, kind: Kind) -> dict[str, Any]:
    """Draw the choices of a survey; a question is offered only where there are more."""
    answers: dict[str, int] = {}
    if knows_questions(dataset):
        rows = asked_questions(dataset)
        rows = rows[rows["kind"] == kind]
        answers = dict(zip(rows["question"].fillna(NONE), rows["answers"], strict=True))
    question = _question(f"{page}_question", answers)
    return {"question": question, **reading_fields(dataset, page, kind)}


def reading_fields(dataset: Dataset, page: str, kind: Kind) -> dict[str, Any]:
    """Draw how scores are read here, and let all pages read them so."""
    kept = dataset.readings.get(kind, Reading())
    values = {
        "scale": _scale(f"{page}_scale", kind, kept.scale),
        "blank": st.text_input(
            "Scores that mean “left blank”",
            key=f"{page}_blank",
            placeholder=kept.blank,
            help="Such as 0. They count as answers without a score.",
        ),
        "not_applicable": st.text_input(
            "Scores that mean “does not apply”",
            key=f"{page}_not_applicable",
            placeholder=kept.not_applicable,
            help="Such as 6 or 98,99. They are counted apart.",
        ),
    }
    if kept != Reading():
        told = plain(kept.describe())
        st.caption(f"On all pages {NAMES[kind]} scores are read {told}.")
        st.button(
            "Read them as usual again",
            key=f"{page}_reading_forget",
            on_click=_keep,
            args=(page, kind, Reading()),
        )
    asked = Reading(**values)
    if asked.over(kept) != kept:
        st.button(
            "Read them so on all pages",
            key=f"{page}_reading_keep",
            help="Groups by score, what promoters do, and themes then read them alike."
            " Kept in this workspace.",
            on_click=_keep,
            args=(page, kind, asked.over(kept)),
        )
    failed = st.session_state.pop(_FAILED, None)
    if isinstance(failed, HoldfastError):
        session.show_error(failed)
    return values


def _keep(page: str, kind: Kind, reading: Reading) -> None:
    try:
        session.workspace().keep_reading(kind, reading)
    except HoldfastError as error:
        st.session_state[_FAILED] = error
        return
    for name in ("scale", "blank", "not_applicable"):
        st.session_state[f"{page}_{name}"] = ""


def _question(key: str, answers: dict[str, int]) -> str:
    asked = str(st.session_state.get(key) or "")
    if len(answers) < 2 and asked in ("", *answers):
        return asked
    # What a link asks for stays, so that the page can refuse it.
    options = list(dict.fromkeys(["", *answers, asked]))
    return str(
        st.selectbox(
            "Question",
            options,
            format_func=lambda each: (
                f"{clipped(each, 60)} ({counted(int(answers[each]), 'answer')})"
                if each in answers
                else each or "All of them together"
            ),
            key=key,
        )
    )


def _scale(key: str, kind: str, kept: str) -> str:
    asked = str(st.session_state.get(key) or "")
    if kind == "nps" and not asked:
        return ""
    usual = f"{kept.replace('-', ' to ')}, as on all pages" if kept else ""
    return str(
        st.selectbox(
            "Scale",
            list(dict.fromkeys(["", *OFFERED, asked])),
            format_func=lambda scale: (
                scale.replace("-", " to ") or usual or "The usual one, or guessed"
            ),
            key=key,
        )
    )

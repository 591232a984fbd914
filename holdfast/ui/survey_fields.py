"""Which question of a survey is looked at, and on which scale it is read."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.filters import NONE
from holdfast.score_groups import asked_questions, knows_questions
from holdfast.survey_scales import OFFERED
from holdfast.ui.words import clipped, counted


def question_and_scale(dataset: Dataset, page: str, kind: str) -> dict[str, Any]:
    """Draw both choices; a question is offered only where there are several."""
    answers: dict[str, int] = {}
    if knows_questions(dataset):
        rows = asked_questions(dataset)
        rows = rows[rows["kind"] == kind]
        answers = dict(zip(rows["question"].fillna(NONE), rows["answers"], strict=True))
    return {
        "question": _question(f"{page}_question", answers),
        "scale": _scale(f"{page}_scale", kind),
    }


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


def _scale(key: str, kind: str) -> str:
    asked = str(st.session_state.get(key) or "")
    if kind == "nps" and not asked:
        return ""
    return str(
        st.selectbox(
            "Scale",
            list(dict.fromkeys(["", *OFFERED, asked])),
            format_func=lambda scale: (
                scale.replace("-", " to ") or "The usual one, or guessed"
            ),
            key=key,
        )
    )

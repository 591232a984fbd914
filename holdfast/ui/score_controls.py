"""The controls of the page on scores."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from holdfast.dataset import Dataset
from holdfast.errors import HoldfastError
from holdfast.filters import NONE
from holdfast.periods import SPANS
from holdfast.questions.scores import Scores
from holdfast.questions.surveying import surveys
from holdfast.survey_scales import NAMES
from holdfast.ui import fields
from holdfast.ui.filter_panel import day_input
from holdfast.ui.survey_fields import forget_question, reading_fields
from holdfast.ui.words import clipped, counted

_PAGE = "scores"
_AGAINST = {
    "before": "The period before",
    "year_before": "The same a year before",
}
_COUNTED = {
    "latest": "Latest of each customer",
    "all": "All answers",
}


def score_controls(dataset: Dataset) -> Scores:
    """Draw what can be asked about scores and return it."""
    fields.seed(_PAGE, Scores)
    asked = _asked(dataset)
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = ["auto", *asked["kind"].drop_duplicates()]
        values["kind"] = _choice(
            "Survey",
            kinds,
            "kind",
            lambda kind: NAMES.get(kind, f"First of them ({_first(asked)})"),
            on_change=forget_question,
            args=(_PAGE,),
        )
        kind = _chosen(asked, values["kind"])
        mine = asked[asked["kind"] == kind]
        values["question"] = _question(mine)
        values["span"] = st.segmented_control(
            "Period",
            list(SPANS),
            format_func=str.capitalize,
            key=f"{_PAGE}_span",
            required=True,
        )
        with st.popover("More settings", icon=":material/tune:"):
            values |= _details(dataset, mine, kind)
    return fields.kept(_PAGE, Scores, values)


def _details(dataset: Dataset, mine: pd.DataFrame, kind: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "per_customer": _choice(
            "What counts", list(_COUNTED), "per_customer", _COUNTED.__getitem__
        ),
        "campaign": _campaign(mine),
        **(reading_fields(dataset, _PAGE, kind) if kind != "auto" else {}),
        "against": _choice(
            "The change is told from",
            list(_AGAINST),
            "against",
            _AGAINST.__getitem__,
        ),
        "first": day_input("Answers from the period of", f"{_PAGE}_first"),
        "last": day_input("Answers up to the period of", f"{_PAGE}_last"),
    }
    values |= fields.unit(dataset, f"{_PAGE}_unit")
    values["as_of"] = fields.as_of(f"{_PAGE}_as_of")
    return values


def _asked(dataset: Dataset) -> pd.DataFrame:
    """List the questions; none where no survey is loaded, which the answer says."""
    try:
        return surveys(dataset)
    except HoldfastError:
        return pd.DataFrame({"kind": [], "question": [], "campaigns": []}, dtype=object)


def _question(mine: pd.DataFrame) -> str:
    known = [str(each) for each in mine["question"].fillna(NONE)]
    if len(known) < 2 and st.session_state.get(f"{_PAGE}_question") in ("", *known):
        return str(st.session_state[f"{_PAGE}_question"])
    answers = dict(zip(known, mine.get("answers", []), strict=False))
    return str(
        _choice(
            "Question",
            ["", *known],
            "question",
            lambda each: (
                f"{clipped(each, 60)} ({counted(int(answers[each]), 'answer')})"
                if each in answers
                else each or "The one with most answers"
            ),
        )
    )


def _campaign(mine: pd.DataFrame) -> str:
    names = {name for listed in mine["campaigns"] for name in listed}
    options = ["", *sorted(names), *([NONE] if names else [])]
    return str(
        _choice("Campaign or wave", options, "campaign", lambda name: name or "All")
    )


def _choice(
    label: str, options: list[str], name: str, written: Any, **callback: Any
) -> Any:
    """Draw a choice; what a link asks for stays, so that the page can refuse it."""
    key = f"{_PAGE}_{name}"
    current = st.session_state.get(key)
    if current is not None and current not in options:
        options = [*options, current]
    return st.selectbox(
        label, options, format_func=written, key=key, width=240, **callback
    )


def _first(asked: pd.DataFrame) -> str:
    return NAMES[asked["kind"].iloc[0]] if len(asked) else "none"


def _chosen(asked: pd.DataFrame, kind: str) -> str:
    if kind != "auto" or asked.empty:
        return kind
    return str(asked["kind"].iloc[0])

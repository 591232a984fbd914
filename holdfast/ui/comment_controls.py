"""The controls of the page on comments, and the themes of one's own."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.errors import HoldfastError
from holdfast.filters import Filters
from holdfast.population import TOTAL
from holdfast.questions.themes import Themes, available
from holdfast.survey_scales import KINDS
from holdfast.texts.languages import language_name
from holdfast.theme_rules import ThemeRules, read_theme_rules
from holdfast.ui import fields, session
from holdfast.ui.filter_panel import day_input
from holdfast.ui.survey_fields import forget_question, question_and_reading
from holdfast.ui.words import plain

_PAGE = "comments"
_TEXT, _FAILED = f"{_PAGE}_themes", f"{_PAGE}_themes_failed"
_SOURCES = {
    "nps": "NPS",
    "csat": "CSAT",
    "ces": "CES",
    "tickets": "Tickets",
    "exits": "On leaving",
}


def comment_controls(dataset: Dataset, filters: Filters) -> Themes:
    """Draw what can be asked about comments and return it."""
    fields.seed(_PAGE, Themes)
    offered = available(dataset)
    asked = st.session_state.get(f"{_PAGE}_of")
    # What a link asks for stays, so that the page can say that the data lack it.
    options = [each for each in _SOURCES if each in offered or each == asked]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: dict[str, Any] = {
            "of": st.segmented_control(
                "Comments of",
                options,
                format_func=_SOURCES.__getitem__,
                key=f"{_PAGE}_of",
                required=True,
                on_change=forget_question,
                args=(_PAGE,),
            )
        }
        if filters.breakdown:
            values["groups"] = st.segmented_control(
                "Groups by",
                ["score", "segment"],
                format_func=str.capitalize,
                key=f"{_PAGE}_groups",
                required=True,
            )
        with st.popover("More settings", icon=":material/tune:"):
            if values["of"] in KINDS:
                values |= question_and_reading(dataset, _PAGE, values["of"])
            values["least"] = st.number_input(
                "Terms of at least so many comments", 2, 9_999, key=f"{_PAGE}_least"
            )
            values["most"] = st.number_input(
                "Terms of each language", 5, 200, key=f"{_PAGE}_most"
            )
            values["month"] = day_input("Growth in the month of", f"{_PAGE}_month")
            values["first"] = day_input("Written from", f"{_PAGE}_first")
            values["last"] = day_input("Written up to", f"{_PAGE}_last")
            values["as_of"] = fields.as_of(f"{_PAGE}_as_of")
    kept = _kept_rules()
    # A link may bring themes of its own; those of the workspace else.
    values["own"] = st.session_state[f"{_PAGE}_spec"].own or None
    if kept.themes:
        values["own"] = kept
    return fields.kept(_PAGE, Themes, values)


def language_choice(answer: Answer) -> str:
    """Let the reader choose a language; the one of most comments first."""
    languages = answer.extras["languages"]
    codes = list(languages["language"])
    counts = dict(zip(codes, languages["comments"], strict=True))
    key = f"{_PAGE}_shown_language"
    if st.session_state.get(key) not in codes:
        st.session_state.pop(key, None)
    return str(
        st.selectbox(
            "Language",
            codes,
            format_func=lambda code: f"{language_name(code)} ({counts[code]:,})",
            key=key,
            width=190,
        )
    )


def group_choice(answer: Answer) -> str:
    """Let the reader choose whose words are shown."""
    groups = list(answer.frame["group"].unique())
    key = f"{_PAGE}_shown_group"
    if st.session_state.get(key) not in groups:
        st.session_state.pop(key, None)
    if len(groups) < 2:
        return TOTAL
    order = sorted(groups, key=lambda name: name != TOTAL)
    return str(
        st.segmented_control(
            "Group", order, default=TOTAL, format_func=plain, key=key, required=True
        )
    )


def theme_editor() -> None:
    """Show the themes of one's own, and let them be changed."""
    st.subheader("Own themes", anchor=False)
    st.caption(
        "One theme a line: its name, a colon, and words with commas between. A word is"
        " found as a whole, “pay” not in “payload”; “pay*” stands for all that begin"
        " so. They are kept in this workspace."
    )
    if _TEXT not in st.session_state:
        st.session_state[_TEXT] = str(_kept_rules()).replace("; ", "\n")
    st.text_area(
        "Themes",
        key=_TEXT,
        height=140,
        placeholder="Payment: payment*, card, karte, płatnoś*, 付款, ชำระเงิน",
        label_visibility="collapsed",
    )
    st.button(
        "Keep these themes", key=f"{_PAGE}_themes_keep", on_click=_keep, type="primary"
    )
    failed = st.session_state.pop(_FAILED, None)
    if isinstance(failed, HoldfastError):
        session.show_error(failed)


def _keep() -> None:
    try:
        rules = read_theme_rules(str(st.session_state[_TEXT]))
        session.workspace().keep_themes(rules)
    except HoldfastError as error:
        st.session_state[_FAILED] = error
        return
    st.session_state.pop(f"{_PAGE}_own", None)


def _kept_rules() -> ThemeRules:
    try:
        return read_theme_rules(session.workspace().themes)
    except HoldfastError:
        # Somebody wrote into the file by hand.
        return ThemeRules()

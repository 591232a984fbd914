"""The controls of the page on promoters: from which moments, and for how long."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.periods import SPANS
from holdfast.questions.leaving import signs_of_leaving
from holdfast.questions.mrr_at_risk import MrrAtRisk
from holdfast.questions.score_behaviour import ScoreBehaviour
from holdfast.survey_scales import KINDS, NAMES
from holdfast.ui import fields
from holdfast.ui.filter_panel import day_input
from holdfast.ui.loss_controls import ENDINGS, SIGNS
from holdfast.ui.survey_fields import forget_question, question_and_reading
from holdfast.voices import surveys_of

_MOMENTS = {
    "answer": "Every answer",
    "latest": "The latest of a period",
    "period": "A period's first day",
}
_HORIZONS = [30, 60, 90, 180]


def promoter_controls(dataset: Dataset) -> ScoreBehaviour:
    """Draw what can be asked and return it."""
    page = "promoters"
    fields.seed(page, ScoreBehaviour)
    state = st.session_state
    known = surveys_of(dataset) or list(KINDS)
    offered = [
        kind for kind in KINDS if kind in known or kind == state[f"{page}_survey"]
    ]
    horizons = sorted({*_HORIZONS, state[f"{page}_horizon"]})
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values["survey"] = st.selectbox(
            "Survey",
            offered,
            format_func=NAMES.__getitem__,
            key=f"{page}_survey",
            width=140,
            on_change=forget_question,
            args=(page,),
        )
        values["moment"] = st.selectbox(
            "Looked at from",
            list(_MOMENTS),
            format_func=_MOMENTS.__getitem__,
            key=f"{page}_moment",
            width=220,
        )
        values["horizon"] = st.selectbox(
            "For",
            horizons,
            format_func=lambda days: f"{days} days after",
            key=f"{page}_horizon",
            width=160,
        )
        with st.popover("More settings", icon=":material/tune:"):
            values |= question_and_reading(dataset, page, values["survey"])
            values |= _details(dataset, page)
    return fields.kept(page, ScoreBehaviour, values)


def risk_of(spec: ScoreBehaviour) -> MrrAtRisk:
    """Let the reader choose how old a score may be, and ask about MRR at risk."""
    days = st.number_input(
        "A score counts for so many days",
        min_value=1,
        max_value=9_999,
        value=180,
        step=30,
        key="promoters_recent_days",
        width=240,
    )
    return MrrAtRisk(
        sign=spec.sign,
        ending=spec.ending,
        lapse_days=spec.lapse_days,
        unit=spec.unit,
        as_of=spec.as_of,
        survey=spec.survey,
        question=spec.question,
        scale=spec.scale,
        blank=spec.blank,
        not_applicable=spec.not_applicable,
        currency=spec.currency,
        recent_days=int(days),
    )


def _details(dataset: Dataset, page: str) -> dict[str, Any]:
    dated = [each for each in signs_of_leaving(dataset) if each != "tenure"]
    offered = {"auto", *dated, st.session_state.get(f"{page}_sign")}
    values: dict[str, Any] = {
        "span": st.selectbox(
            "Length of a period", list(SPANS), key=f"{page}_span", format_func=str.title
        ),
        "sign": st.selectbox(
            "A customer has",
            [each for each in SIGNS if each in offered],
            format_func=SIGNS.__getitem__,
            key=f"{page}_sign",
        ),
        "ending": st.selectbox(
            "A subscription ends with",
            list(ENDINGS),
            format_func=ENDINGS.__getitem__,
            key=f"{page}_ending",
        ),
        "first": day_input("Answers from", f"{page}_first"),
        "last": day_input("Answers up to", f"{page}_last"),
        "currency": fields.currency(dataset, f"{page}_currency"),
        "lapse_days": fields.number_or_automatic(
            "Silence that ends a stay, in days",
            f"{page}_lapse_days",
            "For orders and activity. Left empty, it is the gap that 95 of 100 gaps"
            " stay below.",
        ),
    }
    values |= fields.unit(dataset, f"{page}_unit")
    values["as_of"] = fields.as_of(f"{page}_as_of")
    return values

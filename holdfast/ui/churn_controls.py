"""The controls of the Churn page: they make a spec."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.periods import SPANS
from holdfast.questions.churn import Churn
from holdfast.questions.leaving import Leaving, sign_of_leaving, signs_of_leaving
from holdfast.spec import choices
from holdfast.ui import fields
from holdfast.ui.filter_panel import day_input

_SIGNS = {
    "auto": "What the data have",
    "subscription": "Paid subscription",
    "order": "Order, not too long ago",
    "activity": "Activity, not too long ago",
    "tenure": "Churned flag in the customer table",
}
_ENDINGS = {
    "access": "With the end of paid access",
    "cancellation": "On the day it is cancelled",
}


def churn_controls(dataset: Dataset) -> Churn:
    """Draw what can be asked about leaving and return it."""
    fields.seed("churn", Churn)
    # What a link asks for stays, so that the page can say that the data lack it.
    offered = {"auto", *signs_of_leaving(dataset), st.session_state.get("churn_sign")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: dict[str, Any] = {
            "sign": st.selectbox(
                "A customer has",
                [each for each in choices(Churn, "sign") if each in offered],
                format_func=_SIGNS.__getitem__,
                key="churn_sign",
                width=260,
            )
        }
        if offered - {"auto", "tenure", None}:
            values["span"] = st.segmented_control(
                "Period",
                list(SPANS),
                format_func=str.capitalize,
                key="churn_span",
                required=True,
            )
        with st.popover("More settings", icon=":material/tune:"):
            values["ending"] = st.radio(
                "A subscription ends",
                list(_ENDINGS),
                format_func=_ENDINGS.__getitem__,
                key="churn_ending",
            )
            values["lapse_days"] = fields.number_or_automatic(
                "Silence after which a customer is lost, in days",
                "churn_lapse_days",
                "For orders and activity. Left empty, it is the gap that 95 of 100 gaps"
                " stay below.",
            )
            values |= fields.unit(dataset, "churn_unit")
            values["first"] = day_input("Periods from", "churn_first")
            values["last"] = day_input("Periods up to", "churn_last")
            values["as_of"] = fields.as_of("churn_as_of")
    return fields.kept("churn", Churn, values)


def asked_of(kind: type[Any], spec: Churn, **more: Any) -> Any:
    """Make the spec of another question about leaving, with the same settings."""
    given = {field.name: getattr(spec, field.name) for field in fields_of(Leaving)}
    return kind(**given, **more)


def has_dates(dataset: Dataset, spec: Churn) -> bool:
    """Say whether the data tell when customers left, not only that they did."""
    return not (
        signs_of_leaving(dataset) and sign_of_leaving(dataset, spec.sign) == "tenure"
    )

"""The controls of the pages on losses: which ones, and what ends a stay."""

from __future__ import annotations

from typing import Any, TypeVar

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.questions.leaving import signs_of_leaving
from holdfast.questions.losing import Losing
from holdfast.questions.win_back import WinBack
from holdfast.ui import fields
from holdfast.ui.filter_panel import day_input

Asked = TypeVar("Asked", bound=Losing)

SIGNS = {
    "auto": "What the data have",
    "subscription": "Paid subscription",
    "order": "Orders",
    "activity": "Any activity",
    "tenure": "Tenure in the customer table",
}
ENDINGS = {
    "access": "The end of paid access",
    "cancellation": "The day of cancelling",
}


def reason_controls(dataset: Dataset) -> ExitReasons:
    """Draw what can be asked about reasons and return it."""
    return _controls(
        dataset,
        "exit_reasons",
        ExitReasons,
        ("Left from the month of", "Left up to the month of"),
    )


def win_back_controls(dataset: Dataset) -> WinBack:
    """Draw what can be asked about returns and return it."""
    return _controls(dataset, "win_back", WinBack, ("Left from", "Left up to"))


def days_choice(key: str) -> int:
    """Let the reader choose within how many days a return is looked for."""
    chosen = st.segmented_control(
        "Back within",
        [30, 60, 90],
        default=90,
        format_func=lambda days: f"{days} days",
        key=key,
        required=True,
    )
    return int(chosen)


def curves_choice(has_segments: bool, key: str) -> str:
    """Let the reader choose what the curves tell apart."""
    options = ["Everyone", "Reasons", *(["Segments"] if has_segments else [])]
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    return str(
        st.segmented_control(
            "A curve for", options, default="Everyone", key=key, required=True
        )
    )


def _controls(
    dataset: Dataset, page: str, kind: type[Asked], days: tuple[str, str]
) -> Asked:
    fields.seed(page, kind)
    dated = [each for each in signs_of_leaving(dataset) if each != "tenure"]
    # What a link asks for stays, so that the page can say that the data lack it.
    offered = {"auto", *dated, st.session_state.get(f"{page}_sign")}
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values["sign"] = st.selectbox(
            "A customer has",
            [each for each in SIGNS if each in offered],
            format_func=SIGNS.__getitem__,
            key=f"{page}_sign",
            width=220,
        )
        if "subscription" in offered:
            values["ending"] = st.selectbox(
                "A subscription ends with",
                list(ENDINGS),
                format_func=ENDINGS.__getitem__,
                key=f"{page}_ending",
                width=220,
            )
        with st.popover("More settings", icon=":material/tune:"):
            values["first"] = day_input(days[0], f"{page}_first")
            values["last"] = day_input(days[1], f"{page}_last")
            values["currency"] = fields.currency(dataset, f"{page}_currency")
            values["lapse_days"] = fields.number_or_automatic(
                "Silence that ends a stay, in days",
                f"{page}_lapse_days",
                "For orders and activity. Left empty, it is the gap that 95 of 100 gaps"
                " stay below.",
            )
            values |= fields.unit(dataset, f"{page}_unit")
            values["as_of"] = fields.as_of(f"{page}_as_of")
    return fields.kept(page, kind, values)

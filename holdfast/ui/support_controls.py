"""The controls of the Support page: they make specs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.counts import Limits
from holdfast.dataset import Dataset
from holdfast.periods import SPANS, Span
from holdfast.questions.support import Support
from holdfast.questions.ticket_days import TicketDays, Window
from holdfast.questions.ticket_growth import TicketGrowth
from holdfast.spec import choices
from holdfast.ui import fields
from holdfast.ui.filter_panel import day_input

_BY = {
    "segment": "Segments in view",
    "tag": "Tags",
    "priority": "Priority",
    "channel": "Channel",
    "status": "Status",
}
_WINDOWS: dict[Window, str] = {
    "all": "All of them",
    "month": "Those of a month",
    "week": "Those of a week",
}
_SPREADS: dict[Limits, str] = {
    "moving": "one day to the next (individuals chart)",
    "sd": "all days (standard deviation)",
}


def support_controls(dataset: Dataset) -> Support:
    """Draw what can be asked about tickets and return it."""
    fields.seed("support", Support)
    values: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values["by"] = st.selectbox(
            "Tell apart by",
            list(choices(Support, "by")),
            format_func=_BY.__getitem__,
            key="support_by",
            width=220,
        )
        values["span"] = st.segmented_control(
            "Period",
            list(SPANS),
            format_func=str.capitalize,
            key="support_span",
            required=True,
        )
        with st.popover("More settings", icon=":material/tune:"):
            values |= fields.unit(dataset, "support_unit")
            values["first"] = day_input("Periods from", "support_first")
            values["last"] = day_input("Periods up to", "support_last")
            values["as_of"] = fields.as_of("support_as_of")
    return fields.kept("support", Support, values)


def days_asked(spec: Support) -> TicketDays:
    """Let the reader choose what a day is judged by, and ask which stand out."""
    with st.popover("Limits", icon=":material/tune:"):
        window = st.selectbox(
            "Days judged together",
            list(_WINDOWS),
            format_func=_WINDOWS.__getitem__,
            key="support_window",
        )
        spread = st.selectbox(
            "The usual spread is that of",
            list(_SPREADS),
            format_func=_SPREADS.__getitem__,
            key="support_spread",
        )
        times = st.number_input(
            "Limits at so many times the spread",
            min_value=1.0,
            max_value=9.0,
            value=3.0,
            step=0.5,
            key="support_spread_times",
        )
        together = st.checkbox(
            "One pair of limits for all that is told apart", key="support_together"
        )
    return TicketDays(
        by=spec.by,
        window=window,
        spread=spread,
        times=times,
        together=together,
        unit=spec.unit,
        first=spec.first,
        last=spec.last,
        as_of=spec.as_of,
    )


def growth_asked(spec: Support) -> TicketGrowth:
    """Let the reader choose the period whose growth is told, and ask about it."""
    span: Span = "month" if spec.span == "day" else spec.span
    with st.container(width=240):
        period = day_input(
            f"Growth in the {span} of",
            "support_growth_period",
            f"Any day in it. Left empty, it is the last complete {span}.",
        )
    return TicketGrowth(
        by="tag" if spec.by == "segment" else spec.by,
        span=span,
        period=period,
        unit=spec.unit,
        as_of=spec.as_of,
    )

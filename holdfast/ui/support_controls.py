"""The controls of the Support page: they make specs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.periods import SPANS
from holdfast.questions.support import Support
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

"""A page's own controls: they make a spec."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.occurrence import Occurrence
from holdfast.periods import Interval
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.questions.survival import Survival, signs_of_life
from holdfast.spec import choices
from holdfast.ui import fields
from holdfast.ui.filter_panel import day_input

_MODES = {
    "on": "In that {interval}",
    "on_or_after": "In that {interval} or later",
    "between": "From that {interval} to a horizon",
    "brackets": "In groups of {interval}s",
}
_MODES_EXPLAINED = """What the figure for {interval} 3 counts:
- **In that {interval}**: who came back in {interval} 3 itself.
- **In that {interval} or later**: who came back in {interval} 3 or ever after it.
- **From that {interval} to a horizon**: with the horizon at 12, who came back in any
  of the {interval}s 3 to 12.
- **In groups of {interval}s**: with the group 1-3, one figure counts who came back in
  any of the {interval}s 1 to 3."""
_SIGNS = {
    "auto": "What the data have",
    "subscription": "Paid subscription",
    "tenure": "Tenure in the customer table",
    "activity": "Any activity",
    "order": "Orders",
}


def retention_controls(dataset: Dataset) -> Retention:
    """Draw what can be asked about staying and return it."""
    fields.seed("retention", Retention)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values = {
            "start": fields.occurrence(
                dataset, "retention_start", "Starts with", "start"
            ),
            "returning": fields.occurrence(
                dataset, "retention_returning", "Comes back with", "returning"
            ),
            "interval": fields.interval("retention_interval"),
        }
        interval = values["interval"]
        values["mode"] = st.selectbox(
            "A return counts",
            list(_MODES),
            format_func=lambda mode: _MODES[mode].format(interval=interval),
            key="retention_mode",
            help=_MODES_EXPLAINED.format(interval=interval),
            width=260,
        )
        with st.popover("More settings", icon=":material/tune:"):
            values |= _retention_details(
                dataset, values["start"], interval, values["mode"]
            )
    return fields.kept("retention", Retention, values)


def lifecycle_controls(dataset: Dataset) -> Lifecycle:
    """Draw what can be asked about the life cycle and return it."""
    fields.seed("lifecycle", Lifecycle)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values = {
            "shown_by": fields.occurrence(
                dataset, "lifecycle_shown_by", "Active means", "returning"
            ),
            "interval": fields.interval("lifecycle_interval"),
        }
        with st.popover("More settings", icon=":material/tune:"):
            values |= fields.unit(dataset, "lifecycle_unit")
            values["first"] = day_input("Intervals from", "lifecycle_first")
            values["last"] = day_input("Intervals up to", "lifecycle_last")
            values["as_of"] = fields.as_of("lifecycle_as_of")
    return fields.kept("lifecycle", Lifecycle, values)


def survival_controls(dataset: Dataset) -> Survival:
    """Draw what can be asked about the length of lives and return it."""
    fields.seed("survival", Survival)
    # What a link asks for stays, so that the page can say that the data lack it.
    offered = {"auto", *signs_of_life(dataset), st.session_state.get("survival_sign")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: dict[str, Any] = {
            "sign": st.selectbox(
                "Sign of life",
                [each for each in choices(Survival, "sign") if each in offered],
                format_func=_SIGNS.__getitem__,
                key="survival_sign",
                width=240,
            ),
        }
        with st.popover("More settings", icon=":material/tune:"):
            values["lapse_days"] = fields.number_or_automatic(
                "Silence that ends a life, in days",
                "survival_lapse_days",
                "For activity and orders. Left empty, it is the gap between two active"
                " days that 95 of 100 gaps stay below.",
            )
            values["horizon"] = fields.number_or_automatic(
                "Mean length of life up to, in days or months",
                "survival_horizon",
                "Left empty, it is the longest time that every segment was observed"
                " for.",
            )
            values |= fields.unit(dataset, "survival_unit")
            values["as_of"] = fields.as_of("survival_as_of")
    return fields.kept("survival", Survival, values)


def set_interval(page: str, interval: Interval) -> None:
    """Set the interval of a page; for a button's ``on_click``."""
    st.session_state[f"{page}_interval"] = interval


def segment_choice(segments: list[str], key: str) -> str:
    """Let the reader choose the one segment that a chart shows."""
    if len(segments) < 2:
        return segments[0] if segments else ""
    if st.session_state.get(key) not in segments:
        st.session_state.pop(key, None)
    return st.selectbox("Segment shown", segments, key=key, width=260)


def _retention_details(
    dataset: Dataset, start: Occurrence, interval: str, mode: str
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if mode == "between":
        values["horizon"] = st.number_input(
            f"Horizon, in {interval}s", 0, 400, key="retention_horizon"
        )
    if mode == "brackets":
        values["brackets"] = st.text_input(
            f"Groups of {interval}s",
            key="retention_brackets",
            help="Such as 0,1-3,4-8: the first one alone, then 1 to 3, then 4 to 8.",
        )
    else:
        values["intervals"] = fields.number_or_automatic(
            f"{interval.capitalize()}s shown after the start",
            "retention_intervals",
            "Left empty, 30 days, 12 weeks or 12 months are shown.",
            most=400,
        )
    if start.kind == "event" and dataset.properties:
        values["by_property"] = st.selectbox(
            "Segments by a property of the start event",
            list(dataset.properties),
            index=None,
            key="retention_by_property",
            placeholder="No property",
        )
    values["rolling"] = st.toggle(
        "Rolling intervals",
        key="retention_rolling",
        help="Intervals of 24 hours, 7 or 30 days from the customer's own start,"
        " instead of calendar days, weeks and months.",
    )
    values["entry"] = (
        "recurring"
        if st.toggle(
            "Recurring entry",
            key="retention_entry",
            help="A customer enters a cohort in every interval with a start, not only"
            " at the first one.",
        )
        else "first"
    )
    values |= fields.unit(dataset, "retention_unit")
    values["first_cohort"] = day_input("Cohorts from", "retention_first_cohort")
    values["last_cohort"] = day_input("Cohorts up to", "retention_last_cohort")
    values["as_of"] = fields.as_of("retention_as_of")
    return values

"""A page's own controls: they make a spec, and keep it for the session.

Widgets belong to a page and forget when it is left, so the spec is kept beside them
and puts its values back.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.occurrence import (
    ACTIVITY,
    ORDER,
    SIGNUP,
    SUBSCRIPTION,
    Kind,
    Occurrence,
)
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.questions.survival import Survival
from holdfast.spec import choices, read_spec, write_spec
from holdfast.ui.address import read_spec_from_address
from holdfast.ui.filter_panel import day_input
from holdfast.ui.words import plain

Spec = TypeVar("Spec")

_ORDER_WITH_RETURNS = Occurrence("order", with_returns=True)
_WORDS = {
    SIGNUP: "Sign-up",
    ACTIVITY: "Any activity",
    ORDER: "Order",
    _ORDER_WITH_RETURNS: "Order, returns count too",
    SUBSCRIPTION: "Active subscription",
}
_MODES = {
    "on": "In the interval",
    "on_or_after": "In it or later",
    "between": "From it to a horizon",
    "brackets": "In brackets",
}
_SIGNS = {
    "auto": "What the data have",
    "subscription": "Paid subscription",
    "tenure": "Tenure in the customer table",
    "activity": "Any activity",
    "order": "Orders",
}


def retention_controls(dataset: Dataset) -> Retention:
    """Draw what can be asked about staying and return it."""
    _seed("retention", Retention)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values = {
            "start": _occurrence(dataset, "retention_start", "Starts with", "start"),
            "returning": _occurrence(
                dataset, "retention_returning", "Comes back with", "returning"
            ),
            "interval": _interval("retention_interval"),
            "mode": st.selectbox(
                "Counts a return",
                list(_MODES),
                format_func=_MODES.__getitem__,
                key="retention_mode",
                width=190,
            ),
        }
        with st.popover("More settings", icon=":material/tune:"):
            values |= _retention_details(dataset, values["start"], values["mode"])
    return _kept("retention", Retention, values)


def lifecycle_controls(dataset: Dataset) -> Lifecycle:
    """Draw what can be asked about the life cycle and return it."""
    _seed("lifecycle", Lifecycle)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values = {
            "shown_by": _occurrence(
                dataset, "lifecycle_shown_by", "Active means", "returning"
            ),
            "interval": _interval("lifecycle_interval"),
        }
        with st.popover("More settings", icon=":material/tune:"):
            values |= _unit(dataset, "lifecycle_unit")
            values["first"] = day_input("Intervals from", "lifecycle_first")
            values["last"] = day_input("Intervals up to", "lifecycle_last")
            values["as_of"] = _as_of("lifecycle_as_of")
    return _kept("lifecycle", Lifecycle, values)


def survival_controls(dataset: Dataset) -> Survival:
    """Draw what can be asked about the length of lives and return it."""
    _seed("survival", Survival)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: dict[str, Any] = {
            "sign": st.selectbox(
                "Sign of life",
                list(choices(Survival, "sign")),
                format_func=_SIGNS.__getitem__,
                key="survival_sign",
                width=240,
            ),
        }
        with st.popover("More settings", icon=":material/tune:"):
            values["lapse_days"] = st.number_input(
                "Silence that ends a life, in days",
                min_value=0,
                max_value=9999,
                key="survival_lapse_days",
                help="0 takes the 95th percentile of the gaps between active days."
                " For activity and orders.",
            )
            values["horizon"] = st.number_input(
                "Horizon of the mean, in days or months",
                min_value=0,
                max_value=9999,
                key="survival_horizon",
                help="0 takes the longest time that every segment was observed for.",
            )
            values |= _unit(dataset, "survival_unit")
            values["as_of"] = _as_of("survival_as_of")
    return _kept("survival", Survival, values)


def segment_choice(segments: list[str], key: str) -> str:
    """Let the reader choose the one segment that a chart shows."""
    if len(segments) < 2:
        return segments[0] if segments else ""
    if st.session_state.get(key) not in segments:
        st.session_state.pop(key, None)
    return st.selectbox("Segment shown", segments, key=key, width=260)


def _retention_details(
    dataset: Dataset, start: Occurrence, mode: str
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if mode == "between":
        values["horizon"] = st.number_input(
            "Horizon, in intervals", 1, 400, key="retention_horizon"
        )
    if mode == "brackets":
        values["brackets"] = st.text_input(
            "Brackets of intervals", key="retention_brackets", help="Such as 0,1-3,4-8."
        )
    else:
        values["intervals"] = st.number_input(
            "Intervals after the start",
            0,
            400,
            key="retention_intervals",
            help="0 shows 30 days, 12 weeks or 12 months.",
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
    values |= _unit(dataset, "retention_unit")
    values["first_cohort"] = day_input("Cohorts from", "retention_first_cohort")
    values["last_cohort"] = day_input("Cohorts up to", "retention_last_cohort")
    values["as_of"] = _as_of("retention_as_of")
    return values


def _seed(page: str, kind: type[Any]) -> None:
    """Put the kept spec, or on the first visit the address, into the widgets."""
    state = st.session_state
    kept = f"{page}_spec"
    if kept not in state:
        spec, notices = read_spec_from_address(kind)
        for notice in notices:
            st.warning(f"{plain(notice.sentence)} {plain(notice.remedy)}")
        state[kept] = spec
    spec = state[kept]
    for field in fields(kind):
        key = f"{page}_{field.name}"
        if key not in state:
            value = getattr(spec, field.name)
            if field.name == "entry":
                value = value == "recurring"
            elif field.name == "brackets":
                value = write_spec(kind(brackets=value)).get("brackets", "0,1,2-3,4-7")
            elif field.name == "unit":
                value = value == "account"
            state[key] = value


def _kept(page: str, kind: type[Spec], values: dict[str, Any]) -> Spec:
    """Make the spec from the widgets; keep the last one where that is not possible."""
    brackets = values.pop("brackets", None)
    texts = {} if brackets is None else {"brackets": brackets}
    spec, notices = read_spec(kind, texts)
    try:
        spec = kind(**{**_as_values(spec, texts), **values})
    except SpecError as problem:
        notices.append(problem)
        spec = st.session_state[f"{page}_spec"]
    for notice in notices:
        st.warning(f"{plain(notice.sentence)} {plain(notice.remedy)}")
    st.session_state[f"{page}_spec"] = spec
    return spec


def _as_values(spec: Any, names: dict[str, str]) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in names}


def _occurrence(dataset: Dataset, key: str, label: str, role: str) -> Occurrence:
    options = _offered(dataset, role)
    current = st.session_state.get(key)
    if isinstance(current, Occurrence) and current not in options:
        options.append(current)
    chosen: Occurrence = st.selectbox(
        label, options, format_func=_named, key=key, width=230
    )
    return chosen


def _offered(dataset: Dataset, role: str) -> list[Occurrence]:
    has: dict[Kind, bool] = {
        "signup": role == "start",
        "activity": bool({"events", "orders"} & set(dataset.observed)),
        "order": "orders" in dataset.observed,
        "subscription": "subscriptions" in dataset.observed,
    }
    options = [occurrence for occurrence in _WORDS if has[occurrence.kind]]
    events = sorted(dataset.event_counts, key=lambda name: -dataset.event_counts[name])
    if "events" in dataset.observed:
        options.extend(Occurrence("event", (event,)) for event in events)
    return options


def _named(occurrence: Occurrence) -> str:
    return _WORDS.get(occurrence) or f"Event: {occurrence.describe()}"


def _interval(key: str) -> Any:
    return st.segmented_control(
        "Interval",
        ["day", "week", "month"],
        format_func=str.capitalize,
        key=key,
        required=True,
    )


def _unit(dataset: Dataset, key: str) -> dict[str, Any]:
    by_account = st.toggle(
        "Count accounts, not customers",
        key=key,
        disabled=not dataset.has_accounts,
        help="An account is a company that several customers belong to.",
    )
    return {"unit": "account" if by_account and dataset.has_accounts else "customer"}


def _as_of(key: str) -> Any:
    return day_input(
        "Read the data as of",
        key,
        "Looks at the data as if they had ended before this day. Empty for all.",
    )

"""A page's own controls: they make a spec, and keep it for the session.

Widgets belong to a page and forget when it is left, so the spec is kept beside them
and puts its values back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
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
from holdfast.periods import Interval, day_label
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.questions.survival import Survival, signs_of_life
from holdfast.spec import choices, read_spec
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
# What was read from a link and not yet shown by the widgets.
_ASKED = "_asked"
_AUTOMATIC = {
    (Retention, "intervals"),
    (Survival, "lapse_days"),
    (Survival, "horizon"),
}
_FIELDS = {
    "start": "Starts with",
    "returning": "Comes back with",
    "shown_by": "Active means",
    "sign": "Sign of life",
    "interval": "Interval",
    "mode": "A return counts",
    "horizon": "Horizon",
    "brackets": "Groups of intervals",
    "intervals": "Intervals after the start",
    "by_property": "Segments by a property",
    "rolling": "Rolling intervals",
    "entry": "Recurring entry",
    "unit": "What is counted",
    "first": "Intervals from",
    "last": "Intervals up to",
    "first_cohort": "Cohorts from",
    "last_cohort": "Cohorts up to",
    "lapse_days": "Silence that ends a life",
    "as_of": "Read the data as of",
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
            values["lapse_days"] = _number_or_automatic(
                "Silence that ends a life, in days",
                "survival_lapse_days",
                "For activity and orders. Left empty, it is the gap between two active"
                " days that 95 of 100 gaps stay below.",
            )
            values["horizon"] = _number_or_automatic(
                "Mean length of life up to, in days or months",
                "survival_horizon",
                "Left empty, it is the longest time that every segment was observed"
                " for.",
            )
            values |= _unit(dataset, "survival_unit")
            values["as_of"] = _as_of("survival_as_of")
    return _kept("survival", Survival, values)


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
        values["intervals"] = _number_or_automatic(
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
        state[f"{page}{_ASKED}"] = spec
    spec = state[kept]
    for field in fields(kind):
        key = f"{page}_{field.name}"
        if key not in state:
            value = getattr(spec, field.name)
            if field.name == "entry":
                value = value == "recurring"
            elif field.name == "brackets":
                value = ",".join(
                    str(first) if first == last else f"{first}-{last}"
                    for first, last in value
                )
            elif field.name == "unit":
                value = value == "account"
            elif (kind, field.name) in _AUTOMATIC:
                value = value or None
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
    asked = st.session_state.pop(f"{page}{_ASKED}", spec)
    notices.extend(_changed(asked, spec, (*values, *texts)))
    for notice in notices:
        st.warning(f"{plain(notice.sentence)} {plain(notice.remedy)}")
    st.session_state[f"{page}_spec"] = spec
    return spec


def _changed(asked: Any, made: Any, names: Iterable[str]) -> list[SpecError]:
    """Say which settings of a link the page's own controls cannot hold."""
    return [
        SpecError(
            "not_settable",
            f"{_FIELDS[name]}: the link asks for {_said(getattr(asked, name))}, which"
            " cannot be set here.",
            f"It is {_said(getattr(made, name)) or 'left empty'}.",
        )
        for name in names
        if getattr(asked, name) != getattr(made, name)
    ]


def _said(value: Any) -> str:
    if isinstance(value, date):
        return day_label(value)
    if isinstance(value, Occurrence):
        return _named(value)
    return "" if value in (None, 0) else str(value)


def _number_or_automatic(
    label: str, key: str, explanation: str, most: int = 99_999
) -> int:
    """Draw a field for a number; left empty, the question chooses: 0."""
    number = st.number_input(
        label,
        min_value=1,
        max_value=most,
        value=None,
        step=1,
        key=key,
        placeholder="Automatic",
        help=explanation,
    )
    return int(number or 0)


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

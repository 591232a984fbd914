"""Fields that the controls of several pages share, and how a page keeps its spec.

Widgets belong to a page and forget when it is left, so the spec is kept beside them
and puts its values back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

import streamlit as st

from holdfast.currencies import Money, offered_currencies
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import NONE
from holdfast.occurrence import (
    ACTIVITY,
    ORDER,
    SIGNUP,
    SUBSCRIPTION,
    Kind,
    Occurrence,
)
from holdfast.periods import day_label
from holdfast.spec import read_spec
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
# What was read from a link and not yet shown by the widgets.
_ASKED = "_asked"
# Numbers that the question chooses where the field is empty: 0 in the spec.
_AUTOMATIC = {
    ("retention", "intervals"),
    ("survival", "lapse_days"),
    ("survival", "horizon"),
    ("exit_reasons", "lapse_days"),
    ("win_back", "lapse_days"),
    ("promoters", "lapse_days"),
    ("churn", "lapse_days"),
    ("first_success", "times"),
    ("first_success", "retained_at"),
}
_FIELDS = {
    "start": "Starts with",
    "returning": "Comes back with",
    "shown_by": "Active means",
    "sign": "Sign of life",
    "ending": "A subscription ends",
    "span": "Period",
    "interval": "Interval",
    "mode": "A return counts",
    "milestone": "Success is",
    "times": "How often",
    "retained_at": "Staying is measured in",
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
    "currency": "Money in",
}

_EMPTY = {"currency": "in the usual one"}


def seed(page: str, kind: type[Any]) -> None:
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
            elif (page, field.name) in _AUTOMATIC:
                value = value or None
            state[key] = value


def kept(page: str, kind: type[Spec], values: dict[str, Any]) -> Spec:
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


def number_or_automatic(
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


def occurrence(dataset: Dataset, key: str, label: str, role: str) -> Occurrence:
    """Draw the choice of something to count.

    Args:
        dataset: Whose events are offered.
        key: Key of the field.
        label: Its words.
        role: ``start`` offers the sign-up too, ``milestone`` no mere activity.
    """
    options = offered(dataset, role)
    current = st.session_state.get(key)
    if isinstance(current, Occurrence) and current not in options:
        options.append(current)
    chosen: Occurrence = st.selectbox(
        label, options, format_func=occurrence_name, key=key, width=230
    )
    return chosen


def offered(dataset: Dataset, role: str) -> list[Occurrence]:
    """Return what can be counted in these data, in a role of ``occurrence``."""
    has: dict[Kind, bool] = {
        "signup": role == "start",
        "activity": role != "milestone"
        and bool({"events", "orders"} & set(dataset.observed)),
        "order": "orders" in dataset.observed,
        "subscription": "subscriptions" in dataset.observed,
    }
    options = [occurrence for occurrence in _WORDS if has[occurrence.kind]]
    events = sorted(dataset.event_counts, key=lambda name: -dataset.event_counts[name])
    if "events" in dataset.observed:
        options.extend(Occurrence("event", (event,)) for event in events)
    return options


def occurrence_name(occurrence: Occurrence) -> str:
    """Name something to count as the fields do."""
    return _WORDS.get(occurrence) or f"Event: {occurrence.describe()}"


def interval(key: str) -> Any:
    """Draw the choice of day, week or month."""
    return st.segmented_control(
        "Interval",
        ["day", "week", "month"],
        format_func=str.capitalize,
        key=key,
        required=True,
    )


def unit(dataset: Dataset, key: str) -> dict[str, Any]:
    """Draw the choice of counting accounts; return the spec's field."""
    by_account = st.toggle(
        "Count accounts, not customers",
        key=key,
        disabled=not dataset.has_accounts,
        help="An account is a company that several customers belong to.",
    )
    return {"unit": "account" if by_account and dataset.has_accounts else "customer"}


def currency(
    dataset: Dataset, key: str, tables: Sequence[Money] = ("subscriptions",)
) -> str:
    """Draw the choice of what money is counted in.

    Args:
        dataset: Whose currencies are offered, and those that have rates.
        key: Key of the field.
        tables: Where the page's money is told.
    """
    known = known_currencies(dataset, key, tables)
    return str(
        st.selectbox(
            "Money in",
            ["", *known],
            format_func=lambda code: code or "The usual currency",
            key=key,
            disabled=not known,
            help="Amounts of different currencies are never added. With a file of"
            " exchange rates the others are converted.",
        )
    )


def known_currencies(
    dataset: Dataset, key: str, tables: Sequence[Money] = ("subscriptions",)
) -> list[str]:
    """Return what money can be counted in; take back a choice that is none of them.

    Args:
        dataset: Whose currencies are offered, and those that have rates.
        key: Key of the field that is about to be drawn.
        tables: Where the page's money is told.
    """
    offered = (code for table in tables for code in offered_currencies(dataset, table))
    known = [code or NONE for code in dict.fromkeys(offered)]
    if st.session_state.get(key) not in (None, "", *known):
        st.session_state[key] = ""
    return known


def as_of(key: str) -> Any:
    """Draw the choice of an earlier end of the data."""
    return day_input(
        "Read the data as of",
        key,
        "Looks at the data as if they had ended before this day. Empty for all.",
    )


def _changed(asked: Any, made: Any, names: Iterable[str]) -> list[SpecError]:
    """Say which settings of a link the page's own controls cannot hold."""
    return [
        SpecError(
            "not_settable",
            f"{_FIELDS.get(name, name)}: the link asks for"
            f" {_said(getattr(asked, name))}, which cannot be set here.",
            f"It is {_said(getattr(made, name)) or _EMPTY.get(name, 'left empty')}.",
        )
        for name in names
        if getattr(asked, name) != getattr(made, name)
    ]


def _said(value: Any) -> str:
    if isinstance(value, date):
        return day_label(value)
    if isinstance(value, Occurrence):
        return occurrence_name(value)
    return "" if value in (None, 0) else str(value)


def _as_values(spec: Any, names: dict[str, str]) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in names}

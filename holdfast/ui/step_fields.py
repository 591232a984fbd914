"""The fields of one step: what happens, with its conditions, and lengths of time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.durations import UNITS, WORDS, Duration, read_duration
from holdfast.errors import SpecError
from holdfast.filters import NONE
from holdfast.happenings import property_values
from holdfast.occurrence import ACTIVITY, ORDER, SIGNUP, SUBSCRIPTION, Occurrence
from holdfast.questions.suggested_steps import CANCELLATION, TRIAL, event_order
from holdfast.steps import Step
from holdfast.ui import session
from holdfast.ui.words import clipped, counted, plain

_NO_LIMIT = "no limit"
_RESPONSE = Occurrence("response")
_SURVEYS = ("nps", "csat", "ces")
_WORDS = {
    SIGNUP: "Sign-up",
    TRIAL: "Trial begins",
    SUBSCRIPTION: "Paid subscription begins",
    ORDER: "Order",
    CANCELLATION: "Cancellation",
    _RESPONSE: "Survey answer",
    ACTIVITY: "Any event",
}


def duration(key: str, label: str, current: Duration | None) -> Duration | None:
    """Draw a length of time: an amount and its unit, or no limit.

    Args:
        key: Key of the two fields.
        label: What it is.
        current: Its value where the fields are new.
    """
    state = st.session_state
    if f"{key}_unit" not in state:
        state[f"{key}_unit"] = current.unit if current else _NO_LIMIT
        state[f"{key}_amount"] = current.amount if current else 14
    amount = st.number_input(
        label,
        min_value=1,
        max_value=99_999_999,
        step=1,
        key=f"{key}_amount",
        disabled=state[f"{key}_unit"] == _NO_LIMIT,
        width=130 if len(label) < 16 else 230,
    )
    unit = st.selectbox(
        f"{label}: unit",
        [*UNITS, _NO_LIMIT],
        format_func=lambda each: f"{WORDS[each]}s" if each in WORDS else each,
        key=f"{key}_unit",
        label_visibility="hidden",
        width=130,
    )
    if unit == _NO_LIMIT:
        return None
    try:
        return read_duration(f"{amount}{unit}")
    except SpecError as problem:
        st.warning(f"{plain(problem.sentence)} {plain(problem.remedy)}")
        return current


def offered_things(dataset: Dataset) -> dict[Occurrence, str]:
    """Return what can be a step in these data, with the customers who did it."""
    found = session.watched(lambda cancellation: event_order(dataset, cancellation))
    customers: dict[tuple[str, str], int] = {
        (kind, event if kind == "event" else ""): number
        for kind, event, number in zip(
            found["kind"], found["event"], found["customers"], strict=True
        )
    }
    kinds = {
        SIGNUP: dataset.customers if dataset.observed else 0,
        **{
            each: customers.get((each.kind, ""), 0)
            for each in (TRIAL, SUBSCRIPTION, ORDER, CANCELLATION)
        },
        _RESPONSE: None if "responses" in dataset.observed else 0,
        ACTIVITY: None if "events" in dataset.observed else 0,
    }
    offered = {
        each: _WORDS[each] + ("" if number is None else f" · {_customers(number)}")
        for each, number in kinds.items()
        if number != 0
    }
    for (kind, event), number in customers.items():
        if kind == "event":
            offered[Occurrence("event", (event,))] = f"{event} · {_customers(number)}"
    return offered


def _customers(number: int) -> str:
    return counted(int(number), "customer")


def _base(occurrence: Occurrence) -> Occurrence:
    """Return what the first field shows of an occurrence."""
    if occurrence.kind == "event":
        return (
            replace(occurrence, events=occurrence.events[:1], where=())
            if (occurrence.events)
            else ACTIVITY
        )
    return Occurrence(occurrence.kind)


def what_happens(
    offered: dict[Occurrence, str], key: str, label: str, current: Occurrence
) -> Occurrence:
    """Draw the choice of what happens; what the data lack can be replaced."""
    field = f"{key}_what"
    if field not in st.session_state:
        st.session_state[field] = _base(current)
    options = list(offered)
    if (chosen := st.session_state[field]) not in offered:
        options.insert(0, chosen)
    what: Occurrence = st.selectbox(
        label,
        options,
        format_func=lambda each: offered.get(each) or _missing(each),
        key=field,
        label_visibility="collapsed",
        width=330,
    )
    return what


def _missing(occurrence: Occurrence) -> str:
    name = _WORDS.get(occurrence) or occurrence.describe()
    return f"{clipped(name, 40)} · not in the data"


def details_of(
    dataset: Dataset,
    offered: dict[Occurrence, str],
    key: str,
    what: Occurrence,
    current: Occurrence,
) -> Occurrence:
    """Draw what there is to say of the thing chosen, and return all of it."""
    if what.kind == "order":
        field = seeded(f"{key}_returns", current.with_returns)
        return replace(what, with_returns=st.toggle("Returns count too", key=field))
    if what.kind == "response":
        field = seeded(f"{key}_surveys", list(current.events))
        options = list(dict.fromkeys([*_SURVEYS, *st.session_state[field]]))
        surveys = st.multiselect(
            "Surveys",
            options,
            format_func=str.upper,
            key=field,
            placeholder="Any survey",
        )
        return replace(what, events=tuple(surveys))
    if what.kind not in ("event", "activity"):
        st.caption("There is nothing more to say of this step.")
        return what
    events = what.events
    if events:
        events += tuple(_also(offered, key, what, current))
    where = _conditions(dataset, key, current)
    return Occurrence("event", events, where) if events or where else what


def _also(
    offered: dict[Occurrence, str], key: str, what: Occurrence, current: Occurrence
) -> list[str]:
    """Draw the choice of further events, any of which fills the step."""
    field = seeded(f"{key}_also", list(current.events[1:]))
    others = [each.events[0] for each in offered if each.kind == "event"]
    chosen = [name for name in st.session_state[field] if name != what.events[0]]
    st.session_state[field] = chosen
    options = dict.fromkeys([*others, *chosen])
    return st.multiselect(
        "Or any of these events",
        [name for name in options if name != what.events[0]],
        key=field,
        format_func=lambda name: offered.get(Occurrence("event", (name,)), name),
        placeholder="No other event",
    )


def _conditions(
    dataset: Dataset, key: str, current: Occurrence
) -> tuple[tuple[str, str], ...]:
    """Draw conditions on properties; one without a value is none yet."""
    field = seeded(f"{key}_where", [name for name, _ in current.where])
    known = list(dict.fromkeys([*dataset.properties, *st.session_state[field]]))
    if not known:
        return ()
    names = st.multiselect(
        "Only with these properties", known, key=field, placeholder="Any properties"
    )
    found = []
    for name in names:
        box = seeded(f"{key}_value_{name}", dict(current.where).get(name))
        values = [NONE]
        if name in dataset.properties:
            values = [*_values(dataset, name), NONE]
        value = st.selectbox(
            f"{plain(clipped(name, 40))} is",
            list(dict.fromkeys([*values, *filter(None, [st.session_state[box]])])),
            index=None,
            key=box,
            accept_new_options=True,
            placeholder="Choose or write a value",
        )
        if value is not None:
            found.append((name, value))
    return tuple(found)


def _values(dataset: Dataset, name: str) -> list[str]:
    return session.watched(lambda _: property_values(dataset, name))


def kept_details(what: Occurrence, current: Occurrence) -> Occurrence:
    """Return the thing chosen with what was said of it before, as far as it fits."""
    if what.kind == "event" or (what == ACTIVITY and current.where):
        also = [name for name in current.events[1:] if name not in what.events]
        events = (*what.events, *also) if what.events else ()
        return Occurrence("event", events, current.where)
    return current if what.kind == current.kind else what


def opener(key: str, words: str, explained: str) -> bool:
    """Draw the button that opens what else there is to say, below its row.

    What pops up over the page could not be reached by the Tab key.
    """
    field = f"{key}_open"
    is_open = bool(st.session_state.get(field))
    st.button(
        plain(words),
        key=f"{key}_details",
        icon=f":material/{'expand_less' if is_open else 'expand_more'}:",
        help=explained,
        width=210,
        on_click=_toggle,
        args=(field,),
    )
    return is_open


def _toggle(field: str) -> None:
    st.session_state[field] = not st.session_state.get(field)


def seeded(field: str, value: Any) -> str:
    """Give a field that is new a value, and return its key."""
    if field not in st.session_state:
        st.session_state[field] = value
    return field


def said_of(step: Step, place: int) -> str:
    """Say what is set beyond the thing itself, on the button that opens it."""
    occurrence = step.occurrence
    said = []
    if len(occurrence.events) > 1 and occurrence.kind == "event":
        said.append(f"or {' or '.join(occurrence.events[1:])}")
    if occurrence.kind == "response" and occurrence.events:
        said.append(" or ".join(name.upper() for name in occurrence.events))
    said += [f"{name} is {value}" for name, value in occurrence.where]
    if occurrence.with_returns:
        said.append("returns too")
    if step.within and place:
        said.append(f"within {step.within.describe()}")
    return clipped(", ".join(said), 26) if said else "Conditions"

"""The builder of a funnel's steps and of what must not happen between them.

The rows are kept beside the widgets, each under a number of its own: a row keeps its
widgets when it is moved, and its contents when the page is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.durations import UNITS, WORDS, Duration
from holdfast.errors import SpecError
from holdfast.filters import NONE
from holdfast.happenings import property_values
from holdfast.occurrence import ACTIVITY, ORDER, SIGNUP, SUBSCRIPTION, Occurrence
from holdfast.questions.suggested_steps import CANCELLATION, TRIAL, event_order
from holdfast.steps import MOST_STEPS, Exclusion, Exclusions, Step, Steps
from holdfast.ui import session
from holdfast.ui.words import clipped, counted, plain

_STEPS, _BARRED, _NUMBER = "funnel_rows", "funnel_barred", "funnel_row_number"
_FEWEST = 2
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
_ICONS = {
    "up": ":material/arrow_upward:",
    "down": ":material/arrow_downward:",
    "copy": ":material/content_copy:",
    "remove": ":material/close:",
}

Rows = list[tuple[int, Any]]


def take_steps(steps: Steps, exclusions: Exclusions) -> None:
    """Put steps and exclusions into the builder, in place of what is there."""
    st.session_state[_STEPS] = [(_next(), step) for step in steps]
    st.session_state[_BARRED] = [(_next(), each) for each in exclusions]


def step_builder(dataset: Dataset) -> Steps:
    """Draw the steps, let them be changed, moved, copied, removed and added to."""
    rows = _rows(_STEPS)
    offered = _offered(dataset)
    for place, (number, step) in enumerate(rows):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="xsmall", wrap=True
        ):
            st.markdown(f"**{place + 1}.**", width=22)
            key = f"funnel_step_{number}"
            what = _what(offered, key, f"Step {place + 1}", step.occurrence)
            with st.popover(
                plain(_details_label(step, place)),
                key=f"{key}_details",
                help=f"Conditions and limits of step {place + 1}",
                width=210,
            ):
                occurrence = _details(dataset, offered, key, what, step.occurrence)
                within = step.within if place == 0 else _limit(key, step.within)
            _buttons(number, place, len(rows))
        rows[place] = (number, Step(occurrence, within))
    _add_button(rows, offered)
    return tuple(step for _, step in rows)


def exclusion_builder(dataset: Dataset, steps: int) -> Exclusions:
    """Draw what must not happen between steps, and let it be changed.

    Args:
        dataset: Whose events are offered.
        steps: How many steps the funnel has.
    """
    rows = _rows(_BARRED)
    offered = _offered(dataset)
    for place, (number, barred) in enumerate(rows):
        key = f"funnel_barred_{number}"
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            what = _what(
                offered, key, f"Must not happen ({place + 1})", barred.occurrence
            )
            first, last = _stretch(key, barred, steps)
            with st.popover("Conditions", key=f"{key}_details"):
                occurrence = _details(dataset, offered, key, what, barred.occurrence)
            st.button(
                _ICONS["remove"],
                key=f"{key}_remove",
                help=f"Remove exclusion {place + 1}",
                type="tertiary",
                on_click=_remove,
                args=(_BARRED, number),
            )
        rows[place] = (number, Exclusion(occurrence, first, last))
    used = {step.occurrence for _, step in _rows(_STEPS)}
    free = [each for each in offered if each not in used]
    if free:
        st.button(
            "Exclude something between steps",
            key="funnel_barred_add",
            icon=":material/block:",
            type="tertiary",
            on_click=_add,
            args=(_BARRED, Exclusion(free[-1] if len(free) < 3 else free[2])),
        )
    return tuple(each for _, each in rows)


def duration(key: str, label: str, current: Duration | None) -> Duration | None:
    """Draw a length of time: an amount and its unit, or no limit.

    Args:
        key: Key of the two fields.
        label: What it is.
        current: Its value where the fields are new.
    """
    state = st.session_state
    if f"{key}_unit" not in state:
        state[f"{key}_unit"] = current.unit if current else None
        state[f"{key}_amount"] = current.amount if current else 14
    unit = state[f"{key}_unit"]
    amount = st.number_input(
        label,
        min_value=1,
        max_value=99_999_999,
        step=1,
        key=f"{key}_amount",
        disabled=unit is None,
        width=130,
    )
    unit = st.selectbox(
        f"{label}: unit",
        [*UNITS, None],
        format_func=lambda each: f"{WORDS[each]}s" if each else "no limit",
        key=f"{key}_unit",
        label_visibility="hidden",
        width=130,
    )
    if unit is None:
        return None
    try:
        return Duration(int(amount), unit)
    except SpecError as problem:
        st.warning(f"{plain(problem.sentence)} {plain(problem.remedy)}")
        return current


def _rows(key: str) -> Rows:
    rows: Rows = st.session_state.setdefault(key, [])
    return rows


def _next() -> int:
    number: int = st.session_state.get(_NUMBER, 0) + 1
    st.session_state[_NUMBER] = number
    return number


def _offered(dataset: Dataset) -> dict[Occurrence, str]:
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


def _what(
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


def _details(
    dataset: Dataset,
    offered: dict[Occurrence, str],
    key: str,
    what: Occurrence,
    current: Occurrence,
) -> Occurrence:
    """Draw what there is to say of the thing chosen, and return all of it."""
    if what.kind == "order":
        field = _seeded(f"{key}_returns", current.with_returns)
        return replace(what, with_returns=st.toggle("Returns count too", key=field))
    if what.kind == "response":
        field = _seeded(f"{key}_surveys", list(current.events))
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
    field = _seeded(f"{key}_also", list(current.events[1:]))
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
    field = _seeded(f"{key}_where", [name for name, _ in current.where])
    known = list(dict.fromkeys([*dataset.properties, *st.session_state[field]]))
    if not known:
        return ()
    names = st.multiselect(
        "Only with these properties", known, key=field, placeholder="Any properties"
    )
    found = []
    for name in names:
        box = _seeded(f"{key}_value_{name}", dict(current.where).get(name))
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


def _limit(key: str, current: Duration | None) -> Duration | None:
    """Draw the longest time since the step before."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return duration(f"{key}_within", "At most, after the step before", current)


def _stretch(key: str, barred: Exclusion, steps: int) -> tuple[int, int]:
    """Draw between which steps something must not happen."""
    options = [
        (first, last)
        for first in range(1, max(steps, 2))
        for last in range(first + 1, max(steps, 2) + 1)
    ]
    whole = (1, max(steps, 2))
    field = _seeded(f"{key}_stretch", barred.between(max(steps, 2)))
    if st.session_state[field] not in options:
        st.session_state[field] = whole
    first, last = st.selectbox(
        "between steps",
        options,
        format_func=lambda each: f"{each[0]} and {each[1]}",
        key=field,
        width=130,
    )
    # The whole way stays the whole way when steps are added.
    return (1, 0) if (first, last) == whole else (first, last)


def _seeded(field: str, value: Any) -> str:
    if field not in st.session_state:
        st.session_state[field] = value
    return field


def _details_label(step: Step, place: int) -> str:
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


def _buttons(number: int, place: int, rows: int) -> None:
    """Draw what can be done with a step."""
    step = f"step {place + 1}"
    actions: tuple[tuple[str, str, Callable[..., None], tuple[Any, ...], bool], ...] = (
        ("up", f"Move {step} up", _move, (number, -1), place == 0),
        ("down", f"Move {step} down", _move, (number, 1), place == rows - 1),
        ("copy", f"Duplicate {step}", _copy, (number,), rows >= MOST_STEPS),
        ("remove", f"Remove {step}", _remove, (_STEPS, number), rows <= _FEWEST),
    )
    for name, words, action, arguments, is_off in actions:
        st.button(
            _ICONS[name],
            key=f"funnel_step_{number}_{name}",
            help=words,
            type="tertiary",
            disabled=is_off,
            on_click=action,
            args=arguments,
        )


def _add_button(rows: Rows, offered: dict[Occurrence, str]) -> None:
    used = {step.occurrence for _, step in rows}
    events = [each for each in offered if each.kind == "event" and each not in used]
    others = [each for each in offered if each not in used]
    following = [*events, *others, *offered]
    if not following:
        return
    st.button(
        "Add a step",
        key="funnel_add",
        icon=":material/add:",
        disabled=len(rows) >= MOST_STEPS,
        help=f"A funnel has up to {MOST_STEPS} steps." if len(rows) > 8 else None,
        on_click=_add,
        args=(_STEPS, Step(following[0])),
    )


def _move(number: int, by: int) -> None:
    rows = _rows(_STEPS)
    place = _place(rows, number)
    rows.insert(place + by, rows.pop(place))


def _copy(number: int) -> None:
    rows = _rows(_STEPS)
    place = _place(rows, number)
    rows.insert(place + 1, (_next(), rows[place][1]))


def _remove(key: str, number: int) -> None:
    rows = _rows(key)
    del rows[_place(rows, number)]


def _add(key: str, row: Step | Exclusion) -> None:
    _rows(key).append((_next(), row))


def _place(rows: Rows, number: int) -> int:
    return [each for each, _ in rows].index(number)

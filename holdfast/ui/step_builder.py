"""The builder of a funnel's steps and of what must not happen between them.

The rows are kept beside the widgets, each under a number of its own: a row keeps its
widgets when it is moved, and its contents when the page is left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.occurrence import Occurrence
from holdfast.steps import MOST_STEPS, Exclusion, Exclusions, Step, Steps
from holdfast.ui.step_fields import (
    details_of,
    duration,
    kept_details,
    offered_things,
    opener,
    said_of,
    seeded,
    what_happens,
)

_STEPS, _BARRED, _NUMBER = "funnel_rows", "funnel_barred", "funnel_row_number"
_FEWEST = 2
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
    offered = offered_things(dataset)
    for place in range(len(rows)):
        # One container a row: what opens below it moves no other row's widgets.
        with st.container(gap="xsmall"):
            rows[place] = (rows[place][0], _step(dataset, offered, rows, place))
    _add_button(rows, offered)
    return tuple(step for _, step in rows)


def _step(
    dataset: Dataset, offered: dict[Occurrence, str], rows: Rows, place: int
) -> Step:
    number, step = rows[place]
    key = f"funnel_step_{number}"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**{place + 1}.**", width=22)
        what = what_happens(offered, key, f"Step {place + 1}", step.occurrence)
        is_open = opener(key, said_of(step, place), f"Conditions of step {place + 1}")
        _buttons(number, place, len(rows))
    if not is_open:
        return Step(kept_details(what, step.occurrence), step.within)
    with st.container(border=True):
        occurrence = details_of(dataset, offered, key, what, step.occurrence)
        within = step.within
        if place:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                label = "At most, after the step before"
                within = duration(f"{key}_within", label, step.within)
    return Step(occurrence, within)


def exclusion_builder(dataset: Dataset, steps: int) -> Exclusions:
    """Draw what must not happen between steps, and let it be changed.

    Args:
        dataset: Whose events are offered.
        steps: How many steps the funnel has.
    """
    rows = _rows(_BARRED)
    offered = offered_things(dataset)
    for place, (number, barred) in enumerate(rows):
        with st.container(gap="xsmall"):
            each = _exclusion(dataset, offered, number, place, barred, steps)
            rows[place] = (number, each)
    used = {step.occurrence for _, step in _rows(_STEPS)}
    free = [
        each
        for each in offered
        if each not in used and each.kind not in ("signup", "activity")
    ]
    free.sort(key=lambda each: each.kind != "event")
    if free:
        st.button(
            "Exclude something between steps",
            key="funnel_barred_add",
            icon=":material/block:",
            type="tertiary",
            on_click=_add,
            args=(_BARRED, Exclusion(free[0])),
        )
    return tuple(each for _, each in rows)


def _exclusion(
    dataset: Dataset,
    offered: dict[Occurrence, str],
    number: int,
    place: int,
    barred: Exclusion,
    steps: int,
) -> Exclusion:
    key = f"funnel_barred_{number}"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        what = what_happens(
            offered, key, f"Must not happen ({place + 1})", barred.occurrence
        )
        first, last = _stretch(key, barred, steps)
        said = said_of(Step(barred.occurrence), 0)
        is_open = opener(key, said, f"Conditions of exclusion {place + 1}")
        st.button(
            _ICONS["remove"],
            key=f"funnel_barred_{place + 1}_remove",
            help=f"Remove exclusion {place + 1}",
            type="tertiary",
            on_click=_remove,
            args=(_BARRED, number),
        )
    occurrence = kept_details(what, barred.occurrence)
    if is_open:
        with st.container(border=True):
            occurrence = details_of(dataset, offered, key, what, barred.occurrence)
    return Exclusion(occurrence, first, last)


def _rows(key: str) -> Rows:
    rows: Rows = st.session_state.setdefault(key, [])
    return rows


def _next() -> int:
    number: int = st.session_state.get(_NUMBER, 0) + 1
    st.session_state[_NUMBER] = number
    return number


def _stretch(key: str, barred: Exclusion, steps: int) -> tuple[int, int]:
    """Draw between which steps something must not happen."""
    options = [
        (first, last)
        for first in range(1, max(steps, 2))
        for last in range(first + 1, max(steps, 2) + 1)
    ]
    whole = (1, max(steps, 2))
    field = seeded(f"{key}_stretch", barred.between(max(steps, 2)))
    if st.session_state[field] not in options:
        st.session_state[field] = whole
    first, last = st.selectbox(
        "Between steps",
        options,
        format_func=lambda each: f"between {each[0]} and {each[1]}",
        key=field,
        label_visibility="collapsed",
        width=170,
    )
    if (first, last) == barred.between(max(steps, 2)):
        return barred.first, barred.last
    # The whole way stays the whole way when steps are added.
    return (1, 0) if (first, last) == whole else (first, last)


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
            # Under its place, so that the key that pressed it can press it again.
            key=f"funnel_step_{place + 1}_{name}",
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

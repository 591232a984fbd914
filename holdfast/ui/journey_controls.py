"""The controls of the Journeys page."""

from __future__ import annotations

from typing import Any

import streamlit as st

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.durations import Duration, read_duration
from holdfast.occurrence import Occurrence
from holdfast.questions.before_leaving import BeforeLeaving, Sign
from holdfast.questions.journeys import MOST_BRANCHES, MOST_DEPTH, MOST_RAREST, Journeys
from holdfast.questions.sessions import HALF_AN_HOUR, Sessions
from holdfast.questions.survival import signs_of_life
from holdfast.ui import fields

_DIRECTIONS = {"after": "What came after", "before": "What came before"}
_LIMITS = (
    Duration(1, "h"),
    *(Duration(days) for days in (1, 3, 7, 14, 30, 90)),
)
_GAPS = tuple(map(read_duration, ("10min", "30min", "1h", "4h", "1d")))
_SIGNS: dict[Sign, str] = {
    "auto": "What the data have",
    "subscription": "Paid subscription",
    "activity": "Any activity",
    "order": "Orders",
}


def journey_controls(dataset: Dataset) -> Journeys:
    """Draw what can be asked about the paths of customers and return it."""
    fields.seed("journeys", Journeys)
    _seed_left_out()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: dict[str, Any] = {
            "direction": st.segmented_control(
                "Steps",
                list(_DIRECTIONS),
                format_func=_DIRECTIONS.__getitem__,
                key="journeys_direction",
                required=True,
            ),
            "anchor": fields.occurrence(dataset, "journeys_anchor", "Of", "start"),
            "depth": st.number_input(
                "Steps shown", 1, MOST_DEPTH, key="journeys_depth", width=130
            ),
            "within": _duration("Within", "journeys_within", _LIMITS, "No limit"),
        }
        with st.popover("More settings", icon=":material/tune:"):
            values |= _details(dataset)
    return fields.kept("journeys", Journeys, values)


def leaving_controls(dataset: Dataset, paths: Answer) -> BeforeLeaving:
    """Draw what can be asked about the time before leaving and return it."""
    options: list[Sign] = ["auto"]
    options += [sign for sign in _SIGNS if sign in signs_of_life(dataset)]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.segmented_control(
            "Days looked at",
            [7, 14, 30, 90],
            default=30,
            key="before_leaving_days",
            required=True,
        )
        sign: Sign = st.selectbox(
            "Leaving is the end of",
            options,
            format_func=_SIGNS.__getitem__,
            key="before_leaving_sign",
            width=240,
        )
    return BeforeLeaving(sign, days, unit=paths.spec.unit, as_of=paths.spec.as_of)


def session_controls(paths: Answer) -> Sessions:
    """Draw the choice of the silence that ends a session and return the question."""
    gap = paths.spec.session or HALF_AN_HOUR
    chosen = _duration("A session ends after", "sessions_gap", _GAPS, None, gap)
    return Sessions(chosen or gap, paths.spec.unit, paths.spec.as_of)


def _details(dataset: Dataset) -> dict[str, Any]:
    values: dict[str, Any] = {
        "session": _duration(
            "Only within the session, which ends after a silence of",
            "journeys_session",
            _GAPS,
            "Across sessions",
        ),
        "branches": st.number_input(
            "Next steps that stand alone", 1, MOST_BRANCHES, key="journeys_branches"
        ),
        "rarest": st.number_input(
            "Paths rarer than so many percent are Other",
            0,
            MOST_RAREST,
            key="journeys_rarest",
        ),
        "fold": st.toggle(
            "Fold repeated steps",
            key="journeys_fold",
            help="The same event several times in a row is one step.",
        ),
        "every": st.toggle(
            "From every start",
            key="journeys_every",
            help="A journey from every time a customer did it, not only the first.",
        ),
    }
    names = sorted(dataset.event_counts, key=lambda name: -dataset.event_counts[name])
    left_out = st.multiselect(
        "Events that are no steps", names, key="journeys_left_out"
    )
    values["left_out"] = Occurrence("event", tuple(left_out)) if left_out else None
    values |= fields.unit(dataset, "journeys_unit")
    values["as_of"] = fields.as_of("journeys_as_of")
    return values


def _seed_left_out() -> None:
    """Turn the events of the spec into what the field of names holds."""
    state = st.session_state
    given = state.get("journeys_left_out")
    if given is None or isinstance(given, Occurrence):
        state["journeys_left_out"] = list(given.events) if given else []


def _duration(
    label: str,
    key: str,
    offered: tuple[Duration, ...],
    none: str | None,
    default: Duration | None = None,
) -> Duration | None:
    """Draw the choice of a length of time, or of none."""
    state = st.session_state
    held = state.get(key, default)
    # The field holds texts: it would take none for a choice that was not made.
    state[key] = str(held) if held else ""
    options: list[str] = [] if none is None else [""]
    options += map(str, offered)
    if state[key] not in options:
        options.append(state[key])
    chosen = st.selectbox(
        label,
        options,
        format_func=lambda text: read_duration(text).describe() if text else none or "",
        key=key,
        width=190,
    )
    return read_duration(chosen) if chosen else None

"""The controls of the funnel page: the steps, and the rules by which they count."""

from __future__ import annotations

from dataclasses import fields as fields_of
from typing import Any, TypeVar

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.happenings import last_day
from holdfast.periods import Interval
from holdfast.questions.attempting import Attempting
from holdfast.questions.conversion_time import ConversionTime
from holdfast.questions.suggested_steps import suggested_steps
from holdfast.steps import Steps, labels
from holdfast.ui import fields, session
from holdfast.ui.address import read_spec_from_address
from holdfast.ui.filter_panel import day_input
from holdfast.ui.step_builder import exclusion_builder, step_builder, take_steps
from holdfast.ui.step_fields import duration
from holdfast.ui.words import plain

Asked = TypeVar("Asked", bound=Attempting)

_PAGE = "funnel"
_SPEC, _LINK = f"{_PAGE}_spec", f"{_PAGE}_asked"
_ORDERS = {
    "ordered": "In this order, anything between",
    "no_foreign": "In this order, no other event",
    "strict": "In this order, nothing between",
    "any_order": "In any order",
}
_ORDERS_EXPLAINED = """- **Anything between**: other events may lie between two steps.
- **No other event**: only repeats of steps already done may lie between.
- **Nothing between**: the steps follow each other directly.
- **In any order**: the first of the steps that happens is the entry."""
_ENTRIES = {
    "best": "The one that gets furthest",
    "first": "The first one",
}
_JUDGED = {
    "closed": "Shown apart, in no rate",
    "matured": "Left out: only entries whose time is over",
    "all": "Counted as stopped, as other tools do",
}
_TIES = {"either": "In either order", "strict": "Never: only later ones follow"}
_REPEATS = {"allowed": "Goes on", "end": "Ends"}
_CHOICES = ("order", "entry", "judged", "ties", "repeats")


def funnel_controls(dataset: Dataset) -> ConversionTime:
    """Draw the builder and the rules and return what is asked.

    The spec is that of the time to convert, which has all fields of the others.
    """
    # In a container of its own: what is said at first moves no widget below it.
    with st.container():
        _seed(dataset)
    with st.container(border=True, gap="small"):
        steps = step_builder(dataset)
    if not steps:
        st.info(
            "There is no funnel yet. Add what people do first, and what they should do"
            " then; an export with events, orders or subscriptions offers more.",
            icon=":material/filter_list:",
        )
        st.stop()
    spec = st.session_state[_SPEC]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: dict[str, Any] = {
            "steps": steps,
            "window": duration(f"{_PAGE}_window", "Done within", spec.window),
            "order": _choice("Steps happen", "order", _ORDERS, _ORDERS_EXPLAINED, 270),
            "interval": fields.interval(f"{_PAGE}_interval"),
        }
    with st.expander("More settings", icon=":material/tune:", key=f"{_PAGE}_more"):
        values |= _more(dataset, steps)
    return fields.kept(_PAGE, ConversionTime, values)


def as_asked(kind: type[Asked], spec: ConversionTime) -> Asked:
    """Ask another question about the same funnel."""
    return kind(
        **{field.name: getattr(spec, field.name) for field in fields_of(Attempting)}
    )


def _seed(dataset: Dataset) -> None:
    """Put the kept spec, or on the first visit the address, into the widgets."""
    state = st.session_state
    if _SPEC not in state:
        spec, notices = read_spec_from_address(ConversionTime)
        for notice in notices:
            st.warning(f"{plain(notice.sentence)} {plain(notice.remedy)}")
        if not spec.steps:
            steps, window = session.watched(
                lambda cancellation: suggested_steps(dataset, cancellation)
            )
            changed: dict[str, Any] = {"steps": steps}
            if spec.window == ConversionTime().window:
                changed["window"] = window
            if spec.interval == ConversionTime().interval:
                changed["interval"] = _interval(dataset)
            spec = _with(spec, **changed)
        state[_SPEC] = state[_LINK] = spec
        take_steps(spec.steps, spec.exclusions)
    spec = state[_SPEC]
    seeds = {name: getattr(spec, name) for name in (*_CHOICES, "interval", "as_of")}
    seeds |= {
        "holding": spec.holding,
        "each": spec.each == "value",
        "by_property": spec.by_property,
        "first_entry": spec.first_entry,
        "last_entry": spec.last_entry,
        "unit": spec.unit == "account",
        "to_step": spec.to_step,
    }
    for name, value in seeds.items():
        if f"{_PAGE}_{name}" not in state:
            state[f"{_PAGE}_{name}"] = value


def _interval(dataset: Dataset) -> Interval:
    """Choose the interval of which the data have a few dozen at most."""
    if not dataset.observed:
        return "week"
    since = min(seen.from_on for seen in dataset.observed.values())
    weeks = (last_day(dataset) - since).days / 7
    return "day" if weeks < 6 else "week" if weeks <= 52 else "month"


def _with(spec: ConversionTime, **changed: Any) -> ConversionTime:
    names = [field.name for field in fields_of(ConversionTime)]
    return ConversionTime(**{name: getattr(spec, name) for name in names} | changed)


def _more(dataset: Dataset, steps: Steps) -> dict[str, Any]:
    values: dict[str, Any] = {}
    left, right = st.columns(2)
    with left:
        values["judged"] = _choice(
            "Who still has time is",
            "judged",
            _JUDGED,
            "Their window is not over at the end of the data. Counting them as stopped"
            " makes recent entries look worse than they are.",
        )
        values["entry"] = _choice(
            "Of several attempts counts",
            "entry",
            _ENTRIES,
            "Every time somebody does the first step may begin an attempt.",
        )
        values["repeats"] = _choice(
            "When a step is done again, the attempt", "repeats", _REPEATS
        )
        values["ties"] = _choice(
            "What happens at the same instant follows", "ties", _TIES
        )
        values["to_step"] = _to_step(steps)
    with right:
        values |= _properties(dataset, steps)
        values |= fields.unit(dataset, f"{_PAGE}_unit")
        with st.container(horizontal=True):
            values["first_entry"] = day_input("Entries from", f"{_PAGE}_first_entry")
            values["last_entry"] = day_input("Entries up to", f"{_PAGE}_last_entry")
        values["as_of"] = fields.as_of(f"{_PAGE}_as_of")
    st.markdown("**Must not happen between steps**")
    values["exclusions"] = exclusion_builder(dataset, len(steps))
    return values


def _properties(dataset: Dataset, steps: Steps) -> dict[str, Any]:
    """Draw what properties of events can do, where all steps can have them."""
    spec = st.session_state[_SPEC]
    values: dict[str, Any] = {"holding": None, "each": "unit", "by_property": None}
    are_events = [step.occurrence.kind in ("event", "activity") for step in steps]
    if not dataset.properties:
        return values | {"holding": spec.holding, "by_property": spec.by_property}
    held = _property(dataset, "The same throughout an attempt", "holding", "Nothing")
    values["holding"] = held
    if held is not None:
        each = st.toggle(
            f"Count each {plain(held)}, not customers", key=f"{_PAGE}_each"
        )
        values["each"] = "value" if each else "unit"
    elif not all(are_events):
        st.caption("Only events have properties that can be held.")
    values["by_property"] = _property(
        dataset,
        "Segments by a property of the first event",
        "by_property",
        "No property",
    )
    return values


def _property(dataset: Dataset, label: str, name: str, nothing: str) -> Any:
    key = f"{_PAGE}_{name}"
    options = list(dataset.properties)
    if (current := st.session_state[key]) is not None and current not in options:
        options.append(current)
    return st.selectbox(label, options, index=None, key=key, placeholder=nothing)


def _choice(
    label: str,
    name: str,
    words: dict[str, str],
    explained: str | None = None,
    width: Any = "stretch",
) -> Any:
    return st.selectbox(
        label,
        list(words),
        format_func=words.__getitem__,
        key=f"{_PAGE}_{name}",
        help=explained,
        width=width,
    )


def _to_step(steps: Steps) -> int:
    in_order = st.session_state[f"{_PAGE}_order"] != "any_order"
    names = labels(steps, in_order=in_order)
    options = [0, *range(2, len(steps))]
    if st.session_state[f"{_PAGE}_to_step"] not in options:
        st.session_state[f"{_PAGE}_to_step"] = 0
    chosen: int = st.selectbox(
        "Time to convert is the time to",
        options,
        format_func=lambda step: (
            f"{step}. {names[step - 1]}" if step else "the last step"
        ),
        key=f"{_PAGE}_to_step",
    )
    return chosen

"""The sidebar's filters and breakdown, which hold on every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

import streamlit as st

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import (
    NONE,
    AttributeIn,
    AttributeRange,
    DidEvent,
    Filter,
    Filters,
    InSegment,
    broken_by_segment,
)
from holdfast.population import attribute_values, attributes_of, check_filters
from holdfast.ui.address import read_filters_from_address
from holdfast.ui.words import attribute_label, plain

_SEEDED = "filter_seeded"
_ATTRIBUTES = "filter_attributes"
_DID, _DID_NOT = "filter_did", "filter_did_not"
_IN, _NOT_IN = "filter_in_segment", "filter_not_in_segment"
_BREAKDOWN, _SEGMENTS = "filter_breakdown", "filter_segments"
_KEPT = "filter_kept"

# What a field for a day can hold.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2100, 12, 31)

# An attribute with more values than this names persons or firms, not kinds of them.
_MOST_SEGMENTS = 50
_IDENTIFIERS = {"account_id", "email", "referred_by"}


def filter_panel(dataset: Dataset) -> Filters:
    """Draw the filters and return who is in view."""
    notices = _seed(dataset)
    st.markdown("**Who is in view**")
    for notice in notices:
        st.warning(f"{plain(notice.sentence)} {plain(notice.remedy)}")
    attributes = attributes_of(dataset)
    names = list(attributes)
    chosen = _multiselect(
        "Filter by", names, _ATTRIBUTES, "All customers", attribute_label
    )
    filters: list[Filter] = []
    for name in chosen:
        kind = attributes[name].type
        control = {"number": _number, "date": _day}.get(kind, _category)
        filters.extend(control(dataset, name))
    events = sorted(dataset.event_counts, key=lambda name: -dataset.event_counts[name])
    if events:
        for label, key in (("Did", _DID), ("Did not do", _DID_NOT)):
            done = _multiselect(label, events, key, "Any event")
            filters.extend(DidEvent(event, key == _DID_NOT) for event in done)
    filters.extend(_saved_segments(dataset))
    filters.extend(_kept_filters())
    breakdown = st.selectbox(
        "Break down by",
        _breakdowns(dataset),
        index=None,
        key=_BREAKDOWN,
        placeholder="No segments",
        format_func=_breakdown_label,
    )
    segments = st.session_state.get(_SEGMENTS, Filters().segments)
    return Filters(tuple(filters), breakdown, segments)


def _seed(dataset: Dataset) -> list[SpecError]:
    """Put what the address says into the widgets, once a session."""
    state = st.session_state
    if state.get(_SEEDED):
        return _forget_unknown(dataset)
    state[_SEEDED] = True
    filters, notices = read_filters_from_address()
    kept: list[Filter] = []
    for item in dict.fromkeys(filters.filters):
        if problem := check_filters(dataset, Filters((item,))):
            notices.append(problem)
        elif not _put(dataset, item):
            kept.append(item)
    state[_KEPT] = tuple(kept)
    if filters.breakdown:
        if problem := check_filters(dataset, Filters(breakdown=filters.breakdown)):
            notices.append(problem)
        else:
            segment = broken_by_segment(filters.breakdown)
            is_attribute = filters.breakdown in attributes_of(dataset)
            state[_BREAKDOWN] = (
                str(InSegment(segment))
                if segment and not is_attribute
                else filters.breakdown
            )
    state[_SEGMENTS] = filters.segments
    return notices


def _put(dataset: Dataset, item: Filter) -> bool:
    """Put a filter into its widgets; say whether they can show it.

    An attribute has one widget: of two filters on it, the first is put there.
    """
    state = st.session_state
    if isinstance(item, DidEvent):
        if item != DidEvent(item.event, item.is_excluded):
            return False
        key = _DID_NOT if item.is_excluded else _DID
        state[key] = [*state.get(key, []), item.event]
        return True
    if isinstance(item, InSegment):
        key = _NOT_IN if item.is_excluded else _IN
        state[key] = [*state.get(key, []), item.name]
        return True
    name = item.attribute
    kind = attributes_of(dataset)[name].type
    if name in state.get(_ATTRIBUTES, []):
        return False
    if isinstance(item, AttributeIn):
        if kind in ("number", "date") or not item.values:
            return False
        state[f"filter_values_{name}"] = list(dict.fromkeys(item.values))
        state[f"filter_not_{name}"] = item.is_excluded
    else:
        ends = [end for end in (item.first, item.last) if end is not None]
        if not ends or not all(_has_field(end) for end in ends):
            return False
        state[f"filter_first_{name}"] = item.first
        state[f"filter_last_{name}"] = item.last
    state[_ATTRIBUTES] = [*state.get(_ATTRIBUTES, []), name]
    return True


def _has_field(end: float | date) -> bool:
    """Say whether a field of the panel can hold the end of a range."""
    if isinstance(end, date):
        return FIRST_DAY <= end <= LAST_DAY
    # Beyond this the browser's numbers have gaps.
    return abs(end) < 2**53


def apply_segment(name: str) -> None:
    """Let only the customers of a saved segment be in view; for a callback."""
    state = st.session_state
    state[_IN] = list(dict.fromkeys([*state.get(_IN, []), name]))
    state[_NOT_IN] = [each for each in state.get(_NOT_IN, []) if each != name]


def rename_segment(before: str, after: str | None) -> None:
    """Let the filters name a saved segment as it is called now; none drops it."""
    state = st.session_state
    for key in (_IN, _NOT_IN):
        if before in state.get(key, []):
            names = [after if each == before else each for each in state[key]]
            state[key] = [each for each in names if each]
    if broken_by_segment(state.get(_BREAKDOWN)) == before:
        state[_BREAKDOWN] = str(InSegment(after)) if after else None


def _forget_unknown(dataset: Dataset) -> list[SpecError]:
    """Drop what another dataset knew and this one does not.

    Returns:
        A notice for each saved segment that is gone: somebody else deleted it.
    """
    state = st.session_state
    gone = [
        name
        for key in (_IN, _NOT_IN)
        for name in state.get(key, [])
        if name not in dataset.saved_segments
    ]
    known: dict[str, Iterable[str]] = {
        _ATTRIBUTES: attributes_of(dataset),
        _DID: dataset.event_codes,
        _DID_NOT: dataset.event_codes,
        _IN: dataset.saved_segments,
        _NOT_IN: dataset.saved_segments,
    }
    for key, names in known.items():
        if any(name not in names for name in state.get(key, [])):
            state[key] = [name for name in state[key] if name in names]
    if state.get(_BREAKDOWN) not in (None, *_breakdowns(dataset)):
        state[_BREAKDOWN] = None
    state[_KEPT] = tuple(
        item
        for item in state.get(_KEPT, ())
        if check_filters(dataset, Filters((item,))) is None
    )
    return [
        SpecError(
            "unknown_segment",
            f"There is no saved segment {name!r} any more, so that filter was left"
            " out.",
            "The Data page lists those that there are.",
        )
        for name in gone
    ]


def _saved_segments(dataset: Dataset) -> list[Filter]:
    names = sorted(dataset.saved_segments, key=str.casefold)
    if not names:
        return []
    return [
        InSegment(name, key == _NOT_IN)
        for label, key in (("In the segment", _IN), ("Not in the segment", _NOT_IN))
        for name in _multiselect(label, names, key, "Any customer")
    ]


def _breakdown_label(name: str) -> str:
    segment = broken_by_segment(name)
    return f"In “{segment}” or not" if segment else attribute_label(name)


def _breakdowns(dataset: Dataset) -> list[str]:
    """Return what makes segments, and what a link asks for."""
    attributes = [
        name
        for name, column in attributes_of(dataset).items()
        if name == st.session_state.get(_BREAKDOWN)
        or column.type != "category"
        or column.distinct_values <= _MOST_SEGMENTS
        or (
            name not in _IDENTIFIERS
            and column.distinct_values <= (dataset.customers - column.missing) / 2
        )
    ]
    segments = [str(InSegment(name)) for name in sorted(dataset.saved_segments)]
    return [*attributes, *segments]


def _category(dataset: Dataset, name: str) -> list[Filter]:
    key = f"filter_values_{name}"
    values = attribute_values(dataset, name)
    if attributes_of(dataset)[name].missing and NONE not in values:
        values.append(NONE)
    values.extend(v for v in st.session_state.get(key, []) if v not in values)
    chosen = _multiselect(attribute_label(name), values, key, "Any value")
    if not chosen:
        return []
    excluded = st.checkbox("All but these", key=f"filter_not_{name}")
    return [AttributeIn(name, tuple(chosen), excluded)]


def _number(dataset: Dataset, name: str) -> list[Filter]:  # noqa: ARG001  # as the others
    left, right = st.columns(2)
    first = left.number_input(
        f"{plain(attribute_label(name))} from", value=None, key=f"filter_first_{name}"
    )
    last = right.number_input("up to", value=None, key=f"filter_last_{name}")
    if first is None and last is None:
        return []
    return [AttributeRange(name, first, last)]


def _day(dataset: Dataset, name: str) -> list[Filter]:  # noqa: ARG001  # as the others
    # Side by side, two days are too wide for the sidebar.
    first = day_input(f"{plain(attribute_label(name))} from", f"filter_first_{name}")
    last = day_input(f"{plain(attribute_label(name))} up to", f"filter_last_{name}")
    if first is None and last is None:
        return []
    return [AttributeRange(name, first, last)]


def day_input(label: str, key: str, explanation: str | None = None) -> date | None:
    """Draw a field for a day that may stay empty."""
    # Without bounds it offers the ten years around today only.
    return st.date_input(
        label,
        value=None,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        key=key,
        help=explanation,
    )


def _kept_filters() -> tuple[Filter, ...]:
    """Show filters that came with a link and have no control of their own."""
    kept: tuple[Filter, ...] = st.session_state.get(_KEPT, ())
    for number, item in enumerate(kept):
        st.caption(f"Also only customers {plain(item.describe(attribute_label))}.")
        st.button(
            "Remove",
            key=f"filter_remove_{number}",
            type="tertiary",
            on_click=_forget,
            args=(item,),
        )
    return kept


def _forget(item: Filter) -> None:
    kept: tuple[Filter, ...] = st.session_state[_KEPT]
    st.session_state[_KEPT] = tuple(each for each in kept if each != item)


def _multiselect(
    label: str,
    options: list[str],
    key: str,
    nothing: str,
    named: Callable[[str], str] = str,
) -> list[str]:
    return st.multiselect(
        plain(label), options, key=key, placeholder=nothing, format_func=named
    )

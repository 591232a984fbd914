"""The address: filters and the page's spec, so that a link is a saved view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

from holdfast.errors import SpecError
from holdfast.filters import Filters, read_filter
from holdfast.spec import read_spec, write_spec
from holdfast.ui.words import clipped

Spec = TypeVar("Spec")

_FILTER, _BREAKDOWN, _SEGMENTS = "filter", "by", "segments"
_MOST_SEGMENTS = 20
# In front of settings of a page that are called like ours.
_ASIDE = "page_"


def read_filters_from_address() -> tuple[Filters, list[SpecError]]:
    """Read who is in view; what cannot be read is left out with a notice."""
    notices: list[SpecError] = []
    filters = []
    for text in st.query_params.get_all(_FILTER):
        try:
            filters.append(read_filter(text))
        except SpecError as notice:
            notices.append(notice)
    count = Filters().segments
    if text := st.query_params.get(_SEGMENTS, ""):
        # A long run of digits is refused before it is read: that would be an error.
        if text.isdecimal() and len(text) < 3 and 0 < int(text) <= _MOST_SEGMENTS:
            count = int(text)
        else:
            notices.append(
                SpecError(
                    "not_a_count_of_segments",
                    f"{clipped(text, 20)!r} is no number of segments to show.",
                    f"Use a number from 1 to {_MOST_SEGMENTS}.",
                )
            )
    return (
        Filters(tuple(filters), st.query_params.get(_BREAKDOWN) or None, count),
        notices,
    )


def read_spec_from_address(kind: type[Spec]) -> tuple[Spec, list[SpecError]]:
    """Read the page's spec; what cannot be read falls back with a notice."""
    ours = {_FILTER, _BREAKDOWN, _SEGMENTS}
    texts = {}
    for name in st.query_params:
        setting = name.removeprefix(_ASIDE) if name[len(_ASIDE) :] in ours else name
        if name not in ours:
            texts[setting] = st.query_params[name]
    return read_spec(kind, texts)


def write_address(filters: Filters, spec: Any | None = None) -> None:
    """Write who is in view and what is asked into the address."""
    wanted: dict[str, str | list[str]] = {}
    if filters.filters:
        wanted[_FILTER] = [str(item) for item in filters.filters]
    if filters.breakdown:
        wanted[_BREAKDOWN] = filters.breakdown
    if filters.segments != Filters().segments:
        wanted[_SEGMENTS] = str(filters.segments)
    if spec is not None:
        ours = {_FILTER, _BREAKDOWN, _SEGMENTS}
        for name, text in write_spec(spec).items():
            wanted[f"{_ASIDE}{name}" if name in ours else name] = text
    if _flat(wanted) != _flat(
        {name: st.query_params.get_all(name) for name in st.query_params}
    ):
        st.query_params.from_dict(wanted)


def _flat(values: Mapping[str, str | list[str]]) -> dict[str, list[str]]:
    return {
        name: [value] if isinstance(value, str) else value
        for name, value in values.items()
    }

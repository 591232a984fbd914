"""The controls and the table of the page on the first success."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.happenings import property_values
from holdfast.measures import percent
from holdfast.occurrence import Occurrence
from holdfast.questions.first_success import FirstSuccess, described_milestone
from holdfast.questions.milestones import suggested_milestone, times_needed
from holdfast.ui import fields, session
from holdfast.ui.words import clipped, counted, plain

_PAGE = "first_success"
_MEASURED = {"day": "day 30", "week": "week 8", "month": "month 3"}


def success_controls(dataset: Dataset) -> FirstSuccess:
    """Draw what can be asked about the first success and return it."""
    fields.seed(_PAGE, FirstSuccess)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        values: dict[str, Any] = {
            "start": fields.occurrence(
                dataset, f"{_PAGE}_start", "Starts with", "start"
            ),
            "milestone": _milestone(dataset),
            "interval": fields.interval(f"{_PAGE}_interval"),
        }
        interval = values["interval"]
        values["retained_at"] = _measured_in(interval)
        with st.popover("More settings", icon=":material/tune:"):
            _narrowing(dataset, values["milestone"])
            values["times"] = fields.number_or_automatic(
                "How often it has to happen",
                f"{_PAGE}_times",
                "Left empty, once; twice where the first one is the start itself, as"
                " with orders.",
                most=99,
            )
            values["horizon"] = st.number_input(
                "Days after the start", 1, 365, key=f"{_PAGE}_horizon"
            )
            values["returning"] = fields.occurrence(
                dataset, f"{_PAGE}_returning", "Stays means", "returning"
            )
            values |= fields.unit(dataset, f"{_PAGE}_unit")
            values["as_of"] = fields.as_of(f"{_PAGE}_as_of")
    return fields.kept(_PAGE, FirstSuccess, values)


def success_table(answer: Answer) -> None:
    """Show how soon each segment succeeds: quantiles, and its own best deadline."""
    summary = answer.extras["summary"]
    deadlines = answer.extras["deadlines"]
    best = deadlines[deadlines["is_best"]].set_index("segment")
    table = pd.DataFrame(
        {
            "Segment": summary["segment"],
            "Customers": summary["customers"],
            "Reached it": summary["reached"],
            f"Within {counted(int(summary['horizon'].iloc[0]), 'day')}": [
                _rate(
                    row["by_horizon_rate"],
                    row["by_horizon_lower"],
                    row["by_horizon_upper"],
                )
                for _, row in summary.iterrows()
            ],
            "Deadline that tells most": [
                _deadline(best.loc[segment]) if segment in best.index else "none"
                for segment in summary["segment"]
            ],
            "A quarter within": summary["p25_days"].map(_days),
            "Half within": [
                _days(row["median_days"])
                + _between(row["median_lower"], row["median_upper"])
                for _, row in summary.iterrows()
            ],
            "Three quarters within": summary["p75_days"].map(_days),
            "Nine of ten within": summary["p90_days"].map(_days),
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="first_success_table",
        column_config={
            name: st.column_config.NumberColumn(format="localized")
            for name in ("Customers", "Reached it")
        },
        alt="How soon each segment reaches the milestone, with intervals.",
    )


def _milestone(dataset: Dataset) -> Occurrence | None:
    """Draw the choice of success; what the data suggest is the first of them."""
    key = f"{_PAGE}_milestone"
    try:
        suggested = suggested_milestone(dataset)
        start = st.session_state[f"{_PAGE}_start"]
        words = described_milestone(suggested, times_needed(dataset, start, suggested))
        suggestion = f"Suggested: {words}"
    except SpecError:
        suggestion = "Nothing in the data"
    options = fields.offered(dataset, "milestone")
    current = st.session_state.get(key)
    if isinstance(current, Occurrence) and current not in options:
        options.append(current)
    chosen: Occurrence | None = st.selectbox(
        "Success is",
        options,
        index=None,
        format_func=fields.occurrence_name,
        key=key,
        placeholder=suggestion,
        width=330,
        help="What a customer does when they first get what they came for. It counts"
        " at the start or after it. Left empty, what the data suggest.",
    )
    return chosen


def _narrowing(dataset: Dataset, milestone: Occurrence | None) -> None:
    """Offer to take further events as success, or only those with a property."""
    if milestone is None or milestone.kind != "event":
        return
    others = [name for name in dataset.event_counts if name not in milestone.events]
    event = st.selectbox(
        "Or this event is success too",
        others,
        index=None,
        key=f"{_PAGE}_also",
        placeholder="No other event",
    )
    if event is not None:
        wider = replace(milestone, events=(*milestone.events, event))
        _taken("Take it too", wider, "also")
    name = st.selectbox(
        "Success only with this property",
        list(dataset.properties),
        index=None,
        key=f"{_PAGE}_property",
        placeholder="Any property",
        disabled=not dataset.properties,
    )
    if name is None:
        return
    values = session.watched(lambda _: property_values(dataset, name))
    value = st.selectbox(
        f"{plain(clipped(name, 40))} is",
        values,
        index=None,
        key=f"{_PAGE}_value_{name}",
        placeholder="Choose a value",
    )
    if value is not None:
        where = {**dict(milestone.where), name: value}
        narrower = replace(milestone, where=tuple(where.items()))
        _taken("Take only these", narrower, "property")


def _taken(label: str, milestone: Occurrence, field: str) -> None:
    st.button(
        label,
        key=f"{_PAGE}_{field}_taken",
        on_click=_take,
        args=(milestone, field),
        icon=":material/check:",
    )


def _take(milestone: Occurrence, field: str) -> None:
    """Make it the success that is asked about; for a callback."""
    st.session_state[f"{_PAGE}_milestone"] = milestone
    st.session_state[f"{_PAGE}_{field}"] = None


def _measured_in(interval: str) -> int:
    """Draw the choice of the interval that shows who stayed; 0 for the usual one."""
    number = st.number_input(
        f"Stayed in {interval}",
        min_value=2,
        max_value=400,
        value=None,
        step=1,
        key=f"{_PAGE}_retained_at",
        placeholder=_MEASURED[interval].split()[1],
        help=f"Left empty, {_MEASURED[interval]}. Deadlines end before it begins.",
        width=140,
    )
    return int(number or 0)


def _days(number: float) -> str:
    return "not reached" if pd.isna(number) else counted(int(number), "day")


def _between(lower: float, upper: float) -> str:
    if pd.isna(lower):
        return ""
    return f" ({lower:.0f} to {'not reached' if pd.isna(upper) else f'{upper:.0f}'})"


def _rate(rate: float, lower: float, upper: float) -> str:
    if pd.isna(rate):
        return "not observed"
    return f"{percent(rate)} ({percent(lower)} to {percent(upper)})"


def _deadline(row: pd.Series) -> str:
    return (
        f"{counted(int(row['within_days']), 'day')}: {row['difference'] * 100:+.0f}"
        f" points ({row['difference_lower'] * 100:+.0f} to"
        f" {row['difference_upper'] * 100:+.0f})"
    )

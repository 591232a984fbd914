"""Blocks of the Journeys page: who is behind a figure, tables and sessions."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.durations import spoken
from holdfast.filters import Filters
from holdfast.measures import percent
from holdfast.population import TOTAL
from holdfast.questions import before_leaving, journeys
from holdfast.ui import blocks, session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list
from holdfast.ui.journey_controls import session_controls
from holdfast.ui.words import plain


def path_customers(
    dataset: Dataset, answer: Answer, segment: str, step: Selection | None
) -> None:
    """List the customers behind a node of the flow."""
    if step is None:
        return
    frame, node = answer.frame, int(step["node_key"])
    figure = frame[(frame["segment"] == segment) & (frame["node"] == node)]
    if figure.empty:
        return
    rows = session.watched(
        lambda cancellation: journeys.members(
            dataset, answer.spec, answer.filters, node, segment, cancellation
        )
    )
    if not answer.spec.every:
        rows = rows.drop(columns="journeys")
    path = str(figure["path"].iloc[0])
    customer_list(
        dataset,
        answer,
        rows,
        heading=f"{path}{_of(segment)}",
        total=int(figure["customers"].iloc[0]),
        key="journeys_step",
        file=("path", path, _named(segment)),
    )


def last_thing_customers(
    dataset: Dataset, answer: Answer, segment: str, thing: Selection | None
) -> None:
    """List the customers behind a dot: who left, or stayed, and did it."""
    if thing is None:
        return
    frame, event, who = answer.frame, str(thing["event"]), str(thing["who"]).lower()
    figure = frame[(frame["segment"] == segment) & (frame["event"] == event)]
    if figure.empty:
        return
    rows = session.watched(
        lambda cancellation: before_leaving.members(
            dataset, answer.spec, answer.filters, event, who, segment, cancellation
        )
    )
    customer_list(
        dataset,
        answer,
        rows,
        heading=f"{who.capitalize()}, and did {event}{_of(segment)}",
        total=int(figure[f"{who}_did"].iloc[0]),
        key="before_leaving_thing",
        file=(who, event, _named(segment)),
    )


def paths_table(answer: Answer, segment: str) -> None:
    """Show every path with its counts, shares and times, on demand."""
    with st.expander(
        "The paths as a table",
        icon=":material/table_rows:",
        key="journeys_table",
        on_change="rerun",
    ) as table:
        if not table.open:
            return
        rows = answer.frame[answer.frame["segment"] == segment]
        rows = rows[rows["depth"] > 0]
        st.dataframe(
            pd.DataFrame(
                {
                    "Path": rows["path"],
                    "Journeys": rows["journeys"],
                    "Of the step before": rows["step_rate"] * 100,
                    "95% interval": _ranges(rows, "step"),
                    "Of all": rows["journey_rate"] * 100,
                    "Median time since": [
                        "" if pd.isna(seconds) else spoken(seconds)
                        for seconds in rows["median_seconds"]
                    ],
                }
            ),
            hide_index=True,
            key="journeys_paths",
            alt="Every path with its counts, shares and times.",
            column_config={
                "Path": st.column_config.TextColumn(width="large"),
                "Journeys": st.column_config.NumberColumn(format="localized"),
                "Of the step before": _SHARE,
                "Of all": _SHARE,
            },
        )


def sessions_block(dataset: Dataset, paths: Answer, filters: Filters) -> None:
    """Show how many sessions customers have and what these are like, on demand."""
    with st.expander(
        "Sessions",
        icon=":material/timer:",
        key="journeys_sessions",
        on_change="rerun",
    ) as opened:
        if not opened.open:
            return
        answer = session.answer(dataset, session_controls(paths), filters)
        st.markdown(plain(answer.sentence))
        rows = answer.frame[answer.frame["segment"] == TOTAL]
        if rows.empty:
            return
        row = rows.iloc[0]
        figures = {
            "Sessions, median customer": f"{row['median_sessions']:,.0f}",
            "Length, median session": spoken(float(row["median_length_seconds"])),
            "Events, median session": f"{row['median_events']:,.0f}",
            "A single event": percent(row["one_event_rate"]),
        }
        columns = st.columns(len(figures))
        for column, (name, figure) in zip(columns, figures.items(), strict=True):
            column.metric(name, figure, border=True)
        blocks.how_computed(
            answer, ("median_sessions", "median_events", "one_event_rate")
        )
        blocks.caveats(answer)


_SHARE = st.column_config.NumberColumn(format="%.1f%%")


def _ranges(rows: pd.DataFrame, name: str) -> list[str]:
    return [
        "" if pd.isna(lower) else f"{percent(lower, 1)} to {percent(upper, 1)}"
        for lower, upper in zip(
            rows[f"{name}_lower"], rows[f"{name}_upper"], strict=True
        )
    ]


def _of(segment: str) -> str:
    return "" if segment == TOTAL else f", {segment}"


def _named(segment: str) -> str:
    return "" if segment == TOTAL else segment

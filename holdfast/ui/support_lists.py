"""From a mark of the charts on tickets to the tickets and customers behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from holdfast.answer import Answer
from holdfast.charts import export
from holdfast.dataset import Dataset
from holdfast.measures import label
from holdfast.periods import day_label, period_label
from holdfast.population import TOTAL
from holdfast.questions import support, tickets_before_churn
from holdfast.questions.support import Kind, Support
from holdfast.ui import session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list, file_stem
from holdfast.ui.example import when
from holdfast.ui.saving import offer_segment, say_saved
from holdfast.ui.words import clipped, plain

_MOST_SHOWN = 1_000
_LONGEST = 300
_COLUMNS: dict[str, ColumnConfig] = {
    "ticket_id": st.column_config.TextColumn("Ticket"),
    "id": st.column_config.TextColumn("Customer"),
    "opened_on": st.column_config.DateColumn("Opened"),
    "solved_on": st.column_config.DateColumn("Solved"),
    "subject": st.column_config.TextColumn("Subject", width="large"),
    "tags": st.column_config.TextColumn("Tags"),
    "priority": st.column_config.TextColumn("Priority"),
    "channel": st.column_config.TextColumn("Channel"),
    "status": st.column_config.TextColumn("Status"),
    "response_hours": st.column_config.NumberColumn("Hours to answer", format="%.1f"),
    "resolution_hours": st.column_config.NumberColumn(
        "Hours to solution", format="%.1f"
    ),
    "reopens": st.column_config.NumberColumn("Reopened"),
}


def tickets_of_point(
    dataset: Dataset, answer: Answer, segment: str, point: Selection | None
) -> None:
    """List the tickets behind a point of the volume."""
    if point is None:
        return
    period, kind = pd.Timestamp(point["period_key"]), cast("Kind", point["kind"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["period"] == period)]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: support.members(
            dataset,
            answer.spec,
            answer.filters,
            period.date(),
            kind,
            segment,
            cancellation=cancellation,
        )
    )
    span = answer.spec.span
    _tickets(
        dataset,
        answer,
        rows,
        f"{label(kind)} {when(period, span)}{_of(segment)}",
        int(row[kind].iloc[0]),
        "support_point",
        (kind, period_label(period, span), "" if segment == TOTAL else segment),
    )


def tickets_of_day(
    dataset: Dataset, answer: Answer, segment: str, day: Selection | None
) -> None:
    """List the tickets of a day of the control chart."""
    if day is None:
        return
    opened = pd.Timestamp(day["period_key"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["day"] == opened)]
    if row.empty:
        return
    spec = Support(
        span="day",
        by=answer.spec.by,
        unit=answer.spec.unit,
        first=opened.date(),
        last=opened.date() + timedelta(days=1),
        as_of=answer.spec.as_of,
    )
    rows = session.watched(
        lambda cancellation: support.members(
            dataset,
            spec,
            answer.filters,
            opened.date(),
            "opened",
            segment,
            cancellation=cancellation,
        )
    )
    _tickets(
        dataset,
        answer,
        rows,
        f"Opened on {day_label(opened)}{_of(segment)}",
        int(row["tickets"].iloc[0]),
        "support_day",
        ("opened", f"{opened:%Y-%m-%d}", "" if segment == TOTAL else segment),
    )


def leavers_of_theme(dataset: Dataset, answer: Answer, theme: Selection | None) -> None:
    """List who left with a ticket in the days before."""
    if theme is None:
        return
    name, frame = str(theme["theme_key"]), answer.frame
    row = frame[frame["segment"] == name]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: tickets_before_churn.members(
            dataset, answer.spec, answer.filters, name, cancellation
        )
    )
    about = "" if name == TOTAL else f" about {name}"
    customer_list(
        dataset,
        answer,
        rows.rename(columns={"left_on": "left on", "last_subject": "last subject"}),
        heading=f"Left with a ticket{about} before",
        total=int(row["left_with"].iloc[0]),
        key="support_leavers",
        file=("left with a ticket", "" if name == TOTAL else name),
        first=("left on", "tickets", "last subject"),
    )


def _tickets(
    dataset: Dataset,
    answer: Answer,
    rows: pd.DataFrame,
    heading: str,
    total: int,
    key: str,
    file: tuple[str, ...],
) -> None:
    """Show tickets letter by letter; their customers can be saved as a segment."""
    st.markdown(f"**{plain(heading)}**")
    st.caption(f"{total:,} in the chart, {len(rows):,} in the list.")
    if rows.empty:
        return
    empty = [name for name in rows if rows[name].isna().all()]
    shown = rows.drop(columns=["ticket_no", *empty]).head(_MOST_SHOWN)
    texts = [name for name in shown if pd.api.types.is_string_dtype(shown[name])]
    shown = shown.fillna(dict.fromkeys(texts, ""))
    if "subject" in shown:
        shown = shown.assign(
            subject=[clipped(text, _LONGEST) for text in shown["subject"]]
        )
    st.dataframe(
        shown,
        hide_index=True,
        height=min(320, 38 + 35 * len(shown)),
        key=f"{key}_rows",
        alt=heading,
        column_config=_COLUMNS,
    )
    if len(rows) > _MOST_SHOWN:
        st.caption(f"The first {_MOST_SHOWN:,} are shown; the file has them all.")
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download the tickets (CSV)",
            data=lambda: export.csv(rows),
            file_name=f"{file_stem('tickets', *file)}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"{key}_csv",
            icon=":material/download:",
            type="tertiary",
        )
        known = rows[rows["id"].notna()].drop_duplicates("id")
        offer = ""
        if len(known):
            offer = offer_segment(dataset, answer, known, heading, key)
    say_saved(offer, key)


def _of(segment: str) -> str:
    return "" if segment == TOTAL else f", {segment}"

"""From a mark of a chart to the customers behind it."""

from __future__ import annotations

import re

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.charts import export
from holdfast.charts.retention import POOLED_KEY
from holdfast.dataset import Dataset
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.query import load
from holdfast.questions import lifecycle, retention, survival
from holdfast.ui import blocks, session
from holdfast.ui.blocks import Selection
from holdfast.ui.controls import segment_choice
from holdfast.ui.example import when
from holdfast.ui.saving import offer_segment, say_saved
from holdfast.ui.words import attribute_label, plain


def retention_cell(
    dataset: Dataset, answer: Answer, segment: str, cell: Selection | None
) -> None:
    """List the customers behind a cell of the triangle."""
    if cell is None:
        return
    cohort = None if cell["cohort_key"] == POOLED_KEY else cell["cohort_key"]
    _retention(dataset, answer, segment, cohort, int(cell["interval"]), "cell")


def retention_point(dataset: Dataset, answer: Answer, point: Selection | None) -> None:
    """List the customers behind a point of the curves."""
    if point is None:
        return
    _retention(
        dataset, answer, str(point["segment"]), None, int(point["interval"]), "point"
    )


def lifecycle_bar(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List the customers behind a part of a bar."""
    if bar is None:
        return
    frame, status = answer.frame, str(bar["status"])
    period = pd.Timestamp(bar["period_key"])
    row = frame[(frame["segment"] == segment) & (frame["period"] == period)]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: lifecycle.members(
            dataset,
            answer.spec,
            answer.filters,
            period.date(),
            status,
            segment,
            cancellation,
        )
    )
    at = when(period, answer.spec.interval)
    customer_list(
        dataset,
        answer,
        rows,
        heading=f"{status.capitalize()} {at}{_of(segment)}",
        total=int(row[status].iloc[0]),
        key="lifecycle_members",
        file=(status, _dated(period, answer.spec.interval), _named(segment)),
    )


def survival_left(dataset: Dataset, answer: Answer) -> None:
    """List who has left, on demand."""
    summary = answer.extras["summary"]
    with st.expander(
        "Who has left?",
        icon=":material/group_remove:",
        key="survival_left",
        on_change="rerun",
    ) as left:
        if not left.open:
            return
        segment = segment_choice(list(summary["segment"]), "survival_left_segment")
        rows = session.watched(
            lambda cancellation: survival.members(
                dataset, answer.spec, answer.filters, segment, cancellation
            )
        )
        ended = summary.loc[summary["segment"] == segment, "ended"]
        customer_list(
            dataset,
            answer,
            rows.rename(columns={"duration": f"{blocks.unit_of(answer)} stayed"}),
            heading=f"Left{_of(segment)}",
            total=int(ended.iloc[0]),
            key="survival_left",
            file=("left", _named(segment)),
        )


def _retention(
    dataset: Dataset,
    answer: Answer,
    segment: str,
    cohort: str | None,
    interval: int,
    key: str,
) -> None:
    frame = answer.frame
    figure = frame[(frame["segment"] == segment) & (frame["interval"] == interval)]
    if cohort is None:
        figure = figure[figure["scope"] == "pooled"]
    else:
        figure = figure[figure["cohort"] == pd.Timestamp(cohort)]
    if figure.empty:
        return
    rows = session.watched(
        lambda cancellation: retention.members(
            dataset,
            answer.spec,
            answer.filters,
            None if cohort is None else pd.Timestamp(cohort).date(),
            interval,
            segment,
            cancellation,
        )
    )
    row, spec = figure.iloc[0], answer.spec
    who, dated = "all complete cohorts", "all-cohorts"
    if cohort is not None:
        first = pd.Timestamp(cohort)
        who = f"cohort {period_label(first, spec.interval)}"
        dated = _dated(first, spec.interval)
    name = blocks.column_label(row, spec).lower()
    customers, retained = int(row["customers"]), int(row["retained_customers"])
    parts = {
        "retained": (rows[rows["retained_cohorts"] > 0], retained),
        "not retained": (
            rows[rows["retained_cohorts"] < rows["cohorts"]],
            customers - retained,
        ),
    }
    for status, (part, total) in parts.items():
        customer_list(
            dataset,
            answer,
            part,
            heading=f"{status.capitalize()} in {name}, {who}{_of(segment)}",
            total=total,
            key=f"{key}_{'lost' if status == 'not retained' else status}",
            file=(status, dated, name, _named(segment)),
        )


def customer_list(
    dataset: Dataset,
    answer: Answer,
    rows: pd.DataFrame,
    *,
    heading: str,
    total: int,
    key: str,
    file: tuple[str, ...],
    first: tuple[str, ...] = (),
    repeated: str = "with several cohorts one can be counted several times",
) -> None:
    """List the customers behind a figure; their number is the figure's.

    Columns named ``first`` stand right after the id, before what is known of them.
    ``repeated`` says why the figure can be larger than the list.
    """
    st.markdown(f"**{plain(heading)}**")
    if len(rows) == total:
        st.caption(f"{total:,} in the list, as in the chart.")
    else:
        st.caption(
            f"{total:,} in the chart, {len(rows):,} different ones in the list:"
            f" {repeated}."
        )
    if rows.empty:
        return
    kept = rows.drop(columns=_says_nothing(rows))
    unit = answer.spec.unit
    names = known_attributes(dataset) if unit == "customer" else []
    shown = session.watched(
        lambda cancellation: with_attributes(
            dataset, kept.head(_MOST_ROWS_SHOWN), names, cancellation
        )
    )
    told = ["id", *(name for name in first if name in shown)] if first else []
    shown = shown[[*told, *(name for name in shown if name not in told)]]
    texts = [name for name in shown if pd.api.types.is_string_dtype(shown[name])]
    st.dataframe(
        shown.fillna(dict.fromkeys(texts, "")),
        hide_index=True,
        height=min(280, 38 + 35 * len(shown)),
        key=f"{key}_rows",
        placeholder="–",
        alt=heading,
        column_config=_COLUMNS
        | {name: st.column_config.Column(attribute_label(name)) for name in names},
    )
    if len(rows) > _MOST_ROWS_SHOWN:
        st.caption(f"The first {_MOST_ROWS_SHOWN:,} are shown; the file has them all.")
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download the list (CSV)",
            data=lambda: export.csv(with_attributes(dataset, kept, names)),
            file_name=f"{file_stem(*file)}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"{key}_csv",
            icon=":material/download:",
            type="tertiary",
        )
        offer = offer_segment(dataset, answer, rows, heading, key)
    say_saved(offer, key)


def known_attributes(dataset: Dataset) -> list[str]:
    """Return the attributes that say whom to write to and why: eight at most."""
    ours = [name for name in _FIRST_SHOWN if name in dataset.attributes]
    others = [name for name in dataset.attributes if name not in {*_DATES, *ours}]
    return [*ours, *others][:_MOST_ATTRIBUTES]


def with_attributes(
    dataset: Dataset,
    rows: pd.DataFrame,
    names: list[str],
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """Put what is known of customers beside their ids.

    Returns:
        The rows in their order, with a column for each attribute that any of them
        has, right after the id.
    """
    if rows.empty or not names:
        return rows
    known = dataset.frame(
        load("customers").text,
        {"ids": list(rows["id"]), "attributes": names},
        cancellation,
    )
    table = known.pivot(index="id", columns="attribute", values="value")
    detailed = rows.set_index("id")
    present = [name for name in names if name in table and name not in rows]
    for place, name in enumerate(present):
        values = table[name].reindex(detailed.index)
        kind = dataset.attributes[name].type
        if kind == "number":
            values = pd.to_numeric(values).convert_dtypes()
        elif kind == "date":
            values = pd.to_datetime(values).dt.date
        detailed.insert(place, name, values)
    return detailed.reset_index()


def file_stem(*parts: str) -> str:
    """Name a file after what it holds, such as retained-2026-03-month-1."""
    words = (re.sub(r"[^\w]+", "-", part.lower()).strip("-") for part in parts)
    return "-".join(word[:40] for word in words if word)


def _says_nothing(rows: pd.DataFrame) -> list[str]:
    return [
        name
        for name in ("segment", "cohorts", "retained_cohorts")
        if name in rows and rows[name].nunique(dropna=False) == 1
    ]


def _of(segment: str) -> str:
    return "" if segment == TOTAL else f", {segment}"


def _named(segment: str) -> str:
    return "" if segment == TOTAL else segment


def _dated(first: pd.Timestamp, interval: str) -> str:
    return f"{first:%Y-%m}" if interval == "month" else f"{first:%Y-%m-%d}"


_MOST_ROWS_SHOWN = 1_000
_MOST_ATTRIBUTES = 8
# Whom to write to; the list has the day of joining already.
_FIRST_SHOWN = ("email", "company", "plan")
_DATES = ("joined_on", "signed_up_on", "first_seen_on")

_COLUMNS: dict[str, ColumnConfig] = {
    "id": st.column_config.TextColumn("Id"),
    "segment": st.column_config.TextColumn("Segment"),
    "joined_on": st.column_config.DateColumn("Joined"),
    "last_seen_on": st.column_config.DateColumn("Last active"),
    "cohorts": st.column_config.NumberColumn("Cohorts"),
    "steps_done": st.column_config.NumberColumn("Steps done"),
    "retained_cohorts": st.column_config.NumberColumn("Cohorts retained"),
}

"""From a mark of the charts on scores to the answers and customers behind it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from holdfast.answer import Answer
from holdfast.charts import export, score_mix
from holdfast.dataset import Dataset
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions import scores
from holdfast.survey_scales import GROUPS
from holdfast.ui import blocks, session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list, file_stem
from holdfast.ui.saving import offer_segment, say_saved
from holdfast.ui.score_blocks import kind_of
from holdfast.ui.words import plain

_MOST_SHOWN = 1_000
_MOST_LETTERS = 240
_COLUMNS: dict[str, ColumnConfig] = {
    "score": st.column_config.TextColumn("Score"),
    "comment": st.column_config.TextColumn("Comment", width="large"),
    "id": st.column_config.TextColumn("Customer"),
    "segment": st.column_config.TextColumn("Segment"),
    "answered_on": st.column_config.DateColumn("Answered"),
    "campaign": st.column_config.TextColumn("Campaign"),
    "language": st.column_config.TextColumn("Language"),
    "joined_on": st.column_config.DateColumn("Joined"),
}
_MOVED = {
    "from_on": "earlier answer on",
    "from_score": "earlier score",
    "to_on": "next answer on",
    "to_score": "next score",
}
_LEFT_OUT = {
    "unscored": "Without a score",
    "not_applicable": "Does not apply",
    "off_scale": "Off the scale",
}


def of_period(
    dataset: Dataset, answer: Answer, segment: str, point: Selection | None
) -> None:
    """List the answers behind a point of the trend."""
    if point is None:
        return
    period = pd.Timestamp(point["period_key"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["period"] == period)]
    if row.empty:
        return
    _answers(
        dataset,
        answer,
        {"period": period.date(), "segment": segment},
        f"Answers of {period_label(period, answer.spec.span)}{_of(segment)}",
        int(row["n"].iloc[0]),
        "period",
    )


def of_score(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List the answers with one score."""
    if bar is None:
        return
    given, spread = int(bar["score"]), answer.extras["distribution"]
    row = spread[(spread["segment"] == segment) & (spread["score"] == given)]
    if row.empty:
        return
    _answers(
        dataset,
        answer,
        {"score": given, "segment": segment},
        f"Score {given}{_of(segment)}",
        int(row["answers"].iloc[0]),
        "score",
    )


def of_group(dataset: Dataset, answer: Answer, part: Selection | None) -> None:
    """List the answers of one group in one segment."""
    if part is None:
        return
    segment, group = str(part["segment"]), str(part["score_group"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & frame["period"].isna()]
    if row.empty or group not in GROUPS[kind_of(answer)]:
        return
    _answers(
        dataset,
        answer,
        {"group": group, "segment": segment},
        f"{group.capitalize()}{_of(segment)}",
        int(row[group].iloc[0]),
        "group",
    )


def of_segment(dataset: Dataset, answer: Answer, dot: Selection | None) -> None:
    """List the answers of one segment."""
    if dot is None:
        return
    segment, frame = str(dot["segment"]), answer.frame
    row = frame[(frame["segment"] == segment) & frame["period"].isna()]
    if row.empty:
        return
    _answers(
        dataset,
        answer,
        {"segment": segment},
        f"Answers{_of(segment)}",
        int(row["n"].iloc[0]),
        "segment",
    )


def moves(dataset: Dataset, answer: Answer, segment: str) -> None:
    """Show how customers moved between the groups, and who did."""
    found = answer.extras["moves"]
    found = found[found["segment"] == segment]
    if found.empty:
        return
    cell = blocks.chart(
        "Moves",
        score_mix.score_moves(found, kind_of(answer), segment=segment),
        answer,
        key="scores_moves",
        caption="From an answer of a customer to the next one. Click a cell to see who"
        f" moved.{blocks.segment_shown(answer, segment)}",
        measures=("moves",),
        select="move",
        table=found,
    )
    if cell is not None:
        _moved(dataset, answer, segment, cell)


def _moved(dataset: Dataset, answer: Answer, segment: str, cell: Selection) -> None:
    before, after = str(cell["from_group"]), str(cell["to_group"])
    found = answer.extras["moves"]
    row = found[
        (found["segment"] == segment)
        & (found["from_group"] == before)
        & (found["to_group"] == after)
    ]
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: scores.moved(
            dataset,
            answer.spec,
            answer.filters,
            before,
            after,
            segment,
            cancellation,
        )
    )
    customer_list(
        dataset,
        answer,
        rows.rename(columns=_MOVED),
        heading=f"From {before} to {after}{_of(segment)}",
        total=int(row["moves"].iloc[0]),
        key="scores_moved",
        first=tuple(_MOVED.values()),
        file=("moved", before, after, "" if segment == TOTAL else segment),
    )


def left_out(dataset: Dataset, answer: Answer) -> None:
    """List answers that are in no figure, on demand."""
    frame = answer.frame
    row = frame[(frame["segment"] == TOTAL) & frame["period"].isna()].iloc[0]
    there = [name for name in _LEFT_OUT if row[name]]
    if not there:
        return
    with st.expander(
        "Answers that are in no figure",
        icon=":material/rule:",
        key="scores_left_out",
        on_change="rerun",
    ) as found:
        if not found.open:
            return
        status = there[0]
        if len(there) > 1:
            status = st.selectbox(
                "Which",
                there,
                format_func=_LEFT_OUT.__getitem__,
                key="scores_left_out_status",
                width=240,
            )
        _answers(
            dataset,
            answer,
            {"group": status},
            _LEFT_OUT[status],
            int(row[status]),
            "left_out",
        )


def _answers(
    dataset: Dataset,
    answer: Answer,
    which: dict[str, Any],
    heading: str,
    total: int,
    name: str,
) -> None:
    """List answers with their words; the one that is chosen is shown whole."""
    rows = session.watched(
        lambda cancellation: scores.members(
            dataset, answer.spec, answer.filters, **which, cancellation=cancellation
        )
    )
    st.markdown(f"**{plain(heading)}**")
    same = "as in the chart" if len(rows) == total else f"{total:,} in the chart"
    st.caption(
        f"{len(rows):,} in the list, {same}. Choose a row to read its words whole."
    )
    if rows.empty:
        return
    key = f"scores_{name}"
    nothing = [column for column in _COLUMNS if rows[column].isna().all()]
    if rows["segment"].nunique() == 1:
        nothing.append("segment")
    shown = rows[[column for column in _COLUMNS if column not in nothing]]
    shown = shown.head(_MOST_SHOWN)
    if "score" in shown:
        shown = shown.assign(
            score=shown["score"].map("{:g}".format, na_action="ignore")
        )
    if "comment" in shown:
        shown = shown.assign(
            comment=shown["comment"].map(_beginning, na_action="ignore")
        )
    texts = [each for each in shown if pd.api.types.is_string_dtype(shown[each])]
    event = st.dataframe(
        shown.fillna(dict.fromkeys(texts, "")),
        hide_index=True,
        height=min(300, 38 + 35 * len(shown)),
        key=f"{key}_rows",
        alt=heading,
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
    )
    for place in event["selection"]["rows"][:1]:
        words = rows["comment"].iloc[place] if place < len(rows) else None
        st.text("No comment." if pd.isna(words) else str(words))
    if len(rows) > _MOST_SHOWN:
        st.caption(f"The first {_MOST_SHOWN:,} are shown; the file has them all.")
    known = rows[rows["id"].notna()].drop_duplicates("id")
    offer = None
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "Download the answers (CSV)",
            data=lambda: export.csv(rows.drop(columns="answer_no")),
            file_name=f"{file_stem(heading)}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"{key}_csv",
            icon=":material/download:",
            type="tertiary",
        )
        if len(known):
            offer = offer_segment(dataset, answer, known, heading, key)
    if offer is not None:
        say_saved(offer, key)


def _beginning(words: str) -> str:
    if len(words) <= _MOST_LETTERS:
        return words
    return f"{words[: _MOST_LETTERS - 1]}…"


def _of(segment: str) -> str:
    return "" if segment == TOTAL else f", {segment}"

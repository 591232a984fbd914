"""From a mark of the charts on losses to the customers behind it, and their words."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from holdfast.answer import Answer
from holdfast.charts import export
from holdfast.dataset import Dataset
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions import exit_reasons, win_back
from holdfast.questions.exit_reasons import EVERY_REASON
from holdfast.questions.win_back import Outcome
from holdfast.ui import session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list
from holdfast.ui.words import counted

_WORDS = {
    "left_on": "left on",
    "tenure_days": "days stayed",
    "monthly_lost": "MRR lost",
    "nps_score": "last NPS",
    "tickets": "tickets before",
    "back_on": "back on",
    "days_since": "days since",
    "monthly_back": "MRR on return",
}
_COMMENTS: dict[str, ColumnConfig] = {
    "comment": st.column_config.TextColumn("Comment", width="large"),
    "reason": st.column_config.TextColumn("Reason"),
    "asked": st.column_config.TextColumn("Survey"),
    "score": st.column_config.TextColumn("Score"),
    "told_on": st.column_config.DateColumn("Written"),
    "left_on": st.column_config.DateColumn("Left"),
    "tenure_days": st.column_config.NumberColumn("Days stayed"),
    "monthly_lost": st.column_config.NumberColumn("MRR lost", format="%.2f"),
    "id": st.column_config.TextColumn("Id"),
    "segment": st.column_config.TextColumn("Segment"),
}
_WRITTEN = {
    True: (
        "What they wrote when they left",
        "No comment came with a cancellation. Load an export of subscriptions with a"
        " column such as “Cancellation comment”.",
    ),
    False: (
        "What they wrote in surveys before",
        "Nobody wrote anything in a survey in the 30 days before leaving.",
    ),
}
_MOST_COMMENTS = 500
_FIRST = ("MRR lost", "reason", "left on", "days stayed", "days since")


def reason_list(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List who left for a reason, and what they wrote."""
    if bar is None:
        return
    reason = str(bar["reason"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["reason"] == reason)]
    _left(dataset, answer, segment, row, reason, None, "exit_reasons_list")
    for on_leaving, (title, _) in _WRITTEN.items():
        rows = _written(dataset, answer, on_leaving, segment, reason)
        if len(rows):
            st.markdown(f"**{title}**")
            _comments(rows, on_leaving, title, "exit_reasons_of_bar")


def month_list(
    dataset: Dataset, answer: Answer, segment: str, bar: Selection | None
) -> None:
    """List who left for a reason in one month."""
    if bar is None:
        return
    reason, month = str(bar["reason"]), pd.Timestamp(bar["period_key"])
    trend = answer.extras["trend"]
    row = trend[
        (trend["segment"] == segment)
        & (trend["reason"] == reason)
        & (trend["month"] == month)
    ]
    _left(dataset, answer, segment, row, reason, month, "exit_reasons_month_list")


def return_list(
    dataset: Dataset, answer: Answer, segment: str, days: int, dot: Selection | None
) -> None:
    """List who came back within so many days, and who of those lost did not."""
    if dot is None:
        return
    reason = str(dot["reason"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["reason"] == reason)]
    if row.empty:
        return
    lost, back = (int(row[f"{name}_{days}"].iloc[0]) for name in ("lost", "back"))
    outcomes: dict[Outcome, tuple[str, int]] = {
        "back": (f"Back within {days} days, {reason}", back),
        "not back": (f"Not back within {days} days, {reason}", lost - back),
    }
    for outcome, (heading, total) in outcomes.items():
        _lost(
            dataset,
            answer,
            segment,
            outcome,
            days,
            reason,
            (heading, total),
        )


def candidates(dataset: Dataset, answer: Answer) -> None:
    """List whom to win back, what was worth most first."""
    frame = answer.frame
    st.subheader("Whom to win back", anchor=False)
    st.caption(
        "Everyone who was lost and is not back, by what a month was worth. The list can"
        " be downloaded, and saved as a segment to write to."
    )
    segments = list(frame["segment"].unique())
    with st.container(horizontal=True):
        segment = TOTAL
        if len(segments) > 1:
            segment = st.selectbox(
                "Of segment", segments, key="win_back_of_segment", width=220
            )
        reasons = list(frame.loc[frame["segment"] == segment, "reason"])
        reason = st.selectbox(
            "Left because of", reasons, key="win_back_of_reason", width=260
        )
    row = frame[(frame["segment"] == segment) & (frame["reason"] == reason)]
    if row.empty:
        return
    total = int(row["lost"].iloc[0] - row["back"].iloc[0])
    heading = "To win back" if reason == EVERY_REASON else (f"To win back, {reason}")
    _lost(
        dataset,
        answer,
        segment,
        "not back",
        None,
        reason,
        (heading, total),
    )


def words_of_leavers(dataset: Dataset, answer: Answer, segment: str) -> None:
    """Show what those who left wrote, letter by letter, for all reasons or one."""
    frame = answer.frame
    reasons = [EVERY_REASON, *frame.loc[frame["segment"] == segment, "reason"]]
    st.subheader("In their own words", anchor=False)
    key = "exit_reasons_words_of"
    if st.session_state.get(key) not in reasons:
        st.session_state.pop(key, None)
    reason = st.selectbox("Left because of", reasons, key=key, width=260)
    for on_leaving, (title, nothing) in _WRITTEN.items():
        st.markdown(f"**{title}**")
        rows = _written(dataset, answer, on_leaving, segment, reason)
        if len(rows):
            _comments(rows, on_leaving, title, "exit_reasons")
        else:
            st.caption(nothing if reason == EVERY_REASON else "Nobody who left for it.")


def _written(
    dataset: Dataset, answer: Answer, on_leaving: bool, segment: str, reason: str
) -> pd.DataFrame:
    return session.watched(
        lambda cancellation: exit_reasons.comments(
            dataset,
            answer.spec,
            answer.filters,
            on_leaving,
            None if reason == EVERY_REASON else reason,
            segment,
            cancellation,
        )
    )


def _comments(rows: pd.DataFrame, on_leaving: bool, title: str, key: str) -> None:
    key += "_exit_comments" if on_leaving else "_survey_comments"
    empty = [name for name in ("asked", "score") if rows[name].isna().all()]
    if rows["segment"].nunique() == 1:
        empty.append("segment")
    shown = rows.drop(columns=empty)[[name for name in _COMMENTS if name not in empty]]
    st.caption(
        f"{counted(len(rows), 'comment')}, the latest first."
        + (" Of surveys in the 30 days before leaving." if not on_leaving else "")
    )
    if "score" in shown:
        shown = shown.assign(
            score=shown["score"].map("{:g}".format, na_action="ignore")
        )
    texts = [name for name in shown if pd.api.types.is_string_dtype(shown[name])]
    st.dataframe(
        shown.head(_MOST_COMMENTS).fillna(dict.fromkeys(texts, "")),
        hide_index=True,
        height=min(320, 38 + 35 * len(shown)),
        key=key,
        placeholder="–",
        alt=title,
        column_config=_COMMENTS,
    )
    st.download_button(
        "Download the comments (CSV)",
        data=lambda: export.csv(rows),
        file_name=f"{key.replace('_', '-')}.csv",
        mime="text/csv",
        on_click="ignore",
        key=f"{key}_csv",
        icon=":material/download:",
        type="tertiary",
    )


def _left(
    dataset: Dataset,
    answer: Answer,
    segment: str,
    row: pd.DataFrame,
    reason: str,
    month: pd.Timestamp | None,
    key: str,
) -> None:
    if row.empty:
        return
    rows = session.watched(
        lambda cancellation: exit_reasons.members(
            dataset,
            answer.spec,
            answer.filters,
            reason,
            None if month is None else month.date(),
            segment,
            cancellation,
        )
    )
    when = "" if month is None else f", {period_label(month, 'month')}"
    heading = f"Left: {reason}{when}"
    customer_list(
        dataset,
        answer,
        _readable(rows),
        heading=f"{heading}{_of(segment)}",
        total=int(row["lost"].iloc[0]),
        key=key,
        first=_FIRST,
        file=("left", reason, "" if month is None else f"{month:%Y-%m}"),
    )


def _lost(
    dataset: Dataset,
    answer: Answer,
    segment: str,
    outcome: Outcome,
    days: int | None,
    reason: str,
    told: tuple[str, int],
) -> None:
    heading, total = told
    key = "candidates" if days is None else "win_back"
    rows = session.watched(
        lambda cancellation: win_back.members(
            dataset,
            answer.spec,
            answer.filters,
            outcome,
            days,
            reason,
            segment,
            cancellation,
        )
    )
    customer_list(
        dataset,
        answer,
        _readable(rows),
        heading=f"{heading}{_of(segment)}",
        total=total,
        key=f"{key}_{outcome.replace(' ', '_')}",
        first=_FIRST,
        file=(heading, "" if segment == TOTAL else segment),
    )


def _readable(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that say nothing, and name the others in words."""
    unknown = [
        name
        for name in ("monthly_lost", "monthly_back", "nps_score", "tickets", "back_on")
        if name in rows and rows[name].isna().all()
    ]
    if "kind" in rows and rows["kind"].nunique() == 1:
        unknown.append("kind")
    return rows.drop(columns=unknown).rename(columns=_WORDS)


def _of(segment: str) -> str:
    return "" if segment == TOTAL else f", {segment}"

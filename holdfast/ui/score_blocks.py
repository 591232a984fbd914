"""Figures and tables of the page on scores."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.filters import NONE
from holdfast.measures import percent, percent_range
from holdfast.population import TOTAL
from holdfast.questions.score_words import (
    change_sentence,
    points_text,
    response_sentence,
    score_range,
    score_text,
)
from holdfast.survey_scales import GROUPS, NAMES
from holdfast.ui import aside
from holdfast.ui.words import plain

_MOST_QUESTIONS = 12
_VERDICTS = {
    "higher": "Above, beyond noise",
    "lower": "Below, beyond noise",
    "within noise": "Within noise",
    "too few": "Too few scores to tell",
}


def kind_of(answer: Answer) -> str:
    """Return what kind of score an answer tells of."""
    return str(answer.extras["scale"]["kind"].iloc[0])


def headline(answer: Answer) -> None:
    """Show the score with its margin, the mean and the response rate."""
    kind, frame = kind_of(answer), answer.frame
    row = frame[frame["period"].isna() & (frame["segment"] == TOTAL)].iloc[0]
    first, second, third, fourth = st.columns(4)
    first.metric(NAMES[kind], score_text(kind, row["score"]), border=True)
    first.caption(
        f"95% interval {score_range(kind, row['score_lower'], row['score_upper'])};"
        f" {int(row['n']):,} scores."
    )
    best, _, worst = GROUPS[kind]
    for column, name in ((second, best), (third, worst)):
        column.metric(name.capitalize(), percent(row[f"{name}_rate"]), border=True)
        column.caption(
            f"{int(row[name]):,} of {int(row['n']):,};"
            f" {percent_range(row[f'{name}_lower'], row[f'{name}_upper'])}."
            if row["n"]
            else "No scores."
        )
    response = answer.extras["response"]
    known = response[(response["scope"] == "all") & (response["delivered"] > 0)]
    rate = known["response_rate"].iloc[0] if len(known) else None
    fourth.metric("Response", percent(rate), border=True)
    fourth.caption(
        "Of invitations delivered." if len(known) else "Not known: no invitations."
    )


def segment_table(answer: Answer) -> None:
    """Show each segment's score, and whether it differs from all others."""
    kind, frame = kind_of(answer), answer.frame
    rows = frame[frame["period"].isna()]
    if len(rows) < 2:
        return
    told = answer.extras["response"]
    told = told[told["scope"].isin(["all", "segment"])]
    told = told.assign(segment=told["segment"].fillna(TOTAL)).set_index("segment")
    response = told.reindex(rows["segment"])
    table = pd.DataFrame(
        {
            "Segment": rows["segment"],
            "Answers": rows["answers"],
            "Scores": rows["n"],
            "Score": [score_text(kind, each) for each in rows["score"]],
            "95% interval": _ranges(rows, kind),
            "Verdict": rows["verdict"].map(_VERDICTS).fillna(""),
            "Mean": rows["mean"],
            "Without score": rows["unscored"] + rows["not_applicable"],
            "Off the scale": rows["off_scale"],
            "Against all others": [
                "" if pd.isna(each) else _signed(kind, each)
                for each in rows["difference"]
            ],
            "Interval of that": [
                ""
                if pd.isna(low) or pd.isna(high)
                else f"{_signed(kind, low)} to {_signed(kind, high)}"
                for low, high in zip(
                    rows["difference_lower"], rows["difference_upper"], strict=True
                )
            ],
        }
    )
    if response["response_rate"].notna().any():
        table["Response"] = [
            "–"
            if pd.isna(row["response_rate"])
            else f"{percent(row['response_rate'], 1)} ({int(row['answered']):,} of"
            f" {int(row['delivered']):,};"
            f" {percent_range(row['response_lower'], row['response_upper'])})"
            for _, row in response.iterrows()
        ]
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="scores_segments",
        alt="Score of each segment and its difference from all others.",
        column_config={
            "Answers": st.column_config.NumberColumn(format="localized"),
            "Scores": st.column_config.NumberColumn(format="localized"),
            "Mean": st.column_config.NumberColumn(format="%.2f"),
        },
    )


def question_table(dataset: Dataset, answer: Answer) -> None:
    """Show the score of each question, where the survey has several."""
    kind, asked = kind_of(answer), answer.extras["surveys"]
    mine = asked[asked["kind"] == kind].head(_MOST_QUESTIONS)
    if len(mine) < 2:
        return
    rows = []
    for question in mine["question"].fillna(NONE):
        spec = replace(answer.spec, kind=kind, question=str(question))
        found = aside.attempt(dataset, spec, answer.filters)
        if isinstance(found, Answer):
            frame = found.frame
            is_whole = (frame["segment"] == TOTAL) & frame["period"].isna()
            scale = str(found.extras["scale"]["scale"].iloc[0]).replace("-", " to ")
            rows.append(frame[is_whole].assign(question=question, scale=scale))
    table = pd.concat(rows)
    st.subheader("Questions", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "Question": table["question"],
                "Scale": table["scale"],
                "Answers": table["answers"],
                "Scores": table["n"],
                "Score": [score_text(kind, each) for each in table["score"]],
                "95% interval": _ranges(table, kind),
                "Mean": table["mean"],
            }
        ),
        hide_index=True,
        height="content",
        key="scores_questions",
        alt="Score of each question of the survey.",
        column_config={"Mean": st.column_config.NumberColumn(format="%.2f")},
    )
    st.caption(
        "Each question by itself, those with most answers first; above, one is shown."
    )


def campaign_table(answer: Answer) -> None:
    """Show each campaign's score and response rate."""
    kind, rows = kind_of(answer), answer.extras["campaigns"]
    st.subheader("Campaigns and response", anchor=False)
    st.caption(plain(response_sentence(answer)))
    if rows.empty:
        return
    table = pd.DataFrame(
        {
            "Campaign": rows["campaign"],
            "First answer": pd.to_datetime(rows["first_on"]).dt.date,
            "Last answer": pd.to_datetime(rows["last_on"]).dt.date,
            "Answers": rows["answers"],
            "Scores": rows["n"],
            "Score": [score_text(kind, each) for each in rows["score"]],
            "95% interval": _ranges(rows, kind),
            "Invitations delivered": rows["delivered"],
            "Response": [percent(rate, 1) for rate in rows["response_rate"]],
            "95% interval of response": [
                "–" if pd.isna(low) else percent_range(low, high)
                for low, high in zip(
                    rows["response_lower"], rows["response_upper"], strict=True
                )
            ],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content" if len(table) < 12 else 420,
        key="scores_campaigns",
        alt="Score and response rate of each campaign.",
        column_config={
            name: st.column_config.NumberColumn(format="localized")
            for name in ("Answers", "Scores", "Invitations delivered")
        },
    )


def change_table(answer: Answer) -> None:
    """Say what changed the score between two periods, segment by segment."""
    kind, change = kind_of(answer), answer.extras["change"]
    st.subheader("What changed the score", anchor=False)
    st.caption(plain(change_sentence(answer)))
    if len(change) < 3:
        return
    table = pd.DataFrame(
        {
            "Segment": change["segment"],
            "Effect on all": [_signed(kind, each) for each in change["change"]],
            "Other customers": [_signed(kind, each) for each in change["mix_part"]],
            "Other scores": [_signed(kind, each) for each in change["score_part"]],
            "Scores before": change["n_before"],
            "Scores now": change["n_now"],
            "Score before": [score_text(kind, each) for each in change["score_before"]],
            "Score now": [score_text(kind, each) for each in change["score_now"]],
            "Share before": [percent(each, 1) for each in change["share_before"]],
            "Share now": [percent(each, 1) for each in change["share_now"]],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="scores_change",
        alt="Parts of the change of the score by segment.",
    )
    st.caption(
        "The effects of the segments add up to the change of all. Other customers: more"
        " or fewer of a kind answered. Other scores: the same kind scored otherwise."
    )


def _ranges(rows: pd.DataFrame, kind: str) -> list[str]:
    return [
        score_range(kind, low, high)
        for low, high in zip(rows["score_lower"], rows["score_upper"], strict=True)
    ]


def _signed(kind: str, value: float) -> str:
    if pd.isna(value):
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{points_text(kind, value).removesuffix(' points')}"

"""Comments in the words of those who wrote them, and tables of what recurs."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from holdfast.answer import Answer
from holdfast.charts import export
from holdfast.charts import themes as charts
from holdfast.dataset import Dataset
from holdfast.measures import percent_range
from holdfast.periods import first_day, period_label, period_of
from holdfast.population import TOTAL
from holdfast.questions import themes
from holdfast.questions.theme_figures import ALL_LANGUAGES
from holdfast.ui import blocks, session
from holdfast.ui.blocks import Selection
from holdfast.ui.saving import offer_segment, say_saved
from holdfast.ui.words import counted, plain

_MOST = 500
_LETTERS = 240
_BARS = 20
_COLUMNS: dict[str, ColumnConfig] = {
    "comment": st.column_config.TextColumn("Comment", width="large"),
    "score": st.column_config.NumberColumn("Score", format="%.3g"),
    "band": st.column_config.TextColumn("Group"),
    "language": st.column_config.TextColumn("Language"),
    "written_on": st.column_config.DateColumn("Written"),
    "id": st.column_config.TextColumn("Id"),
}


def terms_shown(answer: Answer, language: str, group: str) -> pd.DataFrame:
    """Return one row per term: own themes, then the most frequent of the language.

    Of a group those come first that it says more than the others.
    """
    frame = answer.frame
    rows = frame[
        frame["language"].isin([language, ALL_LANGUAGES]) & (frame["group"] == group)
    ]
    if group != TOTAL:
        rows = rows[rows["comments"] > 0].sort_values(
            ["difference_lower", "comments"], ascending=False, kind="stable"
        )
    is_own = rows["kind"] == "own"
    return pd.concat([rows[is_own], rows[~is_own].head(_BARS)])


def growth_shown(answer: Answer) -> pd.DataFrame:
    """Return the terms that grew, or where none surely did the likeliest ones."""
    growth = answer.extras["growth"]
    rows = growth[growth["is_growing"]]
    return (rows if len(rows) else growth[growth["change"] > 0]).head(12)


def growth_month(answer: Answer) -> date:
    """Return the first day of the month whose growth is told."""
    spec = answer.spec
    assert answer.as_of is not None
    last = period_of(answer.as_of, "month") - 1
    return first_day(period_of(spec.month, "month") if spec.month else last, "month")


def term_table(rows: pd.DataFrame) -> None:
    """Show each term's count, share, score and how it differs from other groups."""
    table = pd.DataFrame(
        {
            "Term": rows["term"],
            "Language": rows["language"],
            "Comments": rows["comments"],
            "Share": [
                percent_range(*row)
                for row in zip(rows["share_lower"], rows["share_upper"], strict=True)
            ],
            "Mean score": rows["score_mean"],
            "Times as often": rows["lift"],
            "Difference": [
                "" if pd.isna(low) else percent_range(low, high)
                for low, high in zip(
                    rows["difference_lower"], rows["difference_upper"], strict=True
                )
            ],
            "p": rows["p_adjusted"],
        }
    )
    if "nps" in rows:
        table.insert(
            5,
            "NPS",
            [
                "" if pd.isna(score) else f"{score:+.0f} ± {margin:.0f}"
                for score, margin in zip(rows["nps"], rows["nps_margin"], strict=True)
            ],
        )
    st.dataframe(
        table.dropna(axis="columns", how="all").loc[
            :, lambda frame: (frame != "").any()
        ],
        hide_index=True,
        key="comments_terms",
        alt="Terms with their counts, shares, scores and differences.",
        column_config={
            "Comments": st.column_config.NumberColumn(format="localized"),
            "Mean score": st.column_config.NumberColumn(format="%.1f"),
            "Times as often": st.column_config.NumberColumn(format="%.1f"),
            "p": st.column_config.NumberColumn(format="%.3f"),
        },
    )
    st.caption(
        "Shares and differences as 95% intervals; a difference is against the other"
        " groups. p is adjusted for all terms that were looked at."
    )


def topic_table(answer: Answer) -> None:
    """Show words that are told together, each with a comment."""
    topics = answer.extras["topics"]
    if topics.empty:
        return
    st.subheader("Topics", anchor=False)
    st.caption(
        "Words that stand in the same comments. The grouping is rough: it knows no"
        " meaning. A comment is in a topic with two of its words."
    )
    table = topics.head(30)
    st.dataframe(
        table.assign(example=table["example"].map(_cut))[
            ["language", "terms", "comments", "score_mean", "example"]
        ].dropna(axis="columns", how="all"),
        hide_index=True,
        key="comments_topics",
        alt="Topics with their comments, mean score and an example.",
        column_config={
            "language": st.column_config.TextColumn("Language"),
            "terms": st.column_config.TextColumn("Words", width="medium"),
            "comments": st.column_config.NumberColumn("Comments", format="localized"),
            "score_mean": st.column_config.NumberColumn("Mean score", format="%.1f"),
            "example": st.column_config.TextColumn("For example", width="large"),
        },
    )


def of_term(
    dataset: Dataset,
    answer: Answer,
    mark: Selection | None,
    key: str,
    group: str = TOTAL,
    month: date | None = None,
) -> None:
    """Show one term's months and the comments that have it."""
    if mark is None:
        return
    number = int(mark["term_no"])
    trend = answer.extras["trend"]
    rows = trend[trend["term_no"] == number]
    if rows.empty:
        return
    term = str(rows["term"].iloc[0])
    if len(rows) > 1:
        blocks.chart(
            f"“{plain(term)}” month by month",
            charts.term_months(rows),
            answer,
            key=f"comments_{key}_months",
            caption="Of the comments of each month in its language.",
            measures=("comment_share",),
            table=rows,
        )
    found = session.watched(
        lambda cancellation: themes.members(
            dataset,
            answer.spec,
            answer.filters,
            number,
            group,
            month,
            most=_MOST,
            cancellation=cancellation,
        )
    )
    who = "" if group == TOTAL else f", {group}"
    when = "" if month is None else f", {period_label(pd.Timestamp(month), 'month')}"
    _list(dataset, answer, found, f"Comments with “{term}”{who}{when}", key)


def search(dataset: Dataset, answer: Answer) -> None:
    """Let the reader look for words as they are written."""
    st.subheader("Search", anchor=False)
    words = st.text_input(
        "Words that all have to be in the comment",
        key="comments_search",
        placeholder='For example: slow "mobile app"',
        help="In any script; capitals do not matter. What stands in quotes is one.",
    )
    if not themes.searched(words):
        return
    found = session.watched(
        lambda cancellation: themes.members(
            dataset,
            answer.spec,
            answer.filters,
            search=words,
            most=_MOST,
            cancellation=cancellation,
        )
    )
    _list(dataset, answer, found, f"Comments with {words}", "search")


def _list(
    dataset: Dataset, answer: Answer, rows: pd.DataFrame, heading: str, key: str
) -> None:
    """List comments; a chosen one is shown whole."""
    total = int(rows["of_found"].iloc[0]) if len(rows) else 0
    st.markdown(f"**{plain(heading)}** · {counted(total, 'comment')}")
    if rows.empty:
        st.caption("There is none.")
        return
    if len(rows) < total:
        st.caption(f"The newest {len(rows):,} are listed.")
    listed = rows[list(_COLUMNS)].dropna(axis="columns", how="all")
    event = st.dataframe(
        listed.assign(comment=listed["comment"].map(_cut)),
        hide_index=True,
        key=f"comments_{key}_list",
        alt=f"{heading}, the newest first.",
        column_config=_COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
    )
    chosen = event["selection"]["rows"]
    if chosen and chosen[0] < len(rows):
        with st.container(border=True, height=240):
            st.text(str(rows["comment"].iloc[chosen[0]]))
    else:
        st.caption("Choose a row to read the whole comment.")
    known = rows[rows["id"].notna()]
    offer = ""
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "CSV",
            data=lambda: export.csv(listed),
            file_name=f"holdfast-comments-{key}.csv",
            mime="text/csv",
            on_click="ignore",
            key=f"comments_{key}_csv",
            icon=":material/download:",
            type="tertiary",
        )
        if len(known):
            offer = offer_segment(dataset, answer, known, heading, f"comments_{key}")
    if offer:
        say_saved(offer, f"comments_{key}")


def _cut(text: str) -> str:
    """Shorten a comment for a table."""
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}…"

"""Blocks of the pages on losses: tables of what each reason cost and who returned."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.charts import win_back as charts
from holdfast.measures import UNKNOWN, formatted, percent, percent_range
from holdfast.population import TOTAL
from holdfast.questions.exit_reasons import EVERY_REASON
from holdfast.ui import blocks

_MONTH = 365.25 / 12


def reason_table(answer: Answer, segment: str) -> None:
    """Show what each reason cost and what was heard before, all reasons last."""
    parts = (answer.frame, answer.extras["totals"])
    rows = pd.concat([part[part["segment"] == segment] for part in parts])
    # The only reason says what all of them say.
    rows = rows.head(1) if len(rows) == 2 else rows
    table = pd.DataFrame(
        {
            "Reason": rows["reason"],
            "Losses": rows["lost"],
            "Share": [_of_all(row) for _, row in rows.iterrows()],
            "MRR lost": _numbers(rows["monthly_lost"], ",.0f"),
            "Months stayed": rows["median_tenure_days"] / _MONTH,
            "Last NPS": [_nps(row) for _, row in rows.iterrows()],
            "Tickets before": [_tickets(row) for _, row in rows.iterrows()],
            "Back since": [
                _share(row, "back_since_rate", "back", "lost")
                for _, row in rows.iterrows()
            ],
        }
    )
    st.dataframe(
        table.loc[:, (table != UNKNOWN).any()],
        hide_index=True,
        height="content",
        key="exit_reasons_table",
        alt="What each reason cost, and what was heard before.",
        column_config={
            "Reason": blocks.NAMES,
            "Losses": st.column_config.NumberColumn(format="localized"),
            "Months stayed": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    st.caption(
        "Shares of all losses, with 95% intervals. Months stayed: half of them no"
        " longer. Last NPS: promoters less detractors of the last answers before"
        " leaving, with its margin and the number of answers. Tickets:"
        " who opened one in the 30 days before, and how many each."
    )


def reasons_by_segment(answer: Answer) -> None:
    """Show each segment's losses by reason side by side."""
    frame = answer.frame
    segments = [name for name in frame["segment"].unique() if name != TOTAL]
    if not segments:
        return
    st.subheader("By segment", anchor=False)
    order = list(frame["reason"].unique())
    cells = frame.assign(
        words=[
            f"{int(lost):,} ({percent(share)})"
            for lost, share in zip(frame["lost"], frame["lost_share"], strict=True)
        ]
    ).pivot(index="reason", columns="segment", values="words")
    table = cells.reindex(index=order, columns=[TOTAL, *segments]).fillna("0")
    st.dataframe(
        # A segment may be called as any column of ours would be.
        table.rename_axis("Reason"),
        height="content",
        key="exit_reasons_segments",
        alt="Losses of each segment by reason.",
    )
    st.caption(
        "Losses, and their share of all losses of the segment. The page on churn says"
        " how many of its customers a segment loses."
    )


def return_table(answer: Answer, segment: str) -> None:
    """Show how many came back after each reason, how soon, and what they are worth."""
    rows = answer.frame[answer.frame["segment"] == segment]
    rows = rows[(rows["reason"] != EVERY_REASON) | (len(rows) != 2)]
    columns: dict[str, Any] = {
        "Left because of": rows["reason"],
        "Losses": rows["lost"],
    }

    def within(days: int) -> list[str]:
        return [
            _share(row, f"rate_{days}", f"back_{days}", f"lost_{days}")
            for _, row in rows.iterrows()
        ]

    # What matters most stands first: on a narrow page the rest is reached by scrolling.
    columns |= {
        "In 90 days": within(90),
        "MRR before": _numbers(rows["monthly_before"], ",.0f"),
        "MRR after": _numbers(rows["monthly_back"], ",.0f"),
        "Still here": [
            _share(row, "here_rate", "still_here", "back") for _, row in rows.iterrows()
        ],
        "Days": _numbers(rows["median_days_back"], ",.1f"),
        "Back": rows["back"],
        "In 30 days": within(30),
        "In 60 days": within(60),
    }
    table = pd.DataFrame(columns)
    st.dataframe(
        table.loc[:, (table != UNKNOWN).any()],
        hide_index=True,
        height="content",
        key="win_back_table",
        alt="Who came back after each reason, how soon, and what they are worth.",
        column_config={
            "Left because of": blocks.NAMES,
            **dict.fromkeys(
                ("Losses", "Back"), st.column_config.NumberColumn(format="localized")
            ),
        },
    )
    st.caption(
        "In 30, 60 and 90 days: who came back within them, of losses at least so many"
        " days before the end of the data. Days: half of those who came back took no"
        " longer. MRR: of those who came back, when they left and on their return."
    )


def return_curves(answer: Answer, told_apart: str) -> None:
    """Draw the share back by day, for everyone, or one curve a reason or segment."""
    curves = answer.extras["curves"]
    shown = curves[(curves["segment"] == TOTAL) & (curves["reason"] == EVERY_REASON)]
    if told_apart == "Reasons":
        of_all = curves[
            (curves["segment"] == TOTAL) & (curves["reason"] != EVERY_REASON)
        ]
        shown = of_all.assign(segment=of_all["reason"])
    elif told_apart == "Segments":
        shown = curves[curves["reason"] == EVERY_REASON]
    blocks.chart(
        "How soon they come back",
        charts.return_curves(shown),
        answer,
        key="win_back_curves",
        caption="Share of those lost who have come back by each day, with 95% bands;"
        " the lines mark 30, 60 and 90 days.",
        measures=("back_rate",),
        table=shown,
    )


def _nps(row: pd.Series) -> str:
    answers = int(row["nps_answers"])
    if not answers:
        return UNKNOWN
    score = formatted(row["nps"], ",.0f")
    sign = "+" if row["nps"] > 0 else ""
    # Where all answers are of one kind the formula knows no margin.
    margin = f" ± {formatted(row['nps_margin'], ',.0f')}" if row["nps_margin"] else ""
    return f"{sign}{score}{margin} ({answers:,})"


def _tickets(row: pd.Series) -> str:
    if not row["ticket_lost"]:
        return UNKNOWN
    part = _share(row, "ticket_rate", "with_ticket", "ticket_lost")
    return f"{part}, {row['tickets_each']:.2f} each"


def _of_all(row: pd.Series) -> str:
    share = percent(row["lost_share"])
    if row["lost"] == row["of_lost"]:
        return share
    return f"{share} ({percent_range(row['share_lower'], row['share_upper'])})"


def _numbers(values: pd.Series, pattern: str) -> list[str]:
    return [formatted(value, pattern) for value in values]


def _share(row: pd.Series, rate: str, part: str, whole: str) -> str:
    if not row[whole]:
        return UNKNOWN
    return f"{percent(row[rate])} ({int(row[part]):,} of {int(row[whole]):,})"

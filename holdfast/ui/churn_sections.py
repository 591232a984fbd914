"""Parts of the Churn page: definitions, when they leave, and which kind does."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.charts import churn_parts as charts
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import percent, percent_range
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions.churn import Churn
from holdfast.questions.churn_bench import ChurnBench
from holdfast.questions.churn_by_tenure import ChurnByTenure
from holdfast.questions.churn_segments import ChurnSegments, change_sentence
from holdfast.ui import aside, blocks, churn_lists
from holdfast.ui.churn_controls import asked_of
from holdfast.ui.words import plain

_SHARE = st.column_config.NumberColumn(format="%.1f%%")
_COUNT = st.column_config.NumberColumn(format="localized")
_AGAINST = {"before": "The periods before", "year_before": "The same a year before"}


def definition_bench(dataset: Dataset, spec: Churn, answer: Answer) -> None:
    """Show one period by every usual definition, on demand."""
    title = "What would other definitions say?"
    with st.expander(
        title, icon=":material/balance:", key="churn_bench", on_change="rerun"
    ) as bench:
        if not bench.open:
            return
        frame = answer.frame[answer.frame["segment"] == TOTAL]
        periods = list(frame["period"])[::-1]
        complete = frame.loc[frame["is_complete"], "period"]
        chosen = st.selectbox(
            f"The {spec.span}",
            periods,
            index=periods.index(complete.iloc[-1]) if len(complete) else 0,
            format_func=lambda first: period_label(first, spec.span),
            key="churn_bench_period",
            width=220,
        )
        asked = asked_of(ChurnBench, spec, span=spec.span, period=chosen.date())
        found = aside.attempt(dataset, asked, answer.filters)
        if aside.is_answered(found, title):
            _bench(found)


def _bench(answer: Answer) -> None:
    frame = answer.frame
    st.markdown(plain(answer.sentence))
    if frame.empty:
        return
    table = pd.DataFrame(
        {
            "Definition": frame["variant"],
            "Rate": frame["rate"] * 100,
            "95% interval": [
                "" if pd.isna(lower) else percent_range(lower, upper)
                for lower, upper in zip(
                    frame["rate_lower"], frame["rate_upper"], strict=True
                )
            ],
            "Divided": [
                f"{int(row['numerator']):,} / {row['denominator']:,g}"
                for _, row in frame.iterrows()
            ],
            "Which is": frame["numerator_is"] + " / " + frame["denominator_is"],
            "Points from ours": frame["from_ours"] * 100,
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="churn_bench_table",
        alt="The churn of one period by every usual definition.",
        column_config={
            "Rate": _SHARE,
            "Points from ours": st.column_config.NumberColumn(format="%+.1f"),
        },
    )
    st.markdown("**Why they differ**")
    st.markdown(
        "\n".join(
            f"- **{plain(row.variant)}**: {plain(row.reason)}"
            for row in frame.itertuples()
        )
    )
    st.caption("Filters apply, segments do not.")


def when_they_leave(
    dataset: Dataset, spec: Churn, filters: Filters, segment: str
) -> None:
    """Show in which month of their time customers leave."""
    title = "When do they leave?"
    answer = aside.attempt(dataset, asked_of(ChurnByTenure, spec), filters)
    if not aside.is_answered(answer, title):
        return
    if answer.frame.empty:
        st.subheader(title, anchor=False)
        st.caption(plain(answer.sentence))
        return
    known = set(answer.frame["segment"])
    segment = segment if segment in known else TOTAL
    mark = blocks.chart(
        title,
        charts.hazard_bars(answer.frame, segment=segment),
        answer,
        key="churn_hazard",
        caption=f"{plain(answer.sentence)} Of those who reached the month and whose"
        " month is over. Click a bar to see who left."
        f"{blocks.segment_shown(answer, segment)}",
        measures=("hazard_rate", "at_risk"),
        select="month",
        table=answer.frame[answer.frame["segment"] == segment],
    )
    st.page_link(
        "pages/survival.py",
        label="How long they stay: Survival",
        icon=":material/timeline:",
    )
    churn_lists.left_in_month(dataset, answer, segment, mark)


def segments(dataset: Dataset, spec: Churn, filters: Filters) -> None:
    """Show which kind of customers leaves more, and what moved the rate."""
    title = "By segment"
    against = "before"
    asked = asked_of(ChurnSegments, spec, **_range(spec), against=against)
    answer = aside.attempt(dataset, asked, filters)
    if not aside.is_answered(answer, title):
        return
    if len(answer.frame) < 3:
        st.subheader(title, anchor=False)
        st.caption(plain(answer.sentence))
        return
    by_segment(dataset, answer)
    if answer.as_of is not None:
        _change(dataset, spec, filters)


def by_segment(dataset: Dataset, answer: Answer) -> None:
    """Show each segment's rate, what it adds to all churn, and how it differs."""
    mark = blocks.chart(
        "By segment",
        charts.segment_rates(answer.frame),
        answer,
        key="churn_segments",
        caption=f"{plain(answer.sentence)} Click a dot to see who was lost. The dashed"
        " line is everyone.",
        measures=("churn_rate", "share_of_lost", "share_of_customers"),
        select="segment",
    )
    churn_lists.lost_of_segment(dataset, answer, mark)
    frame = answer.frame
    table = pd.DataFrame(
        {
            "Segment": frame["segment"],
            "Rate": frame["churn_rate"] * 100,
            "95% interval": _ranges(frame, "churn_lower", "churn_upper"),
            "Verdict": [_verdict(row) for _, row in frame.iterrows()],
            "Lost": frame["lost"],
            "Customers": frame["customers"],
            "Points from the rest": [_apart(row) for _, row in frame.iterrows()],
            "Of lost": [_share_of_lost(row) for _, row in frame.iterrows()],
            "Of all": frame["share_of_customers"] * 100,
        }
    )
    shares = ("Rate", "Of all")
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="churn_segment_table",
        placeholder="–",
        alt="Each segment's churn rate, its share of all lost and its difference.",
        column_config={
            "Segment": blocks.NAMES,
            "Customers": _COUNT,
            "Lost": _COUNT,
            **dict.fromkeys(shares, _SHARE),
        },
    )
    st.caption(
        "Of lost, of all: the segment's share of all lost and of all customers."
        " The points are the rate less that of all others, with Newcombe's 95%"
        " interval; one without zero tells them apart."
    )


def _change(dataset: Dataset, spec: Churn, filters: Filters) -> None:
    """Show what of the change is other customers and what is other behaviour."""
    st.subheader("What moved the rate?", anchor=False)
    against = st.segmented_control(
        "Against",
        list(_AGAINST),
        format_func=_AGAINST.__getitem__,
        key="churn_against",
        default="before",
        required=True,
    )
    asked = asked_of(ChurnSegments, spec, **_range(spec), against=against)
    answer = aside.attempt(dataset, asked, filters)
    if not aside.is_answered(answer):
        return
    change = answer.extras["change"]
    if change["change"].isna().any():
        st.caption(plain(change_sentence(answer)))
        return
    blocks.chart(
        "Mix and behaviour",
        charts.change_bars(change),
        answer,
        key="churn_change",
        caption=plain(change_sentence(answer)),
        measures=("rate_part", "mix_part"),
        table=change,
    )


def _range(spec: Churn) -> dict[str, Any]:
    return {"span": spec.span, "first": spec.first, "last": spec.last}


def _ranges(frame: pd.DataFrame, lower: str, upper: str) -> list[str]:
    return [
        "" if pd.isna(low) else percent_range(low, high)
        for low, high in zip(frame[lower], frame[upper], strict=True)
    ]


def _apart(row: pd.Series) -> str:
    if pd.isna(row["difference"]):
        return ""
    low, high = row["difference_lower"] * 100, row["difference_upper"] * 100
    return f"{row['difference'] * 100:+.1f} ({low:+.1f} to {high:+.1f})"


def _share_of_lost(row: pd.Series) -> str:
    if pd.isna(row["share_of_lost"]):
        return ""
    share = percent(row["share_of_lost"])
    if row["segment"] == TOTAL:
        return share
    return f"{share} ({percent_range(row['share_lower'], row['share_upper'])})"


def _verdict(row: pd.Series) -> str:
    if row["segment"] == TOTAL:
        return ""
    if not row["customers"]:
        return "no customers"
    if not row["differs"]:
        return "within chance"
    return "leaves more" if row["difference"] > 0 else "leaves less"

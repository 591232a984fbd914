"""Parts of the Support page below its main charts: times, odd days, themes, leaving."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.charts import support as charts
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import UNKNOWN, formatted, percent, percent_range
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions.support import Support
from holdfast.questions.themes import Themes
from holdfast.questions.ticket_growth import TicketGrowth, peaks
from holdfast.questions.tickets_before_churn import TicketsBeforeChurn
from holdfast.ui import aside, blocks, support_lists
from holdfast.ui.comment_lists import growth_month
from holdfast.ui.support_controls import days_asked, growth_asked
from holdfast.ui.words import plain

_MOST_THEMES = 20
_MOST_WORDS = 10
_WHAT = {"response": "First answer", "resolution": "Solution"}


def times(answer: Answer, segment: str) -> None:
    """Show how long tickets take, by period, and by group in a table."""
    rows = answer.extras["times"]
    for measure, what in _WHAT.items():
        some = rows[(rows["measure"] == measure) & (rows["segment"] == segment)]
        if some.empty or not some["ended"].iloc[0]:
            st.subheader(f"Hours to the {what.lower()}", anchor=False)
            st.caption("The export does not tell, or it has not happened yet.")
            continue
        blocks.chart(
            f"Hours to the {what.lower()}",
            charts.time_lines(answer.frame, answer.spec.span, measure, segment=segment),
            answer,
            key=f"support_{measure}",
            caption="Median and 90th percentile of the tickets opened in the"
            f" {answer.spec.span}; who waits yet counts as long as seen."
            f"{blocks.segment_shown(answer, segment)}",
            measures=(f"{measure}_median", f"{measure}_p90"),
            table=answer.frame[answer.frame["segment"] == segment],
        )
    table = pd.DataFrame(
        {
            "Of": rows["segment"],
            "Time to": rows["measure"].map(_WHAT),
            "Tickets": rows["n"],
            "Over": rows["ended"],
            "Median, hours": [_hours(row, "median") for _, row in rows.iterrows()],
            "90th percentile, hours": [
                _hours(row, "p90") for _, row in rows.iterrows()
            ],
            "Mean of those over": [formatted(each, ",.1f") for each in rows["mean"]],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="support_times",
        alt="Times to the first answer and to the solution.",
    )
    st.caption("Of all complete periods shown, with 95% intervals.")


def odd_days(dataset: Dataset, spec: Support, filters: Filters, segment: str) -> None:
    """Show the days with more or fewer tickets than chance explains."""
    # Above the settings that it needs.
    shown_above = st.container()
    asked = days_asked(spec)
    with shown_above:
        answer = aside.attempt(dataset, asked, filters)
        if not aside.is_answered(answer, "Days out of the ordinary"):
            return
        shown = answer.frame[answer.frame["segment"] == segment]
        if shown.empty:
            return
        day = blocks.chart(
            "Days out of the ordinary",
            charts.control_chart(answer.frame, segment=segment),
            answer,
            key="support_days",
            caption=f"{plain(answer.caveats[0].text)} Click a day to see its tickets."
            f"{blocks.segment_shown(answer, segment)}",
            measures=("control_limits",),
            select="day",
            table=shown,
        )
    support_lists.tickets_of_day(dataset, answer, segment, day)


def growing(dataset: Dataset, spec: Support, filters: Filters) -> None:
    """Show which themes grow, and which stood out before."""
    st.subheader("Growing themes", anchor=False)
    asked = growth_asked(spec)
    answer = aside.attempt(dataset, asked, filters)
    if not aside.is_answered(answer, "Tags") or answer.frame.empty:
        return
    st.markdown(plain(answer.sentence))
    st.dataframe(
        _growth_table(answer.frame.head(_MOST_THEMES), asked.span),
        hide_index=True,
        height="content",
        key="support_growth",
        alt="Tickets of each theme against the periods before.",
    )
    st.caption(plain(answer.caveats[0].text))
    blocks.how_computed(answer, ("growth_ratio",))
    stood_out = peaks(answer)
    if len(stood_out):
        st.markdown("**Where a theme stood out**")
        st.dataframe(
            _growth_table(stood_out.head(_MOST_THEMES), asked.span),
            hide_index=True,
            height="content",
            key="support_peaks",
            alt="Themes and periods with surely more tickets than before.",
        )
        st.caption(
            "Every theme in every complete period, its chance adjusted for all of them."
        )
    _growing_words(dataset, asked, filters)


def _growing_words(dataset: Dataset, asked: TicketGrowth, filters: Filters) -> None:
    """Show which words of the subjects grow, where subjects are loaded."""
    spec = Themes("tickets", month=asked.period, as_of=asked.as_of)
    answer = aside.attempt(dataset, spec, filters)
    if not isinstance(answer, Answer):
        return
    growth = answer.extras["growth"]
    grown = growth[growth["is_growing"]].head(_MOST_WORDS)
    if grown.empty:
        return
    month = period_label(growth_month(answer), "month")
    st.markdown(f"**Words of the subjects that grow, {month}**")
    st.dataframe(
        pd.DataFrame(
            {
                "Words": grown["term"],
                "Language": grown["language"],
                "Tickets": grown["comments"],
                "Share of the month": [
                    percent(each, 1) for each in grown["comment_share"]
                ],
                "Share before": [percent(each, 1) for each in grown["share_before"]],
                "Chance, adjusted": [_chance(each) for each in grown["p_adjusted"]],
            }
        ),
        hide_index=True,
        height="content",
        key="support_words",
        alt="Words of the subjects against up to six months before.",
    )
    st.page_link("pages/comments.py", label="Read the subjects: Comments")


def before_leaving(dataset: Dataset, spec: Support, filters: Filters) -> None:
    """Show whether those who left had more tickets before than those who stayed."""
    st.subheader("Tickets before leaving", anchor=False)
    days = int(
        st.number_input(
            "Days before leaving", 1, 366, 30, key="support_before_days", width=220
        )
    )
    asked = TicketsBeforeChurn(
        days=days,
        by="tag" if spec.by == "segment" else spec.by,
        unit=spec.unit,
        as_of=spec.as_of,
    )
    answer = aside.attempt(dataset, asked, filters)
    if not isinstance(answer, Answer):
        st.info(
            f"{plain(answer.sentence)} {plain(answer.remedy)}", icon=":material/info:"
        )
        return
    st.markdown(plain(answer.sentence))
    if not answer.frame["left_spells"].iloc[0]:
        return
    theme = blocks.chart(
        "Left and stayed",
        charts.before_leaving_dots(answer.frame, days),
        answer,
        key="support_before",
        caption="An association, not a cause. Click a mark to see who left.",
        measures=("ticket_excess",),
        select="theme",
    )
    support_lists.leavers_of_theme(dataset, answer, theme)
    st.dataframe(
        _before_table(answer.frame),
        hide_index=True,
        height="content",
        key="support_before_table",
        alt="Shares with a ticket of those who left and of those who stayed.",
    )
    blocks.caveats(answer)


def _growth_table(rows: pd.DataFrame, span: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Theme": rows["segment"].replace({TOTAL: "All tickets"}),
            span.capitalize(): [period_label(day, span) for day in rows["period"]],
            "Tickets": rows["tickets"],
            f"A {span} before": [
                formatted(each, ",.1f") for each in rows["before_mean"]
            ],
            "Times as many": [
                _between(row, "growth_ratio", "ratio_lower", "ratio_upper")
                for _, row in rows.iterrows()
            ],
            "Chance, adjusted": [_chance(each) for each in rows["p_adjusted"]],
            "Grows": ["yes" if grows else "" for grows in rows["is_growing"]],
        }
    )


def _before_table(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Tickets about": rows["segment"].replace({TOTAL: "Anything"}),
            "Left with one": [
                f"{percent(rate, 1)} ({part:,} of {whole:,})"
                for rate, part, whole in zip(
                    rows["left_rate"],
                    rows["left_with"],
                    rows["left_spells"],
                    strict=True,
                )
            ],
            "Stayed with one": [percent(rate, 1) for rate in rows["stayed_rate"]],
            "Points of difference": [
                UNKNOWN
                if pd.isna(row["ticket_excess"])
                else f"{row['ticket_excess'] * 100:+.1f}"
                f" ({row['excess_lower'] * 100:+.1f} to"
                f" {row['excess_upper'] * 100:+.1f})"
                for _, row in rows.iterrows()
            ],
            "Times as many": [
                _between(row, "risk_ratio", "risk_lower", "risk_upper")
                for _, row in rows.iterrows()
            ],
            "Tickets per 100 customer-days": [
                f"{formatted(left, ',.2f')} against {formatted(stayed, ',.2f')}"
                for left, stayed in zip(
                    rows["left_per_100_days"], rows["stayed_per_100_days"], strict=True
                )
            ],
            "Chance, adjusted": [_chance(each) for each in rows["p_adjusted"]],
        }
    )


def _between(row: pd.Series, middle: str, lower: str, upper: str) -> str:
    if pd.isna(row[middle]):
        return UNKNOWN
    ends = f"{formatted(row[lower], ',.1f')} to {formatted(row[upper], ',.1f')}"
    return f"{row[middle]:,.1f} ({ends})"


def _hours(row: pd.Series, name: str) -> str:
    if pd.isna(row[name]):
        return "not reached"
    ends = [formatted(row[f"{name}_{end}"], ",.1f") for end in ("lower", "upper")]
    return f"{row[name]:,.1f} ({ends[0]} to {ends[1]})"


def _chance(p: float) -> str:
    if pd.isna(p):
        return UNKNOWN
    return "less than 0.001" if p < 0.001 else f"{p:.3f}"


def shares(answer: Answer, segment: str) -> None:
    """Show the last complete period's rates, each with its count and interval."""
    rows = answer.frame[
        (answer.frame["segment"] == segment) & answer.frame["is_complete"]
    ]
    if rows.empty:
        return
    row = rows.iloc[-1]
    facts = [
        (
            "Active customers with a ticket",
            percent(row["ticket_share"], 1),
            _counted(row, "active_with_ticket", "active", "ticket_share"),
        ),
        (
            "Reopened",
            percent(row["reopen_rate"], 1),
            _counted(row, "reopened", "told_reopens", "reopen"),
        ),
    ]
    at = period_label(row["period"], answer.spec.span)
    for column, (name, value, note) in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(f"{name}, {at}", value, border=True)
        column.caption(note)


def _counted(row: pd.Series, part: str, whole: str, ends: str) -> str:
    if not row[whole] or pd.isna(row[f"{ends}_lower"]):
        return "Not known"
    return (
        f"{int(row[part]):,} of {int(row[whole]):,};"
        f" {percent_range(row[f'{ends}_lower'], row[f'{ends}_upper'])}"
    )

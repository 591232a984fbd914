"""Blocks of the page on promoters: what each group does, and who is behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import UNKNOWN, formatted, percent, percent_range
from holdfast.periods import day_label
from holdfast.population import TOTAL
from holdfast.questions import mrr_at_risk, score_behaviour
from holdfast.questions.funnel import Funnel
from holdfast.questions.score_behaviour import Outcome, ScoreBehaviour
from holdfast.questions.suggested_steps import frequent_steps
from holdfast.ui import aside, blocks, session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list
from holdfast.ui.promoter_controls import risk_of
from holdfast.ui.words import plain
from holdfast.voices import AROUND_DAYS

_WORDS = {
    "monthly_before": "MRR then",
    "monthly_after": "MRR after",
    "monthly": "MRR",
    "told_at": "on",
    "days_left": "days until it left",
    "tickets_before": "tickets before",
    "tickets_after": "tickets after",
}
_LATELY_DAYS = 180
_FIRST = ("MRR", "MRR then", "score", "on", "days until it left")


def group_table(answer: Answer, segment: str) -> None:
    """Show what each group does: leaving, activity, money and tickets."""
    rows = answer.frame[answer.frame["segment"] == segment]
    cells = [row for _, row in rows.iterrows()]
    days = answer.spec.horizon
    behaviour = pd.DataFrame(
        {
            "Group": rows["group"],
            "Moments": rows["moments"],
            "Left": [_share(row, "loss", "lost", "mature") for row in cells],
            "Against the best group": [_apart(row) for row in cells],
        }
    )
    activity = pd.DataFrame(
        {
            "Group": rows["group"],
            "Active in the month after": [
                _share(row, "active_after", "active", "seen") for row in cells
            ],
        }
    )
    if days > AROUND_DAYS:
        activity[f"Still active in days {days - AROUND_DAYS + 1} to {days}"] = [
            _share(row, "retained", "retained", "retained_seen") for row in cells
        ]
    money = pd.DataFrame(
        {
            "Group": rows["group"],
            "MRR each": [formatted(row["monthly_each"], ",.2f") for row in cells],
            "NRR": [percent(row["group_nrr"]) for row in cells],
            "GRR": [percent(row["group_grr"]) for row in cells],
            "Expansion": [formatted(row["expansion"], ",.0f") for row in cells],
            "Contraction": [formatted(row["contraction"], ",.0f") for row in cells],
            "MRR lost": [formatted(row["monthly_lost"], ",.0f") for row in cells],
        }
    )
    tickets = pd.DataFrame(
        {
            "Group": rows["group"],
            "With a ticket before": [
                _share(row, "before", "with_before", "ticket_moments") for row in cells
            ],
            "With a ticket after": [
                _share(row, "after", "with_after", "ticket_moments") for row in cells
            ],
        }
    )
    tables = (
        (
            "What each group does",
            behaviour,
            f"Left: within {days} days, of moments at least so many days before the end"
            " of the data; the difference from the best group, in points. With"
            " 95% intervals.",
        ),
        (
            "Whether they come back",
            activity,
            "Share with any activity in these days, counted from the day after, where"
            " they were observed, with 95% intervals.",
        ),
        (
            "What each group pays",
            money,
            f"Of moments at least {days} days before the end of the data of those who"
            f" paid: MRR then, and what became of it {days} days later. NRR with, GRR"
            " without what is paid more.",
        ),
        (
            "Whether they ask for help",
            tickets,
            "Share with a ticket in the 30 days before and after the moment, with 95%"
            " intervals, where the export of tickets covers both.",
        ),
    )
    for title, table, meaning in tables:
        told = table.loc[:, (table != UNKNOWN).any()]
        if len(told.columns) < 2:
            continue
        st.subheader(title, anchor=False)
        st.dataframe(
            told,
            hide_index=True,
            height="content",
            key=f"promoters_{title.split()[-1]}_table",
            alt=f"{title}, a row a group of scores.",
            column_config={
                "Moments": st.column_config.NumberColumn(format="localized")
            },
        )
        st.caption(meaning)


def behind_group(
    dataset: Dataset, answer: Answer, segment: str, dot: Selection | None
) -> None:
    """List who of a group left, and who stayed."""
    if dot is None:
        return
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["group"] == str(dot["group"]))]
    if row.empty:
        return
    group, name = str(row["score_group"].iloc[0]), str(row["group"].iloc[0])
    lost, mature = int(row["lost"].iloc[0]), int(row["mature"].iloc[0])
    within = f"within {answer.spec.horizon} days"
    lists: dict[Outcome, tuple[str, int]] = {
        "left": (f"{name} who left {within}", lost),
        "stayed": (f"{name} who did not leave {within}", mature - lost),
    }
    for outcome, (heading, total) in lists.items():
        rows = _behaviour_members(dataset, answer, group, outcome, segment)
        customer_list(
            dataset,
            answer,
            _readable(rows),
            heading=f"{heading}{_of(segment)}",
            total=total,
            key=f"promoters_{outcome}",
            first=_FIRST,
            file=(heading, "" if segment == TOTAL else segment),
        )


def curve_test(answer: Answer, segment: str) -> None:
    """Say whether the curves of the groups with a score differ beyond chance."""
    tests = answer.extras["logrank"]
    row = tests[tests["segment"] == segment]
    if row.empty or row["p_value"].isna().all():
        st.caption("Too few have left to compare the groups with a score.")
        return
    value = float(row["p_value"].iloc[0])
    chance = "less than 0.001" if value < 0.001 else f"{value:.3f}"
    found = (
        "The groups with a score differ by more than chance"
        if value < 0.05
        else "No clear difference between the groups with a score: it may be chance"
    )
    st.caption(f"{found} (log-rank test, p {chance}).")


def funnel_of_groups(dataset: Dataset, spec: ScoreBehaviour, filters: Filters) -> None:
    """Show how far each group gets in the funnel that was looked at last.

    The first entry since the survey began counts: what becomes of it says nothing
    about which entry that is.
    """
    attribute = f"{spec.survey}_group"
    asked = replace(
        st.session_state.get("funnel_spec", Funnel()),
        entry="first",
        first_entry=spec.first or dataset.observed["responses"].from_on,
        by_property=None,
        as_of=spec.as_of,
        unit=spec.unit,
    )
    by_group = replace(filters, breakdown=attribute)
    answer = aside.attempt(dataset, asked, by_group)
    if not isinstance(answer, Answer):
        return
    since = "since the survey began"
    if len(_ends(answer)) < 2 and "funnel_spec" not in st.session_state:
        later = _later_funnel(dataset, asked, answer)
        found = aside.attempt(dataset, later, by_group) if later else answer
        if isinstance(found, Answer) and len(_ends(found)) > 1:
            answer, since = found, f"since {day_label(found.spec.first_entry)}"
    frame, last = answer.frame, _ends(answer)
    path = " → ".join(frame.drop_duplicates("step")["label"])
    st.subheader("How far they get", anchor=False)
    if frame.empty:
        st.markdown(plain(answer.sentence))
    elif len(last) < 2:
        st.markdown(
            f"Nobody had answered before entering {plain(path)}, so the groups cannot"
            " be told apart there. A funnel that begins later can: build one, and look"
            " here again."
        )
    else:
        st.dataframe(
            pd.DataFrame(
                {
                    "Last answer before": last["segment"],
                    "Entered": last["entered_customers"],
                    "Went all the way": [
                        f"{percent(row['rate_of_first'])} ({int(row['customers']):,};"
                        f" {percent_range(row['first_lower'], row['first_upper'])})"
                        if row["entered_customers"]
                        else UNKNOWN
                        for _, row in last.iterrows()
                    ],
                }
            ),
            hide_index=True,
            height="content",
            key="promoters_funnel",
            alt="Each group's share that went all the way in the funnel.",
            column_config={
                "Entered": st.column_config.NumberColumn(format="localized")
            },
        )
        st.caption(
            f"{plain(path)}: the first entry of each {since}, by the last answer before"
            " it, with 95% intervals."
        )
        blocks.how_computed(answer, ())
    st.page_link("pages/funnel.py", label="Choose the steps: Funnel")


def _ends(answer: Answer) -> pd.DataFrame:
    """Return how many of each group went all the way."""
    frame = answer.frame
    is_end = (frame["step"] == frame["step"].max()) & (frame["segment"] != TOTAL)
    ends: pd.DataFrame = frame[is_end]
    return ends


def _later_funnel(dataset: Dataset, asked: Funnel, answer: Answer) -> Funnel | None:
    """Choose a way that customers go again and again, where nobody chose another.

    The suggested one begins with joining, before which nobody has answered.
    """
    steps = frequent_steps(dataset)
    if not steps or answer.as_of is None or asked.first_entry is None:
        return None
    lately = answer.as_of - timedelta(days=_LATELY_DAYS)
    return replace(asked, steps=steps, first_entry=max(asked.first_entry, lately))


def at_risk(dataset: Dataset, spec: ScoreBehaviour, filters: Filters) -> None:
    """Show the MRR behind each group now, and list a group by what it pays."""
    st.subheader("MRR at risk now", anchor=False)
    answer = aside.attempt(dataset, risk_of(spec), filters)
    if not aside.is_answered(answer):
        return
    st.markdown(plain(answer.sentence))
    frame = answer.frame
    if frame.empty:
        return
    st.dataframe(
        _risk_table(frame),
        hide_index=True,
        height="content",
        key="promoters_risk",
        alt="Customers and MRR by the group of the latest score.",
    )
    st.caption(plain(answer.caveats[0].text))
    blocks.how_computed(answer, ("risk_share",))
    with st.container(horizontal=True):
        segments = list(frame["segment"].unique())
        segment = TOTAL
        if len(segments) > 1:
            segment = st.selectbox(
                "Of segment", segments, key="promoters_risk_segment", width=220
            )
        rows = frame[frame["segment"] == segment]
        names = list(rows["group"])
        worst = rows.index[rows["score_group"] == "low"]
        default = names.index(rows.loc[worst[0], "group"]) if len(worst) else 0
        group = st.selectbox(
            "Latest score", names, index=default, key="promoters_risk_group", width=220
        )
    row = rows[rows["group"] == group]
    if row.empty:
        return
    key = str(row["score_group"].iloc[0])
    found = session.watched(
        lambda cancellation: mrr_at_risk.members(
            dataset, answer.spec, answer.filters, key, segment, cancellation
        )
    )
    customer_list(
        dataset,
        answer,
        _readable(found),
        heading=f"{group} now{_of(segment)}",
        total=int(row["units"].iloc[0]),
        key="promoters_risk_list",
        first=_FIRST,
        file=(str(group), "now", "" if segment == TOTAL else segment),
    )


def _behaviour_members(
    dataset: Dataset, answer: Answer, group: str, outcome: Outcome, segment: str
) -> pd.DataFrame:
    return session.watched(
        lambda cancellation: score_behaviour.members(
            dataset, answer.spec, answer.filters, group, outcome, segment, cancellation
        )
    )


def _risk_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Put customers and MRR of every group side by side, a row a segment and group."""
    cells = [row for _, row in frame.iterrows()]
    table = pd.DataFrame(
        {
            "Segment": frame["segment"],
            "Latest score": frame["group"],
            "Customers": [_share_of_units(row) for row in cells],
            "MRR": [formatted(row["monthly"], ",.0f") for row in cells],
            "Share of all MRR": [percent(row["risk_share"]) for row in cells],
        }
    )
    if frame["segment"].nunique() == 1:
        table = table.drop(columns="Segment")
    return table.loc[:, (table != UNKNOWN).any()]


def _share_of_units(row: pd.Series) -> str:
    ends = percent_range(row["share_lower"], row["share_upper"])
    share = percent(row["units_share"])
    return f"{share} ({int(row['units']):,} of {int(row['of_units']):,}; {ends})"


def _share(row: pd.Series, rate: str, part: str, whole: str) -> str:
    if not row[whole]:
        return UNKNOWN
    ends = percent_range(row[f"{rate}_lower"], row[f"{rate}_upper"])
    count = f"{int(row[part]):,} of {int(row[whole]):,}"
    return f"{percent(row[f'{rate}_rate'])} ({count}; {ends})"


def _apart(row: pd.Series) -> str:
    if pd.isna(row["difference"]):
        return UNKNOWN
    low, high = (100 * row[f"difference_{end}"] for end in ("lower", "upper"))
    chance = "" if row["differs"] else ", within noise"
    return f"{100 * row['difference']:+.1f} points ({low:+.1f} to {high:+.1f}{chance})"


def _readable(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that say nothing, and name the others in words."""
    empty = [
        name for name in (*_WORDS, "score") if name in rows and rows[name].isna().all()
    ]
    kept = rows.drop(columns=empty)
    if "told_at" in kept:
        kept["told_at"] = pd.to_datetime(kept["told_at"]).dt.date
    return kept.rename(columns=_WORDS)


def _of(segment: str) -> str:
    return "" if segment == TOTAL else f", {segment}"

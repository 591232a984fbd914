"""Parts of the funnel page: the segments' table, the trend and the time it takes."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from holdfast.answer import Answer
from holdfast.charts import conversion_time as time_charts
from holdfast.charts import funnel_trend as trend_charts
from holdfast.dataset import Dataset
from holdfast.durations import spoken, spoken_in_days
from holdfast.filters import Filters
from holdfast.measures import percent_range
from holdfast.questions.attempting import step_labels
from holdfast.questions.conversion_time import ConversionTime
from holdfast.questions.funnel_bench import FunnelBench
from holdfast.questions.funnel_trend import FunnelTrend
from holdfast.ui import aside, blocks, funnel_lists
from holdfast.ui.funnel_controls import as_asked
from holdfast.ui.words import plain

_SHARE = st.column_config.NumberColumn(format="%.1f%%")
_COUNT = st.column_config.NumberColumn(format="localized")


def segment_table(answer: Answer) -> None:
    """Show each segment's shares with the difference from the rest."""
    frame = answer.frame
    last = frame[frame["step"] == frame["step"].max()]
    table = pd.DataFrame(
        {"Segment": last["segment"], "Entered": last["entered_customers"]}
    ).set_index("Segment")
    shares = []
    for step, rows in frame[frame["step"] > 1].groupby("step"):
        name = f"{step}. {rows['label'].iloc[0]}"
        shares.append(name)
        table[name] = rows.set_index("segment")["rate_of_first"] * 100
    of_last = last.set_index("segment")
    table["Last step, 95% interval"] = [
        _between(row["first_lower"], row["first_upper"]) for _, row in last.iterrows()
    ]
    table["Difference from the rest"] = [_apart(row) for _, row in last.iterrows()]
    waiting = frame.groupby("segment", sort=False)["open_customers"].sum()
    if answer.spec.judged != "all":
        table["Still have time"] = waiting.reindex(of_last.index)
    st.dataframe(
        table.reset_index(),
        hide_index=True,
        height="content",
        key="funnel_segments",
        alt="Each segment's share of the first step at every step, with intervals.",
        column_config={
            "Entered": _COUNT,
            "Still have time": _COUNT,
            **dict.fromkeys(shares, _SHARE),
        },
    )
    st.caption(
        "Shares of the first step. The difference is between the segment's last step"
        " and that of all others in view, in points, with its 95% interval: one without"
        " zero tells them apart."
    )


def trend(
    dataset: Dataset,
    spec: ConversionTime,
    filters: Filters,
    segment: str,
    among: list[str],
) -> None:
    """Show how the funnel changes with the interval of entry."""
    title = f"Trend by {spec.interval} of entry"
    answer = aside.attempt(dataset, as_asked(FunnelTrend, spec), filters)
    if not aside.is_answered(answer, title):
        return
    if answer.frame.empty:
        return
    point = blocks.chart(
        title,
        trend_charts.trend_lines(
            answer.frame,
            spec.interval,
            among=among,
            segment=segment,
            counts_open=spec.judged == "all",
        ),
        answer,
        key="funnel_trend",
        caption=f"{plain(answer.sentence)} Hollow points are not over: the share so"
        " far, which may still change. Click a point to see the customers behind it.",
        measures=("conversion_rate", "open_customers"),
        select="trend",
    )
    funnel_lists.trend_mark(dataset, answer, point, "trend")
    of_segment = blocks.segment_shown(answer, segment)
    bar = blocks.chart(
        f"Entries by {spec.interval}",
        trend_charts.entry_bars(answer.frame, spec.interval, segment=segment),
        answer,
        key="funnel_entries",
        caption="Who did the first step, and what became of it. Click a part of a bar"
        f" to see the customers behind it.{of_segment}",
        measures=("entered_customers", "dropped_customers", "open_customers"),
        select="entries",
        table=answer.frame[answer.frame["segment"] == segment],
    )
    funnel_lists.trend_mark(dataset, answer, bar, "entries", segment)


def time_to_convert(
    dataset: Dataset,
    spec: ConversionTime,
    filters: Filters,
    segment: str,
    among: list[str],
) -> None:
    """Show how long it takes to get to a step, and from step to step."""
    answer = aside.attempt(dataset, spec, filters)
    if not aside.is_answered(answer, "Time to convert"):
        return
    if answer.frame.empty:
        return
    summary, spread = answer.extras["summary"], answer.extras["spread"]
    names = step_labels(spec)
    point = blocks.chart(
        f"Time to {plain(names[(spec.to_step or len(names)) - 1])}",
        time_charts.conversion_curves(
            answer.frame, summary, among=among, segment=segment
        ),
        answer,
        key="funnel_time",
        caption=f"{plain(answer.sentence)} Those who have not count for as long as they"
        " had time and were observed. Click a curve to see who did and who did not.",
        measures=("converted_share", "at_risk"),
        select="curve",
    )
    funnel_lists.time_curve(dataset, answer, point)
    if spread["customers"].sum():
        bar = blocks.chart(
            "How long it took",
            time_charts.time_histogram(spread, segment=segment),
            answer,
            key="funnel_spread",
            caption="Customers who got there, by the time from their first step. Click"
            f" a bar to see them.{blocks.segment_shown(answer, segment)}",
            measures=("time_taken",),
            select="bin",
            table=spread,
        )
        funnel_lists.time_bin(dataset, answer, segment, bar)
        _step_times(answer, names, segment)


def definition_bench(dataset: Dataset, spec: ConversionTime, filters: Filters) -> None:
    """Count the same steps by the rules of other tools, on demand."""
    with st.expander(
        "What would other tools say?",
        icon=":material/balance:",
        key="funnel_bench",
        on_change="rerun",
    ) as bench:
        if not bench.open:
            return
        own = st.toggle(
            "With each tool's own default window, not the one above",
            key="funnel_bench_own",
        )
        asked = replace(as_asked(FunnelBench, spec), windows="own" if own else "same")
        answer = aside.attempt(dataset, asked, filters)
        if aside.is_answered(answer, "What would other tools say?"):
            _bench(answer, step_labels(spec))


def _bench(answer: Answer, names: list[str]) -> None:
    """Show the rules side by side, then what each is and why it differs."""
    st.markdown(plain(answer.sentence))
    frame, rules = answer.frame, answer.extras["bench"]
    counts = frame.pivot(index=["tool", "rule"], columns="step", values="customers")
    steps = [f"{number}. {name}" for number, name in enumerate(names, start=1)]
    counts.columns = pd.Index(steps[: len(counts.columns)])
    known = rules[rules["is_computed"]].set_index(["tool", "rule"])
    table = counts.reindex(known.index)
    table.insert(0, "Rate", known["rate_of_first"].astype(float) * 100)
    table["Against the rules above"] = known["moved_customers"].astype("int64")
    st.dataframe(
        table.reset_index().rename(columns={"tool": "Tool", "rule": "Rule"}),
        hide_index=True,
        height="content",
        key="funnel_bench_table",
        alt="Customers at each step by the rules of each tool.",
        column_config={
            "Rate": _SHARE,
            **dict.fromkeys(steps, _COUNT),
            "Against the rules above": st.column_config.NumberColumn(
                format="%+d", help="More or fewer customers at the last step."
            ),
        },
    )
    blocks.how_computed(answer, ("rate_of_first", "open_customers"))
    st.markdown("**Which rule differs, and whom it moves**")
    st.markdown(
        "\n".join(
            f"- **{plain(row.tool)}, {plain(row.rule)}**: {plain(row.reason)}"
            f" :gray[:small[Settings: {plain(row.settings)}.]]"
            for row in rules[rules["is_computed"]].itertuples()
        )
    )
    st.markdown("**Cannot be counted here**")
    st.markdown(
        "\n".join(
            f"- **{plain(row.tool)}, {plain(row.rule)}**: {plain(row.reason)}"
            for row in rules[~rules["is_computed"]].itertuples()
        )
    )
    st.caption(
        "By the tools' public documentation, which the definitions name; an account's"
        " own settings may differ. Filters apply, segments do not."
    )


def _step_times(answer: Answer, names: list[str], segment: str) -> None:
    """Show how long each step took those who did it."""
    steps = answer.extras["steps"]
    steps = steps[steps["segment"] == segment]
    by_days = any(each.code == "whole_days" for each in answer.caveats)
    told = spoken_in_days if by_days else spoken
    times = {
        "A quarter within": "p25_seconds",
        "Half within": "median_seconds",
        "Three quarters within": "p75_seconds",
        "Nine of ten within": "p90_seconds",
        "Mean": "mean_seconds",
        "Half since the first step": "median_since_entry",
    }
    table = pd.DataFrame(
        {
            "Step": [
                f"{names[step - 2]} → {names[step - 1]}" for step in steps["step"]
            ],
            "Customers": steps["customers"],
            **{words: steps[name].map(told) for words, name in times.items()},
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="funnel_step_times",
        alt="How long each step took those who did it.",
        column_config={"Customers": _COUNT},
    )
    st.caption(
        "Time since the step before, of those who did the step."
        f"{blocks.segment_shown(answer, segment)}"
    )


def _between(lower: float, upper: float) -> str:
    return "not observed" if pd.isna(lower) else percent_range(lower, upper)


def _apart(row: pd.Series) -> str:
    if pd.isna(row["difference"]):
        return ""
    low, high = row["difference_lower"] * 100, row["difference_upper"] * 100
    return f"{row['difference'] * 100:+.1f} ({low:+.1f} to {high:+.1f})"

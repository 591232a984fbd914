"""Blocks that pages are made of: the finding, a chart, who is behind it, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from holdfast.answer import Answer, observed_line
from holdfast.charts import export
from holdfast.charts.drawing import Drawing
from holdfast.charts.labels import interval_label, retained_label
from holdfast.charts.letters import undrawn_note
from holdfast.filters import Filters
from holdfast.measures import MEASURES, Measure, percent, percent_with_count
from holdfast.periods import Interval
from holdfast.population import TOTAL
from holdfast.questions.retention import HEADLINES, Retention
from holdfast.ui.controls import set_interval
from holdfast.ui.example import worked_example
from holdfast.ui.words import attribute_label, counted, plain

Selection = dict[str, Any]

NAMES = st.column_config.TextColumn(pinned=True)
"""The column that names the rows of a wide table: it stays where others scroll."""

_COHORTS_SHOWN = 26


def header(title: str, question: str, filters: Filters) -> None:
    """Show the page's title, its question and who is in view."""
    st.title(title)
    st.caption(f"{question} **{plain(filters.describe(attribute_label))}**")


def finding(answer: Answer) -> None:
    """Show the main finding in one sentence."""
    st.markdown(f"##### {plain(answer.sentence)}")


def caveats(answer: Answer) -> None:
    """Show what limits the figures, and until when the data were observed."""
    with st.container(gap="xsmall"):
        for caveat in answer.caveats:
            st.caption(f":material/info: {plain(caveat.text)}")


def nothing_to_show(answer: Answer) -> None:
    """Say why there is no figure and what to loosen; end the page."""
    st.info(
        f"{plain(answer.sentence)} Take a filter away, or choose another start.",
        icon=":material/filter_alt_off:",
    )
    how_computed(answer, ())
    st.stop()


def chart(
    title: str,
    drawing: Drawing,
    answer: Answer,
    *,
    key: str,
    caption: str,
    measures: tuple[str, ...],
    select: str | None = None,
    table: pd.DataFrame | None = None,
) -> Selection | None:
    """Show a chart with its denominator, its downloads and how it is computed.

    Args:
        title: What is measured, as a noun phrase.
        drawing: The chart.
        answer: The answer that it draws.
        key: Name of the chart on its page.
        caption: What the figures are counted from.
        measures: Keys of the measures to define below the chart.
        select: Name of the selection that a click makes, if any.
        table: The rows of the download; the answer's frame by default.

    Returns:
        The fields of the mark that was clicked, or nothing.
    """
    st.subheader(title, anchor=False)
    st.caption(caption)
    clicked = None
    # Not as an Altair chart: its rows would be named by their content, and the browser
    # would make the chart anew with every change.
    spec = drawing.page_spec()
    if select is None:
        st.vega_lite_chart(spec, key=key, alt=drawing.description)
    else:
        event = st.vega_lite_chart(
            spec,
            key=key,
            alt=drawing.description,
            on_select="rerun",
            selection_mode=[select],
        )
        marks = event["selection"].get(select) or []
        clicked = dict(marks[0]) if marks else None
    with st.container(horizontal=True, gap="small"):
        _downloads(drawing, answer.frame if table is None else table, key)
        how_computed(answer, measures)
    return clicked


def suggested_interval(
    rhythm: Answer, interval: Interval, page: str = "retention"
) -> None:
    """Say so where another interval fits the customers' rhythm; offer to take it."""
    summary = rhythm.extras["summary"].iloc[0]
    if not summary["customers"] or summary["suggested"] == interval:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f":material/lightbulb: {plain(rhythm.sentence)}",
            width="content",
        )
        st.button(
            f"Switch to {summary['suggested']}s",
            key=f"{page}_suggested",
            on_click=set_interval,
            args=(page, summary["suggested"]),
            icon=":material/swap_horiz:",
            type="tertiary",
        )


def pooled_metrics(answer: Answer) -> None:
    """Show the pooled rate at a few intervals, each with its count and interval."""
    frame = answer.frame
    pooled = frame[(frame["scope"] == "pooled") & (frame["segment"] == TOTAL)]
    chosen = pooled[_is_headline(pooled, answer.spec)]
    columns = st.columns(max(len(chosen), 1))
    for column, (_, row) in zip(columns, chosen.iterrows(), strict=False):
        column.metric(
            column_label(row, answer.spec),
            percent(row["retention_rate"]),
            border=True,
            help="Share of the customers in complete cohorts, with its 95% interval.",
        )
        column.caption(f"{_counts(row)}; {_range(row)}")
    if note := segment_shown(answer):
        st.caption(note)


def segment_shown(answer: Answer, segment: str = TOTAL) -> str:
    """Say which segment a figure is of, to end a caption; nothing without segments."""
    if answer.frame["segment"].nunique() < 2:
        return ""
    shown = "all segments together" if segment == TOTAL else plain(segment)
    return f" Shown: **{shown}**."


def segment_table(answer: Answer) -> None:
    """Show each segment's size and its pooled rates, to be sorted by any of them."""
    frame = answer.frame
    segments = list(frame["segment"].unique())
    if len(segments) < 2:
        return
    cells = frame[frame["scope"] == "cohort"]
    sizes = cells.drop_duplicates(["segment", "cohort"])
    table = pd.DataFrame({"Segment": segments}).set_index("Segment")
    table["Customers"] = sizes.groupby("segment")["customers"].sum()
    pooled = frame[frame["scope"] == "pooled"]
    shares = []
    for _, rows in pooled[_is_headline(pooled, answer.spec)].groupby(
        ["interval", "last_interval"], dropna=False
    ):
        name = column_label(rows.iloc[0], answer.spec)
        rates = rows.set_index("segment")
        shares.append(name)
        table[name] = rates["retention_rate"] * 100
        table[f"{name}, 95% interval"] = [
            f"{_range(rates.loc[segment])} of {rates.loc[segment]['customers']:,}"
            if segment in rates.index
            else None
            for segment in segments
        ]
    st.subheader("By segment", anchor=False)
    st.dataframe(
        table.reset_index(),
        hide_index=True,
        height="content",
        key=f"{answer.question}_segments",
        alt="Retention of each segment, pooled over its complete cohorts.",
        column_config={
            "Customers": st.column_config.NumberColumn(format="localized"),
            **dict.fromkeys(shares, _SHARE),
        },
    )
    st.caption(
        "Shares of the segment's cohorts that were over by then, with 95% intervals and"
        " the customers they are of. Click a heading to sort. Where intervals overlap"
        " widely, the difference may be chance."
    )


def column_label(row: pd.Series, spec: Retention) -> str:
    """Name the interval of a retention figure by the way of counting."""
    first, last = int(row["interval"]), row["last_interval"]
    return interval_label(
        spec.interval, first, first if pd.isna(last) else int(last), spec.mode
    )


def recent_cohorts(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Keep the pooled rows and the latest cohorts, unless the reader wants them all.

    A triangle of two years of weeks is taller than any screen.
    """
    cohorts = sorted(frame["cohort"].dropna().unique())
    if len(cohorts) <= _COHORTS_SHOWN or st.toggle(
        f"Show all {len(cohorts)} cohorts, not only the latest {_COHORTS_SHOWN}",
        key=key,
    ):
        return frame
    is_old = frame["cohort"] < cohorts[-_COHORTS_SHOWN]
    recent: pd.DataFrame = frame[~is_old]
    return recent


def survival_table(answer: Answer) -> None:
    """Show each segment's counts, median and restricted mean with their intervals."""
    summary, unit = answer.extras["summary"], unit_of(answer)
    table = pd.DataFrame(
        {
            "Segment": summary["segment"],
            "Customers": summary["customers"],
            "Left": [
                percent_with_count(rate, ended, customers)
                for rate, ended, customers in zip(
                    summary["ended_rate"],
                    summary["ended"],
                    summary["customers"],
                    strict=True,
                )
            ],
            "95% interval": _ranges(summary, "ended_lower", "ended_upper", percent),
            f"Median {unit}": summary["median"].map(_whole),
            "Interval of the median": _ranges(
                summary, "median_lower", "median_upper", _whole
            ),
            f"Mean {unit} up to {_whole(summary['horizon'].iloc[0])}": summary[
                "restricted_mean"
            ].map(_whole),
            "Interval of the mean": _ranges(
                summary, "restricted_lower", "restricted_upper", _whole
            ),
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key="survival_table",
        column_config={"Customers": st.column_config.NumberColumn(format="localized")},
        alt="Counts, median and mean length of life by segment.",
    )


def log_rank(answer: Answer) -> None:
    """Say whether the segments' curves differ by more than chance."""
    test = answer.extras["logrank"]
    if test.empty:
        return
    row = test.iloc[0]
    if pd.isna(row["p_value"]):
        st.caption("Too few customers have left to compare the segments.")
        return
    chance = "less than 0.001" if row["p_value"] < 0.001 else f"{row['p_value']:.3f}"
    found = (
        "The segments differ by more than chance."
        if row["p_value"] < 0.05
        else "No clear difference between the segments: it may be chance."
    )
    st.caption(
        f"{found} (Log-rank test: chi-square {row['statistic']:.1f} on"
        f" {counted(int(row['degrees_of_freedom']), 'degree')} of freedom, p {chance}."
        " Where curves cross, the test misleads.)"
    )


def unit_of(lives: Answer) -> str:
    """Return the unit of time of a survival answer, days or months."""
    summary = lives.extras["summary"]
    return str(summary["unit"].iloc[0]) if len(summary) else "days"


def how_computed(answer: Answer, measures: tuple[str, ...]) -> None:
    """Work one figure out, say what the words mean, and show the SQL."""
    with st.popover("How is this computed?", icon=":material/function:"):
        said = []
        if example := worked_example(answer, measures):
            said.append(f"**For example:** {plain(example)}")
        if "rules" in answer.extras:
            said += stage_definitions(answer)
        for name in measures:
            measure: Measure = MEASURES[name]
            said.append(f"**{measure.label}.** {measure.definition}")
        # Each element of a page costs its time with every click, shown or not.
        if said:
            st.markdown("\n\n".join(said))
        st.caption(f"{observed_line(answer)} {len(answer.frame):,} rows of figures.")
        with st.expander("The SQL, with its values"):
            st.code(answer.sql, language="sql", height=360)


def stage_definitions(answer: Answer) -> list[str]:
    """Return who is in each stage, in words; everyone is in the last one that fits."""
    rules = answer.extras["rules"]
    return [
        f"**{plain(stage)}.** {plain(meaning[:1].upper() + meaning[1:])}."
        for stage, meaning in zip(rules["stage"], rules["definition"], strict=True)
    ]


def _downloads(drawing: Drawing, table: pd.DataFrame, key: str) -> None:
    kinds: dict[str, tuple[str, str, Callable[[], bytes]]] = {
        "CSV": ("csv", "text/csv", lambda: export.csv(table)),
        "SVG": ("svg", "image/svg+xml", lambda: export.svg(drawing)),
        "PNG": ("png", "image/png", lambda: export.png(drawing)),
    }
    with st.popover("Download", icon=":material/download:"):
        for label, (ending, mime, make) in kinds.items():
            st.download_button(
                label,
                data=make,
                file_name=f"holdfast-{key.replace('_', '-')}.{ending}",
                mime=mime,
                on_click="ignore",
                key=f"{key}_{ending}",
                width="stretch",
            )
        if note := undrawn_note(drawing.words()):
            st.caption(note)


_SHARE = st.column_config.NumberColumn(format="%.1f%%")


def _is_headline(pooled: pd.DataFrame, spec: Retention) -> pd.Series:
    """Mark the intervals that are shown first; of groups, the first few."""
    if spec.mode == "brackets":
        return pooled["interval"].isin(
            [first for first, _ in spec.brackets if first][:4]
        )
    return pooled["interval"].isin(HEADLINES[spec.interval])


def _counts(row: pd.Series) -> str:
    return retained_label(row["retained_customers"], row["customers"])


def _range(row: pd.Series) -> str:
    return f"{percent(row['rate_lower'])} to {percent(row['rate_upper'])}"


def _whole(value: float) -> str:
    return "not reached" if pd.isna(value) else f"{value:,.0f}"


def _ranges(
    frame: pd.DataFrame, lower: str, upper: str, written: Callable[[float], str]
) -> list[str]:
    return [
        f"{written(low)} to {written(high)}"
        for low, high in zip(frame[lower], frame[upper], strict=True)
    ]

"""What may be wrong with the data themselves: checks, and the rows that offend."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from holdfast import checks
from holdfast.charts import export
from holdfast.checks import Check, Finding
from holdfast.dataset import Dataset
from holdfast.ui import session
from holdfast.ui.progress import is_wanted, perform, want
from holdfast.ui.words import counted, plain
from holdfast.workspace import Status

_MOST_ROWS_SHOWN = 1_000
_SEVERITY = {
    "error": ":material/error: Error",
    "warning": ":material/warning: Warning",
    "note": ":material/info: Note",
}


def check_data(dataset: Dataset | None, status: Status) -> None:
    """Check the data when somebody asks, and show what was found.

    Args:
        dataset: What is checked; None while nothing is loaded.
        status: What the workspace holds; says when it was loaded.
    """
    if dataset is None:
        st.caption("Nothing is loaded yet, so there is nothing to check.")
        return
    st.markdown(
        f"{counted(len(checks.CHECKS), 'check')} of the data themselves: what cannot be"
        " true, what makes figures wrong, and what is good to know. They change"
        " nothing."
    )
    findings = checks.found_before(dataset, status.loaded_at)
    if findings is None:
        st.button(
            "Check the data",
            key="data_checks",
            type="primary",
            icon=":material/fact_check:",
            on_click=want,
            args=("data checks",),
            help="Takes seconds even with ten million events, and can be stopped.",
        )
        if is_wanted("data checks"):
            perform(
                lambda progress, cancellation: checks.run(
                    dataset, status.loaded_at, progress, cancellation
                ),
                lambda _: None,
            )
        return
    _show(dataset, status, findings)


def _show(dataset: Dataset, status: Status, findings: tuple[Finding, ...]) -> None:
    table = checks.summary(findings)
    by_name = {each.check.name: each for each in findings}
    found = [name for name in table["check"] if by_name[name].rows]
    faulty = [each for each in findings if each.fault]
    passed = [each for each in findings if each.is_passed]
    st.markdown(_headline(by_name, found, len(passed)))
    for each in faulty:
        st.warning(f"{plain(each.check.title)}: not checked. {plain(each.fault)}")
    if found:
        shown = table[table["check"].isin(found)]
        st.dataframe(
            pd.DataFrame(
                {
                    "Severity": shown["severity"].str.capitalize(),
                    "Rows": shown["rows"],
                    "Customers": shown["customers"],
                    "Check": shown["title"],
                }
            ),
            hide_index=True,
            height="content",
            key="data_checks_found",
            column_config={
                "Rows": st.column_config.NumberColumn(format="localized"),
                "Customers": st.column_config.NumberColumn(format="localized"),
            },
            alt="The checks that found something, with rows and customers.",
        )
        chosen = st.selectbox(
            "Show the rows of",
            found,
            format_func=lambda name: (
                f"{by_name[name].check.title} ({by_name[name].rows:,})"
            ),
            key="data_check_shown",
        )
        _offending_rows(dataset, status, by_name[chosen])
    with st.expander(f"Passed: {counted(len(passed), 'check')}"):
        for each in passed:
            st.caption(f":material/check: {plain(each.check.title)}: none.")


def _headline(by_name: dict[str, Finding], found: list[str], passed: int) -> str:
    counts = [
        counted(number, severity)
        for severity in _SEVERITY
        if (number := sum(by_name[name].check.severity == severity for name in found))
    ]
    if not counts:
        return f"**Nothing found**; {counted(passed, 'check')} passed."
    return f"**{', '.join(counts)}**; {counted(passed, 'check')} passed."


def _offending_rows(dataset: Dataset, status: Status, finding: Finding) -> None:
    check = finding.check
    st.markdown(f"{_SEVERITY[check.severity]}. {plain(check.why)}")
    frame = session.watched(
        lambda cancellation: checks.rows_of(
            dataset, check, status.loaded_at, _MOST_ROWS_SHOWN, cancellation
        )
    )
    st.dataframe(
        frame,
        hide_index=True,
        height="content" if len(frame) <= 10 else 320,
        key=f"data_check_rows_{check.name}",
        column_config=_columns(check),
        alt=f"The rows found: {check.title}.",
    )
    if finding.rows is not None and finding.rows > len(frame):
        st.caption(
            f"The first {len(frame):,} of {finding.rows:,} are shown; the file has them"
            " all."
        )
    with st.container(horizontal=True):
        st.download_button(
            "Download these rows (CSV)",
            data=lambda: export.csv(checks.rows_of(dataset, check, status.loaded_at)),
            file_name=f"holdfast-{check.name.replace('_', '-')}.csv",
            mime="text/csv",
            on_click="ignore",
            key="data_check_csv",
            icon=":material/download:",
        )
        with st.popover("How is this checked?", icon=":material/function:"):
            st.markdown(f"One row is {plain(check.query.grain)}.")
            st.caption(f"Source: {plain(check.query.source)}.")
            st.code(check.query.text, language="sql", height=320)


def _columns(check: Check) -> dict[str, Any]:
    """Return how each column is headed: in words, with its meaning."""
    columns: dict[str, Any] = {}
    for entry in check.query.returns:
        label = entry.name.replace("_", " ").capitalize()
        meaning = entry.meaning[:1].upper() + entry.meaning[1:]
        match entry.type:
            case "DATE":
                kind: Any = st.column_config.DateColumn(
                    label, help=meaning, format="D MMM YYYY"
                )
            case "TIMESTAMP":
                kind = st.column_config.DatetimeColumn(
                    f"{label} (UTC)", help=meaning, format="YYYY-MM-DD HH:mm:ss"
                )
            case "VARCHAR":
                kind = st.column_config.TextColumn(label, help=meaning)
            case _:
                kind = st.column_config.NumberColumn(label, help=meaning)
        columns[entry.name] = kind
    return columns

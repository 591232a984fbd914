"""What would become of every row of the waiting files, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from holdfast.cancellation import Cancellation
from holdfast.errors import HoldfastError
from holdfast.exports.building import Progress
from holdfast.ui.progress import is_wanted, perform, want
from holdfast.ui.words import clipped, counted, plain
from holdfast.workspace import FileReport, Inspection, LoadReport, Workspace

_CHECKED = "data_checked"
_AT_ONCE_BYTES = 2 << 20
_MOST_ROWS_AT_ONCE = 20
_MOST_REASONS = 8

NUMBER_COLUMNS = {
    name: st.column_config.NumberColumn(format="localized")
    for name in (
        *("Rows", "Rows read", "Imported", "Rejected", "Duplicates", "First line"),
    )
}


def check_files(workspace: Workspace, inspections: Sequence[Inspection]) -> None:
    """Show what would become of every row; of big files when somebody asks.

    Args:
        workspace: Where the files would be loaded.
        inspections: The files as they would be loaded.
    """
    key = _key(workspace, inspections)
    if not key:
        return
    known, report = st.session_state.get(_CHECKED, ("", None))
    if known == key:
        show_check(report)
        return

    def work(progress: Progress, cancellation: Cancellation) -> LoadReport:
        return workspace.check(inspections, progress, cancellation)

    if _size(inspections) <= _AT_ONCE_BYTES:
        try:
            with st.spinner("Checking every row …"):
                report = work(lambda *_: None, Cancellation())
        except HoldfastError as error:
            st.warning(f"{plain(error.sentence)} {plain(error.remedy)}")
            return
        st.session_state[_CHECKED] = (key, report)
        show_check(report)
        return
    st.button(
        "Check every row first",
        key="data_check",
        icon=":material/fact_check:",
        on_click=want,
        args=("check",),
        help="Reads the whole files and says how many rows would be imported, rejected"
        " and found twice, and why. Writes nothing.",
    )
    if is_wanted("check"):
        perform(work, lambda report: _keep(key, report))


def height_of(rows: int) -> Literal["content", "auto"]:
    """Return the height of a table: all rows are seen unless they are many."""
    return "content" if rows <= _MOST_ROWS_AT_ONCE else "auto"


def report_row(file: FileReport) -> dict[str, str | int | None]:
    """Return a file's report as a row of a table."""
    name = clipped(file.name)
    if file.is_known:
        return {
            "File": name,
            "What it is": f"{file.title}; loaded before, nothing changed",
            "Into": file.table_name,
            "Rows read": file.rows_read,
            "Imported": None,
            "Rejected": None,
            "Duplicates": None,
        }
    return {
        "File": name,
        "What it is": file.title,
        "Into": file.table_name,
        "Rows read": file.rows_read,
        "Imported": file.imported,
        "Rejected": file.rejected,
        "Duplicates": file.duplicates,
    }


def _keep(key: str, report: LoadReport) -> None:
    st.session_state[_CHECKED] = (key, report)


def _key(workspace: Workspace, inspections: Sequence[Inspection]) -> str:
    """Return what a check depends on; empty where there is nothing to check."""
    try:
        files = [
            [
                str(each.path),
                each.path.stat().st_mtime_ns,
                each.reading.to_json(),
                each.mapping.to_json() if each.mapping else None,
            ]
            for each in inspections
        ]
        loaded = sorted(workspace.source_ids())
    except (OSError, HoldfastError):
        return ""
    if not files:
        return ""
    return json.dumps([files, loaded, workspace.settings.as_text()], default=list)


def _size(inspections: Sequence[Inspection]) -> int:
    paths = {each.path for each in inspections}
    return sum(
        file.stat().st_size
        for path in paths
        for file in (path.rglob("*") if path.is_dir() else (path,))
        if file.is_file()
    )


def show_check(report: LoadReport, title: str = "If you import now") -> None:
    """Show what would become of the rows of files, and why some are rejected."""
    st.markdown(f"**{title}**")
    st.dataframe(
        pd.DataFrame([report_row(file) for file in report.files]),
        hide_index=True,
        key="data_check_rows",
        column_config=NUMBER_COLUMNS,
        height=height_of(len(report.files)),
        alt="What would become of the rows of each file.",
    )
    reasons = [
        f"{plain(clipped(file.name))}: {counted(reason.rows, 'row')} rejected, because"
        f" {plain(reason.words)} (first in line {reason.first_line:,})."
        for file in report.files
        for reason in file.reasons
    ]
    for sentence in reasons[:_MOST_REASONS]:
        st.caption(sentence)
    if len(reasons) > _MOST_REASONS:
        st.caption(f"And {len(reasons) - _MOST_REASONS} more reasons.")

"""From chosen files to a dataset: choose, look, import, and what became of them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from holdfast.cancellation import Cancellation
from holdfast.errors import HoldfastError
from holdfast.exports.building import Progress
from holdfast.query import QUERIES
from holdfast.ui import columns, session
from holdfast.ui.checking import NUMBER_COLUMNS, check_files, height_of, report_row
from holdfast.ui.file_block import file_block
from holdfast.ui.progress import disk_error, fail, is_wanted, perform, want
from holdfast.ui.staging import StagedFile, Staging, path_of
from holdfast.ui.words import clipped, counted, plain
from holdfast.workspace import Inspection, LoadReport, Workspace

_SAMPLE_DATA = QUERIES.parent / "sample_data"
_STAGING = "data_staging"
_ROUND = "data_round"
_REPORT = "data_report"
_UNSEEN = "data_report_unseen"
_PATH = "data_path"


def welcome(workspace: Workspace) -> None:
    """Say what to do in an empty workspace, and offer the sample company."""
    with st.container(border=True):
        st.markdown(
            "**Nothing is loaded yet.** Drop the exports of your tools below: product"
            " events, customers, subscriptions, payments, orders, survey answers,"
            " tickets. Everything stays on this computer."
        )
        st.button(
            "Load the sample company",
            key="data_sample",
            on_click=want,
            args=("sample",),
            icon=":material/science:",
            help="An invented subscription company: 24 months of events, customers,"
            " subscriptions, payments, surveys and tickets.",
        )
        if is_wanted("sample"):
            load_sample(workspace)


def load_sample(workspace: Workspace) -> None:
    """Load the sample company, showing how far that is."""
    perform(
        lambda progress, cancellation: workspace.load(
            [_SAMPLE_DATA], progress, cancellation
        ),
        _keep_report,
    )


def choose_files(workspace: Workspace) -> None:
    """Let files be dropped, or named by their path, and look into them."""
    staging = _staging()
    st.subheader("Load files", anchor=False)
    number = st.session_state.get(_ROUND, 0)
    files, folder = st.columns(2, vertical_alignment="bottom")
    uploads = [
        *files.file_uploader(
            "Drop exported files here: CSV, Excel, JSON or Parquet, also packed",
            accept_multiple_files=True,
            key=f"data_upload_{number}",
        ),
        *folder.file_uploader(
            "Or a whole folder of them",
            accept_multiple_files="directory",
            key=f"data_folder_{number}",
        ),
    ]
    st.text_input(
        "Or the path of a file or folder on this computer, for files too big to upload",
        key=_PATH,
        on_change=_take_path,
        args=(workspace, staging),
        placeholder="Such as exports/events.csv.gz or a folder of exports",
    )
    if uploads:
        staging.refused.clear()
        with st.spinner("Looking into the files …"):
            try:
                for name, path in staging.spool(uploads):
                    staging.add(workspace, name, path)
            except OSError as failure:
                staging.refused.append(disk_error(failure))
        # Another uploader takes its place: the old one holds its files in memory.
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        st.session_state.pop(_REPORT, None)
        st.rerun()
    for error in staging.refused:
        session.show_error(error)


def review_files(workspace: Workspace) -> None:
    """Show what each chosen file is, before anything is written, and import them."""
    staging = _staging()
    if not staging.files:
        return
    zone = workspace.settings.zone
    for file in list(staging.files):
        file_block(workspace, staging, file, zone)
    open_questions = [file for file in staging.files if columns.problem(file)]
    number = len(staging.files) - len(open_questions)
    of_all = f" of {len(staging.files)}" if open_questions else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Import {number}{of_all} files"
            if len(staging.files) > 1
            else "Import the file",
            key="data_import",
            type="primary",
            icon=":material/download_done:",
            disabled=not number,
            on_click=want,
            args=("import",),
        )
        st.button(
            "Remove all",
            key="data_remove_all",
            type="tertiary",
            on_click=staging.remove,
            args=(list(staging.files),),
        )
    if open_questions:
        names = ", ".join(plain(clipped(file.name)) for file in open_questions[:3])
        more = " and others" if len(open_questions) > 3 else ""
        st.caption(f"Not understood yet, and left out until then: {names}{more}.")
    else:
        st.caption("Nothing is written before you import; every import can be undone.")
    if is_wanted("import"):
        _import(workspace, staging)
    check_files(workspace, [_inspection(file) for file in _ready(staging)])


def _ready(staging: Staging) -> list[StagedFile]:
    return [file for file in staging.files if not columns.problem(file)]


def show_report() -> None:
    """Say what became of the files that were loaded last."""
    report: LoadReport | None = st.session_state.get(_REPORT)
    if report is None:
        return
    if st.session_state.pop(_UNSEEN, False):
        # The report may lie above or below what is on the screen.
        st.toast(
            "The import is done; its report is on this page.",
            icon=":material/check_circle:",
        )
    new = [file for file in report.files if not file.is_known]
    imported = sum(file.imported for file in new)
    left_out = sum(file.rejected for file in new)
    if not new:
        st.info("These files were loaded before; nothing changed.")
    else:
        st.success(
            f"Loaded {counted(imported, 'row')} from {counted(len(new), 'file')}."
            f" Rejected: {left_out:,}. Duplicates:"
            f" {sum(file.duplicates for file in new):,}.",
            icon=":material/check_circle:",
        )
    st.dataframe(
        pd.DataFrame([report_row(file) for file in report.files]),
        hide_index=True,
        key="data_report_rows",
        column_config=NUMBER_COLUMNS,
        height=height_of(len(report.files)),
        alt="What became of the rows of each file.",
    )
    if left_out:
        st.caption("Rows that were rejected are listed below with their reason.")
    st.page_link("pages/retention.py", label="See who stays", icon=":material/grid_on:")


def forget_report() -> None:
    """Stop showing what became of the files: it is not what is loaded now."""
    st.session_state.pop(_REPORT, None)


def _staging() -> Staging:
    if _STAGING not in st.session_state:
        st.session_state[_STAGING] = Staging()
    staging: Staging = st.session_state[_STAGING]
    return staging


def _take_path(workspace: Workspace, staging: Staging) -> None:
    """Look into what the path field names, and empty it."""
    text = st.session_state[_PATH]
    staging.refused.clear()
    forget_report()
    if not text.strip():
        return
    try:
        path = path_of(text)
    except HoldfastError as error:
        fail(error)
        return
    staging.add(workspace, path.name, path)
    st.session_state[_PATH] = ""


def _import(workspace: Workspace, staging: Staging) -> None:
    files = _ready(staging)
    inspections = [_inspection(file) for file in files]

    def work(progress: Progress, cancellation: Cancellation) -> LoadReport:
        return workspace.load(inspections, progress, cancellation)

    def done(report: LoadReport) -> None:
        staging.remove(files)
        staging.refused.clear()
        _keep_report(report)

    perform(work, done)


def _inspection(file: StagedFile) -> Inspection:
    return replace(file.inspection, mapping=file.mapping)


def _keep_report(report: LoadReport) -> None:
    st.session_state[_REPORT] = report
    st.session_state[_UNSEEN] = True

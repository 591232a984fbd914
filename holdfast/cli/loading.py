"""Commands that load, look at what is loaded, and undo."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pandas as pd

from holdfast.cli.opening import opened_dataset, opened_or_new
from holdfast.cli.speaking import PROGRAM, progress_line, room, say
from holdfast.dataset import Dataset
from holdfast.errors import WorkspaceError
from holdfast.exports.recognition.times import FITS_TOO
from holdfast.query import QUERIES, load
from holdfast.report.text import table, wrapped
from holdfast.workspace import (
    FileReport,
    Inspection,
    LoadReport,
    Status,
    StoredSource,
    Workspace,
    is_workspace,
    workspace_path,
)

_SAMPLE_DATA = QUERIES.parent / "sample_data"


def load_files(arguments: argparse.Namespace) -> None:
    """Load files and print what became of them.

    Raises:
        ImportRefusedError: A file is refused; nothing was changed.
        WorkspaceError: The workspace cannot be used.
    """
    path = workspace_path(arguments.workspace)
    report, new = _load_into(path, arguments.files)
    _print_load(path, report, new)


def build_demo(arguments: argparse.Namespace) -> None:
    """Build the demo workspace where there is none.

    Raises:
        WorkspaceError: There is no sample data.
    """
    path = workspace_path(arguments.workspace)
    if is_workspace(path):
        Workspace.open(path)
        print(f"The workspace {path} is there already; nothing was changed.")
        return
    files = [
        file
        for pattern in ("*.csv", "*.csv.gz", "*.jsonl", "*.jsonl.gz", "*.parquet")
        for file in sorted(_SAMPLE_DATA.glob(pattern))
    ]
    if not files:
        raise WorkspaceError(
            "no_sample_data",
            "There is no sample data to build the demo from.",
            "Write it anew with make data, or load files of your own.",
        )
    print("Building the demo workspace from sample_data/.", flush=True)
    _, new = _load_into(path, files)
    rows = sum(source.rows_read for source in new)
    say(f"Loaded {len(new)} files with {rows:,} rows into {path}.")


def _load_into(
    path: Path, files: Sequence[str | Path]
) -> tuple[LoadReport, list[StoredSource]]:
    """Load files; a workspace that is new appears only when they are in it."""
    with opened_or_new(path) as workspace:
        before = workspace.source_ids()
        with progress_line() as progress:
            report = workspace.load(files, progress)
        now = workspace.status().sources
    return report, [source for source in now if source.id not in before]


def _print_load(path: Path, report: LoadReport, new: Sequence[StoredSource]) -> None:
    for file in report.files:
        if file.is_known:
            say(file.describe())
    if new:
        workspace = Workspace.open(path)
        with opened_dataset(path) as dataset:
            for source in new:
                _print_sources(dataset, [source])
                say(*_doubts(source, workspace.inspect_source(source.id)))
    for error in report.passed_over:
        say(f"Not loaded: {error.sentence}")
    if report.has_changed:
        say("", f"Loaded into {path}. Next: {PROGRAM} ask retention")


def _doubts(source: StoredSource, inspection: Inspection) -> list[str]:
    """Say what of a file was guessed, and what its rows give beside one row each."""
    lines = []
    mapping, recognised = source.mapping, inspection.recognised
    answers = sum(1 for part in mapping.feeds if part.feed == "responses")
    if answers > 1:
        lines.append(f"  up to {answers} answers a row")
    if recognised is None or recognised.feeds[0].roles != mapping.feeds[0].roles:
        # It is as somebody chose it.
        return lines
    if mapping.layout is None:
        sure = f"{inspection.recognition.confidence:.0%}"
        lines.append(f"  guessed, {sure} sure: look at the columns on the Data page")
    if recognised.feeds[0].formats == mapping.feeds[0].formats:
        told = inspection.recognition.reasons
        lines += [f"  {each}" for each in told if FITS_TOO in each]
    return lines


def show_status(arguments: argparse.Namespace) -> None:
    """Print what the workspace holds."""
    path = workspace_path(arguments.workspace)
    status = Workspace.open(path).status()
    say(f"Workspace {path}")
    if status.dataset is None:
        say(f"Nothing is loaded. Load files: {PROGRAM} load FILE…")
    else:
        with opened_dataset(path) as dataset:
            _print_holdings(dataset, status)
    say("", "Settings")
    settings = status.settings.as_text()
    say(*(f"  {name}: {value or '–'}" for name, value in settings.items()))
    if status.can_undo:
        say("", f"The last change can be taken back: {PROGRAM} undo")


def undo(arguments: argparse.Namespace) -> None:
    """Take the last change back and print what is loaded now.

    Raises:
        WorkspaceError: There is none.
    """
    path = workspace_path(arguments.workspace)
    # Opening would refuse a damaged dataset, and undo is the way out of that.
    workspace = Workspace(path) if is_workspace(path) else Workspace.open(path)
    status = workspace.undo()
    if status.dataset is None:
        say("The last change was taken back. Nothing is loaded now.")
        return
    names = ", ".join(source.name for source in status.sources)
    say(f"The last change was taken back. Loaded now: {names}.")


def _print_holdings(dataset: Dataset, status: Status) -> None:
    say("", "Files, in the order in which they were loaded")
    _print_sources(dataset, status.sources)
    observed = pd.DataFrame(
        [
            {
                "table": name,
                "rows": seen.rows,
                "first day": seen.from_on,
                "last day": seen.until_on - timedelta(days=1),
                "last complete day": seen.as_of - timedelta(days=1),
            }
            for name, seen in dataset.observed.items()
        ]
    )
    say("", f"Observed days ({dataset.zone})", *table(observed, room()))
    if dataset.holes:
        spans = (
            (first, until - timedelta(days=1), (until - first).days)
            for first, until in dataset.holes
        )
        say("", "Days without any event")
        say(
            *(
                f"  {first}" if days == 1 else f"  {first} to {last} ({days} days)"
                for first, last, days in spans
            )
        )
    tables = pd.DataFrame(
        [{"table": name, "rows": rows} for name, rows in status.rows.items()]
    )
    say("", "Tables", *table(tables))


def _print_sources(dataset: Dataset, sources: Sequence[StoredSource]) -> None:
    """Print the story of each file: what it was taken for, where its rows went."""
    loads = dataset.frame(load("loads").text)
    rejections = dataset.frame(load("rejections").text)
    for source in sources:
        for _, row in loads[loads["source"] == source.id].iterrows():
            file = FileReport(
                name=source.name,
                title=source.mapping.title,
                table_name=row["table_name"],
                rows_read=row["rows_read"],
                imported=row["imported"],
                rejected=row["rejected"],
                duplicates=row["duplicates"],
                is_known=False,
            )
            say(file.describe(), *_columns_used(source, file.table_name))
            reasons = rejections[
                (rejections["source"] == source.id)
                & (rejections["table_name"] == file.table_name)
            ]
            say(
                *(
                    f"  rejected: {each.rejected_rows:,} × {each.reason}"
                    f" (first in line {each.first_line})"
                    for each in reasons.itertuples()
                )
            )


def _columns_used(source: StoredSource, table_name: str) -> list[str]:
    """Say which column of a file is taken for what."""
    part = next(each for each in source.mapping.feeds if each.feed == table_name)
    roles = [
        f"{role} from {' or '.join(columns)}" if (role,) != tuple(columns) else role
        for role, columns in part.roles.items()
    ]
    lines = [f"columns: {', '.join(roles)}"] if roles else []
    if part.kept:
        lines.append(f"kept as they are: {', '.join(each.name for each in part.kept)}")
    return [row for line in lines for row in wrapped(line, "  ", "    ")]

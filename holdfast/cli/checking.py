"""Commands that check the data and compare two versions of them."""

from __future__ import annotations

import argparse
from contextlib import ExitStack, closing

from holdfast.cli.opening import opened_dataset
from holdfast.cli.speaking import progress_line, room, say, write_csv
from holdfast.dataset import Dataset
from holdfast.errors import WorkspaceError
from holdfast.report.text import table, wrapped
from holdfast.workspace import Workspace, workspace_path


def check(arguments: argparse.Namespace) -> None:
    """Print what the checks found, or the rows that one of them finds."""
    from holdfast import checks
    from holdfast.report.findings import check_lines

    path = workspace_path(arguments.workspace)
    chosen = checks.check_of(arguments.check) if arguments.check else None
    loaded_at = Workspace.open(path).status().loaded_at
    with opened_dataset(path) as dataset:
        if chosen is not None:
            frame = checks.rows_of(dataset, chosen, loaded_at)
        else:
            with progress_line() as progress:
                findings = checks.run(dataset, loaded_at, progress)
            frame = checks.summary(findings)
    if arguments.csv:
        write_csv(frame)
    elif chosen is None:
        say(*check_lines(findings, room()))
    else:
        say(chosen.title, *wrapped(chosen.why), "")
        say(*(table(frame, room()) if len(frame) else ["Nothing found."]))


def compare_versions(arguments: argparse.Namespace) -> None:
    """Print which past figures moved between two versions of the data.

    Raises:
        WorkspaceError: One of them is not kept any more, or none is named and the
            workspace is empty.
    """
    from holdfast.comparison import Version, compare, version_label
    from holdfast.report.findings import comparison_lines

    workspace = Workspace.open(workspace_path(arguments.workspace))
    kept = {each.dataset: each for each in workspace.versions() if each.dataset}
    if not arguments.versions and workspace.dataset_path() is None:
        numbers = " and ".join(str(number) for number in list(kept)[-2:])
        raise WorkspaceError(
            "nothing_loaded",
            f"The workspace {workspace.path.name} holds no data now.",
            f"Name two versions that are kept, such as {numbers}."
            if len(kept) > 1
            else "Load files first.",
        )
    wanted = arguments.versions or list(kept)[-2:]
    if len(wanted) != 2 or not kept.keys() >= set(wanted):
        numbers = ", ".join(str(number) for number in kept) or "none"
        raise WorkspaceError(
            "no_such_versions",
            "Two versions are needed, and both have to be kept still.",
            f"There are: {numbers}. Every import and change makes one.",
        )
    with ExitStack() as opened:
        earlier, later = (
            Version(
                kept[number],
                opened.enter_context(closing(Dataset(workspace.version_path(number)))),
            )
            for number in wanted
        )
        with progress_line() as progress:
            found = compare(earlier, later, progress)
    if arguments.csv:
        write_csv(found.moved)
        return
    say(*(version_label(each.status) for each in (earlier, later)), "")
    say(*comparison_lines(found, room()))


def version_number(text: str) -> int:
    """Read the number of a version; for ``add_argument``."""
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of a version")

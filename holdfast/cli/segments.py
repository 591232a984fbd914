"""The command that lists saved segments."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

import pandas as pd

from holdfast.cli.opening import opened_dataset
from holdfast.cli.speaking import room, say, write_csv
from holdfast.dataset import Dataset
from holdfast.errors import WorkspaceError
from holdfast.membership import membership
from holdfast.population import suggestion
from holdfast.report.text import table
from holdfast.saved_segments import SavedSegment
from holdfast.workspace import Workspace, workspace_path


def list_segments(arguments: argparse.Namespace) -> None:
    """Print the saved segments, or the ids of one of them.

    Raises:
        WorkspaceError: There is no segment of that name.
    """
    path = workspace_path(arguments.workspace)
    workspace = Workspace.open(path)
    segments = {each.name: each for each in workspace.segments.all()}
    if arguments.segment is not None:
        frame = pd.DataFrame({"id": _named(segments, arguments.segment).read_ids()})
    elif not segments:
        frame = _table((), None)
    elif workspace.dataset_path() is None:
        frame = _table(segments.values(), None)
    else:
        with opened_dataset(path) as dataset:
            frame = _table(segments.values(), dataset)
    if arguments.csv:
        write_csv(frame)
    elif frame.empty:
        say("There is no saved segment: save a list behind a figure in the app.")
    else:
        say(*table(frame, room()))


def _named(segments: dict[str, SavedSegment], name: str) -> SavedSegment:
    if name in segments:
        return segments[name]
    raise WorkspaceError(
        "unknown_segment",
        f"There is no saved segment {name!r}.",
        suggestion(name, segments, "There is none."),
    )


def _table(segments: Iterable[SavedSegment], dataset: Dataset | None) -> pd.DataFrame:
    columns = ("segment", "customers", "not in the data", "saved", "from")
    rows = [
        (
            each.name,
            each.ids,
            None
            if dataset is None or not dataset.knows_identities
            else membership(dataset, each).gone,
            each.saved_at[:16].replace("T", " "),
            each.origin.describe(),
        )
        for each in segments
    ]
    return pd.DataFrame(rows, columns=list(columns)).convert_dtypes()

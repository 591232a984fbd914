"""The workspace that a command works on, and its dataset."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from holdfast.cli.speaking import PROGRAM
from holdfast.dataset import Dataset
from holdfast.errors import DatasetError, WorkspaceError
from holdfast.workspace import Workspace, is_workspace


@contextmanager
def opened_dataset(path: Path) -> Iterator[Dataset]:
    """Open the workspace's current dataset for one command."""
    workspace = Workspace.open(path)
    current = workspace.dataset_path()
    if current is None:
        raise DatasetError(
            "nothing_loaded",
            f"The workspace {path.name} has no data yet.",
            f"Load files first: {PROGRAM} load FILE…",
        )
    dataset = Dataset(current)
    dataset.take_segments(workspace.segments.all())
    dataset.take_readings(workspace.readings)
    try:
        yield dataset
    finally:
        dataset.close()


@contextmanager
def opened_or_new(path: Path) -> Iterator[Workspace]:
    """Open the workspace, or build a new one beside and move it into place.

    So a refused file or a killed process leaves no half-made workspace behind.
    """
    if is_workspace(path):
        # Loading mends a damaged dataset.
        yield Workspace.open(path, to_mend=True)
        return
    path = path.absolute()
    if path.exists():
        # Says in its own words what is wrong with a folder that is in use.
        _check_empty(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield Workspace.create(aside / "workspace")
        if path.exists():
            path.rmdir()
        (aside / "workspace").rename(path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _check_empty(path: Path) -> None:
    if not path.is_dir() or any(path.iterdir()):
        raise WorkspaceError(
            "folder_in_use",
            f"{path.name} is no workspace, and not an empty folder.",
            "Choose another folder with --workspace.",
        )

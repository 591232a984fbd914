"""The files of a workspace: its state, its datasets, and who may write them."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from holdfast.errors import DatasetError, WorkspaceError
from holdfast.model import FORMAT_VERSION
from holdfast.workspace import segments
from holdfast.workspace.durable import remove, sync, sync_folder, write_json
from holdfast.workspace.remembering import Remembered, learnt
from holdfast.workspace.reports import lacks_tables
from holdfast.workspace.settings import Settings, changed, settings_of
from holdfast.workspace.stored import Sources, StoredSource

KEPT_DATASETS = 5
STATE = "workspace.json"
_MENDING = (
    "Undo, load one of the files again, or rebuild it on any page of the app: the files"
    " are kept."
)


def is_workspace(path: Path) -> bool:
    """Return whether a folder holds a workspace; a path that cannot be does not."""
    try:
        return (path / STATE).is_file()
    except (OSError, ValueError):
        return False


class Folder:
    """A workspace's folder.

    Attributes:
        path: The folder.
        datasets: Its folder of datasets.
        sources: Its stored sources.
        segments: Its folder of saved segments, which may not be there yet.
        lock: Held by the one who writes.
    """

    def __init__(self, path: Path) -> None:
        """Take a folder that holds a workspace, or will."""
        self.path = path
        self.datasets = path / "datasets"
        self.sources = Sources(path / "sources")
        self.segments = path / "segments"
        self.lock = FileLock(str(path / ".lock"))

    def dataset(self, number: int) -> Path:
        """Return the file of a dataset."""
        return self.datasets / f"{number}.duckdb"

    def state(self) -> dict[str, Any]:
        """Return what the workspace's file says.

        Raises:
            WorkspaceError: There is none, it is damaged, or of a newer version.
        """
        path = self.path / STATE
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            version = int(state["format"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            is_hidden = isinstance(error, PermissionError)
            if not is_hidden and not is_workspace(self.path):
                raise WorkspaceError(
                    "no_workspace",
                    f"There is no workspace in {self.path.name}.",
                    "Load a file to start one, or choose another folder.",
                ) from error
            raise WorkspaceError(
                "workspace_damaged",
                f"The file {STATE} of the workspace {self.path.name} cannot be read.",
                "Put back a copy of that file.",
            ) from error
        if version > FORMAT_VERSION:
            raise WorkspaceError(
                "newer_workspace",
                f"The workspace {self.path.name} was written by a newer Holdfast"
                f" (format {version}; this one knows {FORMAT_VERSION}).",
                "Update Holdfast, or choose another workspace.",
            )
        if fault := _fault(state):
            raise WorkspaceError(
                "workspace_damaged",
                f"The file {STATE} of the workspace {self.path.name} cannot be read:"
                f" {fault}.",
                "Correct that, or put back a copy of that file.",
            )
        return dict(state)

    def write_state(self, state: Mapping[str, Any]) -> None:
        """Write the workspace's file; what it names is current from then on."""
        write_json(self.path / STATE, state)

    def manifest(self, number: int | None) -> dict[str, Any]:
        """Return what a dataset was made from and holds; None is the empty one.

        Raises:
            DatasetError: Its list is missing or damaged.
        """
        if number is None:
            return {"sources": [], "tables": {}, "settings": {}, "size": 0}
        path = self.datasets / f"{number}.json"
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise DatasetError(
                "dataset_damaged",
                f"The list of contents of dataset {number} cannot be read.",
                _MENDING,
            ) from error

    def check_dataset(self, state: Mapping[str, Any]) -> None:
        """Compare the current dataset with its manifest: DuckDB would not say."""
        current = state["current"]
        if current is None:
            return
        manifest = self.manifest(current)
        path = self.dataset(current)
        if not path.exists() or path.stat().st_size != manifest["size"]:
            raise DatasetError(
                "dataset_damaged",
                f"The dataset {path.name} is missing or not as it was written.",
                _MENDING,
            )

    def is_sound(self, state: Mapping[str, Any]) -> bool:
        """Return whether the current dataset is as it was written."""
        try:
            self.check_dataset(state)
        except DatasetError:
            return False
        return True

    def is_outdated(self, state: Mapping[str, Any]) -> bool:
        """Return whether the current dataset is whole and lacks tables of today's."""
        return self.is_sound(state) and lacks_tables(
            self.manifest(state["current"])["tables"]
        )

    def learnt(self, state: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what the change that made the current dataset had remembered.

        Nothing where its list is lost, or an earlier version wrote it.
        """
        try:
            return list(self.manifest(state["current"]).get("learnt", []))
        except DatasetError:
            return []

    def kept_sources(self, state: Mapping[str, Any]) -> list[StoredSource]:
        """Return the current dataset's sources; all that are kept if its list is lost.

        Raises:
            WorkspaceError: One of them is missing or damaged.
        """
        try:
            listed = self.manifest(state["current"])["sources"]
        except DatasetError:
            found = [
                self.sources.read(path.stem)
                for path in self.sources.folder.glob("*.json")
            ]
            found.sort(key=lambda each: each.loaded_at)
            latest = {each.digest: each for each in found}
            return [each for each in found if latest[each.digest] is each]
        return [self.sources.read(each) for each in listed]

    def move_aside(self, number: int) -> None:
        """Keep what is left of a damaged dataset, out of the way."""
        folder = self.path / "damaged"
        folder.mkdir(exist_ok=True)
        for suffix in (".duckdb", ".json"):
            path = self.datasets / f"{number}{suffix}"
            if path.exists():
                path.replace(folder / path.name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            WorkspaceError: Somebody else does.
        """
        try:
            with self.lock.acquire(timeout=0):
                yield
        except Timeout:
            raise WorkspaceError(
                "workspace_busy",
                f"Something else is changing the workspace {self.path.name} right now.",
                "Wait until that import has ended, then try again.",
            ) from None

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """Give a folder on the workspace's disk that goes away afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="staging-", dir=self.path)).resolve()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, state: Mapping[str, Any], *, is_importing: bool = False) -> None:
        """Remove what no dataset needs any more; only under the lock.

        Args:
            state: The workspace's state.
            is_importing: The staging folder is in use.
        """
        numbers = [state["current"], *state["history"]]
        kept = {f"{number}" for number in numbers if number is not None}
        used: set[str] = set()
        is_listed = True
        for number in kept:
            try:
                used.update(self.manifest(int(number))["sources"])
            except DatasetError:
                is_listed = False
        for folder in () if is_importing else self.path.glob("staging-*"):
            shutil.rmtree(folder, ignore_errors=True)
        # Written beside a file that it should have replaced.
        for path in self.path.glob("*.new"):
            remove(path)
        for path in self.datasets.iterdir():
            if path.stem not in kept or path.suffix not in (".duckdb", ".json"):
                remove(path)
        # Without its list nobody knows which sources a dataset can be made from.
        for path in self.sources.folder.iterdir() if is_listed else ():
            if path.name.partition(".")[0] not in used:
                remove(path)
        segments.sweep(self.segments, state)

    @contextmanager
    def aside(self, state: Mapping[str, Any]) -> Iterator[Path]:
        """Give the file to build in; leave nothing of it if that fails."""
        number = int(state["next"])
        aside = self.datasets / f"{number}.building"
        remove(aside)
        try:
            yield aside
        except BaseException:
            remove(aside)
            remove(self.datasets / f"{number}.json")
            raise

    def keep(
        self,
        aside: Path,
        state: Mapping[str, Any],
        sources: Sequence[StoredSource],
        settings: Settings,
        rows: Mapping[str, int],
        *,
        is_undoable: bool = True,
        is_mending: bool = False,
    ) -> None:
        """Name a built dataset current, with the list of what it holds."""
        number = int(state["next"])
        is_replacing = is_mending or not self.is_sound(state)
        entries = learnt(self.state(), state)
        if is_replacing:
            # Undo then takes back the change that made the damaged one, too.
            entries = [*self.learnt(state), *entries]
        sync(aside)
        write_json(
            self.datasets / f"{number}.json",
            {
                "format": FORMAT_VERSION,
                "sources": [each.id for each in sources],
                "settings": asdict(settings),
                "tables": dict(rows),
                "size": aside.stat().st_size,
                "duckdb": duckdb.__version__,
                "learnt": entries,
            },
        )
        aside.replace(self.dataset(number))
        sync_folder(self.datasets)
        history = list(state["history"])
        if not is_undoable:
            history = []
        elif not is_replacing:
            history = [*history, state["current"]][-KEPT_DATASETS:]
        else:
            self.move_aside(state["current"])
        self.write_state(
            {
                **state,
                "current": number,
                "history": history,
                "next": number + 1,
                "settings": asdict(settings),
            }
        )


def _fault(state: Mapping[str, Any]) -> str:
    """Say what is wrong with a workspace's file that somebody may have written by hand.

    Later versions and other people may add keys; those that are used have to be right.
    """
    for name in ("settings", "current", "history", "next"):
        if name not in state:
            return f"it has no {name!r}"
    history = state["history"]
    if not isinstance(history, list):
        return "its 'history' is no list"
    for number in (state["current"], *history):
        if number is not None and not _is_number(number):
            return f"{number!r} is no dataset"
    if not _is_number(state["next"]):
        return f"its 'next' cannot be {state['next']!r}"
    settings = state["settings"]
    if not isinstance(settings, dict):
        return "its 'settings' are no settings"
    try:
        changed(Settings(), asdict(settings_of(settings)))
    except WorkspaceError as error:
        return f"{error.sentence[:1].lower()}{error.sentence[1:].rstrip('.')}"
    mappings = state.get("mappings", [])
    try:
        for each in mappings:
            Remembered.from_json(each)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "a remembered mapping is no mapping"
    if not segments.is_list(state.get(segments.LISTED, [])):
        return f"its {segments.LISTED!r} are no saved segments"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0

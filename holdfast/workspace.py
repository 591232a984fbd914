"""A workspace: sources that are kept, and the dataset that is built from them.

The one place that writes. A dataset is built aside, verified, and only then named
current by one atomic rename; whatever fails before leaves everything as it was.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from filelock import FileLock, Timeout

from holdfast.cancellation import Cancellation
from holdfast.errors import DatasetError, ImportRefusedError, WorkspaceError
from holdfast.exports.building import (
    Built,
    Progress,
    build,
    count_rows,
    replace_settings,
)
from holdfast.exports.engine import open_engine
from holdfast.exports.mapping import Source, SourceMapping, check, infer_kept
from holdfast.exports.reading import (
    Preview,
    Reading,
    Rows,
    guess_reading,
    preview,
    read,
    refused_path,
    unpack,
)
from holdfast.exports.recognition import (
    Recognition,
    missing_columns,
    recognise,
)
from holdfast.model import FORMAT_VERSION
from holdfast.periods import WEEK_SHIFTS
from holdfast.query import literal, quoted

ENVIRONMENT = "HOLDFAST_WORKSPACE"
KEPT_DATASETS = 5
PREVIEW_ROWS = 20
SAMPLE_VALUES = 200

_STATE = "workspace.json"
_MENDING = (
    "Undo, load one of the files again, or rebuild it on any page of the app: the files"
    " are kept."
)
_REBUILDING = ("zone", "week_start")


@dataclass(frozen=True)
class Settings:
    """What the people of a workspace have chosen.

    Attributes:
        zone: IANA zone of every local date.
        week_start: 'monday', 'sunday' or 'saturday'.
        currency: Currency that money is shown in; empty for the data's own.
        min_n: Under this many customers a figure is faded and says so.
        lapse_days: Days of silence after which a customer has lapsed; 0 = from the
            data.
    """

    zone: str = "UTC"
    week_start: str = "monday"
    currency: str = ""
    min_n: int = 30
    lapse_days: int = 0

    def as_text(self) -> dict[str, str]:
        """Return every setting as text, as the dataset keeps it."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Inspection:
    """What a file is, before anything is loaded; change it with ``replace``.

    Attributes:
        path: The file.
        reading: How it is read.
        columns: Name and type of each column.
        recognition: What it seems to be.
        mapping: What it is taken for; None where nothing could be guessed.
        preview: Its first rows, cells as text; None for an empty cell.
        sample: Some values of each column.
        rows: Rows of the file; None where only its beginning was read.
        name: The file's name for people; the path's own where it is empty.
    """

    path: Path
    reading: Reading
    columns: tuple[tuple[str, str], ...]
    recognition: Recognition
    mapping: SourceMapping | None
    preview: tuple[tuple[str | None, ...], ...]
    sample: Mapping[str, Sequence[str]]
    rows: int | None
    name: str = ""


@dataclass(frozen=True)
class StoredSource:
    """A loaded file.

    Attributes:
        id: Hash of its bytes, reading and mapping.
        name: The file's name.
        digest: SHA-256 of its bytes, in hex.
        size: Bytes of the file.
        loaded_at: When it was loaded, UTC, ISO.
        reading: How it was read.
        mapping: What it is.
        rows: Its rows as they are stored.
    """

    id: str
    name: str
    digest: str
    size: int
    loaded_at: str
    reading: Reading
    mapping: SourceMapping
    rows: Rows


@dataclass(frozen=True)
class FileReport:
    """What became of one file's rows.

    Attributes:
        name: The file's name.
        title: What it was taken for.
        table_name: The table that it feeds; the first where it feeds several.
        rows_read: Rows of the file.
        imported: Rows taken over.
        rejected: Rows refused, with a reason.
        duplicates: Rows that were there already.
        is_known: The file had been loaded before; nothing changed for it.
    """

    name: str
    title: str
    table_name: str
    rows_read: int
    imported: int
    rejected: int
    duplicates: int
    is_known: bool

    def describe(self) -> str:
        """Say it in one sentence."""
        if self.is_known:
            return f"{self.name}: already loaded, nothing changed."
        return (
            f"{self.name} ({self.title}): {self.rows_read:,} rows read ="
            f" {self.imported:,} imported + {self.rejected:,} rejected"
            f" + {self.duplicates:,} duplicates, into {self.table_name}."
        )


@dataclass(frozen=True)
class LoadReport:
    """What an import did.

    Attributes:
        files: One entry for each file.
        dataset: Number of the dataset that is current now.
        has_changed: Whether that is another one than before.
    """

    files: tuple[FileReport, ...]
    dataset: int | None
    has_changed: bool


@dataclass(frozen=True)
class Status:
    """What a workspace holds.

    Attributes:
        path: Its folder.
        settings: Its settings.
        sources: Loaded files, in order of loading.
        dataset: Number of the current dataset; None before the first import.
        rows: Rows of each table of it.
        can_undo: Whether there is a dataset to go back to.
    """

    path: Path
    settings: Settings
    sources: tuple[StoredSource, ...]
    dataset: int | None
    rows: Mapping[str, int]
    can_undo: bool


def workspace_path(chosen: str | Path | None = None) -> Path:
    """Return the workspace's folder: chosen, else the environment's, else beside app.

    Args:
        chosen: What the user named, if anything.
    """
    if chosen:
        return Path(chosen)
    if named := os.environ.get(ENVIRONMENT):
        return Path(named)
    return Path(__file__).resolve().parent.parent / "workspace"


class Workspace:
    """One folder of sources and datasets; see ``open`` and ``create``.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        """Take a folder that holds a workspace; prefer ``open`` and ``create``."""
        self.path = path
        self._sources = path / "sources"
        self._datasets = path / "datasets"
        self._lock = FileLock(str(path / ".lock"))

    @classmethod
    def create(cls, path: Path) -> Workspace:
        """Make a new, empty workspace in a folder that is empty or missing.

        Raises:
            WorkspaceError: The folder holds something, or cannot be written.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(each.name != ".lock" for each in path.iterdir()):
                raise WorkspaceError(
                    "folder_in_use",
                    f"The folder {path.name} is not empty.",
                    "Choose another folder for the new workspace.",
                )
            workspace = cls(path)
            workspace._sources.mkdir()
            workspace._datasets.mkdir()
            workspace._write_state(
                {
                    "format": FORMAT_VERSION,
                    "settings": asdict(Settings()),
                    "current": None,
                    "history": [],
                    "next": 1,
                }
            )
        except OSError as error:
            raise WorkspaceError(
                "cannot_write",
                f"The folder {path.name} cannot be written.",
                "Choose a folder that you may write to.",
            ) from error
        return workspace

    @classmethod
    def open(cls, path: Path, *, to_mend: bool = False) -> Workspace:
        """Open a workspace and sweep what a killed import left.

        Args:
            path: Its folder.
            to_mend: Open it even where its current dataset is missing or damaged;
                ``load``, ``rebuild`` and ``undo`` mend that.

        Raises:
            WorkspaceError: There is none, it is damaged, or of a newer version.
            DatasetError: Its current dataset is missing or damaged.
        """
        workspace = cls(path)
        state = workspace._state()
        try:
            workspace._check_dataset(state)
        except DatasetError:
            if to_mend:
                return workspace
            raise
        with suppress(Timeout), workspace._lock.acquire(timeout=0):
            workspace._sweep(workspace._state())
        return workspace

    @classmethod
    def open_or_create(cls, path: Path) -> Workspace:
        """Open the workspace in a folder, or make one where there is none.

        Raises:
            WorkspaceError: As ``open`` and ``create``.
            DatasetError: As ``open``.
        """
        return cls.open(path) if (path / _STATE).exists() else cls.create(path)

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return _settings(self._state()["settings"])

    def dataset_path(self) -> Path | None:
        """Return the current dataset's file; None before the first import."""
        current = self._state()["current"]
        return None if current is None else self._dataset(current)

    def source_ids(self) -> frozenset[str]:
        """Return the ids of the loaded files, even where the dataset is damaged."""
        return frozenset(each.id for each in self._kept_sources(self._state()))

    def status(self) -> Status:
        """Return what the workspace holds."""
        state = self._state()
        manifest = self._manifest(state["current"])
        return Status(
            path=self.path,
            settings=_settings(state["settings"]),
            sources=tuple(self._source(each) for each in manifest["sources"]),
            dataset=state["current"],
            rows=manifest["tables"],
            can_undo=bool(state["history"]),
        )

    def earlier(self) -> Status | None:
        """Return what the workspace would hold after ``undo``; None if it cannot."""
        state = self._state()
        if not state["history"]:
            return None
        previous = state["history"][-1]
        manifest = self._manifest(previous)
        return Status(
            path=self.path,
            settings=_settings(manifest["settings"] or state["settings"]),
            sources=tuple(self._source(each) for each in manifest["sources"]),
            dataset=previous,
            rows=manifest["tables"],
            can_undo=len(state["history"]) > 1,
        )

    def inspect(
        self, file: str | Path, reading: Reading | None = None, name: str = ""
    ) -> Inspection:
        """Say what a file is, from its beginning; writes nothing to the workspace.

        Args:
            file: The file.
            reading: How to read it; guessed from its content by default.
            name: Its name for people, where the path has another one.

        Raises:
            ImportRefusedError: It cannot be read.
        """
        path = Path(file)
        with _named(path, name), tempfile.TemporaryDirectory() as folder:
            reading = reading or guess_reading(path)
            return replace(_inspect(path, reading, Path(folder)), name=name)

    def load(
        self,
        files: Sequence[str | Path | Inspection],
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> LoadReport:
        """Load files and make the dataset that holds them current.

        A file that is there already changes nothing; the same bytes with another
        reading or mapping take the place of the earlier ones.

        Args:
            files: Paths, or inspections whose reading or mapping may be changed.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            ImportRefusedError: A file is refused; nothing was changed.
            WorkspaceError: Another import is running, or the disk is full.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        progress = progress or _silent
        cancellation = cancellation or Cancellation()
        with (
            self._writing(),
            self._staging() as staging,
            self._engine(staging) as engine,
        ):
            state = self._state()
            is_damaged = not self._is_sound(state)
            known = self._kept_sources(state)
            sources = list(known)
            added: list[StoredSource] = []
            given: list[tuple[str, StoredSource]] = []
            try:
                for position, file in enumerate(files):
                    name = _name(file)
                    progress(f"reading {name}", position / max(1, len(files)) / 2)
                    with _named(_path(file), name):
                        source = self._add(
                            engine,
                            file,
                            sources,
                            staging / str(position),
                            cancellation,
                        )
                    given.append((name, source))
                    if source not in sources:
                        added.append(source)
                        sources = [
                            each for each in sources if each.digest != source.digest
                        ]
                        sources.append(source)
                if not added and not is_damaged:
                    return LoadReport(
                        tuple(_known(name, source) for name, source in given),
                        state["current"],
                        has_changed=False,
                    )
                built = self._make(
                    engine,
                    state,
                    sources,
                    cancellation,
                    lambda stage, share: progress(stage, 0.5 + share / 2),
                    {each.id for each in added},
                )
            except BaseException:
                for source in added:
                    self._forget(source.id)
                raise
            progress("done", 1.0)
            return LoadReport(
                tuple(
                    _known(name, source)
                    if source in known
                    else _report(name, source, built.counts[source.id])
                    for name, source in given
                ),
                int(state["next"]),
                has_changed=True,
            )

    def rebuild(
        self,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> Status:
        """Make the current dataset anew from the kept sources.

        A damaged file is moved into the folder ``damaged``, never deleted.

        Args:
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            WorkspaceError: Nothing is loaded, a source is missing or damaged, or
                another import is running.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with (
            self._writing(),
            self._staging() as staging,
            self._engine(staging) as engine,
        ):
            state = self._state()
            if state["current"] is None:
                raise WorkspaceError(
                    "nothing_loaded",
                    f"The workspace {self.path.name} has no data yet.",
                    "Load files first.",
                )
            self._make(
                engine,
                state,
                self._kept_sources(state),
                cancellation or Cancellation(),
                progress or _silent,
            )
        return self.status()

    def undo(self) -> Status:
        """Go back to the dataset before the last change.

        Raises:
            WorkspaceError: There is none, or another import is running.
        """
        with self._writing():
            state = self._state()
            if not state["history"]:
                raise WorkspaceError(
                    "nothing_to_undo",
                    "There is no earlier dataset to go back to.",
                    "Nothing was changed.",
                )
            previous = state["history"][-1]
            if previous is None:
                settings = state["settings"]
            else:
                if not self._dataset(previous).exists():
                    raise WorkspaceError(
                        "dataset_missing",
                        f"The earlier dataset {previous} is not there any more.",
                        "Load the files that you want instead.",
                    )
                settings = self._manifest(previous)["settings"]
            self._write_state(
                {
                    **state,
                    "current": previous,
                    "history": state["history"][:-1],
                    "settings": settings,
                }
            )
        return self.status()

    def change_settings(
        self,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
        **changes: str | int,
    ) -> Status:
        """Change settings; the dataset is made anew where they shape it.

        Raises:
            WorkspaceError: A setting or its value is not known, or another import
                is running.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with self._writing(), self._staging() as staging:
            state = self._state()
            before = _settings(state["settings"])
            after = _changed(before, changes)
            if after == before:
                return self.status()
            if state["current"] is None:
                self._write_state({**state, "settings": asdict(after)})
                return self.status()
            sources = [
                self._source(each)
                for each in self._manifest(state["current"])["sources"]
            ]
            if all(
                getattr(before, name) == getattr(after, name) for name in _REBUILDING
            ):
                self._copy(state, sources, after)
                return self.status()
            with self._engine(staging) as engine:
                self._make(
                    engine,
                    {**state, "settings": asdict(after)},
                    sources,
                    cancellation or Cancellation(),
                    progress or _silent,
                )
        return self.status()

    def _dataset(self, number: int) -> Path:
        return self._datasets / f"{number}.duckdb"

    def _state(self) -> dict[str, Any]:
        path = self.path / _STATE
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            version = int(state["format"])
        except FileNotFoundError:
            raise WorkspaceError(
                "no_workspace",
                f"There is no workspace in {self.path.name}.",
                "Load a file to start one, or choose another folder.",
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceError(
                "workspace_damaged",
                f"The file {_STATE} of the workspace {self.path.name} cannot be read.",
                "Put back a copy of that file.",
            ) from error
        if version > FORMAT_VERSION:
            raise WorkspaceError(
                "newer_workspace",
                f"The workspace {self.path.name} was written by a newer Holdfast"
                f" (format {version}; this one knows {FORMAT_VERSION}).",
                "Update Holdfast, or choose another workspace.",
            )
        return dict(state)

    def _write_state(self, state: Mapping[str, Any]) -> None:
        _write_json(self.path / _STATE, state)

    def _manifest(self, number: int | None) -> dict[str, Any]:
        if number is None:
            return {"sources": [], "tables": {}, "settings": {}, "size": 0}
        path = self._datasets / f"{number}.json"
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise DatasetError(
                "dataset_damaged",
                f"The list of contents of dataset {number} cannot be read.",
                _MENDING,
            ) from error

    def _check_dataset(self, state: Mapping[str, Any]) -> None:
        """Compare the current dataset with its manifest: DuckDB would not say."""
        current = state["current"]
        if current is None:
            return
        manifest = self._manifest(current)
        path = self._dataset(current)
        if not path.exists() or path.stat().st_size != manifest["size"]:
            raise DatasetError(
                "dataset_damaged",
                f"The dataset {path.name} is missing or not as it was written.",
                _MENDING,
            )

    def _is_sound(self, state: Mapping[str, Any]) -> bool:
        try:
            self._check_dataset(state)
        except DatasetError:
            return False
        return True

    def _kept_sources(self, state: Mapping[str, Any]) -> list[StoredSource]:
        """Return the current dataset's sources; all that are kept if its list is lost.

        Raises:
            WorkspaceError: One of them is missing or damaged.
        """
        try:
            listed = self._manifest(state["current"])["sources"]
        except DatasetError:
            found = [self._source(path.stem) for path in self._sources.glob("*.json")]
            found.sort(key=lambda each: each.loaded_at)
            latest = {each.digest: each for each in found}
            return [each for each in found if latest[each.digest] is each]
        return [self._source(each) for each in listed]

    def _move_aside(self, number: int) -> None:
        """Keep what is left of a damaged dataset, out of the way."""
        folder = self.path / "damaged"
        folder.mkdir(exist_ok=True)
        for suffix in (".duckdb", ".json"):
            path = self._datasets / f"{number}{suffix}"
            if path.exists():
                path.replace(folder / path.name)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._lock.acquire(timeout=0):
                yield
        except Timeout:
            raise WorkspaceError(
                "workspace_busy",
                f"Something else is changing the workspace {self.path.name} right now.",
                "Wait until that import has ended, then try again.",
            ) from None

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        """Give a folder on the workspace's disk that goes away afterwards."""
        folder = Path(tempfile.mkdtemp(prefix="staging-", dir=self.path)).resolve()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _sweep(self, state: Mapping[str, Any]) -> None:
        """Remove what no dataset needs any more; only under the lock."""
        numbers = [state["current"], *state["history"]]
        kept = {f"{number}" for number in numbers if number is not None}
        used: set[str] = set()
        is_listed = True
        for number in kept:
            try:
                used.update(self._manifest(int(number))["sources"])
            except DatasetError:
                is_listed = False
        for folder in self.path.glob("staging-*"):
            shutil.rmtree(folder, ignore_errors=True)
        for path in self._datasets.iterdir():
            if path.stem not in kept or path.suffix not in (".duckdb", ".json"):
                _remove(path)
        # Without its list nobody knows which sources a dataset can be made from.
        for path in self._sources.iterdir() if is_listed else ():
            if path.name.partition(".")[0] not in used:
                _remove(path)

    def _source(self, source_id: str) -> StoredSource:
        try:
            text = (self._sources / f"{source_id}.json").read_text(encoding="utf-8")
            values = json.loads(text)
            rows = values["rows"]
            if not (self._sources / f"{source_id}.parquet").exists():
                raise FileNotFoundError(source_id)
            return StoredSource(
                id=source_id,
                name=values["name"],
                digest=values["digest"],
                size=values["size"],
                loaded_at=values["loaded_at"],
                reading=Reading.from_json(values["reading"]),
                mapping=SourceMapping.from_json(values["mapping"]),
                rows=Rows(
                    columns=tuple((name, type_) for name, type_ in rows["columns"]),
                    rows=rows["rows"],
                    first_line=rows["first_line"],
                    line_column=rows["line_column"],
                    padded=tuple(rows["padded"]),
                    refused=rows.get("refused", 0),
                    notes=tuple(rows.get("notes", ())),
                ),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceError(
                "source_damaged",
                f"The source {source_id} of the workspace cannot be read.",
                "Undo, or load that file again.",
            ) from error

    @contextmanager
    def _engine(self, staging: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the one instance of an import: opening takes longer than small files."""
        engine = open_engine(None, staging, [staging.parent])
        try:
            yield engine
        finally:
            engine.close()

    def _add(
        self,
        engine: duckdb.DuckDBPyConnection,
        file: str | Path | Inspection,
        known: Sequence[StoredSource],
        staging: Path,
        cancellation: Cancellation,
    ) -> StoredSource:
        """Store a file as a source; return the known one where it is there."""
        path = _path(file)
        reading = file.reading if isinstance(file, Inspection) else guess_reading(path)
        staging.mkdir()
        survey = unpack(path, reading, staging, cancellation)
        if not isinstance(file, Inspection):
            for source in known:
                if source.digest == survey.digest:
                    return source
        target = staging / "rows.parquet"
        rows = read(engine, path, reading, survey, target, cancellation)
        columns = [name for name, _ in rows.columns]
        mapping = file.mapping if isinstance(file, Inspection) else None
        if mapping is None:
            mapping = recognise(columns, _sample(engine, target, rows)).mapping
        if mapping is None:
            raise missing_columns(columns, path.name)
        check(mapping, columns, path.name)
        mapping = _typed(engine, target, rows, mapping, cancellation)
        source_id = _source_id(survey.digest, reading, mapping)
        for source in known:
            if source.id == source_id:
                return source
        _sync(target)
        kept = self._sources / f"{source_id}.parquet"
        if rows.refused:
            _sync(refused_path(target))
            refused_path(target).replace(refused_path(kept))
        target.replace(kept)
        source = StoredSource(
            id=source_id,
            name=_name(file),
            digest=survey.digest,
            size=survey.size,
            loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
            reading=reading,
            mapping=mapping,
            rows=rows,
        )
        _write_json(
            self._sources / f"{source_id}.json",
            {
                "name": source.name,
                "digest": source.digest,
                "size": source.size,
                "loaded_at": source.loaded_at,
                "reading": reading.to_json(),
                "mapping": mapping.to_json(),
                "rows": asdict(rows),
            },
        )
        return source

    def _forget(self, source_id: str) -> None:
        for suffix in (".json", ".parquet", ".refused.parquet"):
            _remove(self._sources / f"{source_id}{suffix}")

    def _make(
        self,
        engine: duckdb.DuckDBPyConnection,
        state: Mapping[str, Any],
        sources: Sequence[StoredSource],
        cancellation: Cancellation,
        progress: Progress,
        added: Container[str] = (),
    ) -> Built:
        """Build a dataset aside, verify it and name it current.

        Of the added sources each has to have brought something.
        """
        settings = _settings(state["settings"])
        with self._aside(state) as aside:
            built = build(
                engine,
                [
                    (self._staged(position, each), each.id, each.name, each.rows.rows)
                    for position, each in enumerate(sources)
                ],
                aside,
                settings.as_text(),
                cancellation,
                progress,
            )
            for source in sources:
                rows_read, _, rejected, _ = built.counts[source.id]
                if source.id in added and rejected == rows_read:
                    self._refuse(engine, source, *built.first_refusals[source.id])
            cancellation.check()
            self._keep(aside, state, sources, settings, built.rows)
        return built

    def _copy(
        self,
        state: Mapping[str, Any],
        sources: Sequence[StoredSource],
        settings: Settings,
    ) -> None:
        """Make a dataset with other settings whose tables stay as they are."""
        with self._aside(state) as aside:
            shutil.copyfile(self._dataset(state["current"]), aside)
            replace_settings(aside, settings.as_text())
            self._keep(aside, state, sources, settings, count_rows(aside))

    @contextmanager
    def _aside(self, state: Mapping[str, Any]) -> Iterator[Path]:
        """Give the file to build in; leave nothing of it if that fails."""
        number = int(state["next"])
        aside = self._datasets / f"{number}.building"
        _remove(aside)
        try:
            yield aside
        except BaseException:
            _remove(aside)
            _remove(self._datasets / f"{number}.json")
            raise

    def _keep(
        self,
        aside: Path,
        state: Mapping[str, Any],
        sources: Sequence[StoredSource],
        settings: Settings,
        rows: Mapping[str, int],
    ) -> None:
        """Name a built dataset current, with the list of what it holds."""
        number = int(state["next"])
        _sync(aside)
        _write_json(
            self._datasets / f"{number}.json",
            {
                "format": FORMAT_VERSION,
                "sources": [each.id for each in sources],
                "settings": asdict(settings),
                "tables": dict(rows),
                "size": aside.stat().st_size,
                "duckdb": duckdb.__version__,
            },
        )
        aside.replace(self._dataset(number))
        _sync_folder(self._datasets)
        history = list(state["history"])
        if self._is_sound(state):
            history = [*history, state["current"]][-KEPT_DATASETS:]
        else:
            self._move_aside(state["current"])
        self._write_state(
            {
                **state,
                "current": number,
                "history": history,
                "next": number + 1,
                "settings": asdict(settings),
            }
        )

    def _refuse(
        self,
        engine: duckdb.DuckDBPyConnection,
        source: StoredSource,
        line: int,
        reason: str,
    ) -> None:
        """Refuse a file of which not one row could be imported."""
        parquet = self._sources.resolve() / f"{source.id}.parquet"
        kind = _kind(engine, parquet, source.rows, line, reason)
        raise ImportRefusedError(
            "nothing_imported",
            f"{source.name}: none of its rows ({source.rows.rows:,}) could be"
            f" imported; in line {line}, {reason}{kind}.",
            "Correct the file, or say on the Data page what its columns are and how"
            " its dates are written.",
        )

    def _staged(self, number: int, source: StoredSource) -> Source:
        return Source(
            number=number,
            parquet=str((self._sources / f"{source.id}.parquet").resolve()),
            columns=dict(source.rows.columns),
            first_line=source.rows.first_line,
            line_column=source.rows.line_column,
            padded=frozenset(source.rows.padded),
            mapping=source.mapping,
        )


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""


def _path(file: str | Path | Inspection) -> Path:
    return file.path if isinstance(file, Inspection) else Path(file)


def _name(file: str | Path | Inspection) -> str:
    named = file.name if isinstance(file, Inspection) else ""
    return named or _path(file).name


@contextmanager
def _named(path: Path, name: str) -> Iterator[None]:
    """Let refusals speak of a file by the name that people know it by."""
    try:
        yield
    except ImportRefusedError as error:
        if not name or name == path.name:
            raise
        raise ImportRefusedError(
            error.code, error.sentence.replace(path.name, name), error.remedy
        ) from error
    except FileNotFoundError as error:
        if path.exists():
            raise
        raise ImportRefusedError(
            "missing_file",
            f"{name or path.name} is not there any more.",
            "Choose the file again.",
        ) from error


def _report(
    name: str, source: StoredSource, counts: tuple[int, int, int, int]
) -> FileReport:
    rows_read, imported, rejected, duplicates = counts
    return FileReport(
        name,
        source.mapping.title,
        source.mapping.feeds[0].feed,
        rows_read,
        imported,
        rejected,
        duplicates,
        is_known=False,
    )


def _known(name: str, source: StoredSource) -> FileReport:
    return FileReport(
        name,
        source.mapping.title,
        source.mapping.feeds[0].feed,
        source.rows.rows,
        0,
        0,
        0,
        is_known=True,
    )


def _settings(values: Mapping[str, Any]) -> Settings:
    known = {each.name for each in fields(Settings)}
    return Settings(**{name: each for name, each in values.items() if name in known})


def _changed(before: Settings, changes: Mapping[str, str | int]) -> Settings:
    known = {each.name for each in fields(Settings)}
    for name in changes:
        if name not in known:
            raise WorkspaceError(
                "unknown_setting",
                f"There is no setting {name!r}.",
                f"Choose one of {', '.join(sorted(known))}.",
            )
    after = replace(before, **changes)  # type: ignore[arg-type]
    try:
        ZoneInfo(after.zone)
    except (KeyError, ValueError, OSError) as error:
        raise WorkspaceError(
            "unknown_zone",
            f"There is no time zone {after.zone!r}.",
            "Choose one such as Europe/Berlin or UTC.",
        ) from error
    if after.week_start not in WEEK_SHIFTS:
        raise WorkspaceError(
            "unknown_week_start",
            f"A week cannot start on {after.week_start!r}.",
            f"Choose one of {', '.join(WEEK_SHIFTS)}.",
        )
    for name in ("min_n", "lapse_days"):
        value = getattr(after, name)
        if not isinstance(value, int) or value < 0:
            raise WorkspaceError(
                "bad_setting",
                f"The setting {name} cannot be {value!r}.",
                "Choose a whole number from 0 up.",
            )
    return after


def _inspect(path: Path, reading: Reading, folder: Path) -> Inspection:
    part = preview(path, reading, folder)
    try:
        return _inspect_part(path, reading, part, folder / "part")
    except ImportRefusedError:
        if part.path == path:
            raise
        # The cut may lie inside a quoted cell; and a refusal has to be the file's.
        whole = Preview(path, reading, is_whole=True)
        return _inspect_part(path, reading, whole, folder / "whole")


def _inspect_part(
    path: Path, reading: Reading, beginning: Preview, staging: Path
) -> Inspection:
    staging.mkdir()
    staging = staging.resolve()
    part, plain = beginning.path, beginning.reading
    survey = unpack(part, plain, staging, Cancellation())
    target = staging / "rows.parquet"
    engine = open_engine(None, staging, [staging])
    try:
        rows = read(engine, part, plain, survey, target, Cancellation())
        sample = _sample(engine, target, rows)
        cells = ", ".join(f"{quoted(name)}::varchar" for name, _ in rows.columns)
        first = engine.execute(
            f"select {cells} from read_parquet({literal(str(target))})"
            f" limit {PREVIEW_ROWS}"
        ).fetchall()
    finally:
        engine.close()
    recognition = recognise([name for name, _ in rows.columns], sample)
    return Inspection(
        path=path,
        reading=reading,
        columns=rows.columns,
        recognition=recognition,
        mapping=recognition.mapping,
        preview=tuple(tuple(row) for row in first),
        sample=sample,
        rows=rows.rows if beginning.is_whole else None,
    )


def _sample(
    engine: duckdb.DuckDBPyConnection, parquet: Path, rows: Rows
) -> dict[str, list[str]]:
    """Return some values of each column as text, without the empty ones."""
    cells = ", ".join(
        f"(array_agg(trim({quoted(name)}::varchar))"
        f" filter (trim({quoted(name)}::varchar) <> ''))[:{SAMPLE_VALUES}]"
        for name, _ in rows.columns
    )
    row = engine.execute(
        f"select {cells} from (from read_parquet({literal(str(parquet))}) limit 5000)"
    ).fetchall()[0]
    return {
        name: list(values or [])
        for (name, _), values in zip(rows.columns, row, strict=True)
    }


def _typed(
    engine: duckdb.DuckDBPyConnection,
    parquet: Path,
    rows: Rows,
    mapping: SourceMapping,
    cancellation: Cancellation,
) -> SourceMapping:
    columns = dict(rows.columns)
    feeds = []
    for part in mapping.feeds:
        with cancellation.attach(engine):
            kept = infer_kept(engine, str(parquet), columns, rows.padded, part.kept)
        feeds.append(replace(part, kept=kept))
    return replace(mapping, feeds=tuple(feeds))


def _kind(
    engine: duckdb.DuckDBPyConnection,
    parquet: Path,
    rows: Rows,
    line: int,
    reason: str,
) -> str:
    """Say what kind of value a refused cell holds, never the value itself."""
    named = re.match('"(.+)" is (not|neither)', reason)
    if not named or named[1] not in dict(rows.columns):
        return ""
    number = f"file_row_number + {rows.first_line}"
    place = quoted(rows.line_column) if rows.line_column else number
    found = engine.execute(
        f"select trim({quoted(named[1])}::varchar)"
        f" from read_parquet({literal(str(parquet))}, file_row_number = true)"
        f" where {place} = $line",
        {"line": line},
    ).fetchall()
    value = (found[0][0] if found else "") or ""
    if re.fullmatch(r"[-+]?\d+", value):
        return f" but a number of {len(value.lstrip('+-'))} digits"
    if re.search(r"\d", value):
        return " but digits with other characters"
    return " but words" if value else ""


def _source_id(digest: str, reading: Reading, mapping: SourceMapping) -> str:
    text = json.dumps(
        [digest, reading.to_json(), mapping.to_json()], sort_keys=True, default=list
    )
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write a file so that it is either the old one or the new one, never half."""
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as stream:
        json.dump(values, stream, indent=1, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    _sync_folder(path.parent)


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder; its renames are journalled without it.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _remove(path: Path) -> None:
    # Windows refuses while somebody reads; the next sweep tries again.
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

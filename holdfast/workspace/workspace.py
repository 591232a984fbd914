"""The one place that writes: sources are kept, and the dataset is built from them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb
from filelock import Timeout

from holdfast.cancellation import Cancellation
from holdfast.errors import DatasetError, WorkspaceError
from holdfast.exports.building import (
    Built,
    Progress,
    build,
    count_only,
    count_rows,
    replace_settings,
)
from holdfast.exports.engine import open_engine
from holdfast.exports.reading import (
    Part,
    Reading,
    guess_reading,
)
from holdfast.model import FORMAT_VERSION
from holdfast.workspace.durable import remove
from holdfast.workspace.erasing import without_person
from holdfast.workspace.folder import STATE, Folder
from holdfast.workspace.gathering import gather, nothing_imported, remembering
from holdfast.workspace.inspection import Inspection, inspect, named
from holdfast.workspace.remembering import (
    Remembered,
    find_remembered,
    remembered,
    with_mappings,
)
from holdfast.workspace.reports import (
    LoadReport,
    Reason,
    Status,
)
from holdfast.workspace.settings import Settings, changed, settings_of
from holdfast.workspace.stored import Sources, StoredSource

ENVIRONMENT = "HOLDFAST_WORKSPACE"

_REBUILDING = ("zone", "week_start")


def workspace_path(chosen: str | Path | None = None) -> Path:
    """Return the workspace's folder: chosen, else the environment's, else beside app.

    Args:
        chosen: What the user named, if anything.
    """
    if chosen:
        return Path(chosen)
    if chosen_outside := os.environ.get(ENVIRONMENT):
        return Path(chosen_outside)
    return Path(__file__).resolve().parents[2] / "workspace"


class Workspace:
    """One folder of sources and datasets; see ``open`` and ``create``.

    Attributes:
        path: The folder.
    """

    def __init__(self, path: Path) -> None:
        """Take a folder that holds a workspace; prefer ``open`` and ``create``."""
        self.path = path
        self._folder = Folder(path)

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
            workspace._folder.sources.folder.mkdir()
            workspace._folder.datasets.mkdir()
            workspace._folder.write_state(
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
        state = workspace._folder.state()
        try:
            workspace._folder.check_dataset(state)
        except DatasetError:
            if to_mend:
                return workspace
            raise
        with suppress(Timeout), workspace._folder.lock.acquire(timeout=0):
            workspace._folder.sweep(workspace._folder.state())
        return workspace

    @classmethod
    def open_or_create(cls, path: Path) -> Workspace:
        """Open the workspace in a folder, or make one where there is none.

        Raises:
            WorkspaceError: As ``open`` and ``create``.
            DatasetError: As ``open``.
        """
        return cls.open(path) if (path / STATE).exists() else cls.create(path)

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return settings_of(self._folder.state()["settings"])

    def dataset_path(self) -> Path | None:
        """Return the current dataset's file; None before the first import."""
        current = self._folder.state()["current"]
        return None if current is None else self._folder.dataset(current)

    def source_ids(self) -> frozenset[str]:
        """Return the ids of the loaded files, even where the dataset is damaged."""
        return frozenset(
            each.id for each in self._folder.kept_sources(self._folder.state())
        )

    def status(self) -> Status:
        """Return what the workspace holds."""
        state = self._folder.state()
        manifest = self._folder.manifest(state["current"])
        return Status(
            path=self.path,
            settings=settings_of(state["settings"]),
            sources=tuple(
                self._folder.sources.read(each) for each in manifest["sources"]
            ),
            dataset=state["current"],
            rows=manifest["tables"],
            can_undo=bool(state["history"]),
        )

    def earlier(self) -> Status | None:
        """Return what the workspace would hold after ``undo``; None if it cannot."""
        state = self._folder.state()
        if not state["history"]:
            return None
        previous = state["history"][-1]
        manifest = self._folder.manifest(previous)
        return Status(
            path=self.path,
            settings=settings_of(manifest["settings"] or state["settings"]),
            sources=tuple(
                self._folder.sources.read(each) for each in manifest["sources"]
            ),
            dataset=previous,
            rows=manifest["tables"],
            can_undo=len(state["history"]) > 1,
        )

    def inspect(
        self, file: str | Path | Part, reading: Reading | None = None, name: str = ""
    ) -> Inspection:
        """Say what a file is, from its beginning; writes nothing to the workspace.

        Args:
            file: The file, or a part of an archive or a folder.
            reading: How to read it; guessed from its content by default.
            name: Its name for people, where the path has another one.

        Raises:
            ImportRefusedError: It cannot be read.
        """
        part = file if isinstance(file, Part) else Part(Path(file))
        with named(part.path, name), tempfile.TemporaryDirectory() as folder:
            reading = reading or guess_reading(part.path, part.member)
            found = replace(inspect(part.path, reading, Path(folder)), name=name)
        names = [column for column, _ in found.columns]
        before = find_remembered(self._folder.state(), names)
        if before is None:
            return found
        return replace(found, mapping=before.mapping, same_as=before.name)

    def load(
        self,
        files: Sequence[str | Path | Inspection],
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> LoadReport:
        """Load files and make the dataset that holds them current.

        A file that is there already changes nothing; the same bytes with another
        reading or mapping take the place of the earlier ones. Of a folder or an archive
        everything is loaded that is understood.

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
            self._folder.writing(),
            self._folder.staging() as staging,
            self._engine(staging) as engine,
        ):
            state = self._folder.state()
            is_damaged = not self._folder.is_sound(state)
            known = self._folder.kept_sources(state)
            gathered = gather(
                engine,
                state,
                files,
                known,
                self._folder.sources,
                staging,
                cancellation,
                lambda stage, share: progress(stage, share / 2),
            )
            if not gathered.added and not is_damaged:
                return gathered.report(known, {}, state["current"])
            try:
                built = self._make(
                    engine,
                    remembering(state, files),
                    gathered.sources,
                    cancellation,
                    lambda stage, share: progress(stage, 0.5 + share / 2),
                    {each.id for each in gathered.added},
                )
            except BaseException:
                for source in gathered.added:
                    self._folder.sources.forget(source.id)
                raise
            progress("done", 1.0)
            return gathered.report(
                known, built.counts, int(state["next"]), has_changed=True
            )

    def check(
        self,
        files: Sequence[str | Path | Inspection],
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> LoadReport:
        """Say what would become of every row of files; writes nothing.

        Args:
            files: As for ``load``.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Returns:
            What ``load`` would report, and why rows would be rejected.

        Raises:
            ImportRefusedError: A file cannot be read.
            WorkspaceError: The disk or the memory does not suffice.
            CancelledError: Somebody asked to stop.
        """
        progress = progress or _silent
        cancellation = cancellation or Cancellation()
        state = self._folder.state()
        known = self._folder.kept_sources(state)
        with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
            staging = Path(folder).resolve()
            aside = Sources(staging / "sources")
            aside.folder.mkdir()
            engine = open_engine(None, staging, [staging, self.path.resolve()])
            try:
                gathered = gather(
                    engine,
                    state,
                    files,
                    known,
                    aside,
                    staging,
                    cancellation,
                    lambda stage, share: progress(stage, share / 2),
                )
                added = {each.id for each in gathered.added}
                counts, reasons = count_only(
                    engine,
                    [
                        (
                            (
                                aside if each.id in added else self._folder.sources
                            ).staged(position, each),
                            each.id,
                            each.name,
                            each.rows_read,
                        )
                        for position, each in enumerate(gathered.sources)
                    ],
                    settings_of(state["settings"]).as_text(),
                    cancellation,
                    lambda stage, share: progress(stage, 0.5 + share / 2),
                )
            finally:
                engine.close()
        progress("done", 1.0)
        return gathered.report(
            known,
            counts,
            state["current"],
            reasons={
                source: tuple(Reason(*each) for each in found)
                for source, found in reasons.items()
            },
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
            self._folder.writing(),
            self._folder.staging() as staging,
            self._engine(staging) as engine,
        ):
            state = self._folder.state()
            if state["current"] is None:
                raise WorkspaceError(
                    "nothing_loaded",
                    f"The workspace {self.path.name} has no data yet.",
                    "Load files first.",
                )
            self._make(
                engine,
                state,
                self._folder.kept_sources(state),
                cancellation or Cancellation(),
                progress or _silent,
            )
        return self.status()

    def remembered(self) -> tuple[Remembered, ...]:
        """Return the mappings that are kept for files with the same columns."""
        return tuple(remembered(self._folder.state()))

    def forget_mapping(self, columns: Sequence[str]) -> None:
        """Stop taking files with these columns for what somebody chose before.

        Raises:
            WorkspaceError: An import is running.
        """
        with self._folder.writing():
            state = self._folder.state()
            self._folder.write_state(with_mappings(state, (), [tuple(columns)]))

    def remove(
        self,
        source_id: str,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> Status:
        """Make the dataset without one of its files; can be undone.

        Args:
            source_id: Id of the source.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            WorkspaceError: There is no such source, or another import is running.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        with (
            self._folder.writing(),
            self._folder.staging() as staging,
            self._engine(staging) as engine,
        ):
            state = self._folder.state()
            sources = self._folder.kept_sources(state)
            left = [each for each in sources if each.id != source_id]
            if len(left) == len(sources):
                raise WorkspaceError(
                    "unknown_source",
                    f"There is no loaded file {source_id!r}.",
                    "Choose one of those that are listed.",
                )
            self._make_or_empty(
                engine,
                state,
                left,
                cancellation or Cancellation(),
                progress or _silent,
            )
        return self.status()

    def delete_person(
        self,
        customer_id: str,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> Status:
        """Delete every row of a person, for good: earlier datasets go with it.

        Args:
            customer_id: The person's id as in the exports.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            WorkspaceError: No file knows this id, or another import is running.
            CancelledError: Somebody asked to stop; nothing was changed.
        """
        cancellation = cancellation or Cancellation()
        with (
            self._folder.writing(),
            self._folder.staging() as staging,
            self._engine(staging) as engine,
        ):
            state = self._folder.state()
            before = self._folder.kept_sources(state)
            left: list[StoredSource] = []
            try:
                for number, source in enumerate(before):
                    cancellation.check()
                    again = without_person(
                        engine,
                        self._folder.sources,
                        source,
                        customer_id.strip(),
                        staging / f"without {number}",
                    )
                    left += [again] if again else []
                if left == before:
                    raise WorkspaceError(
                        "unknown_person",
                        "No loaded file has a row of that customer.",
                        "Write the id as it stands in the exports.",
                    )
                self._make_or_empty(
                    engine,
                    state,
                    left,
                    cancellation,
                    progress or _silent,
                    is_undoable=False,
                )
            except BaseException:
                for source in left:
                    if source not in before:
                        self._folder.sources.forget(source.id)
                raise
            remove(self.path / "damaged")
            self._folder.sweep(self._folder.state(), is_importing=True)
        return self.status()

    def undo(self) -> Status:
        """Go back to the dataset before the last change.

        Raises:
            WorkspaceError: There is none, or another import is running.
        """
        with self._folder.writing():
            state = self._folder.state()
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
                if not self._folder.dataset(previous).exists():
                    raise WorkspaceError(
                        "dataset_missing",
                        f"The earlier dataset {previous} is not there any more.",
                        "Load the files that you want instead.",
                    )
                settings = self._folder.manifest(previous)["settings"]
            self._folder.write_state(
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
        with self._folder.writing(), self._folder.staging() as staging:
            state = self._folder.state()
            before = settings_of(state["settings"])
            after = changed(before, changes)
            if after == before:
                return self.status()
            if state["current"] is None:
                self._folder.write_state({**state, "settings": asdict(after)})
                return self.status()
            sources = [
                self._folder.sources.read(each)
                for each in self._folder.manifest(state["current"])["sources"]
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

    @contextmanager
    def _engine(self, staging: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the one instance of an import: opening takes longer than small files."""
        engine = open_engine(None, staging, [staging.parent])
        try:
            yield engine
        finally:
            engine.close()

    def _make(
        self,
        engine: duckdb.DuckDBPyConnection,
        state: Mapping[str, Any],
        sources: Sequence[StoredSource],
        cancellation: Cancellation,
        progress: Progress,
        added: Container[str] = (),
        *,
        is_undoable: bool = True,
    ) -> Built:
        """Build a dataset aside, verify it and name it current.

        Of the added sources each has to have brought something.
        """
        settings = settings_of(state["settings"])
        with self._folder.aside(state) as aside:
            built = build(
                engine,
                [
                    (
                        self._folder.sources.staged(position, each),
                        each.id,
                        each.name,
                        each.rows_read,
                    )
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
                    raise nothing_imported(
                        engine,
                        self._folder.sources,
                        source,
                        *built.first_refusals[source.id],
                    )
            cancellation.check()
            self._folder.keep(
                aside, state, sources, settings, built.rows, is_undoable=is_undoable
            )
        return built

    def _make_or_empty(
        self,
        engine: duckdb.DuckDBPyConnection,
        state: Mapping[str, Any],
        sources: Sequence[StoredSource],
        cancellation: Cancellation,
        progress: Progress,
        *,
        is_undoable: bool = True,
    ) -> None:
        """Make the dataset of what is left; of nothing there is none."""
        if sources:
            self._make(
                engine,
                state,
                sources,
                cancellation,
                progress,
                is_undoable=is_undoable,
            )
            return
        history = [*state["history"], state["current"]] if is_undoable else []
        self._folder.write_state({**state, "current": None, "history": history})

    def _copy(
        self,
        state: Mapping[str, Any],
        sources: Sequence[StoredSource],
        settings: Settings,
    ) -> None:
        """Make a dataset with other settings whose tables stay as they are."""
        with self._folder.aside(state) as aside:
            shutil.copyfile(self._folder.dataset(state["current"]), aside)
            replace_settings(aside, settings.as_text())
            self._folder.keep(aside, state, sources, settings, count_rows(aside))


def _silent(stage: str, share: float) -> None:
    """Tell nobody."""

"""What a workspace holds, for everyone who only looks."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from holdfast.cancellation import Cancellation
from holdfast.errors import HoldfastError
from holdfast.exports.building import Progress, count_only
from holdfast.exports.engine import open_engine
from holdfast.exports.mapping import SourceMapping
from holdfast.exports.reading import Part, Reading, guess_reading
from holdfast.workspace.durable import telling_of_disk
from holdfast.workspace.folder import Folder
from holdfast.workspace.gathering import gather
from holdfast.workspace.inspection import Inspection, inspect, named
from holdfast.workspace.making import listed, part_of, silent
from holdfast.workspace.remapping import check_mapped, found_source, inspect_stored
from holdfast.workspace.remembering import Remembered, find_remembered, remembered
from holdfast.workspace.reports import LoadReport, Reason, Status
from holdfast.workspace.segments import Segments
from holdfast.workspace.settings import Settings, settings_of
from holdfast.workspace.stored import Sources


class Holdings:
    """What a workspace holds: its files, settings and datasets.

    Attributes:
        path: Its folder.
        segments: Its saved segments.
    """

    def __init__(self, path: Path) -> None:
        """Take a folder that holds a workspace."""
        self.path = path
        self._folder = Folder(path)
        self.segments = Segments(self._folder)

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
        now = self._status(state, state["current"], len(state["history"]))
        return replace(now, settings=settings_of(state["settings"]))

    def earlier(self) -> Status | None:
        """Return what the workspace would hold after ``undo``; None if it cannot."""
        state = self._folder.state()
        history = state["history"]
        if not history:
            return None
        return self._status(state, history[-1], len(history) - 1)

    def versions(self) -> tuple[Status, ...]:
        """Return every dataset that is kept and whole, the current one last."""
        state = self._folder.state()
        found = []
        for position, number in enumerate([*state["history"], state["current"]]):
            if number is None or not self._folder.is_sound({"current": number}):
                continue
            try:
                found.append(self._status(state, number, position))
            except HoldfastError:
                # One of its files is damaged; it can be neither shown nor explained.
                continue
        return tuple(found)

    def version_path(self, number: int) -> Path:
        """Return the file of a kept dataset."""
        return self._folder.dataset(number)

    def remembered(self) -> tuple[Remembered, ...]:
        """Return the mappings that are kept for files with the same columns."""
        return tuple(remembered(self._folder.state()))

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

    def inspect_source(self, source_id: str) -> Inspection:
        """Say what a loaded file is, from its stored rows; the file may be gone.

        Raises:
            WorkspaceError: There is no such source, or it is damaged.
        """
        source = found_source(
            self._folder.kept_sources(self._folder.state()), source_id
        )
        with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
            return inspect_stored(self._folder.sources, source, Path(folder).resolve())

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
        progress = progress or silent
        cancellation = cancellation or Cancellation()
        state = self._folder.state()
        known = self._folder.kept_sources(state)
        with (
            tempfile.TemporaryDirectory(prefix="holdfast-") as folder,
            telling_of_disk(Path(folder)),
        ):
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
                    part_of(progress, 0.0, 0.5),
                )
                places = [
                    self._folder.sources if each in known else aside
                    for each in gathered.sources
                ]
                counts, reasons = count_only(
                    engine,
                    listed(gathered.sources, places),
                    settings_of(state["settings"]).as_text(),
                    cancellation,
                    part_of(progress, 0.5, 1.0),
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

    def check_remap(
        self,
        source_id: str,
        mapping: SourceMapping,
        progress: Progress | None = None,
        cancellation: Cancellation | None = None,
    ) -> LoadReport:
        """Say what would become of every row of a file mapped anew; writes nothing.

        Args:
            source_id: As for ``remap``.
            mapping: As for ``remap``.
            progress: Told the stage and the share done.
            cancellation: Wish to stop.

        Raises:
            WorkspaceError: There is no such source.
            ImportRefusedError: The mapping does not fit.
            CancelledError: Somebody asked to stop.
        """
        state = self._folder.state()
        sources = self._folder.kept_sources(state)
        with tempfile.TemporaryDirectory(prefix="holdfast-") as folder:
            staging = Path(folder).resolve()
            engine = open_engine(None, staging, [staging, self.path.resolve()])
            try:
                return check_mapped(
                    engine,
                    self._folder.sources,
                    sources,
                    found_source(sources, source_id),
                    mapping,
                    settings_of(state["settings"]),
                    state["current"],
                    progress or silent,
                    cancellation or Cancellation(),
                )
            finally:
                engine.close()

    def _status(
        self, state: dict[str, Any], number: int | None, changes_before: int
    ) -> Status:
        manifest = self._folder.manifest(number)
        return Status(
            path=self.path,
            settings=settings_of(manifest["settings"] or state["settings"]),
            sources=tuple(
                self._folder.sources.read(each) for each in manifest["sources"]
            ),
            dataset=number,
            rows=manifest["tables"],
            can_undo=changes_before > 0,
        )

"""What a workspace holds, for everyone who only looks."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from holdfast.errors import HoldfastError
from holdfast.exports.reading import Part, Reading, guess_reading
from holdfast.workspace.folder import Folder
from holdfast.workspace.inspection import Inspection, inspect, named
from holdfast.workspace.remembering import Remembered, find_remembered, remembered
from holdfast.workspace.reports import Status
from holdfast.workspace.settings import Settings, settings_of


class Holdings:
    """What a workspace holds: its files, settings and datasets.

    Attributes:
        path: Its folder.
    """

    def __init__(self, path: Path) -> None:
        """Take a folder that holds a workspace."""
        self.path = path
        self._folder = Folder(path)

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

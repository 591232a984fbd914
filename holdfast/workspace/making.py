"""A change of a workspace in the making: locked, built aside, then named current."""

from __future__ import annotations

import shutil
from collections.abc import Container, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.exports.building import (
    Built,
    Progress,
    build,
    count_rows,
    replace_settings,
)
from holdfast.exports.engine import open_engine
from holdfast.exports.mapping import Source
from holdfast.workspace.durable import telling_of_disk
from holdfast.workspace.folder import Folder
from holdfast.workspace.gathering import nothing_imported
from holdfast.workspace.settings import Settings, settings_of
from holdfast.workspace.stored import Sources, StoredSource


def silent(stage: str, share: float) -> None:
    """Tell nobody."""


def part_of(progress: Progress, first: float, last: float) -> Progress:
    """Return how a part of the work tells how far the whole is."""
    return lambda stage, share: progress(stage, first + share * (last - first))


def listed(
    sources: Sequence[StoredSource], places: Sequence[Sources]
) -> list[tuple[Source, str, str, int]]:
    """Return sources as the import takes them, each with the folder that it is in."""
    return [
        (place.staged(position, each), each.id, each.name, each.rows_read)
        for position, (each, place) in enumerate(zip(sources, places, strict=True))
    ]


class Change:
    """A change of a workspace, while its lock is held; see ``changing``.

    Attributes:
        folder: The workspace's folder.
        state: What its file said when the change began; what is made is based on it.
        staging: Folder on its disk that goes away afterwards.
        progress: Told the stage and the share done.
        cancellation: Wish to stop.
    """

    def __init__(
        self,
        folder: Folder,
        staging: Path,
        progress: Progress | None,
        cancellation: Cancellation | None,
        leaving: ExitStack,
    ) -> None:
        """Take what ``changing`` has opened."""
        self.folder = folder
        self.state: dict[str, Any] = folder.state()
        self.staging = staging
        self.progress = progress or silent
        self.cancellation = cancellation or Cancellation()
        self._leaving = leaving

    @cached_property
    def engine(self) -> duckdb.DuckDBPyConnection:
        """The one instance of the change: opening takes longer than small files."""
        engine = open_engine(None, self.staging, [self.staging.parent])
        self._leaving.callback(engine.close)
        return engine

    @property
    def sources(self) -> list[StoredSource]:
        """The sources of the current dataset."""
        return self.folder.kept_sources(self.state)

    def make(
        self,
        sources: Sequence[StoredSource],
        added: Container[str] = (),
        *,
        is_undoable: bool = True,
        is_mending: bool = False,
        progress: Progress | None = None,
    ) -> Built:
        """Build a dataset aside, verify it and name it current.

        Args:
            sources: What it is made of.
            added: Ids of those that have to bring at least one row.
            is_undoable: Whether earlier datasets are kept.
            is_mending: The current dataset is damaged, whatever its size.
            progress: Told how far this is; the whole change's by default.

        Raises:
            ImportRefusedError: An added source brought nothing.
            WorkspaceError: The disk or the memory does not suffice.
            CancelledError: Somebody asked to stop.
        """
        settings = settings_of(self.state["settings"])
        with self.folder.aside(self.state) as aside:
            built = build(
                self.engine,
                listed(sources, [self.folder.sources] * len(sources)),
                aside,
                settings.as_text(),
                self.cancellation,
                progress or self.progress,
            )
            for source in sources:
                rows_read, _, rejected, _ = built.counts[source.id]
                if source.id in added and rejected == rows_read:
                    raise nothing_imported(
                        self.engine,
                        self.folder.sources,
                        source,
                        *built.first_refusals[source.id],
                    )
            self.cancellation.check()
            self.folder.keep(
                aside,
                self.state,
                sources,
                settings,
                built.rows,
                is_undoable=is_undoable,
                is_mending=is_mending,
            )
        return built

    def make_or_empty(
        self, sources: Sequence[StoredSource], *, is_undoable: bool = True
    ) -> None:
        """Make the dataset of what is left; of nothing there is none."""
        if sources:
            self.make(sources, is_undoable=is_undoable)
            return
        before = [*self.state["history"], self.state["current"]]
        history = before if is_undoable else []
        self.folder.write_state({**self.state, "current": None, "history": history})

    def copy(self, sources: Sequence[StoredSource], settings: Settings) -> None:
        """Make a dataset with other settings whose tables stay as they are."""
        with self.folder.aside(self.state) as aside:
            shutil.copyfile(self.folder.dataset(self.state["current"]), aside)
            replace_settings(aside, settings.as_text())
            self.folder.keep(aside, self.state, sources, settings, count_rows(aside))

    def take_over(self, settings: Settings) -> None:
        """Go on with other settings."""
        self.state = {**self.state, "settings": asdict(settings)}


@contextmanager
def changing(
    folder: Folder,
    progress: Progress | None = None,
    cancellation: Cancellation | None = None,
) -> Iterator[Change]:
    """Hold the lock and a staging folder for one change of a workspace.

    Args:
        folder: The workspace's folder.
        progress: Told the stage and the share done.
        cancellation: Wish to stop.

    Raises:
        WorkspaceError: Somebody else is changing it, or the disk is full.
    """
    with (
        telling_of_disk(folder.path),
        folder.writing(),
        folder.staging() as staging,
        ExitStack() as leaving,
    ):
        yield Change(folder, staging, progress, cancellation, leaving)

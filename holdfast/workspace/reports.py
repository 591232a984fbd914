"""What an import did, and what a workspace holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from holdfast.errors import ImportRefusedError
from holdfast.model import TABLES
from holdfast.workspace.settings import Settings
from holdfast.workspace.stored import StoredSource


@dataclass(frozen=True)
class Reason:
    """Why rows of a file are rejected.

    Attributes:
        words: What is wrong with them.
        rows: How many.
        first_line: Line of the first one in the file.
    """

    words: str
    rows: int
    first_line: int


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
        reasons: Why rows would be rejected, most frequent first; of a check only.
    """

    name: str
    title: str
    table_name: str
    rows_read: int
    imported: int
    rejected: int
    duplicates: int
    is_known: bool
    reasons: tuple[Reason, ...] = ()

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
        passed_over: Why files of a folder or an archive were not loaded.
    """

    files: tuple[FileReport, ...]
    dataset: int | None
    has_changed: bool
    passed_over: tuple[ImportRefusedError, ...] = ()


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

    @property
    def is_outdated(self) -> bool:
        """Whether an earlier version of Holdfast made it, with fewer tables."""
        return self.dataset is not None and lacks_tables(self.rows)

    @property
    def loaded_at(self) -> datetime | None:
        """When the latest file was loaded, UTC; None while nothing is."""
        instants = [
            datetime.fromisoformat(source.loaded_at)
            .astimezone(UTC)
            .replace(tzinfo=None)
            for source in self.sources
        ]
        return max(instants, default=None)


def lacks_tables(rows: Mapping[str, int]) -> bool:
    """Return whether a dataset lacks a table that they have now.

    Args:
        rows: Rows of each table that it has.
    """
    return any(table.name not in rows for table in TABLES)


def report_of(
    name: str,
    source: StoredSource,
    counts: tuple[int, int, int, int],
    reasons: tuple[Reason, ...] = (),
) -> FileReport:
    """Return what became of a source's rows: read, imported, rejected, duplicate."""
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
        reasons=reasons,
    )


def known_report(name: str, source: StoredSource) -> FileReport:
    """Return that a file was loaded before."""
    return FileReport(
        name,
        source.mapping.title,
        source.mapping.feeds[0].feed,
        source.rows_read,
        0,
        0,
        0,
        is_known=True,
    )

"""A loaded file as the workspace keeps it: its rows, and how they came about."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from holdfast.errors import WorkspaceError
from holdfast.exports.mapping import Source, SourceMapping
from holdfast.exports.reading import Reading, Rows, refused_path
from holdfast.workspace.durable import remove, write_json

SUFFIXES = (".json", ".parquet", ".refused.parquet")
"""Endings of the files that a source consists of; they share its id."""


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

    @property
    def rows_read(self) -> int:
        """Rows of the file, with those that could not be read."""
        return self.rows.rows + self.rows.refused


class Sources:
    """The folder of stored sources.

    Attributes:
        folder: Where they are.
    """

    def __init__(self, folder: Path) -> None:
        """Take the folder, which may not be there yet."""
        self.folder = folder

    def rows_path(self, source_id: str) -> Path:
        """Return the Parquet file of a source's rows."""
        return self.folder / f"{source_id}.parquet"

    def read(self, source_id: str) -> StoredSource:
        """Return a source.

        Raises:
            WorkspaceError: It is missing or damaged.
        """
        try:
            text = (self.folder / f"{source_id}.json").read_text(encoding="utf-8")
            values = json.loads(text)
            rows = values["rows"]
            if not (self.folder / f"{source_id}.parquet").exists():
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
                    files=tuple(rows.get("files", ())),
                ),
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise WorkspaceError(
                "source_damaged",
                f"The source {source_id} of the workspace cannot be read.",
                "Undo, or load that file again.",
            ) from error

    def write(self, source: StoredSource) -> None:
        """Write how a source came about, beside its rows."""
        write_json(
            self.folder / f"{source.id}.json",
            {
                "name": source.name,
                "digest": source.digest,
                "size": source.size,
                "loaded_at": source.loaded_at,
                "reading": source.reading.to_json(),
                "mapping": source.mapping.to_json(),
                "rows": asdict(source.rows),
            },
        )

    def forget(self, source_id: str) -> None:
        """Remove every file of a source."""
        for suffix in SUFFIXES:
            remove(self.folder / f"{source_id}{suffix}")

    def staged(self, number: int, source: StoredSource) -> Source:
        """Return a source as the import sees it, at its place in the order."""
        rows = self.rows_path(source.id).resolve()
        return Source(
            number=number,
            parquet=str(rows),
            columns=dict(source.rows.columns),
            first_line=source.rows.first_line,
            line_column=source.rows.line_column,
            padded=frozenset(source.rows.padded),
            mapping=source.mapping,
            unreadable=str(refused_path(rows)) if source.rows.refused else "",
            files=source.rows.files,
            loaded_at=source.loaded_at,
        )


def source_id_of(digest: str, reading: Reading, mapping: SourceMapping) -> str:
    """Return the id of a source: the same bytes, read and mapped alike, are one."""
    text = json.dumps(
        [digest, reading.to_json(), mapping.to_json()], sort_keys=True, default=list
    )
    return hashlib.sha256(text.encode()).hexdigest()[:24]

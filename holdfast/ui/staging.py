"""Files that were chosen and not yet loaded: where they lie and what they are."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

from holdfast.errors import HoldfastError, ImportRefusedError
from holdfast.exports.mapping import SourceMapping
from holdfast.workspace import Inspection, Workspace

ENDINGS = (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".parquet", ".gz")
"""Endings of the files that are taken from a folder; what they are, content says."""

_CHUNK = 1 << 20
_COUNTED_BYTES = 64 << 20


class Upload(Protocol):
    """What a browser handed over."""

    name: str

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""


@dataclass(eq=False)
class StagedFile:
    """A file that waits to be loaded.

    Attributes:
        number: Its number, for the keys of its widgets.
        name: Its name for people, as it came; never used as a path.
        inspection: What was found in it, with the recognised mapping.
        mapping: What it is taken for now; None while nobody knows.
        rows: Its rows; an estimate where ``is_estimate``.
        is_estimate: Only the beginning was read.
        is_spooled: It is our own copy, to be removed afterwards.
    """

    number: int
    name: str
    inspection: Inspection
    mapping: SourceMapping | None
    rows: int
    is_estimate: bool
    is_spooled: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Its column names in the file's order."""
        return tuple(name for name, _ in self.inspection.columns)


class Staging:
    """The files of one session that wait, and those that were refused."""

    def __init__(self) -> None:
        """Make a folder for uploads that goes away with this object."""
        self.folder = Path(tempfile.mkdtemp(prefix="holdfast-"))
        self.files: list[StagedFile] = []
        self.refused: list[HoldfastError] = []
        self._numbers = count(1)
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def spool(self, upload: Upload) -> Path:
        """Copy an upload, piece by piece, to a name of our own."""
        path = self.folder / f"upload-{next(self._numbers)}"
        with path.open("wb") as target:
            while piece := upload.read(_CHUNK):
                target.write(piece)
        return path

    def add(self, workspace: Workspace, name: str, path: Path) -> None:
        """Look into a file and keep it, or the reason why it is refused."""
        is_spooled = path.parent == self.folder
        try:
            inspection = workspace.inspect(path, name=name)
        except HoldfastError as error:
            self.refused.append(error)
            if is_spooled:
                path.unlink(missing_ok=True)
            return
        rows = inspection.rows
        self.files.append(
            StagedFile(
                number=next(self._numbers),
                name=name,
                inspection=inspection,
                mapping=inspection.mapping,
                rows=rows or _estimate(inspection),
                is_estimate=rows is None,
                is_spooled=is_spooled,
            )
        )

    def remove(self, files: Sequence[StagedFile]) -> None:
        """Forget files, and remove our copies of them."""
        for file in files:
            # A second click may ask again for what is gone.
            if file not in self.files:
                continue
            self.files.remove(file)
            if file.is_spooled:
                file.inspection.path.unlink(missing_ok=True)


def files_at(text: str) -> list[Path]:
    """Return the file, or the loadable files of the folder, that somebody named.

    Raises:
        ImportRefusedError: Nothing is there, or nothing that can be loaded.
    """
    path = Path(text.strip().strip("'\"")).expanduser()
    try:
        if path.is_file():
            return [path]
        found = sorted(each for each in path.iterdir() if _is_loadable(each))
    except (OSError, ValueError):
        raise ImportRefusedError(
            "missing_file",
            f"{text} was not found on this computer, or may not be read.",
            "Check the path; it starts at the top, such as a drive or a slash.",
        ) from None
    if not found:
        raise ImportRefusedError(
            "empty_folder",
            f"The folder {path.name} has no file that can be loaded.",
            f"Export files that end in {', '.join(ENDINGS)}.",
        )
    return found


def _is_loadable(path: Path) -> bool:
    is_hidden = path.name.startswith(".")
    return path.is_file() and not is_hidden and path.suffix.lower() in ENDINGS


def _estimate(inspection: Inspection) -> int:
    """Count the lines of a long text file, or of its first part and extrapolate."""
    newline = inspection.reading.newline[-1].encode()
    lines, seen = 0, 0
    is_packed = inspection.reading.container == "gzip"
    with inspection.path.open("rb") as raw:
        stream = gzip.GzipFile(fileobj=raw) if is_packed else raw
        # A damaged rest is found, and refused, by the import.
        with suppress(EOFError, OSError, zlib.error):
            while seen < _COUNTED_BYTES and (piece := stream.read(_CHUNK)):
                lines += piece.count(newline)
                seen += len(piece)
        share = raw.tell() / inspection.path.stat().st_size
    return round(lines / share)

"""Files that were chosen and not yet loaded: where they lie and what they are."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

from holdfast.errors import HoldfastError, ImportRefusedError
from holdfast.exports.mapping import SourceMapping
from holdfast.exports.reading import Part, Reading
from holdfast.exports.reading.parts import open_part, part_names
from holdfast.workspace import MOST_ALONE, Inspection, Workspace, find, is_data
from holdfast.workspace.inspection import named

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
        is_open: Somebody is at work on it.
    """

    number: int
    name: str
    inspection: Inspection
    mapping: SourceMapping | None
    rows: int
    is_estimate: bool
    is_open: bool = False

    @property
    def path(self) -> Path:
        """The file, or the archive or folder that it lies in."""
        return self.inspection.path

    @property
    def member(self) -> str:
        """Which part of an archive or a folder it is; empty for all."""
        return self.inspection.reading.member

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

    def spool(self, uploads: Sequence[Upload]) -> list[tuple[str, Path]]:
        """Copy uploads, piece by piece, to names of our own.

        Documents and programs among several are left out; many files whose names
        differ in digits only, such as one an hour, come into a folder together.

        Returns:
            Name for people and path, one entry for each file or folder.
        """
        kept = [each for each in uploads if len(uploads) == 1 or is_data(each.name)]
        alike: dict[str, list[Upload]] = {}
        for upload in kept:
            alike.setdefault(re.sub(r"\d+", "0", upload.name), []).append(upload)
        spooled = []
        for group in alike.values():
            if len(group) <= MOST_ALONE:
                spooled += [(each.name, _copied(each, self._free())) for each in group]
                continue
            folder = self._free()
            folder.mkdir()
            group.sort(key=lambda each: each.name)
            for position, each in enumerate(group):
                _copied(each, folder / f"{position:06}")
            spooled.append((f"{group[0].name} and {len(group) - 1} more", folder))
        return spooled

    def add(self, workspace: Workspace, name: str, path: Path) -> None:
        """Look into what was given and keep its files, or why they are refused.

        Args:
            workspace: Whose files these will be.
            name: Name for people of the file, archive or folder.
            path: Where it is.
        """
        try:
            with named(path, name):
                found = find(path)
        except HoldfastError as error:
            self.refused.append(error)
            self._discard(path)
            return
        known = {(each.path, each.member) for each in self.files}
        for each in found:
            if (each.part.path, each.part.member) in known:
                continue
            inside = f"{name}/{each.name}" if path.is_file() else each.name
            try:
                inspection = workspace.inspect(
                    each.part, name=inside if each.is_among_others else name
                )
            except HoldfastError as error:
                self.refused.append(error)
                continue
            self.files.append(self._staged(inspection, inspection.mapping))
        self._discard(path)

    def reread(
        self, workspace: Workspace, file: StagedFile, reading: Reading
    ) -> StagedFile:
        """Look into a file again, read in another way; keep why that is refused."""
        self.refused.clear()
        part = Part(file.path, reading.member)
        try:
            inspection = workspace.inspect(part, reading, file.name)
        except HoldfastError as error:
            self.refused.append(error)
            return file
        is_alike = inspection.columns == file.inspection.columns
        mapping = file.mapping if is_alike else inspection.mapping
        # Another number: its widgets are others.
        again = self._staged(inspection, mapping)
        again.is_open = True
        self.files[self.files.index(file)] = again
        return again

    def _staged(
        self, inspection: Inspection, mapping: SourceMapping | None
    ) -> StagedFile:
        return StagedFile(
            number=next(self._numbers),
            name=inspection.name,
            inspection=inspection,
            mapping=mapping,
            rows=inspection.rows or _estimate(inspection),
            is_estimate=inspection.rows is None,
        )

    def forget_mapping(self, workspace: Workspace, file: StagedFile) -> None:
        """Take a file, and later ones with its columns, for what is recognised."""
        try:
            workspace.forget_mapping(file.columns)
        except HoldfastError as error:
            self.refused.append(error)
            return
        again = self.reread(workspace, file, file.inspection.reading)
        again.mapping = again.inspection.mapping

    def remove(self, files: Sequence[StagedFile]) -> None:
        """Forget files, and remove our copies of them."""
        for file in files:
            # A second click may ask again for what is gone.
            if file not in self.files:
                continue
            self.files.remove(file)
            self._discard(file.path)

    def _free(self) -> Path:
        return self.folder / f"upload-{next(self._numbers)}"

    def _discard(self, path: Path) -> None:
        """Remove a copy of ours that no file needs any more."""
        if path.parent != self.folder:
            return
        if any(each.path == path or path in each.path.parents for each in self.files):
            return
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def path_of(text: str) -> Path:
    """Return the file or folder that somebody named.

    Raises:
        ImportRefusedError: Nothing is there, or it may not be read.
    """
    path = Path(text.strip().strip("'\"")).expanduser()
    try:
        if path.exists():
            return path
    except (OSError, ValueError):
        pass
    raise ImportRefusedError(
        "missing_file",
        f"{text} was not found on this computer, or may not be read.",
        "Check the path; it starts at the top, such as a drive or a slash.",
    )


def _copied(upload: Upload, path: Path) -> Path:
    with path.open("wb") as target:
        while piece := upload.read(_CHUNK):
            target.write(piece)
    return path


def _estimate(inspection: Inspection) -> int:
    """Count the lines of a long text, or of its first part and extrapolate."""
    path, reading = inspection.path, inspection.reading
    if not reading.is_text:
        return 0
    newline = reading.newline[-1].encode()
    names = part_names(path, reading.container, reading.member)
    lines, seen = 0, 0
    # A damaged rest is found, and refused, by the import.
    with suppress(EOFError, OSError, HoldfastError):
        for name in names:
            with open_part(path, reading.container, name) as stream:
                while seen < _COUNTED_BYTES and (piece := stream.read(_CHUNK)):
                    lines += piece.count(newline)
                    seen += len(piece)
            if seen >= _COUNTED_BYTES:
                break
    if seen >= _COUNTED_BYTES and reading.container == "plain":
        lines = round(lines * path.stat().st_size / seen)
    return lines

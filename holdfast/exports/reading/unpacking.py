"""A file's content under a plain name in the staging folder."""

from __future__ import annotations

import codecs
import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from holdfast.cancellation import Cancellation
from holdfast.exports.reading.description import (
    BLANKS,
    CHUNK,
    Reading,
    Survey,
    refused,
)
from holdfast.exports.reading.encodings import Readable, transcode
from holdfast.exports.reading.json_documents import write_objects
from holdfast.exports.reading.parts import copy_part, open_part, part_names
from holdfast.exports.reading.records import Records, lines_of
from holdfast.exports.reading.spreadsheets import convert_sheet

_PREVIEW_BYTES = 4 * CHUNK
_PREVIEW_OBJECTS = 5000
_BLANK = ord(" ")


@dataclass(frozen=True)
class Preview:
    """The first part of a file, as a file of its own.

    Attributes:
        path: Where it is; the file itself where it is short, or is no text.
        reading: How it is read.
        is_whole: Whether it has all rows of the file.
    """

    path: Path
    reading: Reading
    is_whole: bool


def unpack(
    path: Path, reading: Reading, staging: Path, cancellation: Cancellation
) -> Survey:
    """Give the content a plain name inside the staging folder, and survey it.

    DuckDB only ever sees that name: the user's file name may hold characters that
    it would take for a pattern. Text becomes UTF-8, JSON becomes JSON lines, a sheet
    becomes CSV, and several files become one.

    Raises:
        ImportRefusedError: The file is damaged, or unpacks to far too much.
        CancelledError: Somebody asked to stop.
    """
    content = staging / "content"
    check = cancellation.check
    if reading.container == "plain" and _is_kept(path, reading):
        _link(path, content)
        return _survey(content, reading, check)
    names = part_names(path, reading.container, reading.member)
    digest, size = _digest(path, reading, names, check)
    notes: tuple[str, ...] = ()
    files: tuple[int, ...] = ()
    is_damaged = False
    if reading.format == "excel":
        workbook = staging / "workbook"
        copy_part(path, reading.container, names[0], workbook)
        notes = convert_sheet(path, workbook, reading.sheet, content)
        workbook.unlink()
    elif reading.format == "parquet":
        copy_part(path, reading.container, names[0], content)
    else:
        is_damaged, files = _write_text(path, reading, names, content, check)
    survey = _survey(content, reading, check)
    return replace(
        survey,
        digest=digest,
        size=size,
        is_damaged=is_damaged or survey.is_damaged,
        notes=notes,
        files=files,
    )


def preview(path: Path, reading: Reading, folder: Path) -> Preview:
    """Write the first part of a text, whole lines only.

    A Parquet file, a workbook or a short file is returned as it is.

    Raises:
        ImportRefusedError: The file is damaged, or unpacks to far too much.
    """
    is_short = reading.container == "plain" and path.stat().st_size <= _PREVIEW_BYTES
    if is_short or not reading.is_text:
        return Preview(path, reading, is_whole=True)
    names = part_names(path, reading.container, reading.member)
    part = folder / "preview"
    plain = replace(reading, container="plain", member="", encoding="utf-8")
    raw = folder / "beginning"
    with open_part(path, reading.container, names[0]) as stream, raw.open("wb") as head:
        _write_utf8(_Limited(stream), reading, head, _never)
        is_whole = not stream.read(1) and len(names) == 1
    if reading.format == "json":
        plain = replace(plain, format="jsonl")
        with raw.open("rb") as stream, part.open("wb") as target:
            write_objects(path, stream, target, _PREVIEW_OBJECTS, is_cut=not is_whole)
    else:
        content = raw.read_bytes()
        end = content.rfind(reading.newline.encode()) + 1
        part.write_bytes(content if is_whole else content[: end or None])
    raw.unlink()
    return Preview(part, plain, is_whole=is_whole)


class _Limited:
    """The beginning of a stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._left = _PREVIEW_BYTES

    def read(self, size: int) -> bytes:
        piece = self._stream.read(min(size, self._left))
        self._left -= len(piece)
        return piece


def _never() -> None:
    """Stop for nobody: a preview is short."""


def _is_kept(path: Path, reading: Reading) -> bool:
    """Whether a plain file's bytes can be read as they are."""
    if reading.format == "parquet":
        return True
    if reading.format not in ("csv", "jsonl") or reading.encoding != "utf-8":
        return False
    with path.open("rb") as stream:
        # The engine's reader of JSON lines takes a mark for a part of the first.
        return reading.format == "csv" or stream.read(3) != codecs.BOM_UTF8


def _digest(
    path: Path, reading: Reading, names: Sequence[str], check: Callable[[], None]
) -> tuple[str, int]:
    """Hash the bytes of the files that are read, and what is read of them."""
    digest = hashlib.sha256()
    size = 0
    is_folder = reading.container == "folder"
    for file in [path / name for name in names] if is_folder else [path]:
        if is_folder:
            digest.update(f"{file.relative_to(path).as_posix()}\0".encode())
        with file.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                check()
                digest.update(chunk)
                size += len(chunk)
    # Two members of one archive, or two sheets, are two sources.
    for part in (reading.member, reading.sheet):
        if part:
            digest.update(f"\0{part}".encode())
    return digest.hexdigest(), size


def _survey(content: Path, reading: Reading, check: Callable[[], None]) -> Survey:
    # Hashing takes as long as all else, and leaves the other core alone.
    with ThreadPoolExecutor(1) as pool:
        digest = pool.submit(_hash, content, check)
        survey = _look_through(content, reading, check)
        return replace(survey, digest=digest.result())


def _hash(content: Path, check: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    with content.open("rb") as source:
        while chunk := source.read(CHUNK):
            check()
            digest.update(chunk)
    return digest.hexdigest()


def _look_through(content: Path, reading: Reading, check: Callable[[], None]) -> Survey:
    line_end = ord(_line_end(reading))
    cell_ends = _cell_ends(reading)
    is_text = reading.format != "parquet"
    size = lines = 0
    last = b""
    is_damaged = False
    has_blank_ends = cell_ends is None
    with content.open("rb") as source:
        while chunk := source.read(CHUNK):
            check()
            size += len(chunk)
            if is_text:
                is_damaged = is_damaged or b"\0" in chunk
                codes = np.frombuffer(last + chunk, np.uint8)
                lines += int(np.count_nonzero(codes[len(last) :] == line_end))
                if cell_ends is not None and not has_blank_ends:
                    after_blanks = codes[1:][codes[:-1] == _BLANK]
                    has_blank_ends = bool(cell_ends[after_blanks].any())
                last = chunk[-1:]
    if last and ord(last) != line_end:
        lines += 1
    return Survey(
        content,
        "",
        size,
        lines,
        is_damaged,
        has_blank_ends=has_blank_ends or last == b" ",
    )


def _cell_ends(reading: Reading) -> NDArray[np.bool_] | None:
    """Return which bytes may stand after a cell; None where it is not told by bytes."""
    if reading.format != "csv" or reading.delimiter == BLANKS:
        return None
    ends = np.zeros(256, np.bool_)
    ends[list(f'{reading.delimiter}{reading.quote}"\r\n'.encode())] = True
    return ends


def _write_text(
    path: Path,
    reading: Reading,
    names: Sequence[str],
    content: Path,
    check: Callable[[], None],
) -> tuple[bool, tuple[int, ...]]:
    """Write the text of one or several files in UTF-8, one after the other.

    Returns:
        Whether some bytes are no characters, and the lines on which several begin.
    """
    if len(names) == 1 and reading.format != "json":
        with (
            open_part(path, reading.container, names[0]) as stream,
            content.open("wb") as target,
        ):
            return _write_utf8(stream, reading, target, check), ()
    is_damaged = False
    starts = [1]
    header: list[str] | None = None
    part = content.with_suffix(".part")
    with content.open("wb") as target:
        for name in names:
            with (
                open_part(path, reading.container, name) as stream,
                part.open("wb") as written,
            ):
                is_damaged |= _write_utf8(stream, reading, written, check)
            with part.open("rb") as text:
                if reading.format == "json":
                    lines = write_objects(path, text, target, None, is_cut=False)
                    starts.append(starts[-1] + lines)
                    continue
                if reading.format == "csv" and len(names) > 1:
                    cells = _skip_header(text, reading)
                    if header is not None and cells != header:
                        raise refused(
                            path,
                            "several_kinds",
                            f"holds files with other columns: {name}",
                            "Choose those with the same columns.",
                        )
                    if header is None:
                        header = cells
                        text.seek(0)
                is_last = name == names[-1]
                lines = _append(text, target, reading, is_last=is_last, check=check)
                starts.append(starts[-1] + lines)
    part.unlink()
    return is_damaged, tuple(starts[:-1]) if len(names) > 1 else ()


def _write_utf8(
    stream: Readable, reading: Reading, target: BinaryIO, check: Callable[[], None]
) -> bool:
    if reading.encoding != "utf-8":
        return transcode(stream, reading.encoding, target, check)
    is_first = True
    while chunk := stream.read(CHUNK):
        check()
        if is_first:
            chunk = chunk.removeprefix(codecs.BOM_UTF8)
            is_first = False
        target.write(chunk)
    return False


def _skip_header(text: BinaryIO, reading: Reading) -> list[str]:
    """Leave a text right behind its header; return the header's cells."""
    if reading.header_line == 0:
        return []
    seen = 0
    sizes: list[int] = []

    def counted() -> object:
        for line in lines_of(text, reading.newline):
            sizes.append(len(line))
            yield line

    cells: list[str] = []
    for record in Records(counted(), reading.delimiter, reading.quote):  # type: ignore[arg-type]
        seen = record.line + record.lines - 1
        if record.line >= reading.header_line and record.text.strip():
            cells = record.cells or []
            break
    text.seek(sum(sizes[:seen]))
    return cells


def _append(
    text: BinaryIO,
    target: BinaryIO,
    reading: Reading,
    *,
    is_last: bool,
    check: Callable[[], None],
) -> int:
    """Write the rest of a text, and return how many lines it has."""
    last = b""
    lines = 0
    end = _line_end(reading)
    while chunk := text.read(CHUNK):
        check()
        target.write(chunk)
        lines += chunk.count(end)
        last = chunk[-1:]
    if not is_last and last and last not in b"\r\n":
        target.write(reading.newline.encode())
        lines += 1
    return lines


def _line_end(reading: Reading) -> bytes:
    return b"\n" if reading.format != "csv" else reading.newline[-1].encode()


def _link(path: Path, plain: Path) -> None:
    try:
        os.link(path.resolve(), plain)
    except OSError:
        # Another disk, or a file system without hard links.
        with path.open("rb") as source, plain.open("wb") as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)

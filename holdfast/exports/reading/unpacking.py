"""A file's content under a plain name in the staging folder."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from pathlib import Path
from typing import Any, BinaryIO

from holdfast.cancellation import Cancellation
from holdfast.errors import ImportRefusedError
from holdfast.exports.reading.description import CHUNK, Reading, Survey, refused


def preview(path: Path, reading: Reading, folder: Path) -> Path:
    """Write the first part of a text file, whole lines only, and return its path.

    A Parquet file, or a short one, is returned whole.
    """
    if reading.format == "parquet":
        return path
    stream = _open(path, reading)
    with stream:
        head = stream.read(4 * CHUNK)
        more = stream.read(1)
    if more:
        head = head[: head.rfind(reading.newline.encode()) + 1]
    part = folder / "preview"
    part.write_bytes(head)
    return part


def _open(path: Path, reading: Reading) -> BinaryIO:
    if reading.container == "gzip":
        return io.BufferedReader(gzip.open(path))
    return path.open("rb")


def damaged(path: Path) -> ImportRefusedError:
    """Return the error for a packed file that cannot be unpacked."""
    return refused(path, "damaged_gzip", "is a damaged gzip file", "Download it again.")


def unpack(
    path: Path, reading: Reading, staging: Path, cancellation: Cancellation
) -> Survey:
    """Give the content a plain name inside the staging folder, and survey it.

    DuckDB only ever sees that name: the user's file name may hold characters that
    it would take for a pattern.

    Raises:
        ImportRefusedError: The file is damaged or no text.
        CancelledError: Somebody asked to stop.
    """
    plain = staging / "content"
    newline = reading.newline[-1].encode()
    digest = hashlib.sha256()
    lines = 0
    last = b""
    is_text = reading.format != "parquet"
    with path.open("rb") as raw:
        if reading.container == "gzip":
            inflated = _inflate(path, raw, plain, digest, cancellation)
            size = inflated
            source: BinaryIO = plain.open("rb")
        else:
            _link(path, plain)
            size = path.stat().st_size
            source = raw
        with source:
            while chunk := source.read(CHUNK):
                cancellation.check()
                if reading.container != "gzip":
                    digest.update(chunk)
                if is_text:
                    if b"\0" in chunk:
                        raise refused(
                            path,
                            "zero_byte",
                            "holds zero bytes and is no text",
                            "Save it as CSV in UTF-8.",
                        )
                    lines += chunk.count(newline)
                    last = chunk[-1:]
    if last and not last.endswith(newline):
        lines += 1
    return Survey(plain, digest.hexdigest(), size, lines)


def _inflate(
    path: Path,
    raw: BinaryIO,
    plain: Path,
    digest: Any,
    cancellation: Cancellation,
) -> int:
    size = 0
    while chunk := raw.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    try:
        with gzip.open(path) as packed, plain.open("wb") as target:
            while chunk := packed.read(CHUNK):
                cancellation.check()
                target.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise damaged(path) from None
    return size


def _link(path: Path, plain: Path) -> None:
    try:
        os.link(path.resolve(), plain)
    except OSError:
        # Another disk, or a file system without hard links.
        with path.open("rb") as source, plain.open("wb") as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)

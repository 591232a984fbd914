"""Packed files and archives, opened as streams that no bomb gets through."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from holdfast.errors import ImportRefusedError
from holdfast.exports.reading.description import CHUNK, refused

# Exports shrink to a tenth, logs to a fiftieth; what shrinks more was made to.
MAX_RATIO = 200
SAFE_BYTES = 64 << 20
MAX_BYTES = 256 << 30
MAX_MEMBERS = 100_000
_MAX_WINDOW = 1 << 27
_ZSTD_BYTES = 4096
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)
_DAMAGE = (
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    zlib.error,
    zipfile.BadZipFile,
    zstandard.ZstdError,
)


def container_of(head: bytes) -> str:
    """Return what a file is packed with, from its first bytes."""
    for magic, container in _MAGIC:
        if head.startswith(magic):
            is_text = container == "bzip2" and not head[3:4].isdigit()
            return "plain" if is_text else container
    return "plain"


def damaged(path: Path, container: str) -> ImportRefusedError:
    """Return the error for a packed file that cannot be unpacked."""
    is_zip = container == "zip"
    kind = "Excel workbook or zip archive" if is_zip else f"{container} file"
    return refused(
        path, f"damaged_{container}", f"is a damaged {kind}", "Download it again."
    )


def bomb(path: Path) -> ImportRefusedError:
    """Return the error for a file that unpacks to far more than it should."""
    return refused(
        path,
        "unpacks_too_large",
        "unpacks to far more than an export of its size would",
        "Unpack it yourself, and load the file inside if it is what you expect.",
    )


class _Guarded(io.RawIOBase):
    """Unpacked bytes, with an end where they are damaged or too many.

    Closing it closes what lies below: unpackers leave their source open.
    """

    def __init__(
        self, path: Path, container: str, packed: int, inner: BinaryIO, *below: Any
    ) -> None:
        super().__init__()
        self._path = path
        self._container = container
        self._most = min(MAX_BYTES, max(SAFE_BYTES, packed * MAX_RATIO))
        self._inner = inner
        self._below = below
        self._seen = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece = self._inner.read(len(buffer))
        except _DAMAGE:
            raise damaged(self._path, self._container) from None
        self._seen += len(piece)
        if self._seen > self._most:
            raise bomb(self._path)
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        for each in (self._inner, *self._below):
            each.close()
        super().close()


class _Zstd:
    """Unpacked zstd frames; the library's own stream says nothing of a missing end."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._unpacker = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW)
        self._frame: Any = None
        self._waiting = b""
        self._ready = b""

    def read(self, size: int) -> bytes:
        while not self._ready:
            # A few packed bytes at a time: each may unpack to many thousand.
            packed = self._waiting or self._raw.read(_ZSTD_BYTES)
            self._waiting = b""
            if not packed:
                if self._frame is not None:
                    raise EOFError
                return b""
            if self._frame is None:
                self._frame = self._unpacker.decompressobj()
            self._ready = self._frame.decompress(packed)
            if self._frame.eof:
                self._waiting = self._frame.unused_data
                self._frame = None
        piece, self._ready = self._ready[:size], self._ready[size:]
        return piece

    def close(self) -> None:
        self._ready = b""


def open_container(path: Path, container: str, member: str = "") -> BinaryIO:
    """Open a file's unpacked bytes as a stream.

    A zip archive gives one member; what is packed inside it is unpacked too.

    Raises:
        ImportRefusedError: It is damaged, locked, or unpacks to far too much; also
            while the stream is read.
    """
    if container == "plain":
        return path.open("rb")
    if container == "zip":
        return _unwrapped(path, _open_member(path, member))
    size = path.stat().st_size
    if _declared(path, container) > max(SAFE_BYTES, size * MAX_RATIO):
        raise bomb(path)
    return _unpacked(path, container, size, path.open("rb"))


def members(path: Path) -> list[zipfile.ZipInfo]:
    """Return the members of an archive that may be data, sorted by name.

    Folders, empty members and what systems hide are left out.

    Raises:
        ImportRefusedError: It is damaged, locked, a bomb, or has far too many members.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            found = archive.infolist()
    except _DAMAGE:
        raise damaged(path, "zip") from None
    if len(found) > MAX_MEMBERS:
        raise refused(
            path,
            "too_many_members",
            f"holds {len(found)} files; at most {MAX_MEMBERS} can be read",
            "Load it in parts.",
        )
    if any(each.flag_bits & 1 for each in found):
        raise refused(
            path, "locked_zip", "is locked with a password", "Unpack it first."
        )
    kept = [
        each
        for each in found
        if not each.is_dir() and each.file_size and not is_hidden(each.filename)
    ]
    for each in kept:
        if each.file_size > max(SAFE_BYTES, each.compress_size * MAX_RATIO):
            raise bomb(path)
    return sorted(kept, key=lambda each: each.filename)


def is_hidden(name: str) -> bool:
    """Whether a file's name, with its folders, is one that systems hide."""
    parts = name.split("/")
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _unwrapped(path: Path, stream: io.BufferedReader) -> BinaryIO:
    try:
        inner = container_of(stream.peek(4)[:4])
    except ImportRefusedError:
        stream.close()
        raise
    if inner in ("plain", "zip"):
        return stream
    # The guard below sees the packed bytes, and so their number bounds this one.
    return _unpacked(path, inner, 0, stream)


def _unpacked(
    path: Path, container: str, packed: int, raw: BinaryIO
) -> io.BufferedReader:
    stream: Any
    match container:
        case "gzip":
            stream = gzip.GzipFile(fileobj=raw)
        case "bzip2":
            stream = bz2.BZ2File(raw)
        case _:
            stream = _Zstd(raw)
    guarded = _Guarded(path, container, packed, cast(BinaryIO, stream), raw)
    return io.BufferedReader(guarded, CHUNK)


def _declared(path: Path, container: str) -> int:
    """Return the unpacked size that a file declares; 0 where it says nothing."""
    with path.open("rb") as stream:
        if container == "gzip":
            stream.seek(-4, io.SEEK_END)
            return int(struct.unpack("<I", stream.read(4))[0])
        if container == "zstd":
            try:
                return max(0, zstandard.frame_content_size(stream.read(18)))
            except zstandard.ZstdError:
                return 0
    return 0


def _open_member(path: Path, member: str) -> io.BufferedReader:
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE:
        raise damaged(path, "zip") from None
    try:
        info = archive.getinfo(member)
        stream = archive.open(info)
    except KeyError:
        archive.close()
        raise refused(
            path,
            "missing_member",
            f"holds no file named {member}",
            "Choose another of its files.",
        ) from None
    except _DAMAGE:
        archive.close()
        raise damaged(path, "zip") from None
    guarded = _Guarded(path, "zip", info.compress_size, cast(BinaryIO, stream), archive)
    return io.BufferedReader(guarded, CHUNK)

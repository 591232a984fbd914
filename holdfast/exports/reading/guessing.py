"""What a file is, from the bytes at its beginning."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from pathlib import Path

from holdfast.exports.reading.description import HEAD, Reading, not_utf8, refused
from holdfast.exports.reading.unpacking import damaged

_DELIMITERS = (",", ";", "\t", "|")

_SAVE_AS_CSV = "Save it as CSV and load that file."

_FOREIGN = (
    (b"SQLite format 3\x00", "is an SQLite database", "Export its tables as CSV."),
    (b"PK\x03\x04", "is an Excel workbook or a zip archive", _SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", _SAVE_AS_CSV),
    (b"MZ", "is a program", "Load the export as CSV, JSON lines or Parquet."),
    (b"\x7fELF", "is a program", "Load the export as CSV, JSON lines or Parquet."),
    (b"%PDF", "is a PDF", "Load the table itself, as CSV."),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd", "Unpack it and load the file inside."),
    (b"BZh", "is packed with bzip2", "Unpack it and load the file inside."),
)


def guess_reading(path: Path) -> Reading:
    """Guess from its content how a file is to be read.

    Raises:
        ImportRefusedError: The file is empty, missing, or of a kind that cannot be
            read.
    """
    head = _head(path)
    container = "plain"
    if head.startswith(b"\x1f\x8b"):
        container = "gzip"
        head = _unpacked_head(path)
    if not head.strip(b" \t\r\n"):
        raise refused(path, "empty_file", "is empty", "Export it again.")
    if head.startswith(b"PAR1"):
        if container == "gzip":
            raise refused(
                path, "packed_parquet", "is Parquet packed with gzip", "Unpack it."
            )
        return Reading("parquet")
    for magic, words, remedy in _FOREIGN:
        if head.startswith(magic):
            raise refused(path, "unknown_format", words, remedy)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head:
        raise refused(
            path,
            "unknown_encoding",
            "is not UTF-8 text: it holds zero bytes",
            "Save it as CSV in UTF-8.",
        )
    text = text_head(path, head)
    if text.lstrip().startswith("{"):
        return Reading("jsonl", container)
    if text.lstrip().startswith("["):
        raise refused(
            path,
            "json_array",
            "is one JSON list",
            "Save it as JSON lines, one object on each line.",
        )
    newline = _newline(text)
    delimiter = _delimiter(text, newline)
    return Reading("csv", container, delimiter=delimiter, newline=newline)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD)
    except FileNotFoundError:
        raise refused(
            path, "missing_file", "was not found", "Check its name and folder."
        ) from None
    except IsADirectoryError:
        raise refused(
            path, "is_folder", "is a folder", "Name the files inside it."
        ) from None
    except OSError as error:
        raise refused(
            path, "unreadable", "cannot be opened", error.strerror or str(error)
        ) from None


def _unpacked_head(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(HEAD)
    except (OSError, EOFError, zlib.error):
        raise damaged(path) from None


def text_head(path: Path, head: bytes) -> str:
    """Return the first bytes as text, without a byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        return decoder.decode(head)
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        raise not_utf8(path, line) from None


def _newline(text: str) -> str:
    for index, character in enumerate(text):
        if character == "\n":
            return "\n"
        if character == "\r":
            return "\r\n" if text[index + 1 : index + 2] == "\n" else "\r"
    return "\n"


def _delimiter(text: str, newline: str) -> str:
    """Return the delimiter that the header line shows most often."""
    header = first_record(text, newline)
    unquoted = re.sub(r'"(?:[^"]|"")*"', "", header)
    counts = {mark: unquoted.count(mark) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def first_record(text: str, newline: str) -> str:
    """Return the first line; a line end inside quotes does not end it."""
    is_quoted = False
    for index, character in enumerate(text):
        if character == '"':
            is_quoted = not is_quoted
        elif character == newline[0] and not is_quoted:
            return text[:index]
    return text

"""What a file is, from the bytes at its beginning and never from its name."""

from __future__ import annotations

import codecs
import json
import tempfile
from pathlib import Path
from typing import BinaryIO

from holdfast.exports.reading.description import HEAD, Reading, refused
from holdfast.exports.reading.dialects import guess_dialect, newline_of
from holdfast.exports.reading.encodings import rank, samples
from holdfast.exports.reading.parts import (
    container_at,
    copy_part,
    open_part,
    part_names,
)
from holdfast.exports.reading.spreadsheets import guess_sheet, is_workbook

_SAVE_AS_CSV = "Save it as CSV and load that file."
_LOAD_ANOTHER = "Load the export as CSV, JSON, Excel or Parquet."
_FOREIGN = (
    (b"SQLite format 3\x00", "is an SQLite database", "Export its tables as CSV."),
    (b"MZ", "is a program", _LOAD_ANOTHER),
    (b"\x7fELF", "is a program", _LOAD_ANOTHER),
    (b"%PDF", "is a PDF", "Load the table itself, as CSV."),
    (b"\x89PNG", "is a picture", _LOAD_ANOTHER),
    (b"\xff\xd8\xff", "is a picture", _LOAD_ANOTHER),
    (b"Rar!", "is a RAR archive", "Unpack it and load the files inside."),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive", "Unpack it and load the files inside."),
    (b"\xfd7zXZ", "is packed with xz", "Unpack it and load the file inside."),
    (b"ARROW1", "is an Arrow file", "Save it as Parquet."),
    (b"Obj\x01", "is an Avro file", "Save it as Parquet or JSON lines."),
    (b"$FL2", "is an SPSS file", _SAVE_AS_CSV),
    (b"{\\rtf", "is a text document", _SAVE_AS_CSV),
    (b"<!doctype html", "is a web page", _SAVE_AS_CSV),
    (b"<html", "is a web page", _SAVE_AS_CSV),
    (b"<table", "is a web page", _SAVE_AS_CSV),
    (b"<?xml", "is XML", _SAVE_AS_CSV),
)
# Line ends, and what some exports put between cells; zero bytes count by themselves.
_CONTROLS = "\t\r\n\f\v\0\x01\x1a\x1c\x1d\x1e\x1f"
_TEXT_HEAD = 4 * HEAD


def guess_reading(
    path: Path, member: str = "", *, encoding: str = "", sheet: str = ""
) -> Reading:
    """Guess from its content how a file, or a folder of one kind, is to be read.

    Args:
        path: The file or folder.
        member: Which of its files, for a zip archive or a folder; ``expand`` lists
            them. All by default, if they are of one kind.
        encoding: What its text is in, where somebody chose one.
        sheet: Which sheet of a workbook, where somebody chose one.

    Raises:
        ImportRefusedError: It is empty, missing, of several kinds, or of a kind that
            cannot be read.
    """
    container = container_at(path)
    if container == "zip" and is_workbook(path):
        return guess_sheet(path, path, sheet=sheet)
    name = part_names(path, container, member)[0]
    with open_part(path, container, name) as stream:
        head = stream.read(HEAD)
    if not head.strip(b" \t\r\n"):
        raise refused(path, "empty_file", "is empty", "Export it again.")
    reading = Reading("parquet", container, member=member)
    if head.startswith(b"PAR1"):
        return reading
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        if container == "plain":
            return guess_sheet(path, path, sheet=sheet)
        with tempfile.TemporaryDirectory() as folder:
            inside = Path(folder) / "workbook"
            copy_part(path, container, name, inside)
            return guess_sheet(path, inside, container, member, sheet)
    for magic, words, remedy in _FOREIGN:
        start = head.lstrip().lower() if magic.startswith(b"<") else head
        # Letters may also be the beginning of a text.
        if start.startswith(magic) and (magic != b"MZ" or b"\0" in head):
            raise refused(path, "unknown_format", words, remedy)
    texts = _samples(path, container, name)
    ranked, is_sure = ((encoding,), True) if encoding else rank(texts)
    beginning = texts[0][:_TEXT_HEAD]
    return _text_reading(path, beginning, container, member, ranked[0], is_sure)


def encoding_candidates(path: Path, member: str = "") -> tuple[str, ...]:
    """Return the encodings that a text may be in, the likeliest first.

    Args:
        path: The file or folder.
        member: Which of its files, for a zip archive or a folder.

    Raises:
        ImportRefusedError: It cannot be opened.
    """
    container = container_at(path)
    name = part_names(path, container, member)[0]
    return rank(_samples(path, container, name))[0]


def _text_reading(
    path: Path, head: bytes, container: str, member: str, encoding: str, is_sure: bool
) -> Reading:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(head).removeprefix("\ufeff")
    odd = sum(1 for each in text[:HEAD] if each < " " and each not in _CONTROLS)
    if odd + 10 * max(0, text.count("\0") - 2) > 0.1 * len(text[:HEAD]):
        raise refused(
            path, "unknown_format", "is no text and of no known kind", _LOAD_ANOTHER
        )
    newline = newline_of(text)
    reading = Reading(
        _text_format(text),
        container,
        encoding=encoding,
        newline=newline,
        member=member,
        is_encoding_sure=is_sure,
    )
    if reading.format != "csv":
        return reading
    if len(head) >= _TEXT_HEAD and (end := text.rfind(newline)) > 0:
        text = text[: end + len(newline)]
    dialect = guess_dialect(text, newline)
    return Reading(
        "csv",
        container,
        encoding=encoding,
        delimiter=dialect.delimiter,
        header_line=dialect.header_line,
        newline=newline,
        member=member,
        quote=dialect.quote,
        skipped_lines=dialect.skipped_lines,
        lines_after_header=dialect.lines_after_header,
        short_rows=dialect.short_rows,
        is_encoding_sure=is_sure,
    )


def _samples(path: Path, container: str, name: str) -> list[bytes]:
    size = path.stat().st_size if container == "plain" else None
    stream: BinaryIO
    with open_part(path, container, name) as stream:
        return samples(stream, size)


def _text_format(text: str) -> str:
    start = text.lstrip()
    if start.startswith("["):
        return "json" if start[1:].lstrip()[:1] in ("{", "[", "]", "") else "csv"
    if not start.startswith("{"):
        return "csv"
    first, _, rest = start.partition("\n")
    rest = rest.lstrip()
    try:
        found = json.loads(first)
    except ValueError:
        return "jsonl" if not rest or rest.startswith("{") else "json"
    lists = [each for each in found.values() if isinstance(each, list)]
    is_wrapped = any(each and isinstance(each[0], dict) for each in lists)
    return "json" if is_wrapped and len(lists) == 1 and not rest else "jsonl"

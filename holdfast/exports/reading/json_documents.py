"""JSON that is one document: its objects, one after the other, as JSON lines."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from holdfast.errors import ImportRefusedError
from holdfast.exports.reading.description import CHUNK, MAX_LINE_BYTES, refused

_MAX_WRAPPED = 64 << 20
_BLANK = re.compile(r"[ \t\r\n]*")
_BETWEEN = re.compile(r"[ \t\r\n,]*")
_MAX_DEPTH = 3


def write_objects(
    path: Path,
    text: BinaryIO,
    target: BinaryIO,
    most: int | None,
    *,
    is_cut: bool,
) -> int:
    """Write the objects of a document, one on each line.

    They are the values of a list, those of the one list of objects inside an object,
    or objects that follow each other. Numbers stay as they are written.

    Args:
        path: The file, for its name in sentences.
        text: UTF-8 text of the document.
        target: What to write to.
        most: How many to write; None for all.
        is_cut: Whether the text ends before the document does.

    Returns:
        How many were written.

    Raises:
        ImportRefusedError: It is not well-formed, or has no list of objects.
    """
    number = 0
    for value in _values(path, text, is_cut=is_cut):
        if number == most:
            return number
        number += 1
        # Line ends stand between values only: inside text they are escaped.
        line = value.replace("\r", " ").replace("\n", " ")
        target.write(line.encode("utf-8", errors="replace") + b"\n")
    return number


class _Scanner:
    """A document's text, of which values are taken from the front."""

    def __init__(self, path: Path, text: BinaryIO, *, is_cut: bool) -> None:
        self._path = path
        self._text = text
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._scan = json.JSONDecoder().raw_decode
        self._lines = 1
        self.is_cut = is_cut
        self.is_at_end = False
        self.buffer = ""
        self.at = 0
        self.more()

    def more(self) -> None:
        piece = self._text.read(CHUNK)
        self.is_at_end = not piece
        self._lines += self.buffer.count("\n", 0, self.at)
        self.buffer = self.buffer[self.at :] + self._decode(piece, final=not piece)
        self.at = 0

    def skip(self, blanks: re.Pattern[str]) -> str:
        """Go to the next sign that matters and return it; nothing at the end."""
        while True:
            found = blanks.match(self.buffer, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.buffer) or self.is_at_end:
                return self.buffer[self.at : self.at + 1]
            self.more()

    def take(self, limit: int) -> tuple[str, Any] | None:
        """Return the next value and its text; None where a cut document ends."""
        while True:
            try:
                value, end = self._scan(self.buffer, self.at)
                if end < len(self.buffer) or self.is_at_end:
                    text = self.buffer[self.at : end]
                    self.at = end
                    return text, value
            except (ValueError, RecursionError):
                if self.is_at_end and self.is_cut:
                    return None
                if self.is_at_end:
                    raise self.malformed() from None
                if len(self.buffer) - self.at > limit:
                    raise self.too_large(limit) from None
            self.more()

    def too_large(self, limit: int) -> ImportRefusedError:
        return refused(
            self._path,
            "long_value",
            f"is JSON with a value that is broken or larger than {limit >> 20} MB",
            "Export it again as JSON lines, one object on each line.",
        )

    def malformed(self) -> ImportRefusedError:
        line = self._lines + self.buffer.count("\n", 0, self.at)
        return refused(
            self._path,
            "malformed_json",
            f"is not well-formed JSON: the value that starts in line {line} is broken",
            "Export it again, or save it as JSON lines.",
        )


def _values(path: Path, text: BinaryIO, *, is_cut: bool) -> Iterator[str]:
    scanner = _Scanner(path, text, is_cut=is_cut)
    if scanner.skip(_BLANK) == "\ufeff":
        scanner.at += 1
    if scanner.skip(_BLANK) == "[":
        scanner.at += 1
        yield from _elements(scanner)
        return
    first = scanner.take(_MAX_WRAPPED)
    if first is None:
        return
    if not scanner.skip(_BETWEEN):
        yield from _inside(path, *first)
        return
    yield first[0]
    while scanner.skip(_BETWEEN):
        taken = scanner.take(MAX_LINE_BYTES)
        if taken is None:
            return
        yield taken[0]


def _elements(scanner: _Scanner) -> Iterator[str]:
    while (sign := scanner.skip(_BETWEEN)) != "]":
        taken = scanner.take(MAX_LINE_BYTES) if sign else None
        if taken is None:
            if scanner.is_cut:
                return
            raise scanner.malformed()
        yield taken[0]
    scanner.at += 1
    if scanner.skip(_BLANK):
        raise scanner.malformed()


def _inside(path: Path, text: str, value: Any) -> Iterator[str]:
    """Yield the objects of the one list of objects inside an object, or itself."""
    lists = list(_lists(value, 0))
    if len(lists) > 1:
        raise refused(
            path,
            "several_lists",
            f"holds {len(lists)} lists of objects, and which are the rows is not clear",
            "Save the list that you want by itself.",
        )
    if not lists:
        yield text
    for each in lists[0] if lists else ():
        yield json.dumps(each, ensure_ascii=False)


def _lists(value: Any, depth: int) -> Iterator[list[Any]]:
    if isinstance(value, list) and value and all(isinstance(e, dict) for e in value):
        yield value
    elif isinstance(value, dict) and depth < _MAX_DEPTH:
        for inner in value.values():
            yield from _lists(inner, depth + 1)

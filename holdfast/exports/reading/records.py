"""Lines and cells of delimited text, read so that one bad row costs no other.

The rules are those of the engine's strict reader, and wider where no other meaning is
possible: a cell is quoted where its first character other than a blank is a quotation
mark, and ends at the next single mark. A mark inside a cell that closes nothing is part
of the cell as long as the cell stays in its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from holdfast.exports.reading.description import BLANKS, CHUNK, MAX_LINE_BYTES

# A cell over several lines may have this many characters; and so much text may be
# looked at in vain for the end of cells before such cells are given up.
_MAX_RECORD = 4 << 20
_MAX_IN_VAIN = 64 << 20
_OPEN_QUOTE = (
    "has a quotation mark that is never closed, or closed before the cell ends"
)
_ANY_END = re.compile(rb"\r\n|\r|\n")


@dataclass(slots=True)
class Record:
    """A row of a text, or what is left of one.

    Attributes:
        line: Line where it starts, from 1.
        lines: Lines that it takes.
        text: Its text without the line end.
        cells: Its cells; None where they cannot be told.
        fault: Why not, as part of a sentence; empty where they can.
    """

    line: int
    lines: int
    text: str
    cells: list[str] | None
    fault: str = ""


def lines_of(stream: BinaryIO, newline: str) -> Iterator[bytes]:
    """Yield the lines of a text with their ends; very long ones are cut.

    Args:
        stream: UTF-8 text.
        newline: Line end; a lone carriage return ends lines only if it is this.
    """
    if newline != "\r":
        while line := stream.readline(MAX_LINE_BYTES):
            yield line
        return
    rest = b""
    while piece := stream.read(CHUNK):
        rest += piece
        start = 0
        for end in _ANY_END.finditer(rest):
            # Its line feed may be the first byte of the next piece.
            if end.end() == len(rest) and end[0] == b"\r":
                break
            yield rest[start : end.end()]
            start = end.end()
        rest = rest[start:]
        if len(rest) > MAX_LINE_BYTES:
            yield rest
            rest = b""
    if rest:
        yield rest


class Records:
    """The rows of a text, one after the other.

    Attributes:
        line: The line reached, from 1.
    """

    def __init__(self, lines: Iterator[bytes], delimiter: str, quote: str) -> None:
        """Take lines with their ends and how their cells are told apart.

        Args:
            lines: Lines of UTF-8 text with their ends.
            delimiter: Character between cells, or 'blanks'.
            quote: Character around cells, or nothing.
        """
        self._lines = lines
        self._delimiter = delimiter
        self._quote = quote
        self._waiting: list[bytes] = []
        self.line = 0
        self._in_vain = 0

    def __iter__(self) -> Iterator[Record]:
        """Yield every row, blank ones too; no byte of the text is left out."""
        while (raw := self.next_line()) is not None:
            yield self.record(raw)

    def next_line(self) -> bytes | None:
        """Return the next line with its end; None at the end of the text."""
        raw = self._next()
        self.line += raw is not None
        return raw

    def record(self, raw: bytes) -> Record:
        """Return the row that begins with the line that ``next_line`` returned.

        Args:
            raw: That line; further ones are taken where its cells go on in them.
        """
        line = self.line
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            shown = raw.decode(errors="replace").rstrip("\r\n")
            return Record(line, 1, shown, None, "holds bytes that are no characters")
        if len(raw) >= MAX_LINE_BYTES and not text.endswith(("\n", "\r")):
            return Record(line, 1, text, None, "is longer than any row can be")
        text = text.rstrip("\r\n")
        if "\0" in text:
            shown = text.replace("\0", "\N{SYMBOL FOR NULL}")
            return Record(line, 1, shown, None, "holds a zero byte")
        if not self._quote or self._quote not in text:
            return Record(line, 1, text, self._plain(text))
        cells, is_open = split(text, self._delimiter, self._quote, is_strict=False)
        if cells is None and is_open:
            whole = self._over_lines(raw)
            if whole is not None:
                return whole
        return Record(line, 1, text, cells, "" if cells else _OPEN_QUOTE)

    def _next(self) -> bytes | None:
        if self._waiting:
            return self._waiting.pop()
        return next(self._lines, None)

    def _plain(self, text: str) -> list[str]:
        if self._delimiter == BLANKS:
            return text.split()
        return text.split(self._delimiter)

    def _over_lines(self, raw: bytes) -> Record | None:
        """Read a row that goes on in the next lines; None if it never ends."""
        taken = [raw]
        size = len(raw)
        quote = self._quote.encode()
        while size < _MAX_RECORD and self._in_vain < _MAX_IN_VAIN:
            further = self._next()
            if further is None:
                break
            taken.append(further)
            size += len(further)
            if quote not in further:
                continue
            try:
                text = b"".join(taken).decode()
            except UnicodeDecodeError:
                break
            text = text.rstrip("\r\n")
            cells, is_open = split(text, self._delimiter, self._quote, is_strict=True)
            if cells is not None and "\0" not in text:
                record = Record(self.line, len(taken), text, cells)
                self.line += len(taken) - 1
                return record
            if not is_open:
                break
            self._in_vain += len(text)
        self._in_vain += size
        self._waiting.extend(reversed(taken[1:]))
        return None


def split(
    text: str, delimiter: str, quote: str, *, is_strict: bool
) -> tuple[list[str] | None, bool]:
    """Return the cells of a row's text, and whether it ends inside a quoted cell.

    Args:
        text: Text of one row, without its line end.
        delimiter: Character between cells, or 'blanks'.
        quote: Character around cells.
        is_strict: Refuse a single quotation mark inside a quoted cell.

    Returns:
        The cells, or None where they cannot be told.
    """
    is_blanks = delimiter == BLANKS
    between = " \t" if is_blanks else delimiter
    blanks = " \t" if is_blanks else " "
    cells: list[str] = []
    at, end = 0, len(text)
    while True:
        start = at
        while at < end and text[at] in blanks:
            at += 1
        if is_blanks and at == end:
            return cells, False
        if at < end and text[at] == quote:
            closing = _closing(text, at + 1, quote, between, is_strict=is_strict)
            if closing < 0:
                return None, closing == -1
            cells.append(text[at + 1 : closing].replace(quote * 2, quote))
            at = closing + 1
            while at < end and text[at] in blanks and text[at] not in between:
                at += 1
        elif is_blanks:
            start = at
            while at < end and text[at] not in between:
                at += 1
            cells.append(text[start:at])
        else:
            found = text.find(delimiter, start)
            at = end if found < 0 else found
            cells.append(text[start:at])
        if at >= end:
            return cells, False
        at += 1


def _closing(text: str, at: int, quote: str, between: str, *, is_strict: bool) -> int:
    """Return where a quoted cell ends; -1 = in no line so far, -2 = wrongly."""
    while True:
        found = text.find(quote, at)
        if found < 0:
            return -1
        if text[found + 1 : found + 2] == quote:
            at = found + 2
            continue
        after = found + 1
        while after < len(text) and text[after] == " " and " " not in between:
            after += 1
        if after >= len(text) or text[after] in between:
            return found
        if is_strict:
            return -2
        at = found + 1

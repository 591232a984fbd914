"""Delimited text read row by row, so that one bad row costs no other.

Rows that are plainly good go on as they are; others are taken apart, put right where
only one meaning is possible, or kept with the reason why not. What goes on is read by
the engine, with the line of each row before its cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.errors import ImportRefusedError
from holdfast.exports.reading.description import (
    BLANKS,
    CHUNK,
    MAX_LINE_BYTES,
    Reading,
    Rows,
    Survey,
    column_names,
    explained_cells,
    free_name,
    no_rows,
    refused,
    refused_path,
)
from holdfast.exports.reading.records import Record, Records, lines_of
from holdfast.exports.reading.refusals import Refusals
from holdfast.exports.reading.relations import AS_PARQUET, one
from holdfast.query import literal, quoted

_WIDTH_ROWS = 200
_CHECKED_ROWS = 20_000
_FOOTER = re.compile(
    r"\s*[\"'(]*(\d+ (rows?|records?|results?|lines?)\b|(grand )?total\b|sum\b|end of)"
    r".{0,60}",
    re.IGNORECASE,
)


def sieve(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    survey: Survey,
    target: Path,
    cancellation: Cancellation,
) -> Rows:
    """Read every row by itself: good ones go on to the engine, others are kept."""
    names, start = _names(path, reading, survey)
    # Nothing but the sieve's own marks may have a meaning in what it lets through.
    delimiter = reading.delimiter if reading.delimiter in ",;\t|" else ","
    good = target.with_suffix(".sieved")
    kept = 0
    with (
        survey.content.open("rb", buffering=CHUNK) as stream,
        good.open("wb", buffering=CHUNK) as sieved,
        Refusals(refused_path(target)) as refusals,
    ):
        records = _records(stream, reading)
        number = 0
        mark, end = delimiter.encode(), -len(reading.newline)
        is_plain = _plain_lines(reading, survey, delimiter, len(names))
        while (raw := records.next_line()) is not None:
            number += 1
            if number % _CHECKED_ROWS == 0:
                cancellation.check()
            if is_plain(raw) and records.line >= start:
                sieved.write(b"%d%b%b\n" % (records.line, mark, raw[:end]))
                kept += 1
                continue
            record = _known(records.record(raw), number, reading, survey)
            if record.line < start:
                continue
            for part in _parted(record, reading, len(names)):
                if _is_blank(part, reading):
                    continue
                cells, fault = _fitted(part, len(names), reading)
                if cells is None:
                    refusals.add(part.line, fault, part.text)
                    continue
                text = delimiter.join(_quoted(cell, delimiter) for cell in cells)
                sieved.write(f"{part.line}{delimiter}{text}\n".encode())
                kept += 1
    if not kept:
        raise _nothing_kept(path, refusals)
    line_column = free_name("line", names)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    columns = ", ".join(map(quoted, [*names, line_column]))
    (rows,) = one(
        cursor,
        f"copy (select {columns} from read_csv({literal(str(good))},"
        " auto_detect = false, header = false,"
        f" columns = {{{literal(line_column)}: 'BIGINT', {types}}},"
        f" delim = {literal(delimiter)}, quote = '\"', escape = '\"',"
        f" new_line = '\\n', strict_mode = true, max_line_size = {2 * MAX_LINE_BYTES}))"
        f" to {literal(str(target))} {AS_PARQUET}",
    )
    good.unlink()
    if rows != kept:
        raise refused(
            path,
            "lines_unaccounted",
            f"has {kept} rows, of which {rows} could be read",
            "Save it anew as CSV and load that file.",
        )
    return Rows(
        tuple((name, "VARCHAR") for name in names),
        kept,
        start,
        line_column=line_column,
        refused=refusals.count,
    )


def numbered(stream: BinaryIO, reading: Reading, survey: Survey) -> Iterator[Record]:
    """Yield the rows of a text, with the number of the sheet's row where there is one.

    Args:
        stream: The content at its beginning.
        reading: How it is read.
        survey: What is known of it.
    """
    for number, record in enumerate(_records(stream, reading), start=1):
        yield _known(record, number, reading, survey)


def _records(stream: BinaryIO, reading: Reading) -> Records:
    lines = lines_of(stream, reading.newline)
    return Records(lines, reading.delimiter, reading.quote)


def _known(record: Record, number: int, reading: Reading, survey: Survey) -> Record:
    """Add to a row what only the whole file tells."""
    if reading.format == "excel":
        record.line = number
    elif number == 1:
        record.text = record.text.removeprefix("\ufeff")
        if record.cells:
            record.cells[0] = record.cells[0].removeprefix("\ufeff")
    if survey.is_damaged and "\ufffd" in record.text and record.cells:
        record.cells = None
        record.fault = f"holds bytes that are no characters in {reading.encoding}"
    return record


def _plain_lines(
    reading: Reading, survey: Survey, delimiter: str, width: int
) -> Callable[[bytes], bool]:
    """Return the test of whether a line needs no second look: most need none."""
    if (
        delimiter != reading.delimiter
        or reading.format != "csv"
        or reading.newline == "\r"
        or survey.is_damaged
        or width == 1
    ):
        return lambda _: False
    mark, due = delimiter.encode(), width - 1
    newline, returns = reading.newline.encode(), reading.newline.count("\r")

    def is_plain(raw: bytes) -> bool:
        return (
            raw.count(mark) == due
            and b'"' not in raw
            and raw.endswith(newline)
            and raw.count(b"\r") == returns
            and (raw.isascii() or _is_utf8(raw))
        )

    return is_plain


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _parted(record: Record, reading: Reading, width: int) -> Iterator[Record]:
    """Part a line at line ends of another kind, unless its cells are as many as due."""
    if (
        record.lines > 1
        or "\r" not in record.text
        or '"' in record.text
        or not record.cells
        or len(record.cells) == width
    ):
        yield record
        return
    for text in record.text.split("\r"):
        is_blanks = reading.delimiter == BLANKS
        cells = text.split(None if is_blanks else reading.delimiter)
        yield Record(record.line, 1, text, cells)


def _names(path: Path, reading: Reading, survey: Survey) -> tuple[list[str], int]:
    """Return the columns' names and the line from which on rows count."""
    with survey.content.open("rb") as stream:
        records = (
            each for each in numbered(stream, reading, survey) if each.text.strip()
        )
        if reading.header_line == 0:
            start = reading.skipped_lines + 1
            first = islice(
                (each for each in records if each.line >= start), _WIDTH_ROWS
            )
            widths = Counter(len(_filled(each.cells)) for each in first if each.cells)
            if not widths:
                raise no_rows(path)
            width = max(widths, key=lambda each: (widths[each], each))
            return column_names(path, [""] * width), start
        header = next(
            (each for each in records if each.line >= reading.header_line), None
        )
        if header is None or not header.cells:
            raise refused(
                path,
                "missing_header",
                f"has no column names in line {reading.header_line}",
                "Say in which line they are.",
            )
        last, below = header, []
        for _ in range(reading.lines_after_header):
            last = next(records, last)
            below.append(last.cells or [])
        cells = explained_cells(header.cells, below) if below else header.cells
        return column_names(path, cells), last.line + last.lines


def _filled(cells: list[str]) -> list[str]:
    end = len(cells)
    while end > 1 and not cells[end - 1].strip():
        end -= 1
    return cells[:end] if end == 1 else cells


def _fitted(
    record: Record, width: int, reading: Reading
) -> tuple[list[str] | None, str]:
    """Return a record's cells, as many as there are columns, or what is wrong."""
    cells = record.cells
    if cells is None:
        return None, record.fault
    if width == 1 and _FOOTER.fullmatch(record.text):
        return None, "seems to be a footer"
    if len(cells) == width:
        return cells, ""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width], ""
    if len(cells) < width and reading.short_rows == "fill":
        return [*cells, *[""] * (width - len(cells))], ""
    if _FOOTER.fullmatch(record.text):
        return None, "seems to be a footer"
    noun = "cell" if len(cells) == 1 else "cells"
    where = "header" if reading.header_line else "table"
    return None, f"has {len(cells)} {noun} where the {where} has {width}"


def _is_blank(record: Record, reading: Reading) -> bool:
    """Whether a line has nothing; a delimiter alone parts two empty cells."""
    return not record.text.strip() and reading.delimiter not in record.text


def _quoted(cell: str, delimiter: str) -> str:
    if '"' in cell or delimiter in cell or "\n" in cell or "\r" in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _nothing_kept(path: Path, refusals: Refusals) -> ImportRefusedError:
    if not refusals.count:
        return no_rows(path)
    line, reason = refusals.first
    return refused(
        path,
        "no_row_readable",
        f"has no row that can be read: line {line} {reason}",
        "Check how the file is read, or export it again.",
    )

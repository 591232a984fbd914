"""Rows of text with a character between the cells.

A well-formed file is read by the engine alone. Where that fails, or where rows and
lines do not add up, the file is sieved: every row is looked at by itself, and what
cannot be read is kept with its reason.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.exports.reading.description import (
    BLANKS,
    CHUNK,
    HEAD,
    MAX_LINE_BYTES,
    Reading,
    Rows,
    Survey,
    column_names,
    free_name,
    no_rows,
    refused,
    refused_path,
)
from holdfast.exports.reading.records import Record, Records, lines_of
from holdfast.exports.reading.refusals import Refusals
from holdfast.exports.reading.relations import one
from holdfast.query import literal, quoted

_WIDTH_ROWS = 200
_CHECKED_ROWS = 20_000
_FOOTER = re.compile(
    r"\s*[\"'(]*(\d+ (rows?|records?|results?|lines?)\b|(grand )?total\b|sum\b|end of)"
    r".{0,60}",
    re.IGNORECASE,
)


def read_csv(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    survey: Survey,
    target: Path,
    cancellation: Cancellation,
) -> Rows:
    """Write the rows of delimited text as Parquet; see ``read``.

    Raises:
        ImportRefusedError: It has no rows that can be read, or its names repeat.
        CancelledError: Somebody asked to stop.
    """
    if _is_plain(reading, survey):
        rows = _read_strictly(cursor, path, reading, survey, target)
        if rows is not None:
            return rows
        target.unlink(missing_ok=True)
    return _sieve(cursor, path, reading, survey, target, cancellation)


def _is_plain(reading: Reading, survey: Survey) -> bool:
    """Whether the engine's own reader knows all that there is to know."""
    usual = Reading("csv")
    return (
        reading.format == "csv"
        and not survey.is_damaged
        and reading.delimiter != BLANKS
        and all(
            getattr(reading, name) == getattr(usual, name)
            for name in ("header_line", "lines_after_header", "short_rows", "quote")
        )
    )


def _read_strictly(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    survey: Survey,
    target: Path,
) -> Rows | None:
    """Read a well-formed file; None if it is not, or if a line cannot be accounted."""
    plain = survey.content
    with plain.open("rb") as stream:
        header = next(_numbered(stream, reading, survey), None)
    # Whether a blank line is a row of one column only its text tells.
    if header is None or not header.cells or len(header.cells) < 2:
        return None
    names = column_names(path, header.cells)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    # CRLF is found and must not be said: with it, strict mode reads no rows at all.
    newline = {"\n": " new_line = '\\n',", "\r": " new_line = '\\r',"}
    table = (
        f"read_csv({literal(str(plain))}, auto_detect = false, header = false,"
        f" skip = {header.lines}, columns = {{{types}}},"
        f" delim = {literal(reading.delimiter)}, quote = '\"', escape = '\"',"
        f"{newline.get(reading.newline, '')} strict_mode = true,"
        f" max_line_size = {MAX_LINE_BYTES})"
    )
    try:
        (rows,) = one(
            cursor,
            f"copy (from {table}) to {literal(str(target))}"
            " (format parquet, compression snappy)",
        )
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        return None
    if not rows:
        return None
    columns = tuple((name, "VARCHAR") for name in names)
    result = Rows(columns, int(rows), header.lines + 1)
    if survey.lines == rows + header.lines:
        return result
    return _with_lines(cursor, survey, reading, target, result)


def _records(stream: object, reading: Reading) -> Records:
    return Records(
        lines_of(stream, reading.newline),  # type: ignore[arg-type]
        reading.delimiter,
        reading.quote,
    )


def _with_lines(
    cursor: duckdb.DuckDBPyConnection,
    survey: Survey,
    reading: Reading,
    target: Path,
    rows: Rows,
) -> Rows | None:
    """Account for every line where rows and lines differ in number.

    Cells with line ends inside quotes explain it, and so do blank lines at the end.
    Anything else would mean that a row was lost: then it is None.
    """
    breaks = " + ".join(
        f"coalesce(length({column}) - length(replace({column}, {newline}, '')), 0)"
        for column in (quoted(name) for name, _ in rows.columns)
        for newline in [literal(reading.newline[-1])]
    )
    source = f"read_parquet({literal(str(target))})"
    (inside,) = one(cursor, f"select sum({breaks})::bigint from {source}")
    end = _blank_lines_at_end(survey.content)
    if survey.lines - end != rows.rows + inside + rows.first_line - 1:
        return None
    if not inside:
        return rows
    line_column = free_name("line", [name for name, _ in rows.columns])
    numbered = target.with_suffix(".numbered")
    cursor.execute(
        f"copy (select *, {rows.first_line} + row_number() over () - 1"
        f" + coalesce(sum({breaks}) over (rows between unbounded preceding"
        f" and 1 preceding), 0)::bigint as {quoted(line_column)} from {source})"
        f" to {literal(str(numbered))} (format parquet, compression snappy)"
    ).fetchall()
    numbered.replace(target)
    return replace(rows, line_column=line_column)


def _blank_lines_at_end(plain: Path) -> int:
    with plain.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - HEAD))
        tail = stream.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    stripped = tail.rstrip(b"\n")
    return max(0, len(tail) - len(stripped) - 1)


def _sieve(
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
    is_same = delimiter == reading.delimiter
    good = target.with_suffix(".sieved")
    kept = 0
    with (
        survey.content.open("rb") as stream,
        good.open("w", encoding="utf-8", newline="", buffering=CHUNK) as sieved,
        Refusals(refused_path(target)) as refusals,
    ):
        records = (
            part
            for each in _numbered(stream, reading, survey)
            for part in _parted(each, reading, len(names))
        )
        for number, record in enumerate(records):
            if number % _CHECKED_ROWS == 0:
                cancellation.check()
            if record.line < start or _is_blank(record, reading):
                continue
            cells, fault = _fitted(record, len(names), reading)
            if cells is None:
                refusals.add(record.line, fault, record.text)
                continue
            text = record.text
            if (
                not is_same
                or '"' in text
                or "\r" in text
                or len(cells) != text.count(delimiter) + 1
            ):
                text = delimiter.join(_quoted(cell, delimiter) for cell in cells)
            sieved.write(f"{record.line}{delimiter}{text}\n")
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
        f" to {literal(str(target))} (format parquet, compression snappy)",
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


def _numbered(stream: object, reading: Reading, survey: Survey) -> Iterator[Record]:
    """Yield the records, with the number of the sheet's row where there is one."""
    is_sheet = reading.format == "excel"
    for number, record in enumerate(_records(stream, reading), start=1):
        if is_sheet:
            record.line = number
        elif number == 1:
            record.text = record.text.removeprefix("\ufeff")
            if record.cells:
                record.cells[0] = record.cells[0].removeprefix("\ufeff")
        if survey.is_damaged and "\ufffd" in record.text and record.cells:
            record.cells = None
            record.fault = f"holds bytes that are no characters in {reading.encoding}"
        yield record


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
            each for each in _numbered(stream, reading, survey) if each.text.strip()
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
        last = header
        for _ in range(reading.lines_after_header):
            last = next(records, last)
        return column_names(path, header.cells), last.line + last.lines


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


def _nothing_kept(path: Path, refusals: Refusals) -> Exception:
    if not refusals.count:
        return no_rows(path)
    line, reason = refusals.first
    return refused(
        path,
        "no_row_readable",
        f"has no row that can be read: line {line} {reason}",
        "Check how the file is read, or export it again.",
    )

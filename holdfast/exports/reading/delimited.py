"""Rows of text with a character between the cells."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import replace
from pathlib import Path

import duckdb

from holdfast.errors import ImportRefusedError
from holdfast.exports.reading.description import (
    CHUNK,
    HEAD,
    MAX_LINE_BYTES,
    Reading,
    Rows,
    Survey,
    check_names,
    no_rows,
    not_utf8,
    refused,
)
from holdfast.exports.reading.guessing import first_record, text_head
from holdfast.exports.reading.relations import one
from holdfast.query import literal, quoted

_ROW_OF_ERROR = re.compile(r"Line: (\d+)|in line (\d+)")

_EXPECTED_COLUMNS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


def _header(path: Path, reading: Reading, plain: Path) -> list[str]:
    with plain.open("rb") as stream:
        text = text_head(path, stream.read(HEAD))
    record = first_record(text, reading.newline)
    cells = next(csv.reader([record], delimiter=reading.delimiter), [])
    names = [cell.strip() for cell in cells]
    if names and all(_is_value(name) for name in names):
        raise refused(
            path,
            "missing_header",
            "seems to have no column names: its first line holds values",
            "Write the column names into the first line.",
        )
    check_names(path, names)
    return names


def _is_value(cell: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d.,:/ T-]*\d[\d.,:/ TZ-]*|", cell))


def read_csv(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    survey: Survey,
    target: Path,
) -> Rows:
    """Write the rows of delimited text as Parquet; see ``read``."""
    plain = survey.content
    names = _header(path, reading, plain)
    header_lines = _header_lines(plain, reading)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    # CRLF is found and must not be said: with it, strict mode reads no rows at all.
    newline = {"\n": " new_line = '\\n',", "\r": " new_line = '\\r',"}
    table = (
        f"read_csv({literal(str(plain))}, auto_detect = false, header = false,"
        f" skip = {header_lines}, columns = {{{types}}},"
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
    except duckdb.Error as error:
        raise _malformed(path, str(error)) from None
    if not rows:
        raise no_rows(path)
    columns = tuple((name, "VARCHAR") for name in names)
    result = Rows(columns, int(rows), header_lines + 1)
    if survey.lines == rows + header_lines:
        return result
    return _with_lines(cursor, path, reading, plain, target, result)


def _header_lines(plain: Path, reading: Reading) -> int:
    with plain.open("rb") as stream:
        text = stream.read(HEAD).decode("utf-8-sig", errors="ignore")
    record = first_record(text, reading.newline)
    return record.count(reading.newline) + 1


def _with_lines(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    plain: Path,
    target: Path,
    rows: Rows,
) -> Rows:
    """Account for every line where rows and lines differ in number.

    Cells with line ends inside quotes explain it, and so do blank lines at the end.
    Anything else would mean that a row was lost.
    """
    breaks = " + ".join(
        f"coalesce(length({column}) - length(replace({column}, {newline}, '')), 0)"
        for column in (quoted(name) for name, _ in rows.columns)
        for newline in [literal(reading.newline[-1])]
    )
    source = f"read_parquet({literal(str(target))})"
    (inside,) = one(cursor, f"select sum({breaks})::bigint from {source}")
    end = _blank_lines_at_end(plain)
    survey_lines = _count_lines(plain, reading)
    if survey_lines - end != rows.rows + inside + rows.first_line - 1:
        raise refused(
            path,
            "lines_unaccounted",
            f"has {survey_lines} lines, of which {rows.rows} rows were read;"
            " blank lines between rows cannot be told from rows that are lost",
            "Remove blank lines and load it again.",
        )
    if not inside:
        return rows
    line_column = "line"
    while line_column.casefold() in {name.casefold() for name, _ in rows.columns}:
        line_column += "_"
    numbered = target.with_suffix(".numbered")
    cursor.execute(
        f"copy (select *, {rows.first_line} + row_number() over () - 1"
        f" + coalesce(sum({breaks}) over (rows between unbounded preceding"
        f" and 1 preceding), 0)::bigint as {quoted(line_column)} from {source})"
        f" to {literal(str(numbered))} (format parquet, compression snappy)"
    ).fetchall()
    numbered.replace(target)
    return replace(rows, line_column=line_column)


def _count_lines(plain: Path, reading: Reading) -> int:
    newline = reading.newline[-1].encode()
    lines = 0
    last = b""
    with plain.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            lines += chunk.count(newline)
            last = chunk[-1:]
    return lines if last == newline else lines + 1


def _blank_lines_at_end(plain: Path) -> int:
    with plain.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - HEAD))
        tail = stream.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    stripped = tail.rstrip(b"\n")
    return max(0, len(tail) - len(stripped) - 1)


def _malformed(path: Path, message: str) -> ImportRefusedError:
    found = _ROW_OF_ERROR.search(message)
    line = int(next(group for group in found.groups() if group)) if found else 0
    where = f"line {line}" if line else "a line"
    if "not utf-8" in message or "unicode" in message.lower():
        return not_utf8(path, line)
    if cells := _EXPECTED_COLUMNS.search(message):
        return refused(
            path,
            "ragged_row",
            f"has {cells[2]} cells in {where}, where the header has {cells[1]}",
            "Correct that line and load it again.",
        )
    if "quote" in message:
        return refused(
            path,
            "open_quote",
            f"has a quotation mark in {where} that is never closed, or closed"
            " before the cell ends",
            "Correct that line and load it again.",
        )
    if "Maximum line size" in message or "maximum_line_size" in message:
        return refused(
            path, "long_line", f"has a very long line: {where}", "Shorten that line."
        )
    return refused(
        path,
        "malformed_csv",
        f"cannot be read as CSV at {where}",
        "Check that all lines end alike and have the same number of cells.",
    )

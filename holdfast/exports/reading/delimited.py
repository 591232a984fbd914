"""Rows of text with a character between the cells.

A well-formed file is read by the engine alone. Where that fails, or where rows and
lines do not add up, the file is sieved: every row is looked at by itself, and what
cannot be read is kept with its reason.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.exports.reading.description import (
    BLANKS,
    HEAD,
    MAX_LINE_BYTES,
    Reading,
    Rows,
    Survey,
    column_names,
    free_name,
)
from holdfast.exports.reading.relations import AS_PARQUET, one
from holdfast.exports.reading.sieving import numbered, sieve
from holdfast.query import literal, quoted

_LARGE = 32 << 20
"""Bytes of a file from which on plain instants are kept as such, and not as text."""

_SAMPLE_ROWS = 100
_PLAIN_INSTANT = re.compile(
    r"(19|20)\d\d-[01]\d-[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d", re.ASCII
)
_NOT_PLAIN = "some instant is not plain"


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
    return sieve(cursor, path, reading, survey, target, cancellation)


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
        records = numbered(stream, reading, survey)
        header = next(records, None)
        size = _SAMPLE_ROWS if survey.size >= _LARGE else 0
        sample = [record.cells or [] for record in islice(records, size)]
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
    instants = _plain_instants(names, sample)
    rows = _write(cursor, table, names, instants, target)
    if rows is None and instants:
        instants = []
        rows = _write(cursor, table, names, instants, target)
    if not rows:
        return None
    columns = tuple(
        (name, "TIMESTAMP" if name in instants else "VARCHAR") for name in names
    )
    result = Rows(columns, rows, header.lines + 1)
    if survey.lines == rows + header.lines:
        return result
    return _with_lines(cursor, survey, reading, target, result)


def _write(
    cursor: duckdb.DuckDBPyConnection,
    table: str,
    names: Sequence[str],
    instants: Sequence[str],
    target: Path,
) -> int | None:
    """Write rows as Parquet, and return how many there are.

    Args:
        cursor: Cursor that may read the table and write the target.
        table: Where the rows are, all of them text.
        names: Its columns.
        instants: Those that are kept as instants.
        target: File to write.

    Returns:
        None if one of the instants is none, or written in another way; 0 if the file
        is not well-formed.
    """
    cells = ", ".join(
        _instant(quoted(name)) if name in instants else quoted(name) for name in names
    )
    try:
        (rows,) = one(
            cursor,
            f"copy (select {cells} from {table}) to {literal(str(target))}"
            f" {AS_PARQUET}",
        )
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        return None if _NOT_PLAIN in str(error) else 0
    return int(rows)


def _instant(name: str) -> str:
    """Write a cell as an instant; what does not come back as it was stops it all."""
    told = f"try_cast({name} as timestamp)"
    return (
        f"case when {told}::varchar = {name} then {told}"
        f" when {name} is not null then error({literal(_NOT_PLAIN)}) end as {name}"
    )


def _plain_instants(names: Sequence[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """Return the columns whose sampled cells are all instants as the engine writes."""
    found = []
    for position, name in enumerate(names):
        cells = [row[position] for row in sample if len(row) == len(names)]
        filled = [cell for cell in cells if cell]
        if filled and all(_PLAIN_INSTANT.fullmatch(cell) for cell in filled):
            found.append(name)
    return found


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
    texts = [quoted(name) for name, type_ in rows.columns if type_ == "VARCHAR"]
    newline = literal(reading.newline[-1])
    breaks = " + ".join(
        f"coalesce(length({text}) - length(replace({text}, {newline}, '')), 0)"
        for text in texts
    )
    if not texts:
        breaks = "0"
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
        f" to {literal(str(numbered))} {AS_PARQUET}"
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

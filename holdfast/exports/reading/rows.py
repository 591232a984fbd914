"""The way from a file's content to its rows, whatever its format."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.errors import CancelledError
from holdfast.exports.reading.delimited import read_csv
from holdfast.exports.reading.description import Reading, Rows, Survey
from holdfast.exports.reading.json_text import read_json_lines
from holdfast.exports.reading.parquet import read_parquet
from holdfast.exports.reading.relations import one
from holdfast.exports.reading.totals import without_total
from holdfast.query import literal, quoted


def read(
    engine: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    survey: Survey,
    target: Path,
    cancellation: Cancellation,
) -> Rows:
    """Write a file's rows as Parquet, in the file's order.

    Rows that cannot be read are left out and counted; they stand in the file that
    ``refused_path(target)`` names, which is there only if there are any.

    Args:
        engine: Instance that may read and write the staging folder.
        path: The file, for its name in sentences.
        reading: How it is read.
        survey: What ``unpack`` returned; its content is removed afterwards.
        target: Parquet file to write, inside the staging folder.
        cancellation: Wish to stop.

    Raises:
        ImportRefusedError: The file has no row that can be read.
        CancelledError: Somebody asked to stop.
    """
    cursor = engine.cursor()
    try:
        with cancellation.attach(cursor):
            match reading.format:
                case "parquet":
                    rows = read_parquet(cursor, path, survey.content, target)
                case "jsonl" | "json":
                    rows = read_json_lines(cursor, path, survey, target, cancellation)
                case _:
                    rows = read_csv(cursor, path, reading, survey, target, cancellation)
                    rows = without_total(cursor, reading, target, rows)
            padded = _padded(cursor, target, rows, survey)
            return replace(rows, padded=padded, notes=survey.notes, files=survey.files)
    except duckdb.InterruptException:
        raise CancelledError from None
    finally:
        cursor.close()
        survey.content.unlink(missing_ok=True)


def _padded(
    cursor: duckdb.DuckDBPyConnection, parquet: Path, rows: Rows, survey: Survey
) -> tuple[str, ...]:
    names = [name for name, type_ in rows.columns if type_ == "VARCHAR"]
    if not names:
        return ()
    # Nothing printable sorts before a blank, and minima come from the statistics.
    tests = [f"coalesce(min({name}) < '!', false)" for name in map(quoted, names)]
    if survey.has_blank_ends:
        tests = [
            f"{test} or coalesce(bool_or(suffix({quoted(name)}, ' ')), false)"
            for test, name in zip(tests, names, strict=True)
        ]
    found = one(
        cursor,
        f"select {', '.join(tests)} from read_parquet({literal(str(parquet))})",
    )
    return tuple(
        name for name, is_padded in zip(names, found, strict=True) if is_padded
    )

"""Rows of Parquet, with the types that they have there."""

from __future__ import annotations

from pathlib import Path

import duckdb

from holdfast.exports.reading.description import (
    CHUNK,
    MAX_COLUMNS,
    Rows,
    check_names,
    no_rows,
    refused,
)
from holdfast.exports.reading.relations import describe, one
from holdfast.query import literal, quoted


def read_parquet(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    plain: Path,
    target: Path,
) -> Rows:
    """Keep a Parquet file as it is, once it is known to be sound."""
    try:
        columns = describe(cursor, plain)
        (rows,) = one(
            cursor,
            f"select sum(num_rows) from parquet_file_metadata({literal(str(plain))})",
        )
        # A damaged file shows only when its pages are read.
        names = ", ".join(f"count({quoted(name)})" for name, _ in columns[:MAX_COLUMNS])
        cursor.execute(
            f"select {names} from read_parquet({literal(str(plain))})"
        ).fetchall()
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        raise refused(
            path, "damaged_parquet", "is a damaged Parquet file", "Export it again."
        ) from None
    if not rows:
        raise no_rows(path)
    check_names(path, [name for name, _ in columns])
    _copy(plain, target)
    return Rows(columns, int(rows), 1)


def _copy(plain: Path, target: Path) -> None:
    # The link goes away with the staging folder; the user's file may change.
    with plain.open("rb") as source, target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            copy.write(chunk)

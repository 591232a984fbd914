"""Rows of Parquet, with the types that they have there."""

from __future__ import annotations

from pathlib import Path

import duckdb

from holdfast.exports.reading.containers import MAX_RATIO, SAFE_BYTES, bomb
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

_SAFE_ROWS = 10_000_000
# A row takes some bytes even where columns repeat themselves.
_MAX_ROWS_PER_BYTE = 4


def read_parquet(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    plain: Path,
    target: Path,
) -> Rows:
    """Keep a Parquet file as it is, once it is known to be sound."""
    try:
        columns = describe(cursor, plain)
        rows, unpacked = one(
            cursor,
            "select sum(num_rows), (select sum(total_uncompressed_size)"
            f" from parquet_metadata({literal(str(plain))}))"
            f" from parquet_file_metadata({literal(str(plain))})",
        )
        size = plain.stat().st_size
        if rows and (rows > max(_SAFE_ROWS, size * _MAX_ROWS_PER_BYTE)):
            raise bomb(path)
        if unpacked and unpacked > max(SAFE_BYTES, size * MAX_RATIO):
            raise bomb(path)
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

"""Small questions to the import's engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from holdfast.query import literal

# Nobody looks for single values in sources, for which the filters would be. Of version
# 2 instants take a quarter of the room.
AS_PARQUET = (
    "(format parquet, parquet_version v2, compression snappy, write_bloom_filter false)"
)
"""Options of COPY for the rows of a source."""


def one(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    """Return the only row of a statement."""
    row = cursor.execute(sql).fetchall()[0]
    return tuple(row)


def describe(
    cursor: duckdb.DuckDBPyConnection, parquet: Path
) -> tuple[tuple[str, str], ...]:
    """Return name and type of each column of a Parquet file."""
    rows = cursor.execute(
        f"describe select * from read_parquet({literal(str(parquet))})"
    ).fetchall()
    return tuple((str(row[0]), str(row[1])) for row in rows)

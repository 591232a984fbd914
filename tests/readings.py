"""Reading a file in a test as an import does."""

from pathlib import Path
from typing import NamedTuple

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.exports.engine import open_engine
from holdfast.exports.reading import Reading, Rows, guess_reading, read, unpack
from holdfast.exports.reading.description import refused_path


class Read(NamedTuple):
    """What a file was read as."""

    reading: Reading
    rows: Rows
    names: list[str]
    cells: list[tuple]
    lines: list[int]
    refused: list[tuple]


def read_file(
    path: Path,
    folder: Path,
    reading: Reading | None = None,
    engine: duckdb.DuckDBPyConnection | None = None,
) -> Read:
    """Read a file in a new folder inside ``folder``, by an engine of its own or not."""
    reading = reading or guess_reading(path)
    staging = folder.resolve() / f"staging {len(list(folder.iterdir()))}"
    staging.mkdir()
    own = engine is None
    if engine is None:
        engine = open_engine(None, staging, [staging])
    target = staging / "rows.parquet"
    try:
        survey = unpack(path, reading, staging, Cancellation())
        rows = read(engine, path, reading, survey, target, Cancellation())
        table = engine.execute(
            f"from read_parquet('{target}', file_row_number = true)"
        ).fetchall()
        names = [name for name, _ in rows.columns]
        width = len(names)
        lines = [
            row[width] if rows.line_column else rows.first_line + row[-1]
            for row in table
        ]
        refused = []
        if refused_path(target).exists():
            refused = engine.execute(f"from '{refused_path(target)}'").fetchall()
    finally:
        if own:
            engine.close()
    assert (len(table), len(refused)) == (rows.rows, rows.refused)
    assert not list(staging.glob("content*")) + list(staging.glob("*.sieved"))
    return Read(reading, rows, names, [row[:width] for row in table], lines, refused)


def written(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    """Write a file of text in UTF-8, or of bytes."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path

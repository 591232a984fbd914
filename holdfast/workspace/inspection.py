"""What a file is, from its beginning, before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.errors import ImportRefusedError
from holdfast.exports.engine import open_engine
from holdfast.exports.mapping import SourceMapping
from holdfast.exports.reading import Preview, Reading, Rows, preview, read, unpack
from holdfast.exports.recognition import Recognition, recognise
from holdfast.exports.settling import settle
from holdfast.query import literal, quoted

PREVIEW_ROWS = 20
SAMPLE_VALUES = 200
_COLUMNS_AT_ONCE = 50


@dataclass(frozen=True)
class Inspection:
    """What a file is, before anything is loaded; change it with ``replace``.

    Attributes:
        path: The file.
        reading: How it is read.
        columns: Name and type of each column.
        recognition: What it seems to be.
        mapping: What it is taken for; None where nothing could be guessed.
        preview: Its first rows, cells as text; None for an empty cell.
        sample: Some values of each column.
        rows: Rows of the file; None where only its beginning was read.
        name: The file's name for people; the path's own where it is empty.
        refused: Rows of what was read that could not be taken apart into cells.
        notes: Sentences about what is not as it seems.
        same_as: Name of the file with the same columns whose mapping this one has.
    """

    path: Path
    reading: Reading
    columns: tuple[tuple[str, str], ...]
    recognition: Recognition
    mapping: SourceMapping | None
    preview: tuple[tuple[str | None, ...], ...]
    sample: Mapping[str, Sequence[str]]
    rows: int | None
    name: str = ""
    refused: int = 0
    notes: tuple[str, ...] = ()
    same_as: str = ""

    @property
    def recognised(self) -> SourceMapping | None:
        """What it would be taken for if nothing were remembered."""
        if self.recognition.mapping is None:
            return None
        return settle(self.recognition.mapping, self.columns, self.sample)


@contextmanager
def named(path: Path, name: str) -> Iterator[None]:
    """Let refusals speak of a file by the name that people know it by."""
    try:
        yield
    except ImportRefusedError as error:
        if not name or name == path.name:
            raise
        raise ImportRefusedError(
            error.code, error.sentence.replace(path.name, name), error.remedy
        ) from error
    except FileNotFoundError as error:
        if path.exists():
            raise
        raise ImportRefusedError(
            "missing_file",
            f"{name or path.name} is not there any more.",
            "Choose the file again.",
        ) from error


def inspect(path: Path, reading: Reading, folder: Path) -> Inspection:
    """Return what a file is.

    Args:
        path: The file.
        reading: How it is read.
        folder: Folder for what is read of it; whoever made it removes it.

    Raises:
        ImportRefusedError: It cannot be read.
    """
    part = preview(path, reading, folder)
    try:
        return _inspect_part(path, reading, part, folder / "part")
    except ImportRefusedError:
        if part.path == path:
            raise
        # The cut may lie inside a quoted cell; and a refusal has to be the file's.
        whole = Preview(path, reading, is_whole=True)
        return _inspect_part(path, reading, whole, folder / "whole")


def _inspect_part(
    path: Path, reading: Reading, beginning: Preview, staging: Path
) -> Inspection:
    staging.mkdir()
    staging = staging.resolve()
    part, plain = beginning.path, beginning.reading
    survey = unpack(part, plain, staging, Cancellation())
    target = staging / "rows.parquet"
    engine = open_engine(None, staging, [staging])
    try:
        rows = read(engine, part, plain, survey, target, Cancellation())
        sample = sample_values(engine, target, rows)
        cells = ", ".join(f"{quoted(name)}::varchar" for name, _ in rows.columns)
        first = engine.execute(
            f"select {cells} from read_parquet({literal(str(target))})"
            f" limit {PREVIEW_ROWS}"
        ).fetchall()
    finally:
        engine.close()
    recognition = recognise([name for name, _ in rows.columns], sample)
    mapping = recognition.mapping
    if mapping is not None:
        mapping = settle(mapping, rows.columns, sample)
    return Inspection(
        path=path,
        reading=reading,
        columns=rows.columns,
        recognition=recognition,
        mapping=mapping,
        preview=tuple(tuple(row) for row in first),
        sample=sample,
        rows=rows.rows + rows.refused if beginning.is_whole else None,
        refused=rows.refused,
        notes=rows.notes,
    )


def sample_values(
    engine: duckdb.DuckDBPyConnection, parquet: Path, rows: Rows
) -> dict[str, list[str]]:
    """Return some values of each column as text, without the empty ones."""
    samples: dict[str, list[str]] = {}
    # The engine's planning grows with the square of the columns of one statement.
    for first in range(0, len(rows.columns), _COLUMNS_AT_ONCE):
        names = [name for name, _ in rows.columns[first : first + _COLUMNS_AT_ONCE]]
        cells = ", ".join(
            f"(array_agg(trim({quoted(name)}::varchar))"
            f" filter (trim({quoted(name)}::varchar) <> ''))[:{SAMPLE_VALUES}]"
            for name in names
        )
        row = engine.execute(
            f"select {cells}"
            f" from (from read_parquet({literal(str(parquet))}) limit 5000)"
        ).fetchall()[0]
        samples.update(zip(names, (list(each or []) for each in row), strict=True))
    return samples

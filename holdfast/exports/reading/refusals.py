"""Rows that could not be read, kept with line, reason and text."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

_BATCH = 10_000
_MAX_TEXT = 10_000


class Refusals:
    """A Parquet file of refused rows; it is written only if there is one.

    Attributes:
        count: Rows so far.
        first: Line and reason of the first.
    """

    def __init__(self, path: Path) -> None:
        """Take the file to write; close it, or use it as a context."""
        self.count = 0
        self.first = (0, "")
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self._rows: list[tuple[int, str, str]] = []

    def __enter__(self) -> Refusals:
        """Begin with no rows."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is left."""
        self.close()

    def add(self, line: int, reason: str, text: str) -> None:
        """Keep a row; of a very long text only the beginning.

        Args:
            line: Its line in the file, from 1.
            reason: What is wrong, as the rest of a sentence about the row.
            text: The row as it stands in the file.
        """
        if not self.count:
            self.first = (line, reason)
        self.count += 1
        self._rows.append((line, reason, text[:_MAX_TEXT]))
        if len(self._rows) >= _BATCH:
            self._flush()

    def close(self) -> None:
        """Write what is left and close the file."""
        if self._rows:
            self._flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _flush(self) -> None:
        schema = pa.schema(
            [("line", pa.int64()), ("reason", pa.string()), ("row_text", pa.string())]
        )
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, schema)
        lines, reasons, texts = zip(*self._rows, strict=True)
        self._writer.write_table(
            pa.table([pa.array(lines, pa.int64()), reasons, texts], schema=schema)
        )
        self._rows.clear()

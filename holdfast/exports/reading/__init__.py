"""A file becomes rows: by content, every cell as it came, no row lost.

Text files give text cells, Parquet gives typed ones. What is not well-formed is
refused in one sentence and leaves nothing behind.
"""

from __future__ import annotations

from holdfast.exports.reading.description import Reading, Rows, Survey, refused
from holdfast.exports.reading.guessing import guess_reading
from holdfast.exports.reading.rows import read
from holdfast.exports.reading.unpacking import preview, unpack

__all__ = [
    "Reading",
    "Rows",
    "Survey",
    "guess_reading",
    "preview",
    "read",
    "refused",
    "unpack",
]

"""A file becomes rows: by content, every cell as it came, no row lost.

Text files and sheets give text cells, Parquet gives typed ones. What cannot be read is
kept with its reason; a file of which nothing can be read is refused in one sentence.
"""

from __future__ import annotations

from holdfast.exports.reading.description import (
    Reading,
    Rows,
    Survey,
    refused,
    refused_path,
)
from holdfast.exports.reading.encodings import ENCODINGS
from holdfast.exports.reading.guessing import encoding_candidates, guess_reading
from holdfast.exports.reading.parts import Part, expand
from holdfast.exports.reading.rows import read
from holdfast.exports.reading.spreadsheets import sheet_names
from holdfast.exports.reading.unpacking import Preview, preview, unpack

__all__ = [
    "ENCODINGS",
    "Part",
    "Preview",
    "Reading",
    "Rows",
    "Survey",
    "encoding_candidates",
    "expand",
    "guess_reading",
    "preview",
    "read",
    "refused",
    "refused_path",
    "sheet_names",
    "unpack",
]

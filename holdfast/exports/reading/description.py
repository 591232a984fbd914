"""How a file is read, what came out of it, and the sentences that refuse one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from holdfast.errors import ImportRefusedError

CHUNK = 1 << 20

HEAD = 1 << 16

MAX_COLUMNS = 2000

MAX_LINE_BYTES = 16 << 20

_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}


@dataclass(frozen=True)
class Reading:
    """How a file's bytes are read as rows; guessed, and changeable.

    Attributes:
        format: 'csv', 'jsonl' or 'parquet'.
        container: 'plain' or 'gzip'.
        encoding: Encoding of the text.
        delimiter: Character between cells; CSV only.
        header_line: Line of the column names, from 1; CSV only.
        newline: Line end, as it is in the file; CSV only.
    """

    format: str
    container: str = "plain"
    encoding: str = "utf-8"
    delimiter: str = ","
    header_line: int = 1
    newline: str = "\n"

    def to_json(self) -> dict[str, Any]:
        """Return the reading as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Reading:
        """Return the reading that ``to_json`` wrote."""
        return cls(**values)

    def describe(self) -> str:
        """Say in a few words how the file is read."""
        packed = ", packed with gzip" if self.container == "gzip" else ""
        match self.format:
            case "csv":
                return f"CSV with a {_WORDS[self.delimiter]} between cells{packed}"
            case "jsonl":
                return f"JSON lines{packed}"
            case _:
                return "Parquet"


@dataclass(frozen=True)
class Rows:
    """A file's rows, written as Parquet.

    Attributes:
        columns: Name and DuckDB type of each column, in the file's order.
        rows: Number of rows.
        first_line: Line of the first row in the file; 1 for Parquet.
        line_column: Column with each row's line where rows span several lines;
            None where line = first_line + position.
        padded: Text columns where some cell is empty or has a blank at either end;
            all others need no trimming, which is slow.
    """

    columns: tuple[tuple[str, str], ...]
    rows: int
    first_line: int
    line_column: str | None = None
    padded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Survey:
    """What one pass over a file's bytes tells, before any parsing.

    Attributes:
        content: The unpacked content, in the staging folder.
        digest: SHA-256 of the file's bytes, in hex.
        size: Bytes of the file.
        lines: Lines of the content; 0 for Parquet.
    """

    content: Path
    digest: str
    size: int
    lines: int


def refused(path: Path, code: str, words: str, remedy: str) -> ImportRefusedError:
    """Return the error that names the file first."""
    return ImportRefusedError(code, f"{path.name} {words}.", remedy)


def no_rows(path: Path) -> ImportRefusedError:
    """Return the error for a file that has names and nothing else."""
    return refused(
        path,
        "no_rows",
        "has column names but no rows",
        "Export it again with its rows.",
    )


def not_utf8(path: Path, line: int) -> ImportRefusedError:
    """Return the error that names the line of the first bad bytes."""
    return refused(
        path,
        "unknown_encoding",
        f"is not UTF-8 text: line {line} holds bytes that are no characters",
        "Save it as CSV in UTF-8.",
    )


def check_names(path: Path, names: Sequence[str]) -> None:
    """Refuse missing and repeated names: guessing which is which would be silent."""
    if len(names) > MAX_COLUMNS:
        raise refused(
            path,
            "too_many_columns",
            f"has {len(names)} columns; at most {MAX_COLUMNS} can be read",
            "Remove columns that are not needed.",
        )
    seen: dict[str, int] = {}
    for position, name in enumerate(names, start=1):
        if not name:
            raise refused(
                path,
                "missing_header",
                f"has no name for column {position}",
                "Give every column a name in the first line.",
            )
        if name.casefold() in seen:
            raise refused(
                path,
                "duplicate_header",
                f"has two columns named {name!r}: "
                f"{seen[name.casefold()]} and {position}",
                "Rename one of them.",
            )
        seen[name.casefold()] = position

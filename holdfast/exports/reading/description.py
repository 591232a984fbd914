"""How a file is read, what came out of it, and the sentences that refuse one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from holdfast.errors import ImportRefusedError

CHUNK = 1 << 20
HEAD = 1 << 16
MAX_COLUMNS = 2000
MAX_LINE_BYTES = 16 << 20
BLANKS = "blanks"

_WORDS = {
    ",": "a comma",
    ";": "a semicolon",
    "\t": "a tab",
    "|": "a vertical bar",
    BLANKS: "blanks",
}
_PACKED = {
    "gzip": "packed with gzip",
    "zstd": "packed with zstd",
    "bzip2": "packed with bzip2",
    "zip": "from a zip archive",
    "folder": "from a folder",
}
_QUESTION_NO = re.compile(r"(Q|QID|V)\d+(_(\d+|TEXT))*")
_LONGEST_NAME = 300
_FIRST_FIELDS = (
    "format",
    "container",
    "encoding",
    "delimiter",
    "header_line",
    "newline",
)


@dataclass(frozen=True)
class Reading:
    """How a file's bytes are read as rows; guessed, and changeable.

    Attributes:
        format: 'csv', 'jsonl', 'json', 'parquet' or 'excel'.
        container: 'plain', 'gzip', 'zstd', 'bzip2', 'zip' or 'folder'.
        encoding: Encoding of the text.
        delimiter: Character between cells, or 'blanks' for runs of blanks; CSV only.
        header_line: Line of the column names, from 1; 0 = there are none, and the
            columns are named column_1 and so on; CSV and Excel only.
        newline: Line end, as it is in the file; CSV only.
        member: Member of a zip archive or file of a folder; a single '*' in it stands
            for any characters, and several members of one kind are one source. Empty
            for all.
        sheet: Sheet of a workbook; Excel only.
        quote: Character around cells that hold a delimiter; empty for none; CSV only.
        skipped_lines: Lines above the first row that are no rows, where header_line
            is 0; otherwise all lines above the header are skipped.
        lines_after_header: Rows right below the header that explain it and are no
            rows, such as the wording of a survey's questions.
        short_rows: 'refuse' rows with fewer cells than the header, or 'fill' them up
            with empty cells at the end.
        is_encoding_sure: Whether the encoding is known, by a mark or by being valid
            UTF-8, and not guessed.
    """

    format: str
    container: str = "plain"
    encoding: str = "utf-8"
    delimiter: str = ","
    header_line: int = 1
    newline: str = "\n"
    member: str = ""
    sheet: str = ""
    quote: str = '"'
    skipped_lines: int = 0
    lines_after_header: int = 0
    short_rows: str = "refuse"
    is_encoding_sure: bool = True

    @property
    def is_text(self) -> bool:
        """Whether the content is text, of which a first part can be read alone."""
        return self.format in ("csv", "jsonl", "json")

    def to_json(self) -> dict[str, Any]:
        """Return the reading as plain values.

        Fields that later versions added are left out where they say nothing: the
        values of an earlier version's reading, and so its hash, stay the same.
        """
        usual = asdict(Reading(self.format))
        return {
            name: value
            for name, value in asdict(self).items()
            if name in _FIRST_FIELDS or value != usual[name]
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Reading:
        """Return the reading that ``to_json`` wrote, in this or an earlier version."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: each for name, each in values.items() if name in known})

    def describe(self) -> str:
        """Say in a few words how the file is read."""
        match self.format:
            case "csv":
                between = _WORDS.get(self.delimiter, repr(self.delimiter))
                words = f"CSV with {between} between cells"
            case "jsonl":
                words = "JSON lines"
            case "json":
                words = "JSON"
            case "excel":
                words = f"sheet {self.sheet} of a workbook"
            case _:
                words = "Parquet"
        parts = [words]
        if self.format in ("csv", "excel"):
            if self.header_line == 0:
                parts.append("without column names")
            elif self.header_line > 1:
                parts.append(f"column names in line {self.header_line}")
        if self.is_text and self.encoding != "utf-8":
            guessed = "" if self.is_encoding_sure else " (a guess)"
            parts.append(f"encoding {self.encoding}{guessed}")
        if self.container in _PACKED:
            parts.append(_PACKED[self.container])
        return ", ".join(parts)


@dataclass(frozen=True)
class Rows:
    """A file's rows, written as Parquet.

    Attributes:
        columns: Name and DuckDB type of each column, in the file's order.
        rows: Number of rows.
        first_line: Line of the first row in the file; 1 for Parquet.
        line_column: Column with each row's line where rows span several lines or
            lines were left out; None where line = first_line + position.
        padded: Text columns where some cell is empty or has a blank at either end;
            all others need no trimming, which is slow.
        refused: Rows of the file that are not among ``rows``; each is in the Parquet
            file that ``refused_path`` names, with line, reason and text.
        notes: Sentences about what is not as it seems, such as cells with errors.
        files: Line on which each of several files begins, where they were put
            together; empty for one.
    """

    columns: tuple[tuple[str, str], ...]
    rows: int
    first_line: int
    line_column: str | None = None
    padded: tuple[str, ...] = ()
    refused: int = 0
    notes: tuple[str, ...] = ()
    files: tuple[int, ...] = ()


@dataclass(frozen=True)
class Survey:
    """What one pass over a file's bytes tells, before any parsing.

    Attributes:
        content: The unpacked content, in the staging folder; text is UTF-8.
        digest: SHA-256 of the file's bytes, in hex.
        size: Bytes of the file.
        lines: Lines of the content; 0 for Parquet.
        is_damaged: Whether the content holds zero bytes, or bytes that are no
            characters in its encoding and stand as U+FFFD now.
        notes: Sentences about what is not as it seems.
        files: As in ``Rows``.
        has_blank_ends: Whether a blank may stand at the end of a cell.
    """

    content: Path
    digest: str
    size: int
    lines: int
    is_damaged: bool = False
    notes: tuple[str, ...] = ()
    files: tuple[int, ...] = ()
    has_blank_ends: bool = True


def refused(path: Path, code: str, words: str, remedy: str) -> ImportRefusedError:
    """Return the error that names the file first."""
    return ImportRefusedError(code, f"{path.name} {words}.", remedy)


def refused_path(rows: Path) -> Path:
    """Return where the refused rows stand beside a Parquet file of rows.

    It has the columns line BIGINT, reason VARCHAR and row_text VARCHAR, in the
    file's order, and exists only where a row was refused.
    """
    return rows.with_suffix(".refused.parquet")


def no_rows(path: Path) -> ImportRefusedError:
    """Return the error for a file that has names and nothing else."""
    return refused(
        path,
        "no_rows",
        "has column names but no rows",
        "Export it again with its rows.",
    )


def column_names(path: Path, cells: Sequence[str]) -> list[str]:
    """Return the names of columns: trimmed, and column_2 where there is none.

    Raises:
        ImportRefusedError: Two are the same, or there are too many.
    """
    names = [cell.strip() or f"column_{at}" for at, cell in enumerate(cells, start=1)]
    if len({name.casefold() for name in names}) < len(names):
        # Blanks may be all that tells two names apart.
        names = [cell if cell.strip() else names[at] for at, cell in enumerate(cells)]
    check_names(path, names)
    return names


def explained_cells(header: Sequence[str], below: Sequence[Sequence[str]]) -> list[str]:
    """Return a header's cells with what further header rows tell of them.

    A cell without a name continues the one to its left: it gets that name, and the
    option that stands below. A question's number gets the words below it.

    Args:
        header: Cells of the header.
        below: Cells of the rows below it that explain it and are no rows.
    """
    words = [" ".join(cell.split()) for cell in (below[0] if below else ())]
    names: list[str] = []
    question = ""
    for at, cell in enumerate(header):
        name = " ".join(cell.split())
        said = words[at] if at < len(words) else ""
        if name and _QUESTION_NO.fullmatch(name) and said and said != name:
            name = f"{name}: {said}"
        elif name:
            question = name
        elif question and said:
            name = f"{question} ({said})"
        names.append(name[:_LONGEST_NAME])
    seen: set[str] = set()
    for at, name in enumerate(names):
        if name.casefold() in seen:
            names[at] = f"{name} ({at + 1})"
        seen.add(names[at].casefold())
    return names


def free_name(wanted: str, names: Sequence[str]) -> str:
    """Return a column name that is not taken yet, in whatever case."""
    known = {name.casefold() for name in names}
    while wanted in known:
        wanted += "_"
    return wanted


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

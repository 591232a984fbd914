"""A file becomes rows: by content, every cell as it came, no row lost.

Text files give text cells, Parquet gives typed ones. What is not well-formed is
refused in one sentence and leaves nothing behind.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import json
import os
import re
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.errors import CancelledError, ImportRefusedError
from holdfast.query import literal, quoted

CHUNK = 1 << 20
HEAD = 1 << 16
MAX_NESTING = 2
STRUCTURE_ROWS = 10_000
MAX_COLUMNS = 2000
MAX_LINE_BYTES = 16 << 20

_DELIMITERS = (",", ";", "\t", "|")
_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_ROW_OF_ERROR = re.compile(r"Line: (\d+)|in line (\d+)")
_EXPECTED_COLUMNS = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")

_SAVE_AS_CSV = "Save it as CSV and load that file."
_FOREIGN = (
    (b"SQLite format 3\x00", "is an SQLite database", "Export its tables as CSV."),
    (b"PK\x03\x04", "is an Excel workbook or a zip archive", _SAVE_AS_CSV),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", _SAVE_AS_CSV),
    (b"MZ", "is a program", "Load the export as CSV, JSON lines or Parquet."),
    (b"\x7fELF", "is a program", "Load the export as CSV, JSON lines or Parquet."),
    (b"%PDF", "is a PDF", "Load the table itself, as CSV."),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd", "Unpack it and load the file inside."),
    (b"BZh", "is packed with bzip2", "Unpack it and load the file inside."),
)


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


def guess_reading(path: Path) -> Reading:
    """Guess from its content how a file is to be read.

    Raises:
        ImportRefusedError: The file is empty, missing, or of a kind that cannot be
            read.
    """
    head = _head(path)
    container = "plain"
    if head.startswith(b"\x1f\x8b"):
        container = "gzip"
        head = _unpacked_head(path)
    if not head.strip(b" \t\r\n"):
        raise refused(path, "empty_file", "is empty", "Export it again.")
    if head.startswith(b"PAR1"):
        if container == "gzip":
            raise refused(
                path, "packed_parquet", "is Parquet packed with gzip", "Unpack it."
            )
        return Reading("parquet")
    for magic, words, remedy in _FOREIGN:
        if head.startswith(magic):
            raise refused(path, "unknown_format", words, remedy)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head:
        raise refused(
            path,
            "unknown_encoding",
            "is not UTF-8 text: it holds zero bytes",
            "Save it as CSV in UTF-8.",
        )
    text = _text_head(path, head)
    if text.lstrip().startswith("{"):
        return Reading("jsonl", container)
    if text.lstrip().startswith("["):
        raise refused(
            path,
            "json_array",
            "is one JSON list",
            "Save it as JSON lines, one object on each line.",
        )
    newline = _newline(text)
    delimiter = _delimiter(text, newline)
    return Reading("csv", container, delimiter=delimiter, newline=newline)


def refused(path: Path, code: str, words: str, remedy: str) -> ImportRefusedError:
    """Return the error that names the file first."""
    return ImportRefusedError(code, f"{path.name} {words}.", remedy)


def read(
    engine: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    survey: Survey,
    target: Path,
    cancellation: Cancellation,
) -> Rows:
    """Write a file's rows as Parquet, in the file's order.

    Args:
        engine: Instance that may read and write the staging folder.
        path: The file, for its name in sentences.
        reading: How it is read.
        survey: What ``unpack`` returned; its content is removed afterwards.
        target: Parquet file to write, inside the staging folder.
        cancellation: Wish to stop.

    Raises:
        ImportRefusedError: The file is not well-formed.
        CancelledError: Somebody asked to stop.
    """
    plain = survey.content
    cursor = engine.cursor()
    try:
        with cancellation.attach(cursor):
            match reading.format:
                case "parquet":
                    rows = _read_parquet(cursor, path, plain, target)
                case "jsonl":
                    rows = _read_json_lines(cursor, path, plain, target)
                case _:
                    rows = _read_csv(cursor, path, reading, survey, target)
            return replace(rows, padded=_padded(cursor, target, rows))
    except duckdb.InterruptException:
        raise CancelledError from None
    finally:
        cursor.close()
        plain.unlink(missing_ok=True)


def preview(path: Path, reading: Reading, folder: Path) -> Path:
    """Write the first part of a text file, whole lines only, and return its path.

    A Parquet file, or a short one, is returned whole.
    """
    if reading.format == "parquet":
        return path
    stream = _open(path, reading)
    with stream:
        head = stream.read(4 * CHUNK)
        more = stream.read(1)
    if more:
        head = head[: head.rfind(reading.newline.encode()) + 1]
    part = folder / "preview"
    part.write_bytes(head)
    return part


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD)
    except FileNotFoundError:
        raise refused(
            path, "missing_file", "was not found", "Check its name and folder."
        ) from None
    except IsADirectoryError:
        raise refused(
            path, "is_folder", "is a folder", "Name the files inside it."
        ) from None
    except OSError as error:
        raise refused(
            path, "unreadable", "cannot be opened", error.strerror or str(error)
        ) from None


def _unpacked_head(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(HEAD)
    except (OSError, EOFError, zlib.error):
        raise _damaged(path) from None


def _damaged(path: Path) -> ImportRefusedError:
    return refused(path, "damaged_gzip", "is a damaged gzip file", "Download it again.")


def _text_head(path: Path, head: bytes) -> str:
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        return decoder.decode(head)
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        raise _not_utf8(path, line) from None


def _not_utf8(path: Path, line: int) -> ImportRefusedError:
    return refused(
        path,
        "unknown_encoding",
        f"is not UTF-8 text: line {line} holds bytes that are no characters",
        "Save it as CSV in UTF-8.",
    )


def _newline(text: str) -> str:
    for index, character in enumerate(text):
        if character == "\n":
            return "\n"
        if character == "\r":
            return "\r\n" if text[index + 1 : index + 2] == "\n" else "\r"
    return "\n"


def _delimiter(text: str, newline: str) -> str:
    """Return the delimiter that the header line shows most often."""
    header = _first_record(text, newline)
    unquoted = re.sub(r'"(?:[^"]|"")*"', "", header)
    counts = {mark: unquoted.count(mark) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: counts[mark])
    return best if counts[best] else ","


def _first_record(text: str, newline: str) -> str:
    """Return the first line; a line end inside quotes does not end it."""
    is_quoted = False
    for index, character in enumerate(text):
        if character == '"':
            is_quoted = not is_quoted
        elif character == newline[0] and not is_quoted:
            return text[:index]
    return text


def _open(path: Path, reading: Reading) -> BinaryIO:
    if reading.container == "gzip":
        return io.BufferedReader(gzip.open(path))
    return path.open("rb")


def unpack(
    path: Path, reading: Reading, staging: Path, cancellation: Cancellation
) -> Survey:
    """Give the content a plain name inside the staging folder, and survey it.

    DuckDB only ever sees that name: the user's file name may hold characters that
    it would take for a pattern.

    Raises:
        ImportRefusedError: The file is damaged or no text.
        CancelledError: Somebody asked to stop.
    """
    plain = staging / "content"
    newline = reading.newline[-1].encode()
    digest = hashlib.sha256()
    lines = 0
    last = b""
    is_text = reading.format != "parquet"
    with path.open("rb") as raw:
        if reading.container == "gzip":
            inflated = _inflate(path, raw, plain, digest, cancellation)
            size = inflated
            source: BinaryIO = plain.open("rb")
        else:
            _link(path, plain)
            size = path.stat().st_size
            source = raw
        with source:
            while chunk := source.read(CHUNK):
                cancellation.check()
                if reading.container != "gzip":
                    digest.update(chunk)
                if is_text:
                    if b"\0" in chunk:
                        raise refused(
                            path,
                            "zero_byte",
                            "holds zero bytes and is no text",
                            "Save it as CSV in UTF-8.",
                        )
                    lines += chunk.count(newline)
                    last = chunk[-1:]
    if last and not last.endswith(newline):
        lines += 1
    return Survey(plain, digest.hexdigest(), size, lines)


def _inflate(
    path: Path,
    raw: BinaryIO,
    plain: Path,
    digest: Any,
    cancellation: Cancellation,
) -> int:
    size = 0
    while chunk := raw.read(CHUNK):
        digest.update(chunk)
        size += len(chunk)
    try:
        with gzip.open(path) as packed, plain.open("wb") as target:
            while chunk := packed.read(CHUNK):
                cancellation.check()
                target.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise _damaged(path) from None
    return size


def _link(path: Path, plain: Path) -> None:
    try:
        os.link(path.resolve(), plain)
    except OSError:
        # Another disk, or a file system without hard links.
        with path.open("rb") as source, plain.open("wb") as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)


def _read_parquet(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    plain: Path,
    target: Path,
) -> Rows:
    try:
        columns = _describe(cursor, plain)
        (rows,) = _one(
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
        raise _no_rows(path)
    _check_names(path, [name for name, _ in columns])
    _copy(plain, target)
    return Rows(columns, int(rows), 1)


def _padded(
    cursor: duckdb.DuckDBPyConnection, parquet: Path, rows: Rows
) -> tuple[str, ...]:
    names = [name for name, type_ in rows.columns if type_ == "VARCHAR"]
    if not names:
        return ()
    # Nothing printable sorts before a blank, and minima come from the statistics.
    tests = ", ".join(
        f"coalesce(min({name}) < '!', false) or coalesce(bool_or(suffix({name}, ' ')),"
        " false)"
        for name in map(quoted, names)
    )
    found = _one(cursor, f"select {tests} from read_parquet({literal(str(parquet))})")
    return tuple(
        name for name, is_padded in zip(names, found, strict=True) if is_padded
    )


def _copy(plain: Path, target: Path) -> None:
    # The link goes away with the staging folder; the user's file may change.
    with plain.open("rb") as source, target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            copy.write(chunk)


def _describe(
    cursor: duckdb.DuckDBPyConnection, parquet: Path
) -> tuple[tuple[str, str], ...]:
    rows = cursor.execute(
        f"describe select * from read_parquet({literal(str(parquet))})"
    ).fetchall()
    return tuple((str(row[0]), str(row[1])) for row in rows)


def _one(cursor: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    row = cursor.execute(sql).fetchall()[0]
    return tuple(row)


def _no_rows(path: Path) -> ImportRefusedError:
    return refused(
        path,
        "no_rows",
        "has column names but no rows",
        "Export it again with its rows.",
    )


def _check_names(path: Path, names: Sequence[str]) -> None:
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


def _header(path: Path, reading: Reading, plain: Path) -> list[str]:
    with plain.open("rb") as stream:
        text = _text_head(path, stream.read(HEAD))
    record = _first_record(text, reading.newline)
    cells = next(csv.reader([record], delimiter=reading.delimiter), [])
    names = [cell.strip() for cell in cells]
    if names and all(_is_value(name) for name in names):
        raise refused(
            path,
            "missing_header",
            "seems to have no column names: its first line holds values",
            "Write the column names into the first line.",
        )
    _check_names(path, names)
    return names


def _is_value(cell: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d.,:/ T-]*\d[\d.,:/ TZ-]*|", cell))


def _read_csv(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    survey: Survey,
    target: Path,
) -> Rows:
    plain = survey.content
    names = _header(path, reading, plain)
    header_lines = _header_lines(plain, reading)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    # CRLF is found and must not be said: with it, strict mode reads no rows at all.
    newline = {"\n": " new_line = '\\n',", "\r": " new_line = '\\r',"}
    table = (
        f"read_csv({literal(str(plain))}, auto_detect = false, header = false,"
        f" skip = {header_lines}, columns = {{{types}}},"
        f" delim = {literal(reading.delimiter)}, quote = '\"', escape = '\"',"
        f"{newline.get(reading.newline, '')} strict_mode = true,"
        f" max_line_size = {MAX_LINE_BYTES})"
    )
    try:
        (rows,) = _one(
            cursor,
            f"copy (from {table}) to {literal(str(target))}"
            " (format parquet, compression snappy)",
        )
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise _malformed(path, str(error)) from None
    if not rows:
        raise _no_rows(path)
    columns = tuple((name, "VARCHAR") for name in names)
    result = Rows(columns, int(rows), header_lines + 1)
    if survey.lines == rows + header_lines:
        return result
    return _with_lines(cursor, path, reading, plain, target, result)


def _header_lines(plain: Path, reading: Reading) -> int:
    with plain.open("rb") as stream:
        text = stream.read(HEAD).decode("utf-8-sig", errors="ignore")
    record = _first_record(text, reading.newline)
    return record.count(reading.newline) + 1


def _with_lines(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    reading: Reading,
    plain: Path,
    target: Path,
    rows: Rows,
) -> Rows:
    """Account for every line where rows and lines differ in number.

    Cells with line ends inside quotes explain it, and so do blank lines at the end.
    Anything else would mean that a row was lost.
    """
    breaks = " + ".join(
        f"coalesce(length({column}) - length(replace({column}, {newline}, '')), 0)"
        for column in (quoted(name) for name, _ in rows.columns)
        for newline in [literal(reading.newline[-1])]
    )
    source = f"read_parquet({literal(str(target))})"
    (inside,) = _one(cursor, f"select sum({breaks})::bigint from {source}")
    end = _blank_lines_at_end(plain)
    survey_lines = _count_lines(plain, reading)
    if survey_lines - end != rows.rows + inside + rows.first_line - 1:
        raise refused(
            path,
            "lines_unaccounted",
            f"has {survey_lines} lines, of which {rows.rows} rows were read;"
            " blank lines between rows cannot be told from rows that are lost",
            "Remove blank lines and load it again.",
        )
    if not inside:
        return rows
    line_column = "line"
    while line_column.casefold() in {name.casefold() for name, _ in rows.columns}:
        line_column += "_"
    numbered = target.with_suffix(".numbered")
    cursor.execute(
        f"copy (select *, {rows.first_line} + row_number() over () - 1"
        f" + coalesce(sum({breaks}) over (rows between unbounded preceding"
        f" and 1 preceding), 0)::bigint as {quoted(line_column)} from {source})"
        f" to {literal(str(numbered))} (format parquet, compression snappy)"
    ).fetchall()
    numbered.replace(target)
    return replace(rows, line_column=line_column)


def _count_lines(plain: Path, reading: Reading) -> int:
    newline = reading.newline[-1].encode()
    lines = 0
    last = b""
    with plain.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            lines += chunk.count(newline)
            last = chunk[-1:]
    return lines if last == newline else lines + 1


def _blank_lines_at_end(plain: Path) -> int:
    with plain.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - HEAD))
        tail = stream.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    stripped = tail.rstrip(b"\n")
    return max(0, len(tail) - len(stripped) - 1)


def _malformed(path: Path, message: str) -> ImportRefusedError:
    found = _ROW_OF_ERROR.search(message)
    line = int(next(group for group in found.groups() if group)) if found else 0
    where = f"line {line}" if line else "a line"
    if "not utf-8" in message or "unicode" in message.lower():
        return _not_utf8(path, line)
    if cells := _EXPECTED_COLUMNS.search(message):
        return refused(
            path,
            "ragged_row",
            f"has {cells[2]} cells in {where}, where the header has {cells[1]}",
            "Correct that line and load it again.",
        )
    if "quote" in message:
        return refused(
            path,
            "open_quote",
            f"has a quotation mark in {where} that is never closed, or closed"
            " before the cell ends",
            "Correct that line and load it again.",
        )
    if "Maximum line size" in message or "maximum_line_size" in message:
        return refused(
            path, "long_line", f"has a very long line: {where}", "Shorten that line."
        )
    return refused(
        path,
        "malformed_csv",
        f"cannot be read as CSV at {where}",
        "Check that all lines end alike and have the same number of cells.",
    )


def _read_json_lines(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    plain: Path,
    target: Path,
) -> Rows:
    table = (
        f"read_ndjson_objects({literal(str(plain))},"
        f" maximum_object_size = {MAX_LINE_BYTES})"
    )
    try:
        leaves = _leaves(_structure(cursor, path, table), (), ())
        _check_names(path, [name for name, _ in leaves])
        pointers = literal([pointer for _, pointer in leaves])
        cells = ", ".join(
            f"cells[{position}] as {quoted(name)}"
            for position, (name, _) in enumerate(leaves, start=1)
        )
        (rows,) = _one(
            cursor,
            f"copy (select {cells} from (select"
            f" json_extract_string(json, {pointers}) as cells from {table}))"
            f" to {literal(str(target))} (format parquet, compression snappy)",
        )
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        found = _ROW_OF_ERROR.search(str(error))
        where = f"line {found[2]}" if found and found[2] else "a line"
        raise refused(
            path,
            "malformed_json",
            f"is not well-formed JSON at {where}",
            "Save it as JSON lines, one object on each line.",
        ) from None
    columns = tuple((name, "VARCHAR") for name, _ in leaves)
    return Rows(columns, int(rows), 1)


def _structure(cursor: duckdb.DuckDBPyConnection, path: Path, table: str) -> Any:
    """Return the merged structure of all objects.

    ``json_group_structure`` takes one thread and long: it sees the first objects and
    one of each shape that shows more than they do, as the keys of all objects tell.
    """
    objects = f"from {table} limit {STRUCTURE_ROWS}"
    structure = _merged(cursor, objects)
    if structure is None:
        raise _no_rows(path)
    known = _known_keys(structure, "", 0)
    for _ in range(MAX_NESTING + 1):
        further, is_mixed = _further(cursor, path, table, known)
        if not further:
            return structure
        if len(further) > STRUCTURE_ROWS:
            break
        shapes = f"select unnest({literal(further)}::json[]) as json"
        objects = f"({objects}) union all {shapes}"
        structure = _merged(cursor, objects)
        before, known = known, _known_keys(structure, "", 0)
        # Where keys were looked for, those of all objects are known now.
        is_same = {each for each in known if known[each]} == {
            each for each in before if before[each]
        }
        if is_same and before.keys() == known.keys() and not is_mixed:
            return structure
    return _merged(cursor, f"from {table}")


def _merged(cursor: duckdb.DuckDBPyConnection, objects: str) -> Any:
    (found,) = _one(cursor, f"select json_group_structure(json) from ({objects})")
    return None if found is None else json.loads(found)


def _further(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    table: str,
    known: dict[str, set[str]],
) -> tuple[list[str], bool]:
    """Return an object of each shape that shows more than the known keys.

    It has a further key, a value where there were objects, or an object where there
    was nothing so far but null, an empty object or a mixture.

    Returns:
        The objects as text, and whether one has a value where others have objects.
    """
    values, fewer = [], []
    for position, (pointer, names) in enumerate(known.items(), start=1):
        kinds = "('OBJECT', 'NULL')" if pointer else "('OBJECT')"
        fewer.append(f"not list_has_all({literal(sorted(names))}, keys[{position}])")
        if names or not pointer:
            values.append(
                f"case when len(keys[{position}]) = 0"
                f" then json_type(json, {literal(pointer)}) not in {kinds} end"
            )
    rows = cursor.execute(
        "with shapes as ("
        f"select hash(keys), coalesce({' or '.join(values)}, false) as is_mixed,"
        " any_value(keys) as keys, any_value(json) as json"
        f" from (select json, json_keys(json, {literal(list(known))}) as keys"
        f" from {table}) group by 1, 2)"
        " select json, is_mixed, json_type(json) from shapes"
        f" where is_mixed or {' or '.join(fewer)} limit {STRUCTURE_ROWS + 1}"
    ).fetchall()
    if any(type_ != "OBJECT" for *_, type_ in rows):
        raise refused(
            path,
            "not_objects",
            "has lines that are JSON but not an object with named values",
            "Save it as JSON lines, one object on each line.",
        )
    return [row[0] for row in rows], any(is_mixed for _, is_mixed, _ in rows)


def _known_keys(structure: Any, pointer: str, depth: int) -> dict[str, set[str]]:
    """Return the keys at every pointer that holds, or could hold, an object."""
    if isinstance(structure, dict) and structure and depth <= MAX_NESTING:
        known = {pointer: set(structure)}
        for key, inner in structure.items():
            known |= _known_keys(inner, f"{pointer}/{_escaped(key)}", depth + 1)
        return known
    is_open = structure in ("NULL", "JSON") and depth <= MAX_NESTING
    return {pointer: set()} if is_open or not pointer else {}


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _leaves(
    structure: Any, names: tuple[str, ...], keys: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return dotted name and JSON pointer of every value of a merged structure.

    Objects are followed for ``MAX_NESTING`` levels; deeper ones stay JSON text.
    """
    if not isinstance(structure, dict) or not structure or len(keys) > MAX_NESTING:
        pointer = "".join(f"/{_escaped(key)}" for key in keys)
        return [(".".join(names), pointer)]
    leaves = []
    for key in sorted(structure):
        leaves += _leaves(structure[key], (*names, key.strip()), (*keys, key))
    return leaves

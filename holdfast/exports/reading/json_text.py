"""Rows of JSON objects, one on each line.

Lines that are no object do not stop the others: they are kept as refused.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.exports.reading.description import (
    MAX_LINE_BYTES,
    Rows,
    Survey,
    check_names,
    free_name,
    no_rows,
    refused,
    refused_path,
)
from holdfast.exports.reading.records import lines_of
from holdfast.exports.reading.refusals import Refusals
from holdfast.exports.reading.relations import AS_PARQUET, one
from holdfast.query import literal, quoted

MAX_NESTING = 2

STRUCTURE_ROWS = 10_000
_CHECKED_ROWS = 20_000


def read_json_lines(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    survey: Survey,
    target: Path,
    cancellation: Cancellation,
) -> Rows:
    """Write one row for each object as Parquet; see ``read``.

    Raises:
        ImportRefusedError: No line holds an object, or two names are the same.
        CancelledError: Somebody asked to stop.
    """
    lines = (
        f"read_ndjson_objects({literal(str(survey.content))},"
        f" maximum_object_size = {MAX_LINE_BYTES})"
    )
    with suppress(_NotObjectsError, duckdb.Error):
        try:
            rows = None if survey.is_damaged else _write(cursor, path, lines, target)
        except duckdb.InterruptException:
            cancellation.check()
            raise
        # Blank lines are none of the rows, and so the rows' lines have to be told.
        if rows is not None and rows.rows == survey.lines:
            return rows
    cancellation.check()
    return _sieve(cursor, path, survey, target, cancellation)


def _write(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    table: str,
    target: Path,
    line: str | None = None,
) -> Rows:
    """Write the objects of a relation.

    Args:
        cursor: Where to run it.
        path: The file, for its name in sentences.
        table: Relation with the column json.
        target: File to write.
        line: Its column with the objects' lines, if it has one.
    """
    leaves = _leaves(_structure(cursor, path, table), (), ())
    names = [name for name, _ in leaves]
    check_names(path, names)
    pointers = literal([pointer for _, pointer in leaves])
    cells = ", ".join(
        f"cells[{position}] as {quoted(name)}"
        for position, (name, _) in enumerate(leaves, start=1)
    )
    line_column = None
    if line is not None:
        line_column = free_name("line", names)
        cells += f", {line} as {quoted(line_column)}"
    (rows,) = one(
        cursor,
        f"copy (select {cells} from (select *,"
        f" json_extract_string(json, {pointers}) as cells from {table}))"
        f" to {literal(str(target))} {AS_PARQUET}",
    )
    columns = tuple((name, "VARCHAR") for name in names)
    return Rows(columns, int(rows), 1, line_column=line_column)


def _sieve(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    survey: Survey,
    target: Path,
    cancellation: Cancellation,
) -> Rows:
    """Look at every line by itself: objects go on, others are kept as refused."""
    good = target.with_suffix(".sieved")
    kept = 0
    with (
        survey.content.open("rb") as stream,
        good.open("wb") as sieved,
        Refusals(refused_path(target)) as refusals,
    ):
        for line, raw in enumerate(lines_of(stream, "\n"), start=1):
            if line % _CHECKED_ROWS == 0:
                cancellation.check()
            text = raw.strip()
            if not text:
                continue
            if fault := _fault(text):
                refusals.add(line, fault, _shown(text))
                continue
            sieved.write(b'{"line":%d,"json":%b}\n' % (line, text))
            kept += 1
    if not kept:
        line, reason = refusals.first
        raise refused(
            path,
            "no_row_readable",
            f"has no row that can be read: line {line} {reason}",
            "Save it as JSON lines, one object on each line.",
        )
    table = (
        "(select json_extract(json, '/json') as json,"
        " json_extract_string(json, '/line')::bigint as line_in_file"
        f" from read_ndjson_objects({literal(str(good))},"
        f" maximum_object_size = {2 * MAX_LINE_BYTES}))"
    )
    try:
        rows = _write(cursor, path, table, target, "line_in_file")
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        raise refused(
            path,
            "malformed_json",
            "is not well-formed JSON",
            "Save it as JSON lines, one object on each line.",
        ) from None
    good.unlink()
    return replace(rows, refused=refusals.count)


def _fault(text: bytes) -> str:
    """Return what is wrong with a line; nothing if it is an object."""
    if len(text) >= MAX_LINE_BYTES - 1:
        return "is longer than any row can be"
    try:
        value = json.loads(text.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        return "holds bytes that are no characters"
    except (ValueError, RecursionError):
        return "is not well-formed JSON"
    if not isinstance(value, dict):
        return "is JSON but no object with named values"
    # Half a pair of escapes stands for no character, which the engine refuses.
    is_broken = b"\\u" in text and not _is_encodable(value)
    return "holds an escape that is no character" if is_broken else ""


def _is_encodable(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _shown(text: bytes) -> str:
    return text.decode(errors="replace").replace("\0", "\N{SYMBOL FOR NULL}")


class _NotObjectsError(Exception):
    """Some line is JSON but no object."""


def _structure(cursor: duckdb.DuckDBPyConnection, path: Path, table: str) -> Any:
    """Return the merged structure of all objects.

    ``json_group_structure`` takes one thread and long: it sees the first objects and
    one of each shape that shows more than they do, as the keys of all objects tell.
    """
    objects = f"from {table} limit {STRUCTURE_ROWS}"
    structure = _merged(cursor, objects)
    if structure is None:
        raise no_rows(path)
    known = _known_keys(structure, "", 0)
    for _ in range(MAX_NESTING + 1):
        further, is_mixed = _further(cursor, table, known)
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
    (found,) = one(cursor, f"select json_group_structure(json) from ({objects})")
    return None if found is None else json.loads(found)


def _further(
    cursor: duckdb.DuckDBPyConnection,
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
        raise _NotObjectsError
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

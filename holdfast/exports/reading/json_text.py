"""Rows of JSON objects, one on each line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb

from holdfast.exports.reading.description import (
    MAX_LINE_BYTES,
    Rows,
    check_names,
    no_rows,
    refused,
)
from holdfast.exports.reading.relations import one
from holdfast.query import literal, quoted

MAX_NESTING = 2

STRUCTURE_ROWS = 10_000

_ROW_OF_ERROR = re.compile(r"Line: (\d+)|in line (\d+)")


def read_json_lines(
    cursor: duckdb.DuckDBPyConnection,
    path: Path,
    plain: Path,
    target: Path,
) -> Rows:
    """Write one row for each object as Parquet; see ``read``."""
    table = (
        f"read_ndjson_objects({literal(str(plain))},"
        f" maximum_object_size = {MAX_LINE_BYTES})"
    )
    try:
        leaves = _leaves(_structure(cursor, path, table), (), ())
        check_names(path, [name for name, _ in leaves])
        pointers = literal([pointer for _, pointer in leaves])
        cells = ", ".join(
            f"cells[{position}] as {quoted(name)}"
            for position, (name, _) in enumerate(leaves, start=1)
        )
        (rows,) = one(
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
        raise no_rows(path)
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
    (found,) = one(cursor, f"select json_group_structure(json) from ({objects})")
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

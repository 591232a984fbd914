"""Columns that are carried along: attributes and properties, and their types."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence

import duckdb

from holdfast.exports.mapping.cells import cell_text
from holdfast.exports.mapping.parts import Kept, Source
from holdfast.exports.mapping.times import is_time
from holdfast.model import feed
from holdfast.query import literal, quoted

MAX_TYPED_PROPERTIES = 40
_MEASURES_AT_ONCE = 120
SAMPLE_ROWS = 20_000

_NUMBER = "[+-]?(0|[1-9][0-9]{0,14})([.][0-9]+)?"
_DATE = r"\d{4}-\d{2}-\d{2}([T ].*)?"
_IDENTIFIER = re.compile(r"(^|[\W_])(id|no|nr|code|zip|phone|postcode)$|ID$|Id$", re.I)


def infer_kept(
    cursor: duckdb.DuckDBPyConnection,
    parquet: str,
    columns: Mapping[str, str],
    padded: Container[str],
    kept: Sequence[Kept],
) -> tuple[Kept, ...]:
    """Return the kept columns with the type that all their values have.

    Numbers with leading zeros or more than 15 digits, columns named as ids, and
    columns of only 0 and 1 stay categories. One value that does not fit makes a
    category of its column: nothing is lost.
    """
    if not kept:
        return ()
    source = f"read_parquet({literal(parquet)})"
    texts = [cell_text(each.column, columns[each.column], padded) for each in kept]
    head = f"(from {source} limit {SAMPLE_ROWS})"
    sample = _shares(cursor, head, texts, [None] * len(kept))
    candidates = [
        _candidate(each, columns[each.column], found)
        for each, found in zip(kept, sample, strict=True)
    ]
    final = _shares(cursor, source, texts, candidates)
    return tuple(
        Kept(
            each.column,
            each.name,
            _settled(candidate, columns[each.column], found),
            found["filled"],
        )
        for each, candidate, found in zip(kept, candidates, final, strict=True)
    )


def staged_columns(
    sources: Sequence[Source], name: str
) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """Return the columns that sources keep for a feed, and which are overflow.

    Returns:
        Name and type of each typed column, most filled first for properties and in
        order of appearance for attributes; then the names that go to JSON.
    """
    filled: dict[str, int] = {}
    types: dict[str, str] = {}
    for source in sources:
        for part in source.mapping.feeds:
            if part.feed != name:
                continue
            for each in part.kept:
                filled[each.name] = filled.get(each.name, 0) + each.filled
                known = types.setdefault(each.name, each.type)
                if known != each.type:
                    # A name that is a number in one file and text in another.
                    types[each.name] = "category"
    names = list(filled)
    overflow: frozenset[str] = frozenset()
    if feed(name).rest == "properties":
        names.sort(key=lambda each: (-filled[each], each))
        overflow = frozenset(names[MAX_TYPED_PROPERTIES:])
        names = names[:MAX_TYPED_PROPERTIES]
    return tuple((each, types[each]) for each in names), overflow


def profile(table: str, columns: Sequence[tuple[str, str]]) -> str:
    """Return the SELECT that describes carried columns of a table.

    Columns: name, type ('category', 'number' or 'date'), distinct_values (about,
    for events), missing.

    Args:
        table: 'customers' or 'events'.
        columns: Name and type of each column.
    """
    counter = "approx_count_distinct(" if table == "events" else "count(distinct "
    if not columns:
        return (
            "select null::varchar as name, null::varchar as type,"
            " null::bigint as distinct_values, null::bigint as missing where false"
        )
    measures = ", ".join(
        f"{{'name': {literal(name)}, 'type': {literal(type_)},"
        f" 'distinct_values': {counter}{quoted(name)})::bigint,"
        f" 'missing': (count(*) - count({quoted(name)}))::bigint}}"
        for name, type_ in columns
    )
    return (
        "select unnest(described, recursive := true)"
        f" from (select unnest([{measures}]) as described from {quoted(table)})"
    )


def _shares(
    cursor: duckdb.DuckDBPyConnection,
    relation: str,
    texts: Sequence[str],
    candidates: Sequence[str | None],
) -> list[dict[str, int]]:
    """Count, for each text, the filled values and those that fit.

    Without candidates every test is made; with them only the candidate's own.
    """
    measures: list[str] = []
    for text, candidate in zip(texts, candidates, strict=True):
        number = f"count(*) filter (regexp_full_match({text}, {literal(_NUMBER)}))"
        date = (
            f"count(*) filter (regexp_full_match({text}, {literal(_DATE)})"
            f" and try_cast({text} as timestamp) is not null)"
        )
        flag = f"count(*) filter ({text} in ('0', '1'))"
        measures += [
            f"count({text})",
            number if candidate in (None, "number") else "0",
            date if candidate in (None, "date") else "0",
            flag if candidate in (None, "number") else "0",
        ]
    row: list[int] = []
    # The engine's planning grows with the square of the measures of one statement.
    for first in range(0, len(measures), _MEASURES_AT_ONCE):
        some = ", ".join(measures[first : first + _MEASURES_AT_ONCE])
        row += cursor.execute(f"select {some} from {relation}").fetchall()[0]
    names = ("filled", "number", "date", "flag")
    return [
        dict(zip(names, row[start : start + 4], strict=True))
        for start in range(0, len(row), 4)
    ]


def _candidate(kept: Kept, type_: str, found: Mapping[str, int]) -> str:
    if is_time(type_):
        return "date"
    if type_ == "BOOLEAN" or not found["filled"]:
        return "category"
    if _IDENTIFIER.search(kept.column):
        return "category"
    for candidate in ("number", "date"):
        if found[candidate] == found["filled"]:
            return candidate
    return "category"


def _settled(candidate: str, type_: str, found: Mapping[str, int]) -> str:
    if candidate == "category" or is_time(type_):
        return candidate
    if _is_number(type_):
        return "category" if found["flag"] == found["filled"] else "number"
    if found[candidate] < found["filled"] or found["flag"] == found["filled"]:
        return "category"
    return candidate


def _is_number(type_: str) -> bool:
    return type_ in ("DOUBLE", "FLOAT") or "INT" in type_ or type_.startswith("DECIMAL")

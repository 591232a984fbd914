"""The result of a query in ``queries/dataset`` becomes a table of that name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import duckdb

from holdfast.query import Query, load, quoted


def keep(
    engine: duckdb.DuckDBPyConnection,
    name: str,
    parameters: Mapping[str, object],
    *,
    is_temporary: bool = False,
) -> None:
    """Run ``dataset_<name>`` and keep its rows as the table ``<name>``.

    Args:
        engine: Connection on which the relations that it reads are.
        name: Name of the query and of the table.
        parameters: Values at hand; the query takes those that it names.
        is_temporary: The table is for the import only.
    """
    values = {each.name: parameters[each.name] for each in _query(name).params}
    engine.execute(_statement(name, is_temporary), values)


def _query(name: str) -> Query:
    return load(f"dataset_{name}")


# Each import of a process runs the same texts, and to parse one takes up to 7 ms.
@cache
def _statement(name: str, is_temporary: bool) -> duckdb.Statement:
    kind = "temp table" if is_temporary else "table"
    (statement,) = duckdb.extract_statements(
        f"create {kind} {quoted(name)} as {_query(name).text}"
    )
    return statement

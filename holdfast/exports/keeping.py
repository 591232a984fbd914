"""The result of a query in ``queries/dataset`` becomes a table of that name."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from holdfast.query import load, quoted

# Each import of a process runs the same texts, and to parse one takes up to 7 ms.
_parsed: dict[str, duckdb.Statement] = {}


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
    query = load(f"dataset_{name}")
    values = {each.name: parameters[each.name] for each in query.params}
    kind = "temp table" if is_temporary else "table"
    text = f"create {kind} {quoted(name)} as {query.text}"
    if text not in _parsed:
        (_parsed[text],) = engine.extract_statements(text)
    engine.execute(_parsed[text], values)

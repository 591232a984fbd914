"""Every row of a person leaves a stored source; nothing of the id stays in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from holdfast.exports.mapping import customer_text
from holdfast.exports.reading import refused_path
from holdfast.exports.reading.description import free_name
from holdfast.query import literal, load, quoted
from holdfast.workspace.stored import Sources, StoredSource

_REFERENCES = ("referred_by",)
_PAIRED = "other_id"


def known_as(
    engine: duckdb.DuckDBPyConnection, dataset: Path | None, customer_id: str
) -> list[str]:
    """Return every id and e-mail address under which a dataset knows a person.

    Args:
        engine: Instance that may read the dataset.
        dataset: Its file; None, or one of an earlier version, knows the id itself.
        customer_id: One of them.
    """
    found = {customer_id}
    if dataset is None:
        return sorted(found)
    cursor = engine.cursor()
    try:
        cursor.execute(f"attach {literal(str(dataset))} as known (read_only)")
        cursor.execute("use known")
        query = load("known_as").text
        rows = cursor.execute(query, {"known_as": customer_id}).fetchall()
        found |= {row[0] for row in rows}
        cursor.execute("use memory")
        cursor.execute("detach known")
    except duckdb.CatalogException:
        pass
    finally:
        cursor.close()
    return sorted(found)


def without_person(
    engine: duckdb.DuckDBPyConnection,
    sources: Sources,
    source: StoredSource,
    ids: Sequence[str],
    staging: Path,
) -> StoredSource | None:
    """Return a source without a person's rows; the same one where there are none.

    Rows that could not be read leave too where the id stands in them by itself, and
    mentions in other people's rows, such as who referred them, become empty.

    Args:
        engine: Instance that may read the sources and write the staging folder.
        sources: Where the source is, and the new one is written.
        source: The source.
        ids: The person's ids and e-mail addresses as in the exports.
        staging: A new folder.

    Returns:
        The source; None where no row is left.
    """
    rows = sources.rows_path(source.id).resolve()
    columns = dict(source.rows.columns)
    texts = [customer_text(part, columns) for part in source.mapping.feeds]
    texts += [
        f"trim({quoted(column)}::varchar)"
        for part in source.mapping.feeds
        for column in part.roles.get(_PAIRED, ())
    ]
    own = " or ".join(f"coalesce(list_contains($ids, {text}), false)" for text in texts)
    mentions = {
        column
        for part in source.mapping.feeds
        for role in _REFERENCES
        for column in part.roles.get(role, ())
    }
    mentioned = " or ".join(
        f"coalesce(list_contains($ids, trim({quoted(column)}::varchar)), false)"
        for column in sorted(mentions)
    )
    unread = refused_path(rows)
    token = rf"(^|[^\w])({'|'.join(re.escape(each) for each in ids)})($|[^\w])"
    found = _count(engine, rows, f"{own or 'false'} or {mentioned or 'false'}", ids=ids)
    found_unread = (
        _count(engine, unread, "regexp_matches(row_text, $token)", token=token)
        if source.rows.refused
        else 0
    )
    if not found and not found_unread:
        return source
    staging.mkdir()
    target = staging / "rows.parquet"
    line_column = source.rows.line_column or free_name("line", list(columns))
    place = (
        quoted(line_column)
        if source.rows.line_column
        else f"file_row_number + {source.rows.first_line}"
    )
    cells = ", ".join(_cell(name, name in mentions) for name in columns)
    engine.execute(
        f"copy (select {cells}, {place} as {quoted(line_column)}"
        f" from read_parquet({literal(str(rows))}, file_row_number = true)"
        f" where not ({own or 'false'}) order by file_row_number)"
        f" to {literal(str(target))} (format parquet, compression zstd)",
        {"ids": ids} if own or mentions else {},
    ).fetchall()
    kept = _count(engine, target, "true")
    refused = source.rows.refused - found_unread
    if not kept:
        return None
    if refused:
        engine.execute(
            f"copy (select * from read_parquet({literal(str(unread))})"
            f" where not regexp_matches(row_text, $token))"
            f" to {literal(str(refused_path(target)))} (format parquet)",
            {"token": token},
        ).fetchall()
    # Not from the id: nobody can try ids until one fits.
    name = hashlib.sha256(f"{source.id} less a person".encode()).hexdigest()[:24]
    again = replace(
        source,
        id=name,
        rows=replace(source.rows, rows=kept, refused=refused, line_column=line_column),
    )
    if refused:
        refused_path(target).replace(refused_path(sources.rows_path(name)))
    target.replace(sources.rows_path(name))
    sources.write(again)
    return again


def _count(
    engine: duckdb.DuckDBPyConnection, parquet: Path, condition: str, **values: object
) -> int:
    used = {name: each for name, each in values.items() if f"${name}" in condition}
    row = engine.execute(
        f"select count(*) from read_parquet({literal(str(parquet))}) where {condition}",
        used,
    ).fetchall()[0]
    return int(row[0])


def _cell(name: str, is_mention: bool) -> str:
    cell = quoted(name)
    if not is_mention:
        return cell
    is_other = f"not coalesce(list_contains($ids, trim({cell}::varchar)), false)"
    return f"case when {is_other} then {cell} end as {cell}"

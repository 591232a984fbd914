"""Every row of a person leaves a stored source; nothing of the id stays in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from holdfast.errors import WorkspaceError
from holdfast.exports.mapping import FeedMapping, customer_text
from holdfast.exports.mapping.cells import node_of, role_text
from holdfast.exports.reading import refused_path
from holdfast.exports.reading.description import free_name
from holdfast.query import literal, load, quoted
from holdfast.workspace.stored import Sources, StoredSource

_REFERENCES = ("referred_by",)
_PAIRED = "other_id"


def known_as(
    engine: duckdb.DuckDBPyConnection,
    dataset: Path | None,
    sources: Sources,
    kept: Sequence[StoredSource],
    customer_id: str,
) -> list[str]:
    """Return every id and e-mail address by which a person goes, and nobody else does.

    Args:
        engine: Instance that may read the dataset and the sources.
        dataset: Its file; None knows the id itself.
        sources: Where the sources are.
        kept: The sources, for what mapping files say.
        customer_id: One of them.

    Returns:
        Addresses in lower case.

    Raises:
        WorkspaceError: Several people go by it, or the dataset is of an earlier
            version, which does not know who is who.
    """
    found = {_node(customer_id)}
    if dataset is not None:
        rows = _known(engine, dataset, customer_id)
        shared = {_node(name) for name, people in rows if people > 1}
        if _node(customer_id) in shared:
            raise WorkspaceError(
                "several_people",
                "Several customers have this address.",
                "Delete them one by one, each by its id.",
            )
        found |= {_node(name) for name, _ in rows} - shared
    return sorted(_declared(engine, sources, kept, found))


def _known(
    engine: duckdb.DuckDBPyConnection, dataset: Path, customer_id: str
) -> list[tuple[str, int]]:
    cursor = engine.cursor()
    cursor.execute(f"attach {literal(str(dataset))} as known (read_only)")
    try:
        cursor.execute("use known")
        query = load("known_as").text
        return cursor.execute(query, {"known_as": customer_id}).fetchall()
    except duckdb.CatalogException:
        raise WorkspaceError(
            "earlier_dataset",
            "These tables were made by an earlier version, which did not know under"
            " which other ids a person goes.",
            "Make them anew on the Data page, then delete the person.",
        ) from None
    finally:
        cursor.execute("use memory")
        cursor.execute("detach known")
        cursor.close()


def _declared(
    engine: duckdb.DuckDBPyConnection,
    sources: Sources,
    kept: Sequence[StoredSource],
    found: set[str],
) -> set[str]:
    """Return names with all those that mapping files make the same, however far."""
    pairs = []
    for source in kept:
        columns = dict(source.rows.columns)
        rows = literal(str(sources.rows_path(source.id).resolve()))
        for part in source.mapping.feeds:
            if not part.roles.get(_PAIRED):
                continue
            own = node_of(customer_text(part, columns))
            other = node_of(f"trim({quoted(part.roles[_PAIRED][0])}::varchar)")
            pairs += engine.execute(
                f"select distinct {own}, {other} from read_parquet({rows})"
            ).fetchall()
    size = 0
    while len(found) > size:
        size = len(found)
        found = found | {
            each
            for pair in pairs
            if not found.isdisjoint(pair)
            for each in pair
            if each
        }
    return found


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
        ids: The person's ids and e-mail addresses, as ``known_as`` returns them.
        staging: A new folder.

    Returns:
        The source; None where no row is left.
    """
    rows = sources.rows_path(source.id).resolve()
    columns = dict(source.rows.columns)
    own = " or ".join(_is_own(part, columns, rows) for part in source.mapping.feeds)
    mentions = {
        column
        for part in source.mapping.feeds
        for role in _REFERENCES
        for column in part.roles.get(role, ())
    }
    mentioned = " or ".join(
        _is_named(f"trim({quoted(column)}::varchar)") for column in sorted(mentions)
    )
    unread = refused_path(rows)
    token = rf"(?i)(^|[^\w])({'|'.join(re.escape(each) for each in ids)})($|[^\w])"
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


def _is_own(part: FeedMapping, columns: Mapping[str, str], rows: Path) -> str:
    """Return SQL that says whether a row is the person's, or goes with such a row."""
    texts = [customer_text(part, columns)]
    texts += [
        f"trim({quoted(column)}::varchar)" for column in part.roles.get(_PAIRED, ())
    ]
    own = " or ".join(_is_named(text) for text in texts)
    if not part.filled_by:
        return own
    # Rows after the first of an order leave out whose they are.
    together = role_text(part.filled_by, part, columns, columns)
    return (
        f"{own} or coalesce({together} in (select {together}"
        f" from read_parquet({literal(str(rows))}) where {own}), false)"
    )


def _is_named(text: str) -> str:
    return f"coalesce(list_contains($ids, {node_of(text)}), false)"


def _node(name: str) -> str:
    return name.lower() if "@" in name else name


def _cell(name: str, is_mention: bool) -> str:
    cell = quoted(name)
    if not is_mention:
        return cell
    is_other = f"not {_is_named(f'trim({cell}::varchar)')}"
    return f"case when {is_other} then {cell} end as {cell}"

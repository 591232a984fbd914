"""Which ids of the exports are one customer: by id, by mapping file, by e-mail."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from holdfast.exports.keeping import keep
from holdfast.query import quoted

# Columns of tables that are empty where no addresses are, or no mapping file is.
_OF_ADDRESSES = {
    "email_holders": "email varchar, source_no integer, person varchar",
    "shared_emails": "email varchar",
    "email_links": "node varchar, other_node varchar",
    "linked": "node varchar, person varchar",
    "doubtful_persons": "person varchar",
}
_OF_FILES = {"declared": "node varchar, person varchar"}


def match(
    engine: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, object],
    *,
    is_declared: bool,
    has_addresses: bool,
) -> None:
    """Make the tables ``given_ids``, ``aliases`` and ``seen`` from staged rows.

    The same id is the same customer; ids that a mapping file pairs are, and so are
    ids that share an e-mail address which no source gives to several of its ids.

    Args:
        engine: Connection with the staged relations and ``people``.
        parameters: 'email_matching'.
        is_declared: Whether a mapping file is among the sources.
        has_addresses: Whether addresses stand beside ids.
    """
    keep(engine, "sightings", parameters, is_temporary=True)
    if is_declared:
        keep(engine, "declared_links", parameters, is_temporary=True)
        _connect(engine, "declared_links", "declared")
    else:
        _make(engine, _OF_FILES)
    if has_addresses:
        for name in ("email_holders", "shared_emails", "email_links"):
            keep(engine, name, parameters, is_temporary=True)
        _connect(engine, "email_links", "linked")
        keep(engine, "doubtful_persons", parameters, is_temporary=True)
    else:
        _make(engine, _OF_ADDRESSES)
    for name in ("given_ids", "aliases", "seen"):
        keep(engine, name, parameters, is_temporary=True)


def _make(engine: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> None:
    """Make tables without rows."""
    engine.execute(
        "; ".join(
            f"create temp table {name} ({columns})" for name, columns in tables.items()
        )
    )


def _connect(engine: duckdb.DuckDBPyConnection, links: str, components: str) -> None:
    """Keep, for each node of some links, the first node that they connect it with.

    An e-mail address is the first only among addresses: what it stands for is an id.

    Args:
        engine: Connection with the links.
        links: Table with the columns node and other_node.
        components: Table to make, with the columns node and person.
    """
    engine.execute(
        "create or replace temp table nodes as"
        " select node, (row_number() over ()) - 1 as node_no"
        f" from (select node from {quoted(links)}"
        f" union select other_node from {quoted(links)})"
    )
    (size,) = engine.execute("select count(*) from nodes").fetchall()[0]
    if not size:
        engine.execute(
            f"create temp table {quoted(components)} (node text, person text)"
        )
        return
    found = engine.execute(
        f"select nodes.node_no as node_no, others.node_no as other_no"
        f" from {quoted(links)} as links"
        " inner join nodes on links.node = nodes.node"
        " inner join nodes as others on links.other_node = others.node"
    ).fetchnumpy()
    # Here, because they take longer to load than small files to import.
    import pandas as pd
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = (found["node_no"], found["other_no"])
    graph = coo_array(([True] * len(ends[0]), ends), shape=(size, size))
    labels = connected_components(graph, directed=False)[1]
    engine.register("labels", pd.DataFrame({"component": labels}).reset_index())
    engine.execute(
        f"create temp table {quoted(components)} as"
        " select node, first_value(node) over (partition by component"
        " order by contains(node, '@'), node) as person"
        " from nodes inner join labels on nodes.node_no = labels.index"
    )
    engine.unregister("labels")
    engine.execute("drop table nodes")

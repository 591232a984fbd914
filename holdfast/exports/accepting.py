"""Rows of all sources are staged, and it is found out which of them are taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.exports.feeding import can_repeat, fed_by, has_addresses
from holdfast.exports.identity import match
from holdfast.exports.keeping import keep
from holdfast.exports.mapping import (
    Source,
    people_relation,
    refused_relation,
    staged_relation,
    unreadable_relation,
)
from holdfast.exports.mapping.cells import node_of
from holdfast.model import FEEDS
from holdfast.query import quoted

Progress = Callable[[str, float], None]
"""Called with the stage in words and the share done, from 0 to 1."""

_LINES = "(feed varchar, source_no integer, line bigint)"
_ALWAYS_READ = ("customers", "events", "mrr_months", "mrr_movements")


def stage(
    engine: duckdb.DuckDBPyConnection,
    sources: Sequence[tuple[Source, str, str, int]],
    settings: Mapping[str, str],
) -> None:
    """Make the staged relations, empty where nothing feeds them but they are read.

    Args:
        engine: Connection that may read the sources.
        sources: Each source with its id, the file's name and its rows, in order of
            loading.
        settings: Settings as text; 'zone' among them.
    """
    stored = [source for source, *_ in sources]
    fed = fed_by(stored)
    are_compared = _are_compared(stored)
    for each in FEEDS:
        if not (are_compared or each.name in fed or each.name in _ALWAYS_READ):
            continue
        relation = staged_relation(stored, each.name, settings["zone"])
        # Several queries read them, and to tell instants and reasons takes longer
        # than to keep them; events are too many and are read twice.
        kind = "table" if each.name in fed - {"events"} else "view"
        engine.execute(
            f"create temp {kind} {quoted('staged_' + each.name)} as {relation}"
        ).fetchall()
    engine.execute(f"create temp view unreadable_rows as {unreadable_relation(stored)}")
    # A row is counted once: for the first table that its source feeds.
    engine.execute(
        "create temp table staged_feeds as select unnest($numbers::integer[]) as"
        " source_no, unnest($ids) as source, unnest($names) as name,"
        " unnest($feeds) as feed, unnest($rows::bigint[]) as rows_read",
        {
            "numbers": [source.number for source in stored],
            "ids": [source_id for _, source_id, _, _ in sources],
            "names": [name for _, _, name, _ in sources],
            "feeds": [source.mapping.feeds[0].feed for source in stored],
            "rows": [rows for _, _, _, rows in sources],
        },
    )


def accept(
    engine: duckdb.DuckDBPyConnection,
    sources: Sequence[tuple[Source, str, str, int]],
    settings: Mapping[str, str],
    cancellation: Cancellation,
    progress: Progress,
) -> None:
    """Find who is who, the rows that are duplicates, and the events refused.

    Args:
        engine: Connection with what ``stage`` made.
        sources: As for ``stage``.
        settings: Settings as text; 'zone' and 'email_matching' among them.
        cancellation: Wish to stop.
        progress: Told what is being done.

    Raises:
        CancelledError: Somebody asked to stop.
    """
    stored = [source for source, *_ in sources]
    fed = fed_by(stored)
    progress("customers", 0.0)
    keep(engine, "events_seen", {"zone": settings["zone"]}, is_temporary=True)
    people = people_relation(fed, settings["zone"])
    engine.execute(f"create temp view people as {people}")
    cancellation.check()
    match(
        engine,
        {"email_matching": settings["email_matching"]},
        is_declared="identities" in fed,
        has_addresses=has_addresses(stored),
    )
    if _are_compared(stored):
        _tell_persons(engine, fed)
        _find_repeated(engine, stored)
        cancellation.check()
        keep(engine, "duplicates", {}, is_temporary=True)
    else:
        engine.execute(f"create temp table duplicates {_LINES}")
    cancellation.check()
    _refuse_events(engine, stored, settings["zone"])
    engine.execute(f"create temp view refused_rows as {refused_relation(fed)}")


def _refuse_events(
    engine: duckdb.DuckDBPyConnection, sources: Sequence[Source], zone: str
) -> None:
    (has_rejected,) = engine.execute(
        "select coalesce(sum(rejected_events) > 0, false) from events_seen"
    ).fetchall()[0]
    accepted = "select * from staged_events"
    if has_rejected:
        keep(engine, "events_refused", {}, is_temporary=True)
        accepted += " anti join events_refused using (source_no, line)"
    engine.execute(f"create temp view accepted_events as {accepted}")
    refused = staged_relation(
        sources if has_rejected else [], "events", zone, only="events_refused"
    )
    engine.execute(f"create temp view refused_events as {refused}")


def _are_compared(sources: Sequence[Source]) -> bool:
    """Say whether some row may be a duplicate of another one."""
    return can_repeat(sources) or _are_several(sources)


def _are_several(sources: Sequence[Source]) -> bool:
    """Say whether some feed is fed by several files."""
    feeds = [
        name
        for source in sources
        for name in {part.feed for part in source.mapping.feeds}
    ]
    return len(feeds) > len(set(feeds)) or any(source.files for source in sources)


def _tell_persons(engine: duckdb.DuckDBPyConnection, fed: frozenset[str]) -> None:
    """Make ``told_<feed>``: staged rows under the id that the customer goes by.

    A row is the same under each id and e-mail address of its customer, so both give
    way to that one; e-mail addresses are in lower case.
    """
    node = node_of("staged.customer_id")
    for each in FEEDS:
        if "customer_id" not in {role.name for role in each.roles}:
            continue
        rows = f"{quoted('staged_' + each.name)} as staged"
        told = f"select staged.* exclude (email) from {rows}"
        if each.name in fed:
            told = (
                "select staged.* exclude (email)"
                f" replace (coalesce(aliases.person, {node}) as customer_id)"
                f" from {rows} left join aliases on {node} = aliases.alias"
            )
        engine.execute(f"create temp view {quoted('told_' + each.name)} as {told}")


def _find_repeated(
    engine: duckdb.DuckDBPyConnection, sources: Sequence[Source]
) -> None:
    """Find rows without an id that several files have; seldom is there a need to."""
    if _are_several(sources):
        _tell_files(engine, sources)
        keep(engine, "shared_times", {}, is_temporary=True)
        if engine.execute("from shared_times limit 1").fetchall():
            keep(engine, "repeated_rows", {}, is_temporary=True)
            return
    engine.execute(f"create temp table repeated_rows {_LINES}")


def _tell_files(engine: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> None:
    """Make the table of the files that sources were put together from."""
    engine.execute(
        "create temp table source_files"
        " (source_no integer, file_no integer, first_line bigint)"
    )
    for source in sources:
        # Lines begin at 1, and rows of Parquet are told from 1 as well.
        starts = [0, *source.files[1:]]
        engine.execute(
            "insert into source_files select $number, file_no - 1, starts[file_no]"
            " from (select $starts::bigint[] as starts,"
            " unnest(range(1, len($starts::bigint[]) + 1)) as file_no)",
            {"number": source.number, "starts": starts},
        ).fetchall()

"""All sources of a workspace become one dataset file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from holdfast.cancellation import Cancellation
from holdfast.errors import CancelledError, DatasetError, WorkspaceError
from holdfast.exports.accepting import Progress as Progress
from holdfast.exports.accepting import accept, stage
from holdfast.exports.deriving import derive_subscriptions
from holdfast.exports.engine import open_engine
from holdfast.exports.feeding import fed_by, make_empty, unfed
from holdfast.exports.keeping import keep
from holdfast.exports.mapping import Source, profile, staged_columns
from holdfast.exports.moving import keep_movements
from holdfast.exports.ordering import keep_answers
from holdfast.model import TABLES
from holdfast.periods import WEEK_SHIFTS
from holdfast.query import literal, load, quoted

_QUERIES = (
    "customers",
    "customer_numbers",
    "events",
    "orders",
    "payments",
    "subscriptions",
    "responses",
    "invitations",
    "tickets",
    "touches",
    "identities",
    "exchange_rates",
    "appearances",
    "matches",
    "ambiguities",
    "activity",
    "observed",
    "monthly_movements",
    "answers_in_order",
    "holes",
    "rejected",
    "source_rows",
)
_SIDE_BY_SIDE = (
    ("activity", "event_names"),
    ("activity_days", "activity_weeks", "activity_months"),
)
_KEPT_OF_MUCH = {
    "monthly_movements": keep_movements,
    "answers_in_order": keep_answers,
}
_TEMPORARY = ("customer_numbers",)
_NO_EVENTS = ("order",)


@dataclass(frozen=True)
class Built:
    """What a new dataset file holds, read back from it.

    Attributes:
        rows: Rows of each table.
        counts: Source id to rows read, imported, rejected and duplicates.
        first_refusals: Source id to the first refused line and its reason.
    """

    rows: Mapping[str, int]
    counts: Mapping[str, tuple[int, int, int, int]]
    first_refusals: Mapping[str, tuple[int, str]]


def build(
    engine: duckdb.DuckDBPyConnection,
    sources: Sequence[tuple[Source, str, str, int]],
    target: Path,
    settings: Mapping[str, str],
    cancellation: Cancellation,
    progress: Progress,
) -> Built:
    """Write a dataset file, close it, and read back what it holds.

    Args:
        engine: Instance that may read the sources and write the target.
        sources: Each source with its id, the file's name and its rows, in order of
            loading.
        target: File to write; it must not exist.
        settings: Settings as text; 'zone' and 'week_start' shape the tables.
        cancellation: Wish to stop.
        progress: Told what is being done.

    Raises:
        CancelledError: Somebody asked to stop; the file is half written.
        WorkspaceError: The disk or the memory did not suffice.
        DatasetError: The file does not hold what was written.
    """
    cursor = engine.cursor()
    try:
        with _failing_plainly(), cancellation.attach(cursor):
            _attach(cursor, target, "(recovery_mode no_wal_writes)")
            stage(cursor, sources, settings)
            _fill(cursor, sources, settings, cancellation, progress)
            rows = _count(cursor)
            cancellation.check()
            cursor.execute("checkpoint building")
            _detach(cursor)
            progress("verifying", 0.95)
            cancellation.check()
            _attach(cursor, target, "(read_only)")
            built = _read_back(cursor)
            _detach(cursor)
    finally:
        cursor.close()
    if built.rows != rows:
        raise DatasetError(
            "not_verified",
            "The new dataset is not as it was written.",
            "Nothing was changed; check the disk and try again.",
        )
    return built


def count_only(
    engine: duckdb.DuckDBPyConnection,
    sources: Sequence[tuple[Source, str, str, int]],
    settings: Mapping[str, str],
    cancellation: Cancellation,
    progress: Progress,
) -> tuple[
    dict[str, tuple[int, int, int, int]], dict[str, tuple[tuple[str, int, int], ...]]
]:
    """Count what a build would import, reject and find twice, without building.

    Args:
        engine: Instance that may read the sources.
        sources: As for ``build``.
        settings: As for ``build``.
        cancellation: Wish to stop.
        progress: Told what is being done.

    Returns:
        Source id to rows read, imported, rejected and duplicates; source id to reason,
        rows and first line, most frequent first.

    Raises:
        CancelledError: Somebody asked to stop.
        WorkspaceError: The memory or the disk did not suffice.
    """
    cursor = engine.cursor()
    try:
        with _failing_plainly(), cancellation.attach(cursor):
            stage(cursor, sources, settings)
            accept(cursor, sources, settings, cancellation, progress)
            for step, name in enumerate(("rejected", "source_rows")):
                cancellation.check()
                progress("rejected rows", 0.5 + step / 4)
                keep(cursor, name, {}, is_temporary=True)
            counts = cursor.execute(
                "select source, rows_read, imported, rejected, duplicates"
                " from source_rows"
            ).fetchall()
            found = cursor.execute(
                "select source, reason, count(*), min(line) from rejected"
                " inner join source_rows using (source, table_name)"
                " group by source, reason order by count(*) desc, reason"
            ).fetchall()
    finally:
        cursor.close()
    reasons: dict[str, tuple[tuple[str, int, int], ...]] = {}
    for source, *reason in found:
        reasons[source] = (*reasons.get(source, ()), tuple(reason))
    return {row[0]: tuple(row[1:]) for row in counts}, reasons


@contextmanager
def _failing_plainly() -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException:
        raise CancelledError from None
    except duckdb.OutOfMemoryException:
        raise WorkspaceError(
            "out_of_memory",
            "The import needs more memory than it may use.",
            "Close other programs, or load fewer files at once.",
        ) from None


def _attach(cursor: duckdb.DuckDBPyConnection, target: Path, options: str = "") -> None:
    cursor.execute(f"attach {literal(str(target))} as building {options}")
    cursor.execute("use building")


def _detach(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("use memory")
    cursor.execute("detach building")


def _read_back(cursor: duckdb.DuckDBPyConnection) -> Built:
    counts = cursor.execute(
        "select source, rows_read, imported, rejected, duplicates from source_rows"
    ).fetchall()
    refusals = cursor.execute(
        "select rejected.source, min(line), arg_min(reason, line) from rejected"
        " inner join source_rows using (source, table_name) group by all"
    ).fetchall()
    return Built(
        rows=_count(cursor),
        counts={row[0]: (row[1], row[2], row[3], row[4]) for row in counts},
        first_refusals={row[0]: (row[1], row[2]) for row in refusals},
    )


def count_rows(path: Path) -> dict[str, int]:
    """Open a dataset file read-only and count the rows of each table.

    Raises:
        DatasetError: It is no dataset, or damaged.
    """
    try:
        engine = duckdb.connect(
            str(path),
            read_only=True,
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        try:
            return _count(engine)
        finally:
            engine.close()
    except duckdb.Error as error:
        raise DatasetError(
            "dataset_damaged",
            f"The dataset {path.name} cannot be read.",
            "Undo, or load one of the files again: they are kept.",
        ) from error


def replace_settings(path: Path, settings: Mapping[str, str]) -> None:
    """Write other settings into a copy of a dataset whose tables stay as they are.

    Raises:
        DatasetError: The file is no dataset, or damaged.
    """
    try:
        engine = open_engine(path, path.parent, [path.parent])
        try:
            engine.execute("begin")
            engine.execute("delete from settings").fetchall()
            _write_settings(engine, settings)
            engine.execute("commit")
            engine.execute("checkpoint")
        finally:
            engine.close()
    except duckdb.Error as error:
        raise DatasetError(
            "dataset_damaged",
            f"The dataset {path.name} cannot be read.",
            "Undo, or load one of the files again: they are kept.",
        ) from error


def _fill(
    engine: duckdb.DuckDBPyConnection,
    sources: Sequence[tuple[Source, str, str, int]],
    settings: Mapping[str, str],
    cancellation: Cancellation,
    progress: Progress,
) -> None:
    steps = len(_QUERIES) + 3
    accept(engine, sources, settings, cancellation, progress)
    cancellation.check()
    progress("customers", 1 / steps)
    parameters = {
        "week_shift": WEEK_SHIFTS[settings["week_start"]],
        "zone": settings["zone"],
        "email_matching": settings["email_matching"],
    }
    stored = [source for source, *_ in sources]
    fed = fed_by(stored)
    names: list[str] = []
    if "events" in fed:
        counted = engine.execute(load("dataset_event_counts").text).fetchall()
        names = [row[0] for row in counted]
    values = ", ".join(literal(name) for name in names or _NO_EVENTS)
    engine.execute(f"create type event_name as enum ({values})")
    empty = unfed(stored)
    make_empty(engine, empty)
    for step, name in enumerate(_QUERIES, start=2):
        if name in empty:
            continue
        cancellation.check()
        progress(name.replace("_", " "), step / steps)
        if name == "subscriptions":
            derive_subscriptions(engine, fed, parameters)
        if name == _SIDE_BY_SIDE[0][0]:
            _keep_side_by_side(engine, parameters, cancellation)
            continue
        if name in _KEPT_OF_MUCH:
            _KEPT_OF_MUCH[name](engine)
            continue
        keep(engine, name, parameters, is_temporary=name in _TEMPORARY)
        if name == "events" and not staged_columns(stored, name)[1]:
            engine.execute("alter table events add column other_properties json")
    cancellation.check()
    for table, described in (("customers", "attributes"), ("events", "properties")):
        columns, _ = staged_columns(stored, table)
        engine.execute(f"create table {described} as {profile(table, columns)}")
    engine.execute("create table settings (name varchar, value varchar)")
    _write_settings(engine, settings)


def _keep_side_by_side(
    engine: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, object],
    cancellation: Cancellation,
) -> None:
    """Keep tables that need nothing of each other: each keeps one core busy only."""

    def keep_all(names: Sequence[str]) -> None:
        cursor = engine.cursor()
        try:
            with cancellation.attach(cursor):
                cursor.execute("use building")
                for name in names:
                    cancellation.check()
                    keep(cursor, name, parameters)
        finally:
            cursor.close()

    with ThreadPoolExecutor(len(_SIDE_BY_SIDE)) as pool:
        for done in [pool.submit(keep_all, names) for names in _SIDE_BY_SIDE]:
            done.result()


def _write_settings(
    engine: duckdb.DuckDBPyConnection, settings: Mapping[str, str]
) -> None:
    engine.execute(
        "insert into settings select unnest($names), unnest($texts)",
        {"names": list(settings), "texts": list(settings.values())},
    ).fetchall()


def _count(engine: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = " union all ".join(
        f"select {literal(table.name)}, count(*) from main.{quoted(table.name)}"
        for table in TABLES
    )
    # A union is planned in half the time that subqueries are.
    found = engine.execute(counts).fetchall()
    return {str(name): int(rows) for name, rows in found}

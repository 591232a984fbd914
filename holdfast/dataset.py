"""The one door for reading: a dataset, read-only and locked down.

The dataset file is attached to an in-memory instance; materialised populations are
tables of that instance. Every call has a cursor of its own, because a connection
that two threads share can hand one of them the other's rows.
"""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa

from holdfast.answer_marks import IN_ORDER
from holdfast.cancellation import Cancellation
from holdfast.errors import CancelledError, DatasetError
from holdfast.query import Value, literal, load, quoted
from holdfast.saved_segments import SavedSegment
from holdfast.survey_scales import Reading

_CHANGEABLE = (
    "max_execution_time",
    "enable_progress_bar",
    "enable_progress_bar_print",
    "progress_bar_time",
)
# The columns that every dataset has and that can filter and break down.
_FIXED_ATTRIBUTES = {
    "joined_on": "date",
    "signed_up_on": "date",
    "first_seen_on": "date",
    "account_id": "category",
    "email": "category",
    "referred_by": "category",
    "tenure_months": "number",
    "has_churned": "category",
}
_KEPT_RESULTS = 256
_KEPT_STATEMENTS = 64
# Where a block's checksum is wrong; the engine has no class of its own for that.
_CORRUPT = "Corrupt database file"
_KEPT_TABLES = 48
_BATCH_ROWS = 1 << 17


@dataclass(frozen=True)
class Limits:
    """What the engine may use.

    Attributes:
        memory: Memory limit, as the engine writes it.
        threads: Worker threads; none for one per core.
        seconds: Longest run of one query.
    """

    memory: str = "4GB"
    threads: int | None = None
    seconds: int = 120


@dataclass(frozen=True)
class Observed:
    """What a table of the dataset saw.

    Attributes:
        rows: Rows of the table.
        from_on: First local day with a row.
        last_on: Last local day with a row.
        until_on: The day after the last observed one; later than that of the last row
            where the table is taken to reach as far as the others.
        as_of: End (exclusive) of the last complete local day.
        is_dated: It holds pure dates, without times of day.
    """

    rows: int
    from_on: date
    last_on: date
    until_on: date
    as_of: date
    is_dated: bool


@dataclass(frozen=True)
class Derivation:
    """What a table that no file fed was looked for in.

    Attributes:
        derived_from: The feed: ``payments``, ``mrr_months`` or ``mrr_movements``.
        rows: Rows of the table that follow from it; 0 where none could be told.
        customers: Customers who paid twice or more often; 0 where it did not matter.
        regular_customers: Of them those who pay regularly.
        guessed_rows: Rows whose billing period only other payments tell.
    """

    derived_from: str
    rows: int
    customers: int
    regular_customers: int
    guessed_rows: int


@dataclass(frozen=True)
class Column:
    """An attribute of customers or a property of events.

    Attributes:
        name: As in the export.
        type: ``category``, ``number`` or ``date``.
        distinct_values: How many different values it has.
        missing: Rows without a value.
    """

    name: str
    type: str
    distinct_values: int
    missing: int


class Dataset:
    """One dataset, opened read-only; close it when it is no longer shown."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        """Open a dataset file.

        Raises:
            DatasetError: The file is missing, damaged or no dataset.
        """
        warnings.filterwarnings(
            "ignore", "Arrow output on a DB-API result", UserWarning
        )
        self.path = path
        self.limits = limits or Limits()
        self._lock = threading.RLock()
        self._making = threading.Lock()
        self._tables: OrderedDict[str, None] = OrderedDict()
        self._results: OrderedDict[object, Any] = OrderedDict()
        self._statements: OrderedDict[str, duckdb.Statement] = OrderedDict()
        self._connection = _locked_down(path, self.limits)
        # Replaced as a whole: others may be asking meanwhile.
        self._saved: Mapping[str, SavedSegment] = {}
        self._readings: Mapping[str, Reading] = {}
        stat = path.stat()
        self.fingerprint = f"{path.stem}-{stat.st_size}-{stat.st_mtime_ns}"
        try:
            self._read_catalogue()
        except DatasetError as error:
            self._connection.close()
            raise _unreadable(path) from error

    def close(self) -> None:
        """Close the instance; running queries end with an error."""
        self._connection.close()

    def frame(
        self,
        text: str,
        values: Mapping[str, Value] | None = None,
        cancellation: Cancellation | None = None,
    ) -> pd.DataFrame:
        """Run one statement with bound values and return its rows.

        Raises:
            CancelledError: The cancellation was used meanwhile.
            DatasetError: The engine stopped the query (time, memory) or cannot run it.
        """
        with self._cursor(cancellation) as cursor:
            # A relation would parse and bind twice, which costs more than the copy of
            # a small result that is warned of here.
            result = cursor.execute(self._parsed(cursor, text), dict(values or {}))
            table: Any = result.to_arrow_table()
        frame: pd.DataFrame = table.to_pandas()
        return frame

    def each_batch(
        self,
        text: str,
        values: Mapping[str, Value],
        use: Callable[[pa.RecordBatch], None],
        cancellation: Cancellation | None = None,
    ) -> None:
        """Run one statement and hand its rows over in order, never all at once.

        Raises:
            CancelledError: The cancellation was used meanwhile.
            DatasetError: The engine stopped the query (time, memory) or cannot run it.
        """
        with self._cursor(cancellation) as cursor:
            # Not ``execute``, which would copy every batch.
            relation = cursor.sql(text, params=dict(values))
            try:
                for batch in relation.to_arrow_reader(_BATCH_ROWS):
                    use(batch)
            except OSError as error:
                raise _of_stream(error) from error

    def count(
        self,
        text: str,
        values: Mapping[str, Value] | None = None,
        distinct: str | None = None,
        cancellation: Cancellation | None = None,
    ) -> tuple[int, int | None]:
        """Count the rows of a statement without fetching them.

        Args:
            text: The statement.
            values: Its bound values.
            distinct: A column whose different values are counted too.
            cancellation: Lets another thread stop the work.

        Returns:
            Rows, and different values of the column; None where none was named.

        Raises:
            CancelledError: The cancellation was used meanwhile.
            DatasetError: The engine stopped the query (time, memory) or cannot run it.
        """
        different = f"count(distinct {quoted(distinct)})" if distinct else "null"
        with self._cursor(cancellation) as cursor:
            cursor.execute(
                f"select count(*), {different} from (\n{text}\n)", dict(values or {})
            )
            rows, found = cursor.fetchall()[0]
        return rows, found

    @property
    def saved_segments(self) -> Mapping[str, SavedSegment]:
        """The saved segments that filters may name, by name; none of its own."""
        return self._saved

    def take_segments(self, segments: Iterable[SavedSegment]) -> None:
        """Let filters name these saved segments, in place of those so far."""
        self._saved = {each.name: each for each in segments}

    @property
    def readings(self) -> Mapping[str, Reading]:
        """How scores are read where a question does not say, by the kind of survey."""
        return self._readings

    def take_readings(self, readings: Mapping[str, Reading]) -> None:
        """Read scores so, in place of how they were read so far."""
        self._readings = dict(readings)

    def has_table(self, name: str) -> bool:
        """Say whether a table was materialised and is still kept."""
        with self._lock:
            if name in self._tables:
                self._tables.move_to_end(name)
                return True
            return False

    def materialise(
        self,
        name: str,
        text: str,
        values: Mapping[str, Value] | None = None,
        cancellation: Cancellation | None = None,
    ) -> int | None:
        """Keep the rows of a statement as a table of the in-memory instance.

        The oldest tables are dropped beyond a bound; ask ``has_table`` first.

        Returns:
            How many rows it has; none where the table was there already.
        """
        # Two that make the same table at once would be in each other's way.
        with self._making, self._cursor(cancellation) as cursor:
            if self.has_table(name):
                return None
            made = cursor.execute(
                f"create or replace table {quoted(name)} as {text}", dict(values or {})
            ).fetchall()
        self._note_table(name)
        rows: int = made[0][0]
        return rows

    def _note_table(self, name: str) -> None:
        """Note a table as the newest, and drop the oldest beyond the bound."""
        with self._lock:
            self._tables[name] = None
            while len(self._tables) > _KEPT_TABLES:
                oldest, _ = self._tables.popitem(last=False)
                with self._cursor(None) as cursor:
                    cursor.execute(f"drop table if exists {quoted(oldest)}")

    def take(self, name: str, columns: Mapping[str, Any]) -> None:
        """Keep columns that were worked out elsewhere as a table, as ``materialise``.

        Args:
            name: Of the table.
            columns: Arrays or lists of one length, by name; texts may be missing.
        """
        table = pa.table(
            {
                column: pa.array(values, pa.string())
                if isinstance(values, list)
                else values
                for column, values in columns.items()
            }
        )
        # Two that make the same table at once would be in each other's way.
        with self._making, self._cursor(None) as cursor:
            cursor.register("taken_columns", table)
            cursor.execute(
                f"create or replace table {quoted(name)} as from taken_columns"
            )
            cursor.unregister("taken_columns")
        self._note_table(name)

    def drop(self, name: str) -> None:
        """Drop a table that was kept for a short time only, if it is there."""
        with self._making, self._cursor(None) as cursor:
            with self._lock:
                self._tables.pop(name, None)
            cursor.execute(f"drop table if exists {quoted(name)}")

    def recall(self, key: object) -> Any | None:
        """Return a kept result, or nothing."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def keep(self, key: object, result: Any) -> None:
        """Keep a result for the life of this dataset, up to a bound."""
        with self._lock:
            self._results[key] = result
            while len(self._results) > _KEPT_RESULTS:
                self._results.popitem(last=False)

    def forget(self, key: object) -> Any | None:
        """Return a kept result, or nothing, and keep it no longer."""
        with self._lock:
            return self._results.pop(key, None)

    def _parsed(self, cursor: duckdb.DuckDBPyConnection, text: str) -> duckdb.Statement:
        """Parse a statement once: that takes longer than to answer a small one."""
        with self._lock:
            if text in self._statements:
                self._statements.move_to_end(text)
                return self._statements[text]
        (statement,) = cursor.extract_statements(text)
        with self._lock:
            self._statements[text] = statement
            while len(self._statements) > _KEPT_STATEMENTS:
                self._statements.popitem(last=False)
        return statement

    @contextmanager
    def _cursor(
        self, cancellation: Cancellation | None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor: duckdb.DuckDBPyConnection | None = None
        try:
            cursor = self._connection.cursor()
            cursor.execute(f"set max_execution_time = {self.limits.seconds * 1000}")
            if cancellation is None:
                yield cursor
            else:
                with cancellation.attach(cursor):
                    yield cursor
        except duckdb.InterruptException as error:
            if cancellation is not None and cancellation.cancelled:
                raise CancelledError from error
            raise DatasetError(
                "query_too_slow",
                f"The question took longer than {self.limits.seconds} seconds.",
                "Ask about fewer customers or a shorter time.",
            ) from error
        except duckdb.OutOfMemoryException as error:
            raise DatasetError(
                "query_too_large",
                f"The question needs more than {self.limits.memory} of memory.",
                "Ask about fewer customers or a shorter time.",
            ) from error
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException) or _CORRUPT in str(error):
                raise _unreadable(self.path) from error
            # The engine's own words may repeat values of the data.
            raise DatasetError(
                "query_failed",
                "The engine could not answer the question.",
                "Change a filter or a setting; if that does not help, load your files"
                " again.",
            ) from error
        finally:
            if cursor is not None:
                cursor.close()

    def _read_catalogue(self) -> None:
        self.settings: dict[str, str] = dict(
            self._rows("select name, value from settings")
        )
        self.observed: dict[str, Observed] = {
            table: Observed(*seen)
            for table, *seen in self._rows(
                "select table_name, rows, observed_from,"
                " timezone(settings.value, timezone('UTC', last_at))::date,"
                f" observed_until, as_of, {self._is_dated()} from observed"
                " inner join settings on settings.name = 'zone'"
                " where rows > 0 and observed_from is not null"
            )
        }
        events = self._rows("select event, code, events from event_names order by code")
        self.event_codes: dict[str, int] = {event: code for event, code, _ in events}
        self.event_counts: dict[str, int] = {event: n for event, _, n in events}
        # Datasets of earlier versions do not have all tables.
        sizes: dict[str, int] = dict(
            self._rows("select table_name, estimated_size from duckdb_tables()")
        )
        self.knows_identities = "identities" in sizes
        self.knows_rates = sizes.get("exchange_rates", 0) > 0
        # Datasets of earlier versions do not have this column.
        self.knows_exit_comments = any(
            row[0] == "cancel_comment" for row in self._rows("describe subscriptions")
        )
        # The currency and the end of the time that monthly movements are kept of.
        self.movements_of: tuple[str, date] | None = None
        if sizes.get("monthly_movements"):
            found = self._rows("select currency, as_of from monthly_movements limit 1")
            self.movements_of = found[0]
        # Kind, question and scale of the answers that are kept in order.
        self.answers_in_order: frozenset[tuple[str, str | None, str]] = frozenset()
        if sizes.get(IN_ORDER):
            kept = f"select distinct kind, question, scale from {IN_ORDER}"
            self.answers_in_order = frozenset(self._rows(kept))
        derived = self._rows("from derivations") if "derivations" in sizes else []
        self.derivations: dict[str, Derivation] = {
            table: Derivation(*told) for table, *told in derived
        }
        self.holes: list[tuple[date, date]] = self._rows(
            "select from_on, until_on from holes order by from_on"
        )
        counts = self._rows("select count(*), count(account_no) from customers")[0]
        self.customers: int = counts[0]
        self.customers_with_account: int = counts[1]
        # Files of other people than the rest.
        apart = self._rows(load("strangers").text) if sizes.get("matches") else []
        self.strangers: list[tuple[str, int]] = [
            (name, people) for _, name, people, _ in apart
        ]
        self.attributes = self._columns("attributes") | self._fixed_attributes()
        self.properties = self._columns("properties")

    def _is_dated(self) -> str:
        """Write the column of pure dates, which older datasets do not have."""
        # The engine's list of columns would bind the views of all tables.
        known = any(row[0] == "is_dated" for row in self._rows("describe observed"))
        return "is_dated" if known else "false"

    def _fixed_attributes(self) -> dict[str, Column]:
        """Return those of the customers' own columns that have values."""
        counts = ", ".join(
            f"approx_count_distinct({name}), count({name})"
            for name in _FIXED_ATTRIBUTES
        )
        row = self._rows(f"select {counts} from customers")[0]
        return {
            name: Column(name, type_, distinct, self.customers - filled)
            for (name, type_), distinct, filled in zip(
                _FIXED_ATTRIBUTES.items(), row[::2], row[1::2], strict=True
            )
            if filled > 0
        }

    def _columns(self, table: str) -> dict[str, Column]:
        rows = self._rows(
            f"select name, type, distinct_values, missing from {quoted(table)}"
        )
        return {row[0]: Column(*row) for row in rows}

    def _rows(self, text: str) -> list[Any]:
        with self._cursor(None) as cursor:
            return cursor.execute(text).fetchall()

    @property
    def week_start(self) -> str:
        """First day of the week, as set in the workspace."""
        return self.settings.get("week_start", "monday")

    @property
    def zone(self) -> str:
        """IANA name of the zone of every local date."""
        return self.settings.get("zone", "UTC")

    @property
    def min_n(self) -> int:
        """Under this many customers a figure is faded and says so."""
        return int(self.settings.get("min_n", "30"))

    @property
    def has_accounts(self) -> bool:
        """Whether any customer belongs to an account."""
        return self.customers_with_account > 0

    def utc(self, day: date) -> datetime:
        """Return the UTC instant at which a local day begins."""
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone))
        return local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def local_day(self, instant: datetime) -> date:
        """Return the local day of a UTC instant."""
        return instant.replace(tzinfo=UTC).astimezone(ZoneInfo(self.zone)).date()


def _locked_down(path: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """Attach the file to an instance that can read it and nothing else."""
    if not path.is_file():
        raise DatasetError(
            "dataset_missing",
            f"The dataset {path.name} is not there.",
            "Load your files again; the sources are kept.",
        )
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": limits.memory,
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "python_enable_replacements": "false",
        # Cohort, interval and segment make a small dense key: an array, not a hash.
        "perfect_ht_threshold": "20",
        "temp_directory": str(path.with_suffix(".tmp")),
    }
    if limits.threads:
        config["threads"] = str(limits.threads)
    connection = duckdb.connect(":memory:", config=config)
    try:
        connection.execute("set global TimeZone = 'UTC'")
        # The type is named: without it the engine sniffs the file and may look for
        # an extension on the network.
        connection.execute(
            f"attach {literal(str(path))} as data (type duckdb, read_only)"
        )
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'data'"
        ).fetchall()
        connection.execute(
            "; ".join(
                f"create view {quoted(table)} as from data.main.{quoted(table)}"
                for (table,) in tables
            )
        )
        changeable = ", ".join(f"'{name}'" for name in _CHANGEABLE)
        connection.execute("set enable_external_access = false")
        connection.execute(f"set allowed_configs = [{changeable}]")
        connection.execute("set lock_configuration = true")
    except duckdb.Error as error:
        connection.close()
        raise _unreadable(path) from error
    return connection


def _of_stream(error: OSError) -> duckdb.Error:
    """Return the engine's own error for what Arrow makes of it."""
    text = str(error)
    if text.startswith("INTERRUPT"):
        return duckdb.InterruptException(text)
    if text.startswith("Out of Memory"):
        return duckdb.OutOfMemoryException(text)
    return duckdb.Error(text)


def _unreadable(path: Path) -> DatasetError:
    return DatasetError(
        "dataset_unreadable",
        f"The dataset {path.name} cannot be read; it may be damaged.",
        "Rebuild it on any page of the app, or load one of the files again: they are"
        " kept.",
    )

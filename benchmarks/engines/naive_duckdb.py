"""DuckDB as one would write it first: raw strings, self join, count(distinct)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks import importing
from benchmarks.cases import (
    DORMANT,
    NEW,
    RESURRECTED,
    RETURNING,
    STATUSES,
    Case,
    Row,
    lifecycle_rows,
    retention_rows,
)
from benchmarks.engines import THREADS

_WEEK = "(date_trunc('week', {}.timestamp)::date - date '1970-01-01' + 3) // 7"


class Engine:
    """DuckDB on the tables of a bare load."""

    def __init__(self, folder: Path) -> None:
        """Open the file that the bare load left."""
        self.connection = duckdb.connect(
            str(importing.bare_of(folder)),
            read_only=True,
            config={"threads": str(THREADS)},
        )
        week = _WEEK.format("events")
        self.last_week = self.connection.execute(
            f"select max({week}) from events"
        ).fetchall()[0][0]

    def forms(self, case: Case) -> tuple[str, ...]:
        """Return the one form; there is none for funnels."""
        if case.is_funnel:
            return ()
        return ("window",) if case.is_lifecycle else ("self join",)

    def run(self, case: Case, form: str) -> Any:
        """Ask and fetch."""
        text = _lifecycle() if form == "window" else _retention(case)
        return self.connection.execute(text).fetchall()

    def rows(self, case: Case, result: Any) -> list[Row]:
        """Return comparable rows."""
        if case.is_lifecycle:
            return lifecycle_rows(
                (
                    (status, week + (status == DORMANT), count)
                    for week, *counts in result
                    for status, count in zip(STATUSES, counts, strict=True)
                ),
                self.last_week,
            )
        return retention_rows(result)


def _retention(case: Case) -> str:
    counted = [f"event = '{case.event}'"] if case.event else []
    counted += [f"device = '{case.device}'"] if case.device else []
    starting = [] if case.returns_only else counted
    where = f"where {' and '.join(starting)}" if starting else ""
    later = [f"{_WEEK.format('events')} >= starts.cohort", *counted]
    customers = ""
    if case.plan or case.by_plan:
        customers = "inner join customers on events.user_id = customers.user_id"
        later += [f"customers.plan = '{case.plan}'"] if case.plan else []
    segment = "customers.plan" if case.by_plan else "''"
    return (
        f"with starts as (select user_id, min({_WEEK.format('events')}) as cohort"
        f" from events {where} group by user_id)"
        f" select {segment} as segment, starts.cohort,"
        f" {_WEEK.format('events')} - starts.cohort as interval,"
        " count(distinct events.user_id) from events"
        " inner join starts on events.user_id = starts.user_id"
        f" {customers} where {' and '.join(later)} group by all"
    )


def _lifecycle() -> str:
    return (
        f"select week, count_if(before is null) as {NEW},"
        f" count_if(before = week - 1) as {RETURNING},"
        f" count_if(before < week - 1) as {RESURRECTED},"
        f" count_if(after is null or after > week + 1) as {DORMANT} from ("
        "select week, lag(week) over people as before, lead(week) over people as after"
        f" from (select distinct user_id, {_WEEK.format('events')} as week from events)"
        " window people as (partition by user_id order by week)) group by week"
    )

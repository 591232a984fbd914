"""ClickHouse in this process (chdb), with its best layout and several forms.

Layout: MergeTree ordered by (uid, ts), dense numbers, Enum8, the plan on every event,
merged to one part. The fastest form of a case is the one to be measured against.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from chdb import session

from benchmarks import events
from benchmarks.cases import (
    FIRST_WEEK,
    STATUSES,
    WEEKS,
    WINDOW_SECONDS,
    Case,
    Row,
    funnel_rows,
    lifecycle_rows,
    retention_rows,
)
from benchmarks.engines import THREADS

_WEEK = f"toUInt8(intDiv(toUInt32(ts) + 259200, 604800) - {FIRST_WEEK})"
_BIT = f"bitShiftLeft(toUInt64(1), {_WEEK})"
# Compiled at once and not after some runs, so that it falls into the warm-up.
_SETTINGS = (
    f"settings max_threads = {THREADS}, min_count_to_compile_expression = 0,"
    " min_count_to_compile_aggregate_expression = 0"
)
# Three counters of 21 bits in one sum: exact under two million customers a cohort.
_LANES = 21
_LANE_MASK = 1 | 1 << _LANES | 1 << 2 * _LANES


def prepare(folder: Path) -> None:
    """Load the events into a table that is kept beside them."""
    if (folder / "clickhouse.done").exists():
        return
    shutil.rmtree(folder / "clickhouse", ignore_errors=True)
    opened = session.Session(str(folder / "clickhouse"))
    columns = ", ".join(
        f"{name} {_enum(values)}"
        for name, values in (
            ("event", events.KINDS),
            ("device", events.DEVICES),
            ("plan", events.PLANS),
        )
    )
    source = str(folder / "events.parquet").replace("'", "\\'")
    opened.query("create database if not exists data engine = Atomic")
    opened.query(
        f"create table data.events (uid UInt32, ts DateTime('UTC'), {columns})"
        " engine = MergeTree order by (uid, ts)"
    )
    opened.query(
        "insert into data.events select uid, ts, event, device, plan"
        f" from file('{source}', Parquet) settings max_threads = {THREADS}"
    )
    opened.query("optimize table data.events final")
    opened.close()
    (folder / "clickhouse.done").touch()


def _enum(values: dict[str, float]) -> str:
    names = ", ".join(f"'{name}' = {code}" for code, name in enumerate(values))
    return f"Enum8({names})"


class Engine:
    """ClickHouse on its own table."""

    def __init__(self, folder: Path) -> None:
        """Open the table that ``prepare`` made."""
        self.session = session.Session(str(folder / "clickhouse"))
        self.last_week = int(self._ask(f"select max({_WEEK}) from data.events")[0][0])

    def forms(self, case: Case) -> tuple[str, ...]:
        """Return the forms of a case, the usual winner first."""
        if case.is_funnel:
            return ("windowFunnel", "windowFunnel in order")
        if case.is_lifecycle:
            return ("mask", "mask in order", "window")
        forms = ("mask", "mask in order", "mask in lanes", "arrays", "join + uniqExact")
        if case.returns_only:
            return tuple(form for form in forms if form != "arrays")
        return forms if case.by_plan else (*forms, "bitmaps")

    def run(self, case: Case, form: str) -> Any:
        """Ask one form and take over its bytes."""
        if case.is_funnel:
            statement = _funnel(case)
        else:
            statement = (
                _lifecycle(form) if case.is_lifecycle else _retention(case, form)
            )
        settings = _SETTINGS
        if form.endswith(" in order"):
            settings += ", optimize_aggregation_in_order = 1"
        return form, self.session.query(f"{statement} {settings}", "TSV").bytes()

    def rows(self, case: Case, result: Any) -> list[Row]:
        """Read the bytes and return comparable rows."""
        form, text = result
        cells = [line.split("\t") for line in text.decode().splitlines()]
        if case.is_funnel:
            return funnel_rows(
                ((segment, int(level), int(n)) for segment, level, n in cells),
                len(case.steps),
            )
        if case.is_lifecycle:
            return lifecycle_rows(
                (
                    (STATUSES[int(code) // 64], int(code) % 64 + FIRST_WEEK, int(count))
                    for code, count in cells
                ),
                self.last_week + FIRST_WEEK,
            )
        if form == "mask in lanes":
            cells = [row for packed in cells for row in _unpacked(packed)]
        return retention_rows(
            (segment, int(cohort) + FIRST_WEEK, int(interval), int(customers))
            for segment, cohort, interval, customers in cells
        )

    def _ask(self, statement: str) -> list[list[str]]:
        text = self.session.query(statement, "TSV").bytes().decode()
        return [line.split("\t") for line in text.splitlines()]


def _retention(case: Case, form: str) -> str:
    chosen = [f"plan = '{case.plan}'"] if case.plan else []
    counted = [f"event = '{case.event}'"] if case.event else []
    counted += [f"device = '{case.device}'"] if case.device else []
    where = chosen if case.returns_only else [*chosen, *counted]
    filtered = f"data.events {'where ' + ' and '.join(where) if where else ''}"
    # The plan is one for each customer, so any of its rows will do.
    segment = "toString(any(plan))" if case.by_plan else "''"
    if form == "arrays":
        return (
            "select segment, cohort, interval, count() from (select segment,"
            " arrayMin(weeks) as cohort, arrayJoin(weeks) - cohort as interval from ("
            f"select {segment} as segment, groupUniqArray({_WEEK}) as weeks"
            f" from {filtered} group by uid)) group by segment, cohort, interval"
        )
    if form == "join + uniqExact":
        also = f"where {' and '.join([*chosen, *counted])}" if chosen or counted else ""
        plan = "toString(plan)" if case.by_plan else "''"
        return (
            f"select {plan} as segment, cohort, {_WEEK} - cohort as interval,"
            " uniqExact(uid) from data.events inner join ("
            f"select uid, min({_WEEK}) as cohort from {filtered} group by uid"
            f") as starts using (uid) {also} group by segment, cohort, interval"
        )
    if form == "bitmaps":
        also = f"where {' and '.join([*chosen, *counted])}" if chosen or counted else ""
        return (
            "select '', cohort, week - cohort as interval,"
            " bitmapAndCardinality(starters, people) from (select cohort,"
            f" groupBitmapState(uid) as starters from (select uid, min({_WEEK}) as"
            f" cohort from {filtered} group by uid) group by cohort) as starts"
            f" cross join (select {_WEEK} as week, groupBitmapState(uid) as people"
            f" from data.events {also} group by week) as visits where week >= cohort"
        )
    returns = f"groupBitOrIf({_BIT}, {' and '.join(counted)})"
    masks = f"groupBitOr({_BIT}) as started"
    if case.returns_only:
        masks += f", {returns} as returned"
    inner = f"select {segment} as segment, {masks} from {filtered} group by uid"
    mask = "returned" if case.returns_only else "started"
    cohort = "bitCount(bitXor(started, started - 1)) - 1"
    if form == "mask in lanes":
        sums = ", ".join(
            f"sum(bitAnd(bitShiftRight(visits, {lane}), {_LANE_MASK}))"
            for lane in range(_LANES)
        )
        return (
            f"select segment, cohort, {sums} from (select segment, {cohort} as cohort,"
            f" bitShiftRight({mask}, cohort) as visits from ({inner}))"
            " group by segment, cohort"
        )
    return (
        f"select segment, cohort, interval, count() from (select segment, {cohort}"
        f" as cohort, arrayJoin(bitPositionsToArray(bitShiftRight({mask}, cohort)))"
        f" as interval from ({inner})) group by segment, cohort, interval"
    )


def _funnel(case: Case) -> str:
    tests = ", ".join(f"event = '{event}'" for event in case.steps)
    names = ", ".join(f"'{event}'" for event in case.steps)
    where = f" and plan = '{case.plan}'" if case.plan else ""
    segment = "toString(any(plan))" if case.by_plan else "''"
    return (
        f"select segment, level, count() from (select {segment} as segment,"
        f" windowFunnel({WINDOW_SECONDS})(ts, {tests}) as level from data.events"
        f" where event in ({names}){where} group by uid) where level > 0"
        " group by segment, level"
    )


def _lifecycle(form: str) -> str:
    if form == "window":
        return (
            "select arrayJoin(codes) as code, count() from (select if(is_first, [week],"
            " if(week - before = 1, [64 + week], [128 + week])) as arrived,"
            " if(is_last or after - week > 1, arrayConcat(arrived, [193 + week]),"
            " arrived) as codes from (select week, row_number() over people = 1 as"
            " is_first, toInt16(lagInFrame(week) over people) as before,"
            " row_number() over people = count() over (partition by uid) as is_last,"
            " toInt16(leadInFrame(week) over (partition by uid order by week"
            " rows between unbounded preceding and unbounded following)) as after from"
            f" (select distinct uid, {_WEEK} as week from data.events)"
            " window people as (partition by uid order by week))) group by code"
        )
    first = "bitAnd(weeks, bitNot(weeks - 1))"
    before = "bitShiftLeft(weeks, 1)"
    sets = (
        first,
        f"bitAnd(weeks, {before})",
        f"bitAnd(weeks, bitNot(bitOr({before}, {first})))",
        f"bitAnd({before}, bitNot(weeks))",
    )
    codes = ", ".join(
        f"arrayMap(week -> week + {64 * number}, bitPositionsToArray({bits}))"
        for number, bits in enumerate(sets)
    )
    return (
        f"select arrayJoin(arrayConcat({codes})) as code, count() from (select"
        f" groupBitOr({_BIT}) as weeks from data.events group by uid) group by code"
    )


def _unpacked(packed: list[str]) -> list[list[str]]:
    segment, cohort, *sums = packed
    return [
        [segment, cohort, str(interval), str(customers)]
        for interval in range(WEEKS)
        if (
            customers := int(sums[interval % _LANES]) >> _LANES * (interval // _LANES)
            & ((1 << _LANES) - 1)
        )
    ]

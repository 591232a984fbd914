"""Holdfast, asked as its pages ask it: ``ask`` with a spec and filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd
import pyarrow as pa

from benchmarks import importing
from benchmarks.cases import ONE_SCAN, STATUSES, WEEKS, WINDOW_SECONDS, Case, Row
from benchmarks.engines import THREADS
from holdfast.answer import Answer
from holdfast.attempts import stream, sweep
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset, Limits
from holdfast.durations import Duration
from holdfast.filters import AttributeIn, Filters
from holdfast.occurrence import ACTIVITY, Occurrence
from holdfast.population import Population
from holdfast.query import Value
from holdfast.questions import ask
from holdfast.questions.funnel import Funnel
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.steps import Step


class Forgetful(Dataset):
    """A dataset that keeps no answer and no population but that of everyone.

    So every question is computed anew, with a new population where it is filtered or
    broken down. That of everyone is kept, as in an app that has shown its first page,
    and so is from when to when events happened, which depends on the data alone.

    Attributes:
        engine_seconds: Time spent in calls of the engine, until it is set back.
        forgets_attempts: The attempts of a funnel that count are found anew too.
    """

    engine_seconds = 0.0
    forgets_attempts = True

    def has_table(self, name: str) -> bool:
        """Say whether a table is kept; attempts only where they are not forgotten."""
        if self.forgets_attempts and name.startswith(("levels_", "chosen_")):
            return False
        return super().has_table(name)

    def recall(self, key: object) -> Any | None:
        """Return the population of everyone or the time of the events, else nothing."""
        kept = super().recall(key)
        is_everyone = isinstance(kept, Population) and kept.is_everyone
        return kept if is_everyone or key == stream.SPAN else None

    def frame(
        self,
        text: str,
        values: Mapping[str, Value] | None = None,
        cancellation: Cancellation | None = None,
    ) -> pd.DataFrame:
        """Run one statement and add up its time."""
        began = perf_counter()
        try:
            return super().frame(text, values, cancellation)
        finally:
            self.engine_seconds += perf_counter() - began

    def materialise(
        self,
        name: str,
        text: str,
        values: Mapping[str, Value] | None = None,
        cancellation: Cancellation | None = None,
    ) -> int | None:
        """Keep the rows of a statement and add up its time."""
        began = perf_counter()
        try:
            return super().materialise(name, text, values, cancellation)
        finally:
            self.engine_seconds += perf_counter() - began

    def each_batch(
        self,
        text: str,
        values: Mapping[str, Value],
        use: Callable[[pa.RecordBatch], None],
        cancellation: Cancellation | None = None,
    ) -> None:
        """Hand over rows and add up the time, with that of what is done with them."""
        began = perf_counter()
        try:
            super().each_batch(text, values, use, cancellation)
        finally:
            self.engine_seconds += perf_counter() - began

    def take(self, name: str, columns: Mapping[str, Any]) -> None:
        """Keep columns and add up the time."""
        began = perf_counter()
        try:
            super().take(name, columns)
        finally:
            self.engine_seconds += perf_counter() - began


class Engine:
    """Holdfast on a dataset that it imported itself."""

    def __init__(self, folder: Path) -> None:
        """Open the dataset that the import left."""
        self.dataset = Forgetful(importing.dataset_of(folder), Limits(threads=THREADS))
        # As an app does when it opens a dataset, before anybody asks.
        if compiling := sweep.prepare(self.dataset):
            compiling.result()

    def forms(self, case: Case) -> tuple[str, ...]:
        """Return one form: the public ``ask``."""
        return ("scan",) if case == ONE_SCAN else ("ask",)

    def run(self, case: Case, form: str) -> Any:
        """Ask, or scan."""
        self.dataset.engine_seconds = 0.0
        if form == "scan":
            return self.dataset.frame(
                "select sum(customer_no) as customers, max(happened_at) as latest"
                " from events"
            )
        self.dataset.forgets_attempts = not case.is_kept
        plan = (AttributeIn("plan", (case.plan,)),) if case.plan else ()
        filters = Filters(plan, "plan" if case.by_plan else None)
        return ask(self.dataset, spec_of(case), filters)

    @property
    def engine_seconds(self) -> float:
        """Time that the last question spent in calls of the engine."""
        return self.dataset.engine_seconds

    def rows(self, case: Case, result: Any) -> list[Row]:
        """Return comparable rows of the answer's frame."""
        if case == ONE_SCAN:
            return []
        answer: Answer = result
        if case.is_funnel:
            return _funnel_rows(answer.frame, case)
        return (
            _lifecycle_rows(answer.frame)
            if case.is_lifecycle
            else _retention_rows(answer.frame, case)
        )


def spec_of(case: Case) -> Retention | Lifecycle | Funnel:
    """Return the spec that asks for a case."""
    if case.is_funnel:
        steps = tuple(Step(Occurrence("event", (event,))) for event in case.steps)
        # Peers take the end of the data for the end of every window.
        window = Duration(WINDOW_SECONDS, "s")
        return Funnel(steps, window=window, judged="all")
    if case.is_lifecycle:
        return Lifecycle(interval="week")
    returning = ACTIVITY
    if case.event:
        where = (("device", case.device),) if case.device else ()
        returning = Occurrence("event", (case.event,), where)
    start = ACTIVITY if case.returns_only else returning
    return Retention(start, returning, interval="week", intervals=WEEKS - 1)


def _retention_rows(frame: pd.DataFrame, case: Case) -> list[Row]:
    cells = frame[frame["scope"] == "cohort"]
    cells = cells[(cells["segment"] == "All") != case.by_plan]
    return sorted(
        (
            str(row.segment) if case.by_plan else "",
            str(row.cohort.date()),
            int(row.interval),
            int(row.retained_customers),
        )
        for row in cells.itertuples()
        if row.retained_customers
    )


def _funnel_rows(frame: pd.DataFrame, case: Case) -> list[Row]:
    rows = frame[(frame["segment"] == "All") != case.by_plan]
    return sorted(
        (
            str(row.segment) if case.by_plan else "",
            "",
            int(row.step),
            int(row.customers),
        )
        for row in rows.itertuples()
        if row.customers
    )


def _lifecycle_rows(frame: pd.DataFrame) -> list[Row]:
    return sorted(
        (status, str(row["period"].date()), 0, int(row[status]))
        for row in frame.to_dict("records")
        for status in STATUSES
        if pd.notna(row[status]) and row[status]
    )

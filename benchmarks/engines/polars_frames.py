"""polars over a frame in memory: dense numbers and categories, ordered by customer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from benchmarks.cases import (
    DORMANT,
    NEW,
    RESURRECTED,
    RETURNING,
    WINDOW_SECONDS,
    Case,
    Row,
    funnel_rows,
    lifecycle_rows,
    retention_rows,
)
from benchmarks.engines import THREADS

os.environ["POLARS_MAX_THREADS"] = str(THREADS)

import polars as pl  # it reads the number of threads when imported

_WEEK = ((pl.col("seconds") // 86_400 + 3) // 7).cast(pl.Int16).alias("week")


class Engine:
    """polars on a frame in memory."""

    def __init__(self, folder: Path) -> None:
        """Read the frame; the plan stands on every event."""
        self.events = (
            pl.scan_parquet(folder / "events.parquet")
            .select(
                pl.col("uid").cast(pl.UInt32),
                pl.col("ts").dt.epoch("s").cast(pl.Int32).alias("seconds"),
                *(pl.col(name).cast(pl.Categorical) for name in _NAMES),
            )
            .collect()
            .with_columns(pl.col("uid").set_sorted())
        )
        self.last_week = int(self.events.select(_WEEK.max()).item())

    def forms(self, case: Case) -> tuple[str, ...]:
        """Return two ways to the first week, or one to the lifecycle."""
        if case.is_funnel:
            return ("forward fill",)
        if case.is_lifecycle:
            return ("unique",)
        return ("join",) if case.returns_only else ("join", "lists")

    def run(self, case: Case, form: str) -> Any:
        """Answer lazily, then collect."""
        people = self.events.lazy()
        if case.plan:
            people = people.filter(pl.col("plan") == case.plan)
        if case.is_funnel:
            return _funnel(people, case)
        if case.is_lifecycle:
            return self._lifecycle(people)
        counted = people
        if case.event:
            counted = counted.filter(pl.col("event") == case.event)
        if case.device:
            counted = counted.filter(pl.col("device") == case.device)
        started = people if case.returns_only else counted
        segment = ["plan"] if case.by_plan else []
        if form == "lists":
            visits = (
                counted.select("uid", *segment, _WEEK)
                .group_by("uid", *segment)
                .agg(pl.col("week").unique(), pl.col("week").min().alias("cohort"))
                .explode("week")
            )
        else:
            weeks = counted.select("uid", *segment, _WEEK).unique()
            source = started.select("uid", _WEEK) if case.returns_only else weeks
            starts = source.group_by("uid").agg(pl.col("week").min().alias("cohort"))
            visits = weeks.join(starts, on="uid")
        return (
            visits.group_by(*segment, "cohort", "week").agg(pl.len().alias("n"))
        ).collect()

    def _lifecycle(self, people: Any) -> Any:
        weeks = people.select("uid", _WEEK).unique().sort("uid", "week")
        one = pl.col("uid")
        same = one == one.shift(1)
        before = pl.when(same).then(pl.col("week").shift(1))
        after = pl.when(one == one.shift(-1)).then(pl.col("week").shift(-1))
        week = pl.col("week")
        return (
            weeks.select(
                week,
                before.is_null().alias(NEW),
                (before == week - 1).alias(RETURNING),
                (before < week - 1).alias(RESURRECTED),
                (after.is_null() | (after > week + 1)).alias(DORMANT),
            )
            .group_by("week")
            .agg(pl.col(NEW, RETURNING, RESURRECTED, DORMANT).sum())
        ).collect()

    def rows(self, case: Case, result: Any) -> list[Row]:
        """Return comparable rows."""
        records = result.to_dicts()
        if case.is_funnel:
            levels = ((row.get("plan", ""), row["level"], row["n"]) for row in records)
            return funnel_rows(levels, len(case.steps))
        if case.is_lifecycle:
            return lifecycle_rows(
                (
                    (status, row["week"] + (status == DORMANT), row[status])
                    for row in records
                    for status in (NEW, RETURNING, RESURRECTED, DORMANT)
                ),
                self.last_week,
            )
        return retention_rows(
            (row.get("plan", ""), row["cohort"], row["week"] - row["cohort"], row["n"])
            for row in records
        )


def _funnel(people: Any, case: Case) -> Any:
    """Carry the latest start from row to row; see the streaming form of Holdfast."""
    moment = pl.col("moment")
    frame = people.filter(pl.col("event").is_in(case.steps)).with_columns(
        (pl.col("uid").cast(pl.Int64) * 2**32 + pl.col("seconds")).alias("moment")
    )
    frame = frame.with_columns(
        pl.when(pl.col("event") == event).then(moment).forward_fill().alias(f"done_{k}")
        for k, event in enumerate(case.steps, 1)
    )
    start = pl.col("done_1")
    level = pl.when(start == moment).then(1)
    for step in range(2, len(case.steps) + 1):
        is_done = pl.col(f"done_{step}") == moment
        frame = frame.with_columns(
            pl.when(is_done & (moment - start <= WINDOW_SECONDS))
            .then(start)
            .alias(f"chain_{step}")
        ).with_columns(pl.col(f"chain_{step}").forward_fill().alias(f"start_{step}"))
        start = pl.col(f"start_{step}")
        level = (
            pl.when(pl.col(f"chain_{step}").is_not_null()).then(step).otherwise(level)
        )
    segment = ["plan"] if case.by_plan else []
    return (
        frame.group_by("uid", *segment)
        .agg(level.max().alias("level"))
        .filter(pl.col("level").is_not_null())
        .group_by(*segment, "level")
        .agg(pl.len().alias("n"))
        .collect()
    )


_NAMES = ("event", "device", "plan")

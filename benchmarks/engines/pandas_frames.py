"""pandas over a frame in memory: dense numbers and categories, ordered by customer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

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


class Engine:
    """pandas on a frame in memory; it uses one thread."""

    def __init__(self, folder: Path) -> None:
        """Read the frame; the plan stands on every event."""
        read = pd.read_parquet(folder / "events.parquet")
        moments = read["ts"].to_numpy().astype("datetime64[s]").astype(np.int64)
        self.events = pd.DataFrame(
            {
                "uid": read["uid"].to_numpy().astype(np.int32),
                "seconds": moments.astype(np.int32),
                **{
                    name: read[name].astype("category")
                    for name in ("event", "device", "plan")
                },
            }
        )
        self.last_week = int(_weeks(self.events).max())

    def forms(self, case: Case) -> tuple[str, ...]:
        """Return the one form of a case; there is none for funnels."""
        if case.is_funnel:
            return ()
        return ("neighbours",) if case.is_lifecycle else ("drop_duplicates",)

    def run(self, case: Case, form: str) -> Any:
        """Answer with frames."""
        people = self.events
        if case.plan:
            people = people[people["plan"] == case.plan]
        if form == "neighbours":
            return _lifecycle(people)
        counted = people
        if case.event:
            keep = counted["event"] == case.event
            if case.device:
                keep &= counted["device"] == case.device
            counted = counted[keep]
        segment = ["plan"] if case.by_plan else []
        visits = _distinct(counted, segment)
        source = _distinct(people, []) if case.returns_only else visits
        # Rows come in the order of time, so the first of a customer is the earliest.
        starts = source.drop_duplicates("uid").set_index("uid")["week"]
        visits["cohort"] = starts.reindex(visits["uid"]).to_numpy()
        return visits.groupby([*segment, "cohort", "week"], observed=True).size()

    def rows(self, case: Case, result: Any) -> list[Row]:
        """Return comparable rows."""
        if case.is_lifecycle:
            return lifecycle_rows(
                (
                    (status, row["week"] + (status == DORMANT), row[status])
                    for row in result.reset_index().to_dict("records")
                    for status in STATUSES
                ),
                self.last_week,
            )
        return retention_rows(
            (
                keys[0] if case.by_plan else "",
                int(keys[-2]),
                int(keys[-1]) - int(keys[-2]),
                count,
            )
            for keys, count in result.items()
        )


def _weeks(frame: pd.DataFrame) -> np.ndarray:
    weeks = (frame["seconds"].to_numpy() // 86_400 + 3) // 7
    return np.asarray(weeks, dtype=np.int16)


def _distinct(frame: pd.DataFrame, more: list[str]) -> pd.DataFrame:
    weeks = frame[["uid", *more]].assign(week=_weeks(frame))
    return weeks.drop_duplicates(["uid", "week"])


def _lifecycle(people: pd.DataFrame) -> pd.DataFrame:
    active = _distinct(people, [])
    week, uid = active["week"].to_numpy(), active["uid"].to_numpy()
    is_same = np.concatenate(([False], uid[1:] == uid[:-1]))
    step = np.concatenate(([0], np.diff(week)))
    goes_on = np.concatenate((is_same[1:] & (step[1:] == 1), [False]))
    counted = pd.DataFrame(
        {
            "week": week,
            NEW: ~is_same,
            RETURNING: is_same & (step == 1),
            RESURRECTED: is_same & (step > 1),
            DORMANT: ~goes_on,
        }
    )
    return counted.groupby("week").sum()

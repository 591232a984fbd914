"""The figures of a dataset that are compared: counts, days and the main questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError, HoldfastError
from holdfast.measures import percent
from holdfast.model import FEEDS
from holdfast.periods import Interval, day_label, period_label
from holdfast.questions import ask
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.questions.survival import Survival

Kind = Literal["share", "count", "days", "day"]
Name = tuple[str, str]
"""What is measured, and of whom or when."""

_UNKNOWN = "–"
_TABLES = tuple(dict.fromkeys(feed.table for feed in FEEDS))
_STATES = {
    "new": "New customers",
    "returning": "Returning customers",
    "resurrected": "Customers who came back",
    "dormant": "Customers who went silent",
    "active": "Active customers",
}


@dataclass(frozen=True)
class Figure:
    """A figure of a dataset.

    Attributes:
        kind: 'share' (0 to 1), 'count', 'days' (a length) or 'day' (a date, counted
            in days since 1970).
        value: Its value; None where there is none.
        customers: How many customers it is of; None where it is a count itself.
        cohorts: Complete cohorts that it is pooled over; None where it is not.
        is_of_all_time: It counts all time so far, so that every day changes it.
        is_complete: The time that it covers was over.
        table: The table whose rows it counts; empty for a question's.
    """

    kind: Kind
    value: float | None
    customers: int | None = None
    cohorts: int | None = None
    is_of_all_time: bool = False
    is_complete: bool = True
    table: str = ""


def shown(kind: Kind, value: float | None) -> str:
    """Write a figure for people; a dash where there is none."""
    if value is None or pd.isna(value):
        return _UNKNOWN
    match kind:
        case "share":
            return percent(value, 1)
        case "day":
            return day_label(date(1970, 1, 1) + timedelta(days=int(value)))
        case _:
            return f"{value:,.0f}"


def extent_of(dataset: Dataset, rows: Mapping[str, int]) -> dict[Name, Figure]:
    """Return how many rows each table has, and from when to when it was observed.

    Args:
        dataset: The dataset.
        rows: Rows of each of its tables.
    """
    found: dict[Name, Figure] = {}
    for table in _TABLES:
        count = rows.get(table, 0)
        if count:
            found["Rows", table] = Figure("count", count, table=table)
    for table, seen in dataset.observed.items():
        day = timedelta(days=1)
        found["First day", table] = _day(seen.from_on, table)
        found["Last day", table] = _day(seen.until_on - day, table)
        found["Last complete day", table] = _day(seen.as_of - day, table)
    return found


def figures_of(
    dataset: Dataset,
    progress: Callable[[str, float], None],
    cancellation: Cancellation | None,
) -> dict[Name, Figure]:
    """Return every figure whose time is over, by its name.

    Args:
        dataset: What is asked.
        progress: Told the question and the share done.
        cancellation: Wish to stop.

    Raises:
        CancelledError: Somebody asked to stop.
    """
    found: dict[Name, Figure] = {}
    questions: dict[str, Callable[[], dict[Name, Figure]]] = {
        "lifecycle": lambda: _lifecycle(dataset, cancellation),
        "survival": lambda: _survival(dataset, cancellation),
        "retention by month": lambda: _retention(dataset, "month", cancellation),
        "retention by week": lambda: _retention(dataset, "week", cancellation),
    }
    for position, (name, asked) in enumerate(questions.items()):
        progress(name, position / len(questions))
        try:
            found |= asked()
        except CancelledError:
            raise
        except HoldfastError:
            # Data that cannot answer a question have no such figure.
            continue
    return {name: figure for name, figure in found.items() if figure.is_complete}


def _day(day: date, table: str) -> Figure:
    return Figure("day", (day - date(1970, 1, 1)).days, table=table)


def _retention(
    dataset: Dataset, interval: Interval, cancellation: Cancellation | None
) -> dict[Name, Figure]:
    frame = ask(dataset, Retention(interval=interval), None, cancellation).frame
    found: dict[Name, Figure] = {}
    rows: Iterable[Any] = frame.itertuples()
    for row in rows:
        name = f"{interval.capitalize()} {row.interval}"
        if row.scope == "pooled":
            found[f"Retention, {name.lower()}", "all complete cohorts"] = Figure(
                "share", _value(row.retention_rate), row.customers, row.cohorts
            )
            continue
        which = "the week of " if interval == "week" else ""
        cohort = f"joined in {which}{period_label(row.cohort.date(), interval)}"
        found.setdefault(
            ("Customers", cohort),
            Figure("count", row.customers, is_complete=bool(row.is_complete)),
        )
        found[f"Retention, {name.lower()}", cohort] = Figure(
            "share",
            _value(row.retention_rate),
            row.customers,
            is_complete=bool(row.is_complete),
        )
    return found


def _lifecycle(
    dataset: Dataset, cancellation: Cancellation | None
) -> dict[Name, Figure]:
    frame = ask(dataset, Lifecycle(), None, cancellation).frame
    return {
        (words, period_label(row["period"].date(), "month")): Figure(
            "count", _value(row[state]), is_complete=bool(row["is_complete"])
        )
        for _, row in frame.iterrows()
        for state, words in _STATES.items()
    }


def _survival(
    dataset: Dataset, cancellation: Cancellation | None
) -> dict[Name, Figure]:
    summary = ask(dataset, Survival(), None, cancellation).extras["summary"]
    found: dict[Name, Figure] = {}
    rows: Iterable[Any] = summary.itertuples()
    for row in rows:
        found[f"Median {row.unit} until they leave", "all customers"] = Figure(
            "days", _value(row.median), row.customers, is_of_all_time=True
        )
        found["Left", "all customers"] = Figure(
            "share", _value(row.ended_rate), row.customers, is_of_all_time=True
        )
    return found


def _value(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)

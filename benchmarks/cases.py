"""What is asked of every engine, and the form in which rows are compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

FIRST_WEEK = 2870
"""Number of the Monday week of 1 January 2025: (days since 1970-01-01 + 3) // 7."""
WEEKS = 53
NEW, RETURNING, RESURRECTED, DORMANT = "new", "returning", "resurrected", "dormant"
STATUSES = (NEW, RETURNING, RESURRECTED, DORMANT)

Row = tuple[str, str, int, int]
"""Segment or status, first day of the cohort or week, interval, customers."""


@dataclass(frozen=True)
class Case:
    """One question, by week; the cohort is the first week with the starting event.

    Attributes:
        name: As `--case` takes it.
        title: In words.
        is_lifecycle: New, returning, resurrected, dormant; else retention.
        plan: Only customers with this plan.
        by_plan: Broken down by plan.
        event: Only this event starts and returns.
        device: Only with this property.
        returns_only: Any event starts, only `event` returns.
    """

    name: str
    title: str
    is_lifecycle: bool = False
    plan: str | None = None
    by_plan: bool = False
    event: str | None = None
    device: str | None = None
    returns_only: bool = False


CASES = (
    Case("plain", "Weekly retention"),
    Case("filtered", "… of one plan: new population + retention", plan="pro"),
    Case("segments", "… broken down by plan", by_plan=True),
    Case("event", "… of one event", event="added_item"),
    Case(
        "return",
        "… back with one event",
        event="added_item",
        returns_only=True,
    ),
    Case("property", "… of one event on one device", event="added_item", device="ios"),
    Case("lifecycle", "Weekly lifecycle", is_lifecycle=True),
)

ONE_SCAN = Case("scan", "One scan of (customer_no, happened_at)")


def monday(week: int) -> str:
    """Return the first day of a week, given its number."""
    return str(date(1970, 1, 1) + timedelta(days=week * 7 - 3))


def retention_rows(cells: Iterable[tuple[str, int, int, int]]) -> list[Row]:
    """Return comparable rows from (segment, week of the cohort, interval, customers).

    Cells without anybody are left out: engines differ in whether they list them.
    """
    return sorted(
        (str(segment), monday(int(week)), int(interval), int(customers))
        for segment, week, interval, customers in cells
        if customers
    )


def lifecycle_rows(cells: Iterable[tuple[str, int, int]], last_week: int) -> list[Row]:
    """Return comparable rows from (status, week, customers).

    Nobody is called dormant in the week that still runs.
    """
    return sorted(
        (status, monday(int(week)), 0, int(customers))
        for status, week, customers in cells
        if customers and (status != DORMANT or week < last_week)
    )

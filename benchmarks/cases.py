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
"""Segment or status, first day of the cohort or week, interval, customers.

Of a funnel: segment, nothing, step, customers who got to it.
"""

# In the order of their frequency, as people go through them.
STEPS = (
    *("opened_app", "viewed_item", "searched", "added_item"),
    *("edited_item", "commented", "shared_item", "invited_member"),
)


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
        steps: Events of a funnel in order, within a week of the first; else retention.
        is_kept: What does not depend on who is in view has been computed before.
    """

    name: str
    title: str
    is_lifecycle: bool = False
    plan: str | None = None
    by_plan: bool = False
    event: str | None = None
    device: str | None = None
    returns_only: bool = False
    steps: tuple[str, ...] = ()
    is_kept: bool = False

    @property
    def is_funnel(self) -> bool:
        """Whether steps are followed."""
        return bool(self.steps)


WINDOW_SECONDS = 7 * 86_400

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
    *(
        Case(f"funnel{number}", f"Funnel of {number} steps", steps=STEPS[:number])
        for number in (3, 5, 8)
    ),
    Case("funnel_segments", "… of 5 by plan", by_plan=True, steps=STEPS[:5]),
    Case(
        "funnel_filtered",
        "… of 5, of another plan once it was shown",
        plan="pro",
        steps=STEPS[:5],
        is_kept=True,
    ),
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


def funnel_rows(levels: Iterable[tuple[str, int, int]], steps: int) -> list[Row]:
    """Return comparable rows from (segment, furthest step, customers)."""
    counted: dict[str, list[int]] = {}
    for segment, level, customers in levels:
        reached = counted.setdefault(str(segment), [0] * steps)
        for step in range(int(level)):
            reached[step] += int(customers)
    return sorted(
        (segment, "", step, customers)
        for segment, reached in counted.items()
        for step, customers in enumerate(reached, 1)
        if customers
    )

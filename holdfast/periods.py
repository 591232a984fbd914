"""Calendar intervals as integers: day, week, month, quarter and year numbers.

A day number counts days since 1970-01-01, a Thursday; a week number counts weeks
that start on the workspace's first day of the week; a month number is
``year * 12 + month - 1``, a quarter number ``year * 4 + quarter - 1``. Differences of
numbers are distances in intervals.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, get_args

Interval = Literal["day", "week", "month"]
WeekStart = Literal["monday", "sunday", "saturday"]

INTERVALS: tuple[Interval, ...] = get_args(Interval)

# Behaviour is counted by intervals, churn and money by longer ones too.
Span = Literal["day", "week", "month", "quarter", "year"]
SPANS: tuple[Span, ...] = get_args(Span)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
LONGEST_DAYS = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}

# How many days before 1970-01-01 the week of that Thursday began.
WEEK_SHIFTS: dict[str, int] = {"monday": 3, "sunday": 4, "saturday": 5}

# Rolling intervals have a fixed length; a month is 30 days there.
ROLLING_DAYS: dict[Interval, int] = {"day": 1, "week": 7, "month": 30}

_EPOCH = date(1970, 1, 1)


def period_of(day: date, interval: Span, week_start: str = "monday") -> int:
    """Return the number of the interval that a local day lies in."""
    days = (day - _EPOCH).days
    if interval == "day":
        return days
    if interval == "week":
        return (days + WEEK_SHIFTS[week_start]) // 7
    return (day.year * 12 + day.month - 1) // _MONTHS[interval]


def first_day(period: int, interval: Span, week_start: str = "monday") -> date:
    """Return the first local day of an interval, given its number."""
    if interval == "day":
        return _EPOCH + timedelta(days=period)
    if interval == "week":
        return _EPOCH + timedelta(days=period * 7 - WEEK_SHIFTS[week_start])
    month = period * _MONTHS[interval]
    return date(month // 12, month % 12 + 1, 1)


def period_sql(day: str, interval: Span, week_start: str = "monday") -> str:
    """Write the expression for the interval's number of a DATE expression."""
    if interval == "day":
        return f"({day} - date '1970-01-01')::integer"
    if interval == "week":
        return (
            f"(({day} - date '1970-01-01' + {WEEK_SHIFTS[week_start]}) // 7)::integer"
        )
    months = f"year({day}) * 12 + month({day}) - 1"
    if interval == "month":
        return f"({months})::integer"
    return f"(({months}) // {_MONTHS[interval]})::integer"


def day_label(day: date) -> str:
    """Write a day for people, such as 3 Mar 2026."""
    return f"{day.day} {day:%b %Y}"


def period_label(first: date, interval: str) -> str:
    """Write an interval for people: Mar 2026, Q1 2026, 2026 or its first day."""
    if interval == "month":
        return f"{first:%b %Y}"
    if interval == "quarter":
        return f"Q{(first.month + 2) // 3} {first.year}"
    return str(first.year) if interval == "year" else day_label(first)

"""Which days have more tickets, or fewer, than chance explains."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.counts import Limits, control_limits
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.periods import WEEK_SHIFTS, day_label, first_day, period_of
from holdfast.population import TOTAL, Unit
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.ticketing import By, group_caveats, prepared, unknown_caveat

Window = Literal["all", "month", "week"]

_MOST_GROUPS = 12


@dataclass(frozen=True)
class TicketDays:
    """What is asked about the tickets of single days.

    Attributes:
        by: What they are told apart by: the segments in view, or a field of theirs.
        window: Days that are judged together: all of them, or those of a month or week.
        spread: Judged by the differences of neighbours or by the standard deviation.
        times: How many times the spread the limits are from the mean, above 0 to 9.
        together: One pair of limits for all segments or values of the field.
        unit: What is counted beside tickets.
        first: The first local day shown.
        last: The last local day shown.
        as_of: An earlier end of the observed time.
    """

    by: By = "segment"
    window: Window = "all"
    spread: Limits = "moving"
    times: float = 3.0
    together: bool = False
    unit: Unit = "customer"
    first: date | None = None
    last: date | None = None
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse limits that lie on the mean or beyond everything.

        Raises:
            SpecError: ``times`` is out of its range.
        """
        if not 0 < self.times <= 9:
            raise SpecError(
                "number_out_of_range",
                f"times: {self.times:g} is not above 0 and up to 9.",
                "Use a number such as 3.",
            )


def answer(
    dataset: Dataset,
    spec: TicketDays,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many tickets each complete day had, and which days stand out.

    Returns:
        ``frame``: one row per segment and day: tickets, the mean and spread of its
        window, the limits, and whether it lies outside of them. Days without tickets
        count as 0.
    """
    tickets = prepared(
        dataset,
        filters,
        "day",
        by=spec.by,
        unit=spec.unit,
        as_of=spec.as_of,
        groups=_MOST_GROUPS,
        cancellation=cancellation,
    )
    time = tickets.time
    last_day = time.as_of - timedelta(days=1)
    values: dict[str, Value] = {
        "first_period": period_of(max(spec.first or time.from_on, time.from_on), "day"),
        "last_period": period_of(min(spec.last or last_day, last_day), "day"),
        "calendar": "day",
        "week_shift": WEEK_SHIFTS[dataset.week_start],
    }
    found, relations = tickets.members, tickets.relations
    rows = asking.run(dataset, "ticket_counts", found, relations, values, cancellation)
    rows = rows.rename(columns={"period": "day"})
    rows["day"] = pd.to_datetime(rows["day"])
    frame = _judged(rows, spec, dataset.week_start)
    return Answer(
        question="ticket_days",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(frame),
        sql=asking.shown("ticket_counts", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        caveats=(
            _formula(spec),
            *group_caveats(spec.by, filters),
            *unknown_caveat(tickets, 0),
            *asking.account_caveat(found),
        ),
    )


def _judged(rows: pd.DataFrame, spec: TicketDays, week_start: str) -> pd.DataFrame:
    """Put the limits of its window beside each day."""
    days = rows["day"].dt.date
    if spec.window == "all":
        windows = pd.Series("", index=rows.index)
    else:
        interval = spec.window
        windows = days.map(
            lambda day: first_day(
                period_of(day, interval, week_start), interval, week_start
            ).isoformat()
        )
    # The total is no further value beside those that it is made of.
    series = rows["segment"]
    if spec.together:
        series = series.where(series == TOTAL, "together")
    parts = []
    for _, part in rows.groupby([series, windows], sort=False):
        found = control_limits(part["tickets"], spec.times, spec.spread)
        parts.append(part.assign(**found._asdict()))
    frame = (
        pd.concat(parts).sort_index()
        if parts
        else rows.assign(mean=0.0, sd=0.0, lower=0.0, upper=0.0)
    )
    is_above = frame["tickets"] > frame["upper"]
    return frame.assign(
        is_above=is_above, is_outside=is_above | (frame["tickets"] < frame["lower"])
    ).reset_index(drop=True)


def outside(frame: pd.DataFrame, segment: str | None = None) -> pd.DataFrame:
    """Return the days outside of the limits, the farthest from the mean first.

    Args:
        frame: The frame of an answer.
        segment: One segment; none for all but the total, where there are any.
    """
    rows = frame[frame["is_outside"]]
    if segment is not None:
        rows = rows[rows["segment"] == segment]
    elif frame["segment"].nunique() > 1:
        rows = rows[rows["segment"] != TOTAL]
    far = ((rows["tickets"] - rows["mean"]).abs() / rows["sd"]).rename("far")
    return rows.loc[far.sort_values(ascending=False, kind="stable").index]


def _sentence(frame: pd.DataFrame) -> str:
    total = frame[frame["segment"] == TOTAL]
    if total.empty:
        return "No day is complete yet."
    rows = outside(frame, TOTAL)
    among = asking.counted(len(total), "day")
    if rows.empty:
        return f"On none of {among} the number of tickets is out of the ordinary."
    row = rows.iloc[0]
    return (
        f"{asking.counted(len(rows), 'day')} of {among} lie outside of the limits; the"
        f" farthest is {day_label(row['day'])} with"
        f" {asking.counted(int(row['tickets']), 'ticket')}, usual are"
        f" {row['mean']:.1f}."
    )


def _formula(spec: TicketDays) -> Caveat:
    spread = (
        "the mean difference of days that follow each other, divided by 1.128"
        if spec.spread == "moving"
        else "the sample standard deviation"
    )
    days = (
        "of all days" if spec.window == "all" else f"of the days of each {spec.window}"
    )
    return Caveat(
        "control_limits",
        f"Limits are the mean {days} plus and minus {spec.times:g} times the spread:"
        f" {spread}. Without any change, three times the spread is left seldom; a"
        " rhythm of weekdays makes the limits wide.",
    )

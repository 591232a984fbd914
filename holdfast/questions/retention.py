"""Who comes back: cohorts by interval since their start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.cohorts import (
    Entry,
    cohort_relations,
    interval_seconds,
    starts_return,
)
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Clock, begun, described, is_dated, resolved
from holdfast.measures import percent_with_count
from holdfast.occurrence import ACTIVITY, SIGNUP, Occurrence
from holdfast.periods import Interval, day_label
from holdfast.population import TOTAL, Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import ask, asking
from holdfast.spec import Brackets
from holdfast.stats import wilson_interval

Mode = Literal["on", "on_or_after", "between", "brackets"]

_DEFAULT_INTERVALS: dict[Interval, int] = {"day": 30, "week": 12, "month": 12}
_MOST_INTERVALS = 400

# The intervals that people of the field compare by.
HEADLINES: dict[Interval, tuple[int, int, int]] = {
    "day": (1, 7, 30),
    "week": (1, 4, 12),
    "month": (1, 3, 12),
}


@dataclass(frozen=True)
class Retention:
    """What is asked about staying.

    Attributes:
        start: What starts a customer's story.
        returning: What shows that the customer is still there; any activity is an
            event, else an order, else an active subscription.
        interval: Day, week or month.
        mode: ``on`` an interval; ``on_or_after`` it; ``between`` it and the horizon;
            in custom ``brackets``.
        horizon: Last interval of ``between``.
        brackets: First and last interval of each custom bracket.
        rolling: Intervals run from the customer's own start.
        entry: A customer enters at the first start, or in every interval with one.
        unit: What is counted.
        intervals: How many intervals after the start are shown; 0 for the default.
        first_cohort: A local day in the first cohort shown.
        last_cohort: A local day in the last cohort shown.
        as_of: An earlier end of the observed time.
        by_property: Property of the start event whose values are the segments, instead
            of the breakdown by an attribute.
    """

    start: Occurrence = SIGNUP
    returning: Occurrence = ACTIVITY
    interval: Interval = "month"
    mode: Mode = "on"
    horizon: int = 12
    brackets: Brackets = ((0, 0), (1, 1), (2, 3), (4, 7))
    rolling: bool = False
    entry: Entry = "first"
    unit: Unit = "customer"
    intervals: int = 0
    first_cohort: date | None = None
    last_cohort: date | None = None
    as_of: date | None = None
    by_property: str | None = None

    def __post_init__(self) -> None:
        """Refuse combinations that have no meaning.

        Raises:
            SpecError: A bracket ends before it begins, there is none, two begin
                alike, there are too many intervals, or a property is asked of a start
                that is no event.
        """
        if self.by_property and self.start.kind != "event":
            raise SpecError(
                "no_start_event",
                "Segments by a property need a start event, and"
                f" {self.start.describe()} is none.",
                "Choose an event as the start, or break down by an attribute.",
            )
        if any(last < first for first, last in self.brackets):
            raise SpecError(
                "bracket_backwards",
                "A bracket ends before it begins.",
                "Write brackets such as 0,1-3,4-8.",
            )
        if not self.brackets:
            raise SpecError(
                "no_brackets", "There are no brackets.", "Write them as 0,1-3,4-8."
            )
        firsts = [first for first, _ in self.brackets]
        if len(set(firsts)) < len(firsts):
            raise SpecError(
                "brackets_begin_alike",
                "Two brackets begin with the same interval.",
                "Let each begin with another one, such as 0,1-3,4-8.",
            )
        ends = (last for _, last in self.brackets)
        for intervals in (self.intervals, self.horizon, *ends):
            if not 0 <= intervals <= _MOST_INTERVALS:
                raise SpecError(
                    "too_many_intervals",
                    f"{intervals} intervals are too many.",
                    f"Ask for up to {_MOST_INTERVALS}.",
                )

    @property
    def shown_intervals(self) -> int:
        """How many intervals after the start are shown."""
        return self.intervals or _DEFAULT_INTERVALS[self.interval]

    @property
    def spans(self) -> list[tuple[int, int | None]]:
        """First and last interval of each column; no last means no end."""
        last = self.shown_intervals
        match self.mode:
            case "on":
                return [(k, k) for k in range(last + 1)]
            case "on_or_after":
                return [(k, None) for k in range(last + 1)]
            case "between":
                return [(k, self.horizon) for k in range(self.horizon + 1)]
            case "brackets":
                return list(self.brackets)


@dataclass(frozen=True)
class _Question:
    """A spec made ready for one dataset."""

    spec: Retention
    members: Population
    clock: Clock
    time: asking.ObservedTime
    relations: dict[str, Relation]
    starts_return: bool


def answer(
    dataset: Dataset,
    spec: Retention,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer who comes back.

    Returns:
        ``frame``: one row per scope, segment, cohort and interval, with 95 %
        Wilson intervals; see ``queries/answers/retention.sql``.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    values = _values(dataset, question)
    frame = asking.run(
        dataset, "retention", question.members, question.relations, values, cancellation
    )
    frame = _with_intervals(frame)
    pooled = frame[frame["scope"] == "pooled"]
    # They come last, and a slice copies nothing.
    cells = frame.iloc[: len(frame) - len(pooled)]
    caveats = _caveats(dataset, question, cells)
    if spec.by_property and filters.breakdown:
        caveats.append(
            Caveat(
                "breakdown_unused",
                f"The segments are the {spec.by_property} of the start event; the"
                f" breakdown by {filters.breakdown} is not used.",
            )
        )
    return Answer(
        question="retention",
        spec=spec,
        filters=_used(spec, filters),
        frame=frame,
        sentence=(
            _sentence(dataset, spec, pooled)
            if len(frame)
            else _why_empty(dataset, question, cancellation)
        ),
        sql=asking.shown("retention", question.members, question.relations, values),
        as_of=question.time.as_of,
        n=_entered(cells),
        caveats=tuple(caveats),
    )


def members(
    dataset: Dataset,
    spec: Retention,
    filters: Filters,
    cohort: date | None,
    interval: int,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers behind one cell or one point of a curve.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        cohort: First day of the cohort; none for all complete cohorts, as pooled.
        interval: First interval of the column.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account; the sums of ``cohorts`` and of
        ``retained_cohorts`` equal the figure's customers and retained customers.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    shown = ask(dataset, spec, filters, cancellation).frame
    cells = shown[
        (shown["scope"] == "cohort")
        & (shown["segment"] == segment)
        & (shown["interval"] == interval)
    ]
    if cohort is None:
        cells = cells[cells["is_complete"]]
    else:
        cells = cells[cells["cohort"] == pd.Timestamp(cohort)]
    last = dict(spec.spans).get(interval, interval)
    values: dict[str, Value] = {
        "cohorts": [
            asking.period_at(dataset, day.date(), question.clock)
            for day in cells["cohort"]
        ],
        "first_interval": interval,
        "last_interval": last,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset,
        "retention_members",
        question.members,
        question.relations,
        values,
        cancellation,
    )


def _prepare(
    dataset: Dataset,
    spec: Retention,
    filters: Filters,
    cancellation: Cancellation | None,
) -> _Question:
    returning = resolved(dataset, spec.returning)
    time = asking.observed_time(dataset, returning, spec.as_of)
    start = resolved(dataset, spec.start)
    by_days = spec.rolling and all(
        is_dated(dataset, each) for each in (start, returning)
    )
    clock = Clock(spec.interval, spec.rolling, time.cut, by_days)
    filters = _used(spec, filters)
    before = time.cut.before
    found = population(dataset, filters, spec.unit, cancellation, before)
    relations = cohort_relations(
        dataset,
        found,
        start,
        returning,
        clock,
        spec.entry,
        (spec.first_cohort, spec.last_cohort),
        spec.by_property,
        filters.segments,
        cancellation,
    )
    is_return = starts_return(
        start, returning, clock, spec.entry, spec.unit, spec.by_property
    )
    return _Question(spec, found, clock, time, relations, is_return)


def _used(spec: Retention, filters: Filters) -> Filters:
    """Return the filters as they are used: a property takes the breakdown's place."""
    return replace(filters, breakdown=None) if spec.by_property else filters


def _values(dataset: Dataset, question: _Question) -> dict[str, Value]:
    spec, time, clock = question.spec, question.time, question.clock
    firsts, lasts = zip(*spec.spans, strict=True)
    last_seen = time.seen_until - timedelta(days=1)
    is_single = all(first == last for first, last in spec.spans)

    def instant(day: date) -> datetime:
        midnight = datetime(day.year, day.month, day.day)
        return midnight if clock.by_days else dataset.utc(day)

    return {
        "first_intervals": list(firsts),
        "last_intervals": list(lasts),
        "is_single": is_single,
        "starts_return": is_single and question.starts_return,
        "is_rolling": spec.rolling,
        "rolling_seconds": interval_seconds(spec.interval),
        "data_period": asking.period_at(dataset, time.from_on, clock),
        "data_at": instant(time.from_on),
        "seen_period": asking.period_at(dataset, last_seen, clock),
        "as_of_period": asking.period_at(dataset, time.as_of, clock),
        "seen_until": instant(time.seen_until),
        "as_of_at": instant(time.as_of),
        "has_segments": bool(question.members.segments or spec.by_property),
        "min_n": dataset.min_n,
        **asking.clock_values(dataset, spec.interval),
    }


def _with_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    lower, upper = wilson_interval(frame["retained_customers"], frame["customers"])
    place = list(frame.columns).index("retention_rate") + 1
    frame.insert(place, "rate_lower", lower)
    frame.insert(place + 1, "rate_upper", upper)
    frame["cohort"] = frame["cohort"].astype("datetime64[s]")
    frame["last_interval"] = frame["last_interval"].astype("Int64")
    return frame


def _entered(cells: pd.DataFrame) -> int:
    is_total = (cells["segment"] == TOTAL).to_numpy()
    cohorts = cells["cohort"].to_numpy()[is_total]
    _, firsts = np.unique(cohorts, return_index=True)
    return int(cells["customers"].to_numpy()[is_total][firsts].sum())


def _sentence(dataset: Dataset, spec: Retention, pooled: pd.DataFrame) -> str:
    """Say how many came back, in the interval that people look at first."""
    units = "accounts" if spec.unit == "account" else "customers"
    total = pooled[pooled["segment"] == TOTAL]
    if total.empty:
        return f"No cohort of {units} is complete yet: there is nothing to pool."
    reached = np.flatnonzero(total["interval"] <= HEADLINES[spec.interval][1])
    row = total.iloc[reached[-1] if len(reached) else 0]
    share = percent_with_count(
        row["retention_rate"], int(row["retained_customers"]), int(row["customers"])
    )
    when = {
        "on": f"in {spec.interval} {row['interval']}",
        "on_or_after": f"in {spec.interval} {row['interval']} or later",
        "between": f"between {spec.interval}s {row['interval']} and {spec.horizon}",
        "brackets": f"in {spec.interval}s {row['interval']} to {row['last_interval']}",
    }[spec.mode]
    shown_by = described(dataset, spec.returning)
    return (
        f"{share} of the {units} who {begun(dataset, spec.start)} {shown_by}"
        f" {when} (95% interval {row['rate_lower']:.0%} to {row['rate_upper']:.0%};"
        f" {_counted(int(row['cohorts']), spec.interval)})."
        f"{_extremes(pooled, int(row['interval']))}"
    )


def _extremes(pooled: pd.DataFrame, interval: int) -> str:
    """Say which segments that are not small have the lowest and the highest rate."""
    rows = pooled[
        (pooled["segment"] != TOTAL)
        & (pooled["interval"] == interval)
        & ~pooled["is_small"]
    ]
    if len(rows) < 2:
        return ""
    rows = rows.sort_values("retention_rate", kind="stable")
    low, high = rows.iloc[0], rows.iloc[-1]
    lowest, highest = (
        percent_with_count(
            row["retention_rate"], row["retained_customers"], row["customers"]
        )
        for row in (low, high)
    )
    overlap = "overlap" if low["rate_upper"] >= high["rate_lower"] else "do not overlap"
    return (
        f" Lowest: {low['segment']} {lowest}; highest: {high['segment']} {highest};"
        f" their 95% intervals {overlap}."
    )


def _why_empty(
    dataset: Dataset, question: _Question, cancellation: Cancellation | None
) -> str:
    """Say whether nobody started, or nothing of it was observed."""
    spec = question.spec
    found = asking.run(
        dataset, "started", question.members, question.relations, {}, cancellation
    )
    started = int(found["units"].iloc[0])
    if not started:
        units = "accounts" if spec.unit == "account" else "customers"
        return f"No {units} in view {begun(dataset, spec.start)}."
    return (
        f"{asking.counted(started, spec.unit)} in view {begun(dataset, spec.start)},"
        " but the intervals asked for lie outside of"
        f" {question.time.describe()}."
    )


def _counted(cohorts: int, interval: Interval) -> str:
    kind = {"day": "daily", "week": "weekly", "month": "monthly"}[interval]
    return f"{cohorts} complete {kind} {'cohort' if cohorts == 1 else 'cohorts'}"


def _caveats(
    dataset: Dataset, question: _Question, cells: pd.DataFrame
) -> list[Caveat]:
    spec = question.spec
    caveats: list[Caveat] = []
    if not cells["is_complete"].all():
        last = day_label(question.time.as_of - timedelta(days=1))
        caveats.append(
            Caveat(
                "incomplete",
                f"Observed until {last}. Cells that were not over by then are hollow"
                " and marked incomplete; they enter no average.",
            )
        )
    if spec.mode == "on_or_after":
        caveats.append(
            Caveat(
                "not_comparable",
                "Older cohorts had more time to come back, so cohorts of different"
                " age cannot be compared here. Choose a fixed horizon for that.",
            )
        )
    if spec.entry == "recurring":
        caveats.append(
            Caveat(
                "recurring",
                "With recurring entry a customer can be in several cohorts.",
            )
        )
    caveats.extend(asking.account_caveat(question.members))
    caveats.extend(asking.small_caveat(cells, dataset.min_n))
    caveats.extend(asking.hole_caveat(dataset, question.time))
    caveats.extend(asking.stranger_caveat(dataset))
    return caveats

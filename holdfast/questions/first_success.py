"""How soon customers reach a first success, and whether those who do stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.attainment import Attainment, attainment_relations
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Clock, described, is_dated, resolved, table_of
from holdfast.measures import percent, percent_with_count
from holdfast.occurrence import ACTIVITY, SIGNUP, Occurrence
from holdfast.periods import Interval, day_label, first_day
from holdfast.population import TOTAL, Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions import success_figures as figures
from holdfast.questions.milestones import suggested_milestone, times_needed

# The interval that shows who stays, where none is chosen.
_RETAINED_AT: dict[Interval, int] = {"day": 30, "week": 8, "month": 3}
_MOST_DAYS = 365
_MOST_INTERVALS = 400
_MOST_TIMES = 100

WITHIN_DAYS = (1, 3, 7, 14, 30)
"""The days of the table by cohort."""


@dataclass(frozen=True)
class FirstSuccess:
    """What is asked about a first success.

    Attributes:
        start: What starts a customer's story.
        milestone: What success is, at the start or after it; empty for what the data
            suggest.
        times: How often it has to happen; 0 for once, or twice where the first one is
            the start itself.
        horizon: Days after the start that are looked at.
        interval: Day, week or month: the intervals of cohorts and of staying.
        returning: What shows that the customer is still there; any activity is an
            event, else an order, else an active subscription.
        retained_at: The interval after the start in which that is looked for, 2 or
            later; 0 for day 30, week 8 or month 3.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    start: Occurrence = SIGNUP
    milestone: Occurrence | None = None
    times: int = 0
    horizon: int = 30
    interval: Interval = "month"
    returning: Occurrence = ACTIVITY
    retained_at: int = 0
    unit: Unit = "customer"
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse what leaves no deadline to look at.

        Raises:
            SpecError: The interval measured is too early or too late, or there are
                too few or too many days or times.
        """
        if not (self.retained_at == 0 or 2 <= self.retained_at <= _MOST_INTERVALS):
            raise SpecError(
                "measured_too_early",
                f"Staying cannot be measured in {self.interval} {self.retained_at}: a"
                f" deadline has to lie before it, and {self.interval} 1 can begin right"
                " after the start.",
                f"Take an interval from 2 to {_MOST_INTERVALS}.",
            )
        for name, number, most in (
            ("horizon", self.horizon, _MOST_DAYS),
            ("times", self.times + 1, _MOST_TIMES),
        ):
            if not 1 <= number <= most:
                raise SpecError(
                    f"{name}_out_of_range",
                    f"The {name} {getattr(self, name)} cannot be used.",
                    f"Take up to {most}.",
                )

    @property
    def measured_at(self) -> int:
        """The interval after the start in which staying is looked for."""
        return self.retained_at or _RETAINED_AT[self.interval]

    @property
    def deadlines(self) -> list[int]:
        """Days that may matter; each ends before the interval measured can begin."""
        latest = min(self.horizon, _days_before(self.interval, self.measured_at))
        return [day for day in range(1, latest + 1) if day <= 14 or day % 7 == 0]


@dataclass(frozen=True)
class _Question:
    """A spec made ready for one dataset."""

    milestone: Occurrence
    times: int
    members: Population
    wanted: Attainment
    relations: dict[str, Relation]
    time: asking.ObservedTime


def answer(
    dataset: Dataset,
    spec: FirstSuccess,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how soon customers succeed, and what that has to do with staying.

    Returns:
        ``frame``: one row per segment and day up to the horizon, the share that has
        reached the milestone (1 − Kaplan–Meier) with its 95 % log-log interval.
        ``extras``: ``summary`` with one row per segment (counts and quantiles),
        ``cohorts`` (shares within 1 to 30 days, Wilson intervals), ``deadlines`` (who
        stayed, of those who reached it in time and of the others, with the Newcombe
        interval of the difference; ``is_best`` marks the deadline that tells most) and
        ``logrank`` with the test between segments.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    found, time = question.members, question.time
    has_segments = bool(found.segments)

    def run(query: str, **values: Value) -> pd.DataFrame:
        return asking.run(
            dataset, query, found, question.relations, values, cancellation
        )

    counts = run("first_success", has_segments=has_segments)
    cohorts = run(
        "success_cohorts",
        within_days=list(WITHIN_DAYS),
        as_of_on=time.as_of,
        has_segments=has_segments,
        min_n=dataset.min_n,
        **asking.clock_values(dataset, spec.interval),
    )
    deadlines = run(
        "success_deadlines",
        within_days=spec.deadlines,
        has_segments=has_segments,
        min_n=dataset.min_n,
    )
    unseen = run("unseen_starts", first_on=question.wanted.first_on).iloc[0]
    tables = figures.life_tables(counts)
    summary = figures.summary(tables, spec.horizon)
    deadlines = figures.compared(deadlines)
    goal = described_milestone(question.milestone, question.times)
    return Answer(
        question="first_success",
        spec=spec,
        filters=filters,
        frame=figures.curves(tables, spec.horizon),
        sentence=_sentence(dataset, spec, goal, summary, deadlines),
        sql=asking.shown(
            "first_success",
            found,
            question.relations,
            {"has_segments": has_segments},
        ),
        as_of=time.as_of,
        n=int(summary.loc[summary["segment"] == TOTAL, "customers"].sum()),
        extras={
            "summary": summary,
            "deadlines": deadlines,
            "cohorts": figures.with_intervals(cohorts),
            "logrank": figures.log_rank(tables),
        },
        caveats=(
            *_caveats(dataset, spec, question, goal, deadlines, unseen),
            *asking.early_caveat(dataset, time, spec.as_of),
            *asking.account_caveat(found),
            *asking.hole_caveat(dataset, time),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: FirstSuccess,
    filters: Filters,
    within_days: int,
    cohorts: Sequence[date] | None = None,
    segment: str = TOTAL,
    *,
    is_measured: bool = False,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who reached the milestone within some days, and who did not.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        within_days: The days of the figure.
        cohorts: A day in each of the cohorts; none for all.
        segment: The segment of the figure.
        is_measured: Only those whose interval of staying is over, as in the deadlines.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account. Those with ``has_reached`` are as many as the
        figure's ``reached`` or ``made``, the others as its ``missed``, those with
        ``is_retained`` as its retained; see
        ``queries/answers/first_success_members.sql``.
    """
    question = _prepare(dataset, spec, filters, cancellation)
    clock = question.wanted.clock
    values: dict[str, Value] = {
        "within_days": within_days,
        "cohorts": None
        if cohorts is None
        else [asking.period_at(dataset, day, clock) for day in cohorts],
        "is_measured": is_measured,
        "of_segment": None if segment == TOTAL else segment,
    }
    frame = asking.run(
        dataset,
        "first_success_members",
        question.members,
        question.relations,
        values,
        cancellation,
    )
    frame["days"] = frame["days"].astype("Int64")
    return frame


def described_milestone(milestone: Occurrence, times: int) -> str:
    """Say what was done by those who reached a milestone."""
    done = {
        "order": "placed an order",
        "subscription": "began to pay",
        "activity": "were active",
        "signup": "signed up",
        "trial": "began a trial",
        "cancellation": "cancelled",
        "response": "answered a survey",
    }.get(milestone.kind, f"did {milestone.describe()}")
    if times == 1:
        return done
    if milestone.kind == "order":
        return "placed a second order" if times == 2 else f"placed {times} orders"
    return f"{done} {'twice' if times == 2 else f'{times} times'}"


def best_deadline(deadlines: pd.DataFrame) -> pd.Series | None:
    """Return the deadline that tells most about staying; none where none does."""
    best = deadlines[(deadlines["segment"] == TOTAL) & deadlines["is_best"]]
    return best.iloc[0] if len(best) else None


def _prepare(
    dataset: Dataset,
    spec: FirstSuccess,
    filters: Filters,
    cancellation: Cancellation | None,
) -> _Question:
    milestone = spec.milestone or suggested_milestone(dataset)
    milestone = resolved(dataset, milestone)
    start, returning = (
        resolved(dataset, each) for each in (spec.start, spec.returning)
    )
    times = spec.times or times_needed(dataset, start, milestone)
    time = asking.observed_together(dataset, (milestone, returning), spec.as_of)
    clock = Clock(
        spec.interval,
        cut=time.cut,
        # Of what is known by the day only, the hour would be a guess.
        by_days=any(is_dated(dataset, each) for each in (start, milestone)),
    )
    wanted = Attainment(
        start=start,
        milestone=milestone,
        times=times,
        returning=returning,
        retained_at=spec.measured_at,
        clock=clock,
        first_on=_first_on(dataset, (milestone, returning)),
        as_of=time.as_of,
    )
    found = population(dataset, filters, spec.unit, cancellation, time.cut.before)
    relations = attainment_relations(dataset, found, wanted, cancellation)
    return _Question(milestone, times, found, wanted, relations, time)


def _first_on(dataset: Dataset, occurrences: tuple[Occurrence, ...]) -> date:
    """Return the day from which on all that follows a start was observed."""
    return max(
        dataset.observed[table].from_on
        for each in occurrences
        if (table := table_of(dataset, each)) in dataset.observed
    )


def _days_before(interval: Interval, number: int) -> int:
    """Return how many days always lie between a start and an interval after it.

    A start can be at the very end of its own interval.
    """
    between = number - 1
    if interval == "day":
        return between
    if interval == "week":
        return between * 7
    months = range(2023 * 12, 2027 * 12)
    return min(
        (first_day(month + between, "month") - first_day(month, "month")).days
        for month in months
    )


def _sentence(
    dataset: Dataset,
    spec: FirstSuccess,
    goal: str,
    summary: pd.DataFrame,
    deadlines: pd.DataFrame,
) -> str:
    rows = summary[summary["segment"] == TOTAL]
    if rows.empty:
        return f"No {spec.unit}s in view started in the observed time."
    row = rows.iloc[0]
    who = asking.counted(int(row["customers"]), spec.unit)
    if row["reached"] == 0:
        return f"None of the {who} {goal} after the start."
    first = f"{int(row['reached']):,} of the {who} {goal}"
    if not np.isnan(row["median_days"]):
        median = row["median_days"]
        soon = f"within {_days(median)}" if median else "at once"
        first = f"Half of the {who} {goal} {soon}"
    if not np.isnan(row["by_horizon_rate"]):
        first += (
            f"{', and' if first.startswith('Half') else ';'}"
            f" {percent(row['by_horizon_rate'])} within {_days(spec.horizon)}"
        )
    return f"{first}. {_finding(dataset, spec, deadlines)}"


def _finding(dataset: Dataset, spec: FirstSuccess, deadlines: pd.DataFrame) -> str:
    measured = f"{spec.interval} {spec.measured_at}"
    if deadlines.empty:
        return f"For nobody {measured} after the start is over yet."
    best = best_deadline(deadlines)
    total = deadlines[(deadlines["segment"] == TOTAL) & ~deadlines["is_small"]]
    if best is None and (total["difference_upper"] < 0).any():
        row = total.sort_values("difference_upper", kind="stable").iloc[0]
        return (
            "Those who made it stayed less often: of those within"
            f" {_days(row['within_days'])}, {percent(row['made_rate'])}"
            f" {described(dataset, spec.returning)} in {measured}, of the others"
            f" {percent(row['missed_rate'])}."
        )
    if best is None:
        return (
            "No deadline tells apart who stays: the differences may be chance, or too"
            " few reached it or missed it."
        )
    made, missed = (
        percent_with_count(
            best[f"{group}_rate"], best[f"{group}_retained"], best[group]
        )
        for group in ("made", "missed")
    )
    ends = (best["difference_lower"], best["difference_upper"])
    return (
        f"The deadline that tells most is {_days(best['within_days'])}: of those who"
        f" made it, {made} {described(dataset, spec.returning)} in {measured}; of"
        f" the others {missed}. That is {best['difference'] * 100:.0f} points more (95%"
        f" interval {ends[0] * 100:.0f} to {ends[1] * 100:.0f})."
    )


def _days(number: float) -> str:
    return asking.counted(int(number), "day")


def _caveats(
    dataset: Dataset,
    spec: FirstSuccess,
    question: _Question,
    goal: str,
    deadlines: pd.DataFrame,
    unseen: pd.Series,
) -> list[Caveat]:
    caveats: list[Caveat] = []
    if spec.milestone is None:
        caveats.append(
            Caveat(
                "milestone_suggested",
                "No milestone was chosen: success is taken to be that customers"
                f" {goal}, judging by what the data have.",
            )
        )
    if (best := best_deadline(deadlines)) is not None:
        total = deadlines[deadlines["segment"] == TOTAL]
        near = total[
            (total["difference"] >= best["difference_lower"]) & ~total["is_small"]
        ]
        first, last = int(near["within_days"].min()), int(near["within_days"].max())
        others = (
            "no other one comes near it"
            if first == last
            else f"those from {first} to {last} days do about as well"
        )
        caveats.append(
            Caveat(
                "best_of_many",
                f"{len(total)} deadlines were tried and the one whose difference is"
                f" surest was taken; {others}. The best of many looks a little better"
                " than it is.",
            )
        )
    if len(deadlines):
        measured = f"{spec.interval} {spec.measured_at}"
        caveats.append(
            Caveat(
                "association",
                "An association, not a cause: whoever means to stay may also be"
                " quicker, and whoever left at once had no time to succeed. Try it as"
                " an experiment before you count on it.",
            )
        )
        caveats.append(
            Caveat(
                "landmark",
                f"Every deadline ends before {measured} can begin, and only"
                f" {spec.unit}s whose {measured} is over are compared. Otherwise"
                " those who stayed longer would have had more time to succeed.",
            )
        )
    if before := int(unseen["started_before"]):
        caveats.append(
            Caveat(
                "left_edge",
                f"{asking.counted(before, spec.unit)} started before"
                f" {day_label(question.wanted.first_on)}, when the data begin that show"
                " the milestone and who stays, and"
                f" {'is' if before == 1 else 'are'} left out.",
            )
        )
    if after := int(unseen["started_after"]):
        last_day = day_label(question.time.as_of - timedelta(days=1))
        caveats.append(
            Caveat(
                "after_the_end",
                f"{asking.counted(after, spec.unit)} started after {last_day}, the last"
                f" complete day, and {'is' if after == 1 else 'are'} left out.",
            )
        )
    if question.wanted.clock.by_days:
        caveats.append(
            Caveat(
                "by_days",
                "The data give only the day of the start or of the milestone, so"
                " calendar days are counted instead of 24 hours.",
            )
        )
    small = deadlines[deadlines["is_small"]]
    caveats.extend(asking.small_caveat(small, dataset.min_n) if len(small) else [])
    return caveats

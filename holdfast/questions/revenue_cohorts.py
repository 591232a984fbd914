"""How much of its first revenue each cohort of payers pays later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import percent, percent_range, percent_with_count
from holdfast.periods import Span, period_of
from holdfast.population import TOTAL, Unit
from holdfast.query import Value
from holdfast.questions import ask, asking
from holdfast.questions.amounts import (
    RevenueQuestion,
    money_text,
    revenue_question,
    running_caveat,
    span_values,
    unpriced_caveats,
)
from holdfast.stats import ratio_interval, wilson_interval

_DEFAULT_INTERVALS: dict[Span, int] = {
    "day": 30,
    "week": 12,
    "month": 12,
    "quarter": 8,
    "year": 5,
}
_TOLD: dict[Span, int] = {"day": 30, "week": 12, "month": 12, "quarter": 4, "year": 1}
"""The interval that the sentence is about, or the last one before it."""
_MOST_INTERVALS = 400


@dataclass(frozen=True)
class RevenueCohorts:
    """What is asked about the revenue of cohorts.

    Attributes:
        interval: Day, week, month, quarter or year.
        currency: What money is counted in; empty for the most usual one.
        unit: What is counted.
        intervals: How many intervals after the first paid one; 0 for the default.
        first_cohort: A local day in the first cohort shown.
        last_cohort: A local day in the last cohort shown.
        as_of: An earlier end of the observed time.
    """

    interval: Span = "month"
    currency: str = ""
    unit: Unit = "customer"
    intervals: int = 0
    first_cohort: date | None = None
    last_cohort: date | None = None
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse more intervals than a screen can show.

        Raises:
            SpecError: There are too many.
        """
        if not 0 <= self.intervals <= _MOST_INTERVALS:
            raise SpecError(
                "too_many_intervals",
                f"{self.intervals} intervals are too many.",
                f"Ask for up to {_MOST_INTERVALS}.",
            )

    @property
    def shown_intervals(self) -> int:
        """How many intervals after the first paid one are shown."""
        return self.intervals or _DEFAULT_INTERVALS[self.interval]


def answer(
    dataset: Dataset,
    spec: RevenueCohorts,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how much of its first revenue each cohort pays later.

    Returns:
        ``frame``: one row per scope, segment, cohort and interval, with 95 %
        intervals; see ``queries/answers/revenue_cohorts.sql``. ``extras["money"]``:
        one row, the currency.
    """
    question = revenue_question(
        dataset,
        filters,
        spec.currency,
        spec.interval,
        spec.unit,
        spec.as_of,
        cancellation,
    )
    time, found = question.time, question.members

    def period(day: date) -> int:
        return period_of(day, spec.interval, dataset.week_start)

    last_period = period(time.as_of - timedelta(days=1))
    values: dict[str, Value] = {
        "first_cohort": period(spec.first_cohort or time.from_on),
        "last_cohort": (
            min(period(spec.last_cohort), last_period)
            if spec.last_cohort
            else last_period
        ),
        "intervals": spec.shown_intervals,
        "last_period": last_period,
        "as_of_period": period(time.as_of),
        "has_segments": bool(found.segments),
        "min_n": dataset.min_n,
        **span_values(dataset, spec.interval),
    }
    frame = asking.run(
        dataset, "revenue_cohorts", found, question.relations, values, cancellation
    )
    frame = _with_intervals(frame)
    cells = frame[frame["scope"] == "cohort"]
    first = cells[(cells["segment"] == TOTAL) & (cells["interval"] == 0)]
    _, caveats = unpriced_caveats(
        dataset, found, question.currency, time.as_of, cancellation
    )
    return Answer(
        question="revenue_cohorts",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, question, frame),
        sql=asking.shown("revenue_cohorts", found, question.relations, values),
        as_of=time.as_of,
        n=int(first["customers"].sum()),
        extras={"money": pd.DataFrame({"currency": [question.currency]})},
        caveats=(
            *caveats,
            *running_caveat(time.as_of, cells),
            *asking.small_caveat(cells[cells["is_complete"]], dataset.min_n),
            *asking.account_caveat(found),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: RevenueCohorts,
    filters: Filters,
    cohort: date | None,
    interval: int,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers behind one cell, and what each paid then and pays now.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        cohort: First day of the cohort; none for all that are complete, as pooled.
        interval: Intervals since the first paid one.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account; as many as the figure's customers, and the
        amounts add up to its revenue.
    """
    question = revenue_question(
        dataset,
        filters,
        spec.currency,
        spec.interval,
        spec.unit,
        spec.as_of,
        cancellation,
    )
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
    values: dict[str, Value] = {
        "cohorts": [
            period_of(day.date(), spec.interval, dataset.week_start)
            for day in cells["cohort"]
        ],
        "of_interval": interval,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset,
        "revenue_cohorts_members",
        question.members,
        question.relations,
        values,
        cancellation,
    )


def _with_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    low, high = ratio_interval(frame["revenue_rate"], frame.pop("revenue_error"))
    place = list(frame.columns).index("revenue_rate") + 1
    frame.insert(place, "revenue_lower", low)
    frame.insert(place + 1, "revenue_upper", high)
    low, high = wilson_interval(frame["paying_customers"], frame["customers"])
    place = list(frame.columns).index("payer_rate") + 1
    frame.insert(place, "payer_lower", low)
    frame.insert(place + 1, "payer_upper", high)
    frame["cohort"] = frame["cohort"].astype("datetime64[s]")
    return frame


def _sentence(
    spec: RevenueCohorts, question: RevenueQuestion, frame: pd.DataFrame
) -> str:
    """Say how much is left, in the interval that people look at first."""
    units = "accounts" if spec.unit == "account" else "customers"
    if frame.empty:
        return f"No {units} in view paid in {question.time.describe()}."
    pooled = frame[(frame["scope"] == "pooled") & (frame["segment"] == TOTAL)]
    if pooled.empty:
        return f"No cohort of {units} is complete yet: there is nothing to pool."
    reached = np.flatnonzero(pooled["interval"] <= _TOLD[spec.interval])
    row = pooled.iloc[reached[-1]]
    payers = percent_with_count(
        row["payer_rate"], row["paying_customers"], row["customers"]
    )
    span = (
        ""
        if pd.isna(row["revenue_lower"])
        else " (95% interval"
        f" {percent_range(row['revenue_lower'], row['revenue_upper'])})"
    )
    cohorts = f"{int(row['cohorts']):,} cohort{'' if row['cohorts'] == 1 else 's'}"
    return (
        f"In {spec.interval} {row['interval']} after their first, {payers} of the"
        f" {units} pay, and together {percent(row['revenue_rate'])}{span} of what all"
        f" paid at first: {money_text(row['mrr_now'], question.currency)} of"
        f" {money_text(row['mrr_first'], question.currency)} a month, over {cohorts}."
    )

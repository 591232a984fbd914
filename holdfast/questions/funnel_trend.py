"""How the share that goes all the way changes with the interval of entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import percent, percent_with_count
from holdfast.periods import period_label, period_of
from holdfast.population import TOTAL
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.attempting import (
    Attempting,
    Prepared,
    caveats,
    nobody_entered,
    prepared,
    used_filters,
)
from holdfast.stats import wilson_interval

State = Literal["converted", "dropped", "open"]


@dataclass(frozen=True)
class FunnelTrend(Attempting):
    """What is asked about a funnel over time; see ``Attempting``."""


def answer(
    dataset: Dataset,
    spec: FunnelTrend,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many of each interval's entries went all the way.

    Returns:
        ``frame``: one row per segment and interval of entry, with a 95 % Wilson
        interval; see ``queries/answers/funnel_trend.sql``.
    """
    question = prepared(dataset, spec, filters, cancellation, by_interval=True)
    values = {
        **question.values,
        "over_period": _over_period(dataset, question),
        "min_n": dataset.min_n,
        **asking.clock_values(dataset, spec.interval),
    }
    frame = asking.run(
        dataset,
        "funnel_trend",
        question.members,
        question.relations,
        values,
        cancellation,
    )
    lower, upper = wilson_interval(frame["customers"], frame["entered_customers"])
    place = list(frame.columns).index("conversion_rate") + 1
    frame.insert(place, "rate_lower", lower)
    frame.insert(place + 1, "rate_upper", upper)
    frame["period"] = frame["period"].astype("datetime64[s]")
    total = frame[frame["segment"] == TOTAL]
    found = caveats(dataset, question, filters, int(total["open_customers"].sum()))
    if not frame["is_complete"].all():
        found.append(
            Caveat(
                "incomplete",
                f"{spec.interval.capitalize()}s in which some entries still have time"
                " are hollow; they may change.",
            )
        )
    found.extend(asking.small_caveat(frame, dataset.min_n))
    return Answer(
        question="funnel_trend",
        spec=spec,
        filters=used_filters(spec, filters),
        frame=frame,
        sentence=_sentence(question.spec, total),
        sql=asking.shown("funnel_trend", question.members, question.relations, values),
        as_of=question.time.as_of,
        n=int(total["entered_customers"].sum()),
        caveats=tuple(found),
    )


def members(
    dataset: Dataset,
    spec: FunnelTrend,
    filters: Filters,
    period: date,
    state: State = "converted",
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers behind one point or bar.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        period: First day of the interval of entry.
        state: Who went all the way, who did not, or who still has time.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account (or value held constant, where these count), as
        many as the figure; see ``queries/answers/funnel_trend_members.sql``.
    """
    question = prepared(dataset, spec, filters, cancellation, by_interval=True)
    values: dict[str, Value] = {
        **question.values,
        "period": period_of(period, spec.interval, dataset.week_start),
        "state": state,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset,
        "funnel_trend_members",
        question.members,
        question.relations,
        values,
        cancellation,
    )


def _over_period(dataset: Dataset, question: Prepared) -> int:
    """Return the first interval in which some entry may still have time."""
    longest = question.spec.rules.longest_seconds or 0
    over_at = question.as_of_at - timedelta(seconds=longest)
    # A day of the window is 24 hours, which is not always one day on the wall.
    by_days = question.clock.by_days
    over_on = over_at.date() if by_days else dataset.local_day(over_at)
    return period_of(over_on, question.spec.interval, dataset.week_start)


def _sentence(spec: Attempting, total: pd.DataFrame) -> str:
    if total.empty:
        return nobody_entered(spec)
    over = total[total["is_complete"] & (total["entered_customers"] > 0)]
    if len(over) < 2:
        return (
            f"There are not yet two {spec.interval}s of entry whose time is over, so"
            " there is no trend to see."
        )
    half = len(over) // 2
    shares = []
    for rows in (over.iloc[:half], over.iloc[-half:]):
        converted = int(rows["customers"].sum())
        entered = int(rows["entered_customers"].sum())
        shares.append(percent_with_count(converted / entered, converted, entered))
    many = "" if half == 1 else f" {half}"
    sentence = (
        f"{shares[0]} went all the way in the first{many} of the {len(over)} complete"
        f" {spec.interval}s of entry, {shares[1]} in the last{many}."
    )
    rates = over["conversion_rate"].to_numpy(dtype=float)
    places = int(rates.argmin()), int(rates.argmax())
    if rates[places[0]] == rates[places[1]]:
        return sentence
    low, high = (
        f"{period_label(over['period'].iloc[place], spec.interval)}"
        f" {percent(rates[place])}"
        for place in places
    )
    return f"{sentence} Lowest: {low}; highest: {high}."

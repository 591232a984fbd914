"""Who is new, returning, resurrected or dormant in each interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.cohorts import presence_relations
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.happenings import Clock, described, resolved
from holdfast.measures import percent_with_count
from holdfast.occurrence import ACTIVITY, Occurrence
from holdfast.periods import Interval, day_label, period_label
from holdfast.population import TOTAL, Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.stats import wilson_interval


@dataclass(frozen=True)
class Lifecycle:
    """What is asked about the life cycle.

    Attributes:
        shown_by: What shows that a customer is active; any activity is an event, else
            an order, else an active subscription.
        interval: Day, week or month.
        unit: What is counted.
        first: A local day in the first interval shown.
        last: A local day in the last interval shown.
        as_of: An earlier end of the observed time.
    """

    shown_by: Occurrence = ACTIVITY
    interval: Interval = "month"
    unit: Unit = "customer"
    first: date | None = None
    last: date | None = None
    as_of: date | None = None


def answer(
    dataset: Dataset,
    spec: Lifecycle,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer who came, stayed, came back and fell silent.

    Returns:
        ``frame``: one row per segment and interval, with a 95 % Wilson interval of
        the strict retention rate; see ``queries/answers/lifecycle.sql``.
    """
    found, relations, clock, time = _prepare(dataset, spec, filters, cancellation)
    data_period = asking.period_at(dataset, time.from_on, clock)
    last_period = asking.period_at(dataset, time.seen_until - timedelta(days=1), clock)
    first = asking.period_at(dataset, spec.first or time.from_on, clock)
    last = asking.period_at(dataset, spec.last, clock) if spec.last else last_period
    values: dict[str, Value] = {
        "first_period": max(first, data_period),
        "last_period": min(last, last_period),
        "data_period": data_period,
        "as_of_period": asking.period_at(dataset, time.as_of, clock),
        "has_segments": bool(found.segments),
        "min_n": dataset.min_n,
        **asking.clock_values(dataset, spec.interval),
    }
    frame = asking.run(dataset, "lifecycle", found, relations, values, cancellation)
    frame = _with_intervals(frame)
    return Answer(
        question="lifecycle",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(dataset, spec, time, frame),
        sql=asking.shown("lifecycle", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        caveats=(
            *_caveats(dataset, time, frame),
            *asking.account_caveat(found),
        ),
    )


def members(
    dataset: Dataset,
    spec: Lifecycle,
    filters: Filters,
    period: date,
    status: str,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers who have one status in one interval.

    Returns:
        One row per customer or account; as many as the figure says.
    """
    found, relations, clock, _ = _prepare(dataset, spec, filters, cancellation)
    values: dict[str, Value] = {
        "of_period": asking.period_at(dataset, period, clock),
        "of_status": status,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset, "lifecycle_members", found, relations, values, cancellation
    )


def _prepare(
    dataset: Dataset,
    spec: Lifecycle,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[Population, dict[str, Relation], Clock, asking.ObservedTime]:
    shown_by = resolved(dataset, spec.shown_by)
    time = asking.observed_time(dataset, shown_by, spec.as_of)
    clock = Clock(spec.interval, cut=time.cut)
    before = time.cut.before
    found = population(dataset, filters, spec.unit, cancellation, before)
    relations = presence_relations(dataset, found, shown_by, clock, cancellation)
    return found, relations, clock, time


def _with_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    complete = frame["is_complete"]
    lower, upper = wilson_interval(frame["returning"], frame["customers_at_start"])
    place = list(frame.columns).index("strict_rate") + 1
    frame.insert(place, "strict_lower", pd.Series(lower).where(complete))
    frame.insert(place + 1, "strict_upper", pd.Series(upper).where(complete))
    frame["period"] = pd.to_datetime(frame["period"])
    frame["dormant"] = frame["dormant"].astype("Int64")
    return frame


def _sentence(
    dataset: Dataset, spec: Lifecycle, time: asking.ObservedTime, frame: pd.DataFrame
) -> str:
    """Say what happened in the last complete interval."""
    rows = frame[(frame["segment"] == TOTAL) & frame["is_complete"]]
    if frame.empty:
        return f"The {spec.interval}s asked for lie outside of {time.describe()}."
    if rows.empty:
        return f"No {spec.interval} is complete yet."
    row = rows.iloc[-1]
    label = period_label(row["period"], spec.interval)
    if spec.interval == "week":
        label = f"the week of {label}"
    start = int(row["customers_at_start"])
    done = described(dataset, spec.shown_by)
    if row["active"] == 1:
        done = done.replace("were", "was")
    kept = (
        f"; of those active the {spec.interval} before, "
        f"{percent_with_count(row['strict_rate'], int(row['returning']), start)} stayed"
        if start
        else ""
    )
    return (
        f"In {label}, {asking.counted(int(row['active']), spec.unit)}"
        f" {done}:"
        f" {int(row['new']):,} new, {int(row['returning']):,} returning,"
        f" {int(row['resurrected']):,} resurrected;"
        f" {int(row['dormant']):,} fell silent{kept}."
    )


def _caveats(
    dataset: Dataset, time: asking.ObservedTime, frame: pd.DataFrame
) -> list[Caveat]:
    caveats: list[Caveat] = []
    total = frame[frame["segment"] == TOTAL]
    if not total["is_complete"].all():
        last = day_label(time.as_of - timedelta(days=1))
        caveats.append(
            Caveat(
                "incomplete",
                f"Observed until {last}: the last interval still runs, so nobody is"
                " called dormant in it yet and it has no rates.",
            )
        )
    if total["is_first"].any():
        caveats.append(
            Caveat(
                "left_edge",
                "The data begin in the first interval: people counted as new there may"
                " be old customers.",
            )
        )
    last_row = total[total["is_complete"]].tail(1)
    differ = last_row[last_row["crr"].notna() & (last_row["resurrected"] > 0)]
    for _, row in differ.iterrows():
        caveats.append(
            Caveat(
                "crr_counts_returners",
                f"The customer retention rate counts people who came back: in the last"
                f" complete interval {int(row['resurrected']):,} of them lift it from"
                f" {row['strict_rate']:.1%} (strict) to {row['crr']:.1%}.",
            )
        )
    complete = frame[frame["is_complete"] & ~frame["is_first"]]
    caveats.extend(asking.small_caveat(complete, dataset.min_n))
    caveats.extend(asking.hole_caveat(dataset, time))
    caveats.extend(asking.stranger_caveat(dataset))
    return caveats

"""How many customers each period loses, of those who were there at its start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import percent, percent_range
from holdfast.periods import (
    WEEK_SHIFTS,
    Span,
    day_label,
    first_day,
    period_of,
    period_sql,
)
from holdfast.population import TOTAL, Relation
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.amounts import unpriced_caveats
from holdfast.questions.leaving import (
    Leaving,
    Spells,
    edge_caveats,
    in_period,
    prepared,
    sign_caveat,
)
from holdfast.reasons import FAILED_PAYMENT
from holdfast.stats import wilson_interval
from holdfast.stays import stay_relations

OF_PERIODS = {
    *("incomplete", "no_start", "joined_and_left", "left_and_back", "small_n"),
}
"""Codes of the caveats that tell of all periods shown."""

# With how many complete periods before it the last one is compared.
_COMPARED = 12


@dataclass(frozen=True)
class Churn(Leaving):
    """What is asked about the customers that periods lose; see also ``Leaving``.

    Attributes:
        span: Day, week, month, quarter or year.
        first: A local day in the first period shown.
        last: A local day in the last period shown.
    """

    span: Span = "month"
    first: date | None = None
    last: date | None = None


def answer(
    dataset: Dataset,
    spec: Churn,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many customers were lost, and how many joined and came back.

    Returns:
        ``frame``: one row per segment and period, with a 95 % Wilson interval of the
        churn rate; see ``queries/answers/churn.sql``. In every row the customers at the
        start, those who joined and came back, less those lost, are those at the end.

    Raises:
        SpecError: The data do not tell who is a customer, or tell no dates.
    """
    spells = _with_stays(dataset, spec, filters, cancellation)
    time = spells.time
    shown_from = max(spec.first or time.from_on, time.from_on)
    last_day = time.as_of - timedelta(days=1)
    values: dict[str, Value] = {
        "first_period": _period(dataset, shown_from, spec),
        "last_period": _period(dataset, min(spec.last or last_day, last_day), spec),
        "as_of_period": _period(dataset, time.as_of, spec),
        "judged_period": _judged_from(dataset, spec, spells),
        "has_segments": bool(spells.members.segments),
        "calendar": spec.span,
        "week_shift": WEEK_SHIFTS[dataset.week_start],
        "failed_payment": FAILED_PAYMENT,
        "min_n": dataset.min_n,
    }
    found, relations = spells.members, spells.relations
    frame = asking.run(dataset, "churn", found, relations, values, cancellation)
    frame["period"] = pd.to_datetime(frame["period"])
    lower, upper = wilson_interval(frame["lost"], frame["customers_at_start"])
    place = list(frame.columns).index("churn_rate") + 1
    has_rate = frame["churn_rate"].notna()
    frame.insert(place, "churn_lower", pd.Series(lower).where(has_rate))
    frame.insert(place + 1, "churn_upper", pd.Series(upper).where(has_rate))
    return Answer(
        question="churn",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, spells, frame),
        sql=asking.shown("churn", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        caveats=(
            sign_caveat(spells.sign, spec.ending, spells.lapse),
            *_caveats(dataset, spec, spells, frame),
            *_backwards(dataset, spells, cancellation),
            *asking.account_caveat(found),
        ),
    )


def _backwards(
    dataset: Dataset, spells: Spells, cancellation: Cancellation | None
) -> list[Caveat]:
    """Say whose subscription ends before it starts, which is no time as customer."""
    if spells.sign != "subscription" or not _has_backwards(dataset):
        return []
    _, caveats = unpriced_caveats(
        dataset, spells.members, "", spells.time.as_of, cancellation
    )
    return [each for each in caveats if each.code == "backwards"]


def _has_backwards(dataset: Dataset) -> bool:
    key = "subscriptions that end before they start"
    kept = dataset.recall(key)
    if kept is None:
        found, _ = dataset.count("from subscriptions where ended_on < started_on")
        kept = found > 0
        dataset.keep(key, kept)
    return bool(kept)


def members(
    dataset: Dataset,
    spec: Churn,
    filters: Filters,
    period: date,
    kind: str,
    segment: str = TOTAL,
    until: date | None = None,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers behind a figure.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        period: A local day in the period, or in the first of several.
        kind: The figure's column, such as ``lost`` or ``came_back``.
        segment: The segment of the figure.
        until: A local day in the last of several periods.
        cancellation: Lets another thread stop the work.

    Returns:
        As many rows as the figure says; see ``queries/answers/churn_members.sql``.
    """
    spells = _with_stays(dataset, spec, filters, cancellation)
    last_day = spells.time.as_of - timedelta(days=1)
    values: dict[str, Value] = {
        "of_first": _period(dataset, period, spec),
        "of_last": _period(dataset, min(until or period, last_day), spec),
        "of_kind": kind,
        "of_segment": None if segment == TOTAL else segment,
        "failed_payment": FAILED_PAYMENT,
    }
    return asking.run(
        dataset,
        "churn_members",
        spells.members,
        spells.relations,
        values,
        cancellation,
    )


def complete_rows(frame: pd.DataFrame, segment: str = TOTAL) -> pd.DataFrame:
    """Return the complete periods of a segment that have a rate, in order."""
    rows: pd.DataFrame = frame[
        (frame["segment"] == segment)
        & frame["is_complete"]
        & frame["churn_rate"].notna()
    ]
    return rows


def _with_stays(
    dataset: Dataset,
    spec: Churn,
    filters: Filters,
    cancellation: Cancellation | None,
) -> Spells:
    spells = prepared(dataset, spec, filters, cancellation)
    relations = stay_relations(
        dataset,
        spells.members,
        spells.relations,
        spec.span,
        spells.time.as_of,
        cancellation,
    )
    breaks = _BREAKS.format(
        ended=period_sql("ended_on", spec.span, dataset.week_start),
        returned=period_sql("next_started_on", spec.span, dataset.week_start),
    )
    relations = relations | {"breaks": Relation(breaks)}
    return Spells(spells.sign, spells.lapse, spells.time, spells.members, relations)


# Whoever left and was back before the period ended was there at its end, or was not
# there at either end: it is lost once at the most, however often it left.
_BREAKS = """select
    unit_no,
    segment_no,
    started_on,
    ended_on,
    reason,
    {ended} as period
from spells
where
    next_started_on is not null
    and {ended} = {returned}"""


def _judged_from(dataset: Dataset, spec: Churn, spells: Spells) -> int:
    """Return the first period in all of which a loss could be seen.

    Judged by silence, nobody can be lost until the data are as old as it.
    """
    day = spells.time.from_on + timedelta(days=spells.lapse)
    period = _period(dataset, day, spec)
    begins = first_day(period, spec.span, dataset.week_start)
    return period if begins == day or not spells.lapse else period + 1


def _period(dataset: Dataset, day: date, spec: Churn) -> int:
    return period_of(day, spec.span, dataset.week_start)


def _sentence(spec: Churn, spells: Spells, frame: pd.DataFrame) -> str:
    """Say what the last complete period lost, and whether that is unusual."""
    total = frame[frame["segment"] == TOTAL]
    if total.empty:
        return f"The {spec.span}s asked for lie outside of {spells.time.describe()}."
    complete = total[total["is_complete"]]
    if complete.empty:
        return f"No {spec.span} is complete yet."
    row = complete.iloc[-1]
    at = in_period(row["period"], spec.span)
    if not row["customers_at_start"]:
        return (
            f"{at[:1].upper()}{at[1:]} there were no customers at the start, so there"
            f" is no churn rate; {int(row['joined']) or 'nobody'} joined."
        )
    if not row["is_judged"]:
        return (
            f"The data are too short to see who was lost {at}: a customer counts as one"
            f" for {spells.lapse} days after the last sign of life."
        )
    start, lost = int(row["customers_at_start"]), int(row["lost"])
    rate = f"{_one(row['churn_rate'])} ({lost:,} of {start:,})"
    interval = percent_range(row["churn_lower"], row["churn_upper"])
    said = (
        f"{at[:1].upper()}{at[1:]}, {rate} of the {spec.unit}s at the start left, 95%"
        f" interval {interval}"
    )
    before = complete_rows(frame)
    before = before[before["period"] < row["period"]].tail(_COMPARED)
    if before.empty:
        return f"{said}."
    usual = before["lost"].sum() / before["customers_at_start"].sum()
    among = asking.counted(len(before), f"complete {spec.span}")
    if row["churn_lower"] <= usual <= row["churn_upper"]:
        judged = "which lies within that interval"
    else:
        judged = f"so {'more' if row['churn_rate'] > usual else 'fewer'} than usual"
    return f"{said}; in the {among} before it was {_one(usual)}, {judged}."


def _one(rate: float) -> str:
    return percent(rate, 1 if rate < 0.1 else 0)


def _caveats(
    dataset: Dataset, spec: Churn, spells: Spells, frame: pd.DataFrame
) -> list[Caveat]:
    caveats: list[Caveat] = []
    total = frame[frame["segment"] == TOTAL]
    if not total["is_complete"].all():
        last = day_label(spells.time.as_of - timedelta(days=1))
        caveats.append(
            Caveat(
                "incomplete",
                f"Observed until {last}: the last {spec.span} still runs, so its rate"
                " is what it has lost so far.",
            )
        )
    if len(total) and not total["customers_at_start"].iloc[0]:
        at = in_period(total["period"].iloc[0], spec.span)
        caveats.append(
            Caveat(
                "no_start",
                f"There were no customers at the start of the first {spec.span} shown"
                f" ({at.partition(' ')[2]}), so it has no rate.",
            )
        )
    inside = int(total["joined_and_left"].sum())
    if inside:
        caveats.append(
            Caveat(
                "joined_and_left",
                f"{inside:,} came and left inside one {spec.span}. They are in no rate"
                " and counted apart.",
            )
        )
    back = int(total["left_and_back"].sum())
    if back:
        caveats.append(
            Caveat(
                "left_and_back",
                f"{asking.counted(back, 'time')} somebody left and was back before the"
                f" {spec.span} was over. That is in no rate either.",
            )
        )
    complete = frame[frame["is_complete"] & (frame["customers_at_start"] > 0)]
    caveats.extend(asking.small_caveat(complete, dataset.min_n))
    caveats.extend(edge_caveats(spells))
    if spells.lapse:
        caveats.extend(asking.hole_caveat(dataset, spells.time))
    caveats.extend(asking.stranger_caveat(dataset))
    return caveats

"""Which kind of customers leaves more, and what moved the rate: mix or behaviour."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import percent
from holdfast.mixture import parts_of_change
from holdfast.periods import Span, first_day, period_label, period_of
from holdfast.population import TOTAL, population
from holdfast.query import Value
from holdfast.questions import asking, churn
from holdfast.questions.churn import OF_PERIODS, Churn
from holdfast.questions.leaving import Leaving, sign_caveat, sign_of_leaving
from holdfast.stats import newcombe_difference, wilson_interval

Against = Literal["before", "year_before"]

# So many of the last complete periods are looked at, where no other are chosen.
_LATEST: dict[Span, int] = {"day": 28, "week": 4, "month": 3, "quarter": 1, "year": 1}
_IN_A_YEAR: dict[Span, int] = {"month": 12, "quarter": 4, "year": 1}


@dataclass(frozen=True)
class ChurnSegments(Leaving):
    """What is asked about segments; see also ``Leaving``.

    Attributes:
        span: Day, week, month, quarter or year.
        first: A local day in the first period; by default of the last three months,
            28 days, four weeks, one quarter or one year that are complete.
        last: A local day in the last period; only complete ones are counted.
        against: The change is told from as many periods right ``before``, or from the
            same ones a year before.
    """

    span: Span = "month"
    first: date | None = None
    last: date | None = None
    against: Against = "before"


def answer(
    dataset: Dataset,
    spec: ChurnSegments,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how segments differ in churn, and which of them moved it.

    Returns:
        ``frame``: one row per segment over the chosen periods: customers at their
        starts added up, lost, rate with its Wilson interval, shares of all lost and of
        all customers, difference from all others with Newcombe's interval and whether
        it is beyond chance. ``extras``: ``change``, one row per segment with both
        times and the parts of the change of the whole rate, which add up to it; and
        ``periods``, the first and last period of both times.

    Raises:
        SpecError: The data do not tell who is a customer.
    """
    if sign_of_leaving(dataset, spec.sign) == "tenure":
        return _of_flags(dataset, spec, filters, cancellation)
    asked = churn_spec(spec)
    whole = churn.answer(dataset, asked, filters, cancellation)
    complete = whole.frame[whole.frame["is_complete"] & whole.frame["is_judged"]]
    now, then = _times(dataset, spec, complete)
    frame = _compared(
        _summed(complete, now, complete["segment"].drop_duplicates()), dataset.min_n
    )
    change = change_parts(frame, _summed(complete, then, frame["segment"]))
    return Answer(
        question="churn_segments",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame, _named(now, spec.span)),
        sql=whole.sql,
        as_of=whole.as_of,
        n=whole.n,
        extras={"change": change, "periods": _ends(now, then)},
        caveats=(
            *(each for each in whole.caveats if each.code not in OF_PERIODS),
            *_caveats(dataset, spec, frame, len(now)),
        ),
    )


def members(
    dataset: Dataset,
    spec: ChurnSegments,
    filters: Filters,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers whom a segment lost in the chosen periods.

    Returns:
        As many rows as the segment's ``lost``; see ``churn_members.sql`` and, where
        nothing is dated, ``churned_customers_members.sql``.
    """
    if sign_of_leaving(dataset, spec.sign) == "tenure":
        found = population(dataset, filters, spec.unit, cancellation)
        of: dict[str, Value] = {"of_segment": None if segment == TOTAL else segment}
        query = "churned_customers_members"
        return asking.run(dataset, query, found, {}, of, cancellation)
    asked = churn_spec(spec)
    periods = answer(dataset, spec, filters, cancellation).extras["periods"]
    if periods.empty:
        return pd.DataFrame(columns=["id"])
    first, last = (periods[name].iloc[0].date() for name in ("first", "last"))
    return churn.members(
        dataset, asked, filters, first, "lost", segment, last, cancellation
    )


def churn_spec(spec: ChurnSegments) -> Churn:
    """Return the question about the periods that segments are compared over."""
    given = {field.name: getattr(spec, field.name) for field in fields(Leaving)}
    return Churn(**given, span=spec.span)


def change_sentence(answer: Answer) -> str:
    """Say how the whole rate changed, and how much of it is mix and behaviour."""
    change, periods = answer.extras["change"], answer.extras["periods"]
    total = change[change["segment"] == TOTAL]
    span = answer.spec.span
    if total.empty or total["change"].isna().any():
        return (
            f"There are no earlier complete {span}s with customers to compare with, so"
            " no change can be told."
        )
    row = total.iloc[0]
    now, then = (
        f"{period_label(each['first'], span)} to {period_label(each['last'], span)}"
        if each["first"] != each["last"]
        else period_label(each["first"], span)
        for _, each in periods.iterrows()
    )
    said = (
        f"From {percent(row['rate_before'], 1)} ({then}) to"
        f" {percent(row['rate_now'], 1)} ({now}): {_points(row['change'])}"
    )
    if len(change) < 3:
        return f"{said}. Choose a breakdown to see what of it is mix."
    return (
        f"{said}, of which {_points(row['rate_part'])} because the same kinds of"
        f" customers left more or less often and {_points(row['mix_part'])} because"
        " there were other customers."
    )


def change_parts(now: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Split the change of the whole rate into parts that add up to it.

    Args:
        now: ``segment``, ``customers`` and ``lost``, with a row of the total.
        then: The same segments at the other time.

    Returns:
        Both times side by side with ``mix_part``, ``rate_part`` and ``change``.

    How: ``mixture.parts_of_change``.
    """
    change = now[["segment", "customers", "lost"]].merge(
        then[["segment", "customers", "lost"]],
        on="segment",
        suffixes=("_now", "_before"),
    )
    total = change[change["segment"] == TOTAL]
    for time in ("now", "before"):
        customers, lost = change[f"customers_{time}"], change[f"lost_{time}"]
        everyone = int(total[f"customers_{time}"].sum()) or np.nan
        change[f"rate_{time}"] = lost / customers.where(customers > 0)
        change[f"share_{time}"] = customers / everyone
    is_total = change["segment"] == TOTAL
    whole = (change["rate_now"] + change["rate_before"])[is_total].sum(min_count=1) / 2
    change["mix_part"], change["rate_part"] = parts_of_change(
        change["share_now"],
        change["share_before"],
        change["rate_now"],
        change["rate_before"],
        whole,
    )
    if (~is_total).any():
        for part in ("mix_part", "rate_part"):
            parts = change.loc[~is_total, part].sum(skipna=False)
            change.loc[is_total, part] = parts
    change["change"] = change["mix_part"] + change["rate_part"]
    return change


def _times(
    dataset: Dataset, spec: ChurnSegments, complete: pd.DataFrame
) -> tuple[list[pd.Timestamp], list[pd.Timestamp]]:
    """Return the periods that are looked at, and those they are compared with."""
    known = sorted(complete["period"].drop_duplicates())
    now = known
    if spec.first or spec.last:
        first, last = (
            pd.Timestamp(_begin(dataset, each, spec.span)) if each else None
            for each in (spec.first, spec.last)
        )
        now = [
            each
            for each in known
            if (first is None or each >= first) and (last is None or each <= last)
        ]
    if not spec.first:
        now = now[-_LATEST[spec.span] :]
    if not now:
        return [], []
    if spec.against == "year_before" and spec.span in _IN_A_YEAR:
        then = [each - pd.DateOffset(years=1) for each in now]
    elif spec.against == "year_before":
        # The same weekdays: 52 weeks before.
        then = [each - pd.Timedelta(days=364) for each in now]
    else:
        place = known.index(now[0])
        then = known[max(place - len(now), 0) : place]
    then = [each for each in then if each in known]
    return now, then if len(then) == len(now) else []


def _begin(dataset: Dataset, day: date, span: Span) -> date:
    period = period_of(day, span, dataset.week_start)
    return first_day(period, span, dataset.week_start)


def _summed(
    frame: pd.DataFrame, periods: list[pd.Timestamp], segments: pd.Series
) -> pd.DataFrame:
    """Add the periods up; a segment without customers has noughts."""
    rows = frame[frame["period"].isin(periods)]
    sums = rows.groupby("segment")[["customers_at_start", "lost"]].sum()
    sums = sums.reindex(list(segments), fill_value=0)
    named: pd.DataFrame = sums.rename(columns={"customers_at_start": "customers"})
    return named.rename_axis("segment").reset_index()


def _compared(sums: pd.DataFrame, min_n: int) -> pd.DataFrame:
    """Put rates, shares and the difference from all others beside the counts."""
    frame = sums[["segment", "customers", "lost"]].copy()
    lost, customers = frame["lost"], frame["customers"]
    lower, upper = wilson_interval(lost, customers)
    total = frame[frame["segment"] == TOTAL]
    if total.empty:
        total = pd.DataFrame({"customers": [0], "lost": [0]})
    all_lost, everyone = int(total["lost"].iloc[0]), int(total["customers"].iloc[0])
    frame["churn_rate"] = lost / customers.where(customers > 0)
    frame["churn_lower"], frame["churn_upper"] = lower, upper
    lower, upper = wilson_interval(lost, np.full(len(frame), all_lost))
    frame["share_of_lost"] = lost / (all_lost or np.nan)
    frame["share_lower"], frame["share_upper"] = lower, upper
    frame["share_of_customers"] = customers / (everyone or np.nan)
    apart = newcombe_difference(lost, customers, all_lost - lost, everyone - customers)
    names = ("difference", "difference_lower", "difference_upper")
    for name, values in zip(names, apart, strict=True):
        frame[name] = pd.Series(values).where(frame["segment"] != TOTAL)
    frame["differs"] = (frame["difference_lower"] > 0) | (frame["difference_upper"] < 0)
    frame["is_small"] = customers < min_n
    return frame


def _ends(now: list[pd.Timestamp], then: list[pd.Timestamp]) -> pd.DataFrame:
    rows = [
        (name, periods[0], periods[-1])
        for name, periods in (("now", now), ("before", then))
        if periods
    ]
    return pd.DataFrame(rows, columns=["time", "first", "last"])


def _of_flags(
    dataset: Dataset,
    spec: ChurnSegments,
    filters: Filters,
    cancellation: Cancellation | None,
) -> Answer:
    """Compare segments by a flag that says who has left, at any time."""
    found = population(dataset, filters, spec.unit, cancellation)
    values: dict[str, Value] = {"has_segments": bool(found.segments)}
    query = "churned_customers"
    sums = asking.run(dataset, query, found, {}, values, cancellation)
    frame = _compared(sums, dataset.min_n)
    caveats = [sign_caveat("tenure", spec.ending, 0)]
    unknown = int(sums.loc[sums["segment"] == TOTAL, "unknown"].sum())
    if unknown:
        caveats.append(
            Caveat(
                "not_told",
                f"Of {asking.counted(unknown, spec.unit)} the table does not say"
                " whether they left; they are in no figure.",
            )
        )
    return Answer(
        question="churn_segments",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame, ""),
        sql=asking.shown(query, found, {}, values),
        as_of=None,
        n=found.units,
        extras={"change": change_parts(frame, sums).head(0), "periods": _ends([], [])},
        caveats=(
            *caveats,
            *_caveats(dataset, spec, frame, 1),
            *asking.account_caveat(found),
        ),
    )


def _named(periods: list[pd.Timestamp], span: Span) -> str:
    if not periods:
        return ""
    ends = [period_label(each, span) for each in (periods[0], periods[-1])]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _sentence(spec: ChurnSegments, frame: pd.DataFrame, when: str) -> str:
    total = frame[frame["segment"] == TOTAL]
    if total.empty:
        return f"No {spec.span} is complete yet, so nothing can be compared."
    row = total.iloc[0]
    start = f"In {when}, " if when else ""
    if not row["customers"]:
        if not when and (spec.first or spec.last):
            return f"No complete {spec.span} lies in the time asked for."
        nobody = f"{start}no {spec.unit}s were there at the start, so there is no rate."
        return nobody[:1].upper() + nobody[1:]
    counts = f"({int(row['lost']):,} of {int(row['customers']):,})"
    per = f" a {spec.span}" if when and "to" in when else ""
    said = f"{start}{percent(row['churn_rate'], 1)}{per} left {counts}"
    said = said[:1].upper() + said[1:]
    parts = frame[frame["segment"] != TOTAL]
    if parts.empty:
        return f"{said}. Choose a breakdown to compare kinds of {spec.unit}s."
    apart = parts[parts["differs"] & ~parts["is_small"]]
    more = apart[apart["difference"] > 0]
    if more.empty:
        beyond = "leaves more often than all others, beyond chance"
        return f"{said}. No segment of {len(parts)} {beyond}."
    excess = more["share_of_lost"] - more["share_of_customers"]
    worst = more.iloc[int(excess.to_numpy().argmax())]
    low, high = (100 * worst[f"difference_{end}"] for end in ("lower", "upper"))
    return (
        f"{said}. Of {worst['segment']} {percent(worst['churn_rate'], 1)} left,"
        f" {100 * worst['difference']:.1f} points more than of all others (95% interval"
        f" {low:.1f} to {high:.1f}): {percent(worst['share_of_lost'])} of all who left,"
        f" {percent(worst['share_of_customers'])} of the {spec.unit}s."
    )


def _points(change: float) -> str:
    number = f"{100 * change:+.2f}".replace("-", "−")
    return f"{'0' if number[1:] == '0.00' else number} points"


def _caveats(
    dataset: Dataset, spec: ChurnSegments, frame: pd.DataFrame, periods: int
) -> list[Caveat]:
    caveats = list(asking.small_caveat(frame, dataset.min_n))
    if periods > 1:
        caveats.append(
            Caveat(
                "several_periods",
                f"Over several {spec.span}s, who stays is counted at the start of each:"
                f" the rate is that of one {spec.span}, on average. The intervals take"
                " these as independent.",
            )
        )
    if len(frame) > 3:
        caveats.append(
            Caveat(
                "many_segments",
                "Of twenty segments that do not differ, one seems to on average.",
            )
        )
    return caveats

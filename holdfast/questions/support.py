"""How many tickets come and are solved, how long they take, and for how many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.cohorts import presence_relations
from holdfast.counts import poisson_interval
from holdfast.dataset import Dataset
from holdfast.durations import spoken
from holdfast.filters import Filters
from holdfast.happenings import Clock, described, resolved
from holdfast.occurrence import ACTIVITY
from holdfast.periods import WEEK_SHIFTS, Interval, Span, period_of
from holdfast.population import TOTAL, Relation, Unit
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.leaving import in_period
from holdfast.questions.ticketing import (
    By,
    Tickets,
    beyond_caveat,
    group_caveats,
    prepared,
    running_caveat,
    unknown_caveat,
)
from holdfast.stats import LifeTable, time_until, wilson_interval

Kind = Literal["opened", "solved", "backlog", "reopened"]

# Activity is known by day, week and month; longer periods are made of months.
_ACTIVITY: dict[str, tuple[Interval, int]] = {
    "day": ("day", 1),
    "week": ("week", 1),
    "month": ("month", 1),
    "quarter": ("month", 3),
    "year": ("month", 12),
}
_HOUR = 3600
# Of tags there are many, and the one that grows is seldom among the first.
_MOST_GROUPS = 12
MEASURES = ("response", "resolution")


@dataclass(frozen=True)
class Support:
    """What is asked about tickets.

    Attributes:
        span: Day, week, month, quarter or year.
        by: What they are told apart by: the segments in view, or a field of theirs.
        unit: What is counted beside tickets.
        first: A local day in the first period shown.
        last: A local day in the last period shown.
        as_of: An earlier end of the observed time.
    """

    span: Span = "month"
    by: By = "segment"
    unit: Unit = "customer"
    first: date | None = None
    last: date | None = None
    as_of: date | None = None


def answer(
    dataset: Dataset,
    spec: Support,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many tickets there are, how long they take, and for how many.

    Returns:
        ``frame``: one row per segment and period; see ``queries/answers/support.sql``,
        with rates and their intervals, and the times to the first answer and to the
        solution in hours: how many tickets, median and 90th percentile by Kaplan and
        Meier, and the mean of those that have ended. ``extras``: ``times`` with the
        same of all tickets opened in the complete periods shown, one row per segment
        and measure.
    """
    tickets = _with_activity(dataset, spec, filters, cancellation)
    time, relations = tickets.time, tickets.relations
    values = _values(dataset, spec, tickets)
    found = tickets.members
    frame = asking.run(dataset, "support", found, relations, values, cancellation)
    frame["period"] = pd.to_datetime(frame["period"])
    waits = asking.run(dataset, "support_times", found, relations, values, cancellation)
    waits["period"] = pd.to_datetime(waits["period"])
    frame = _with_times(_with_rates(frame), waits)
    complete = frame.loc[frame["is_complete"], "period"].unique()
    times = _times(waits[waits["period"].isin(complete)], ["segment", "measure"])
    order = {name: place for place, name in enumerate(frame["segment"].unique())}
    times = times.sort_values(
        ["segment", "measure"], key=lambda each: each.map(order).fillna(0)
    ).reset_index(drop=True)
    return Answer(
        question="support",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, tickets, frame),
        sql=asking.shown("support", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        extras={"times": times},
        caveats=tuple(_caveats(dataset, spec, filters, tickets, frame)),
    )


def members(
    dataset: Dataset,
    spec: Support,
    filters: Filters,
    period: date,
    kind: Kind = "opened",
    segment: str = TOTAL,
    until: date | None = None,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the tickets behind a figure.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        period: A local day in the period, or in the first of several.
        kind: The figure's column.
        segment: The segment, or the value of the field.
        until: A local day in the last of several periods.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per ticket, as many as the figure says, the latest first; see
        ``queries/answers/support_members.sql``.
    """
    tickets = prepared(
        dataset,
        filters,
        spec.span,
        by=spec.by,
        unit=spec.unit,
        as_of=spec.as_of,
        groups=_MOST_GROUPS,
        cancellation=cancellation,
    )
    values: dict[str, Value] = {
        "of_first": period_of(period, spec.span, dataset.week_start),
        "of_last": period_of(until or period, spec.span, dataset.week_start),
        "of_kind": kind,
        "of_label": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset,
        "support_members",
        tickets.members,
        tickets.relations,
        values,
        cancellation,
    )


def _with_activity(
    dataset: Dataset,
    spec: Support,
    filters: Filters,
    cancellation: Cancellation | None,
) -> Tickets:
    tickets = prepared(
        dataset,
        filters,
        spec.span,
        by=spec.by,
        unit=spec.unit,
        as_of=spec.as_of,
        groups=_MOST_GROUPS,
        cancellation=cancellation,
    )
    if shows_activity(dataset):
        clock = Clock(_ACTIVITY[spec.span][0], cut=tickets.time.cut)
        tickets.relations.update(
            presence_relations(
                dataset,
                tickets.members,
                resolved(dataset, ACTIVITY),
                clock,
                cancellation,
            )
        )
    else:
        tickets.relations["presence"] = _NOBODY
    return tickets


def shows_activity(dataset: Dataset) -> bool:
    """Say whether anything shows who was active."""
    return bool({"events", "orders", "subscriptions"} & set(dataset.observed))


_NOBODY = Relation(
    "select 0 as unit_no, 0::utinyint as segment_no, 0 as period where false"
)


def _values(dataset: Dataset, spec: Support, tickets: Tickets) -> dict[str, Value]:
    time = tickets.time

    def period(day: date) -> int:
        return period_of(day, spec.span, dataset.week_start)

    last_day = time.seen_until - timedelta(days=1)
    return {
        "first_period": period(max(spec.first or time.from_on, time.from_on)),
        "last_period": period(min(spec.last or last_day, last_day)),
        "data_period": period(time.from_on),
        "as_of_period": period(time.as_of),
        "months_each": _ACTIVITY[spec.span][1],
        "by_field": spec.by != "segment",
        "calendar": spec.span,
        "week_shift": WEEK_SHIFTS[dataset.week_start],
        "min_n": dataset.min_n,
        "seen_until_at": dataset.utc(time.as_of),
    }


def _with_rates(rows: pd.DataFrame) -> pd.DataFrame:
    """Add tickets per 100 active, who wrote any, and who wrote again."""
    # Of a period that runs it is not known who will be active in it yet.
    is_known = rows["is_complete"] & (rows["active"] > 0)
    active = rows["active"].where(is_known).astype(float)
    lower, upper = poisson_interval(rows["opened"])
    share_lower, share_upper = wilson_interval(
        rows["active_with_ticket"].where(is_known, 0), rows["active"].where(is_known, 0)
    )
    reopen_lower, reopen_upper = wilson_interval(rows["reopened"], rows["told_reopens"])
    told = rows["told_reopens"].where(rows["told_reopens"] > 0).astype(float)
    return rows.assign(
        tickets_per_100=rows["opened"] / active * 100,
        per_100_lower=lower / active * 100,
        per_100_upper=upper / active * 100,
        ticket_share=rows["active_with_ticket"] / active,
        ticket_share_lower=share_lower,
        ticket_share_upper=share_upper,
        reopen_rate=rows["reopened"] / told,
        reopen_lower=reopen_lower,
        reopen_upper=reopen_upper,
    )


def _with_times(frame: pd.DataFrame, waits: pd.DataFrame) -> pd.DataFrame:
    """Put the times of each segment and period beside its counts."""
    times = _times(waits, ["segment", "period", "measure"])
    for measure in MEASURES:
        part = times[times["measure"] == measure].drop(columns="measure")
        part = part.rename(
            columns={
                name: f"{measure}_{name}"
                for name in part
                if name not in ("segment", "period")
            }
        )
        frame = frame.merge(part, on=["segment", "period"], how="left")
        for name in ("n", "ended"):
            column = f"{measure}_{name}"
            frame[column] = frame[column].fillna(0).astype("int64")
    return frame


_TIMES = (
    *("n", "ended", "median", "median_lower", "median_upper"),
    *("p90", "p90_lower", "p90_upper", "mean"),
)


def _times(waits: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Estimate the times of each group; in hours."""
    rows = [
        (*name, *_estimated(part))
        for name, part in waits.groupby(keys, sort=True, dropna=False)
    ]
    frame = pd.DataFrame(rows, columns=[*keys, *_TIMES])
    floats = [name for name in _TIMES if name not in ("n", "ended")]
    return frame.astype(dict.fromkeys(floats, "float64"))


def _estimated(part: pd.DataFrame) -> Iterable[float]:
    counts = part.groupby("seconds")[["ended", "censored"]].sum()
    ended, censored = counts["ended"].to_numpy(), counts["censored"].to_numpy()
    seconds = counts.index.to_numpy(dtype=np.float64)
    leaving = ended + censored
    table = LifeTable(seconds / _HOUR, np.cumsum(leaving[::-1])[::-1], ended, censored)
    total, all_ended = int(leaving.sum()), int(ended.sum())
    mean = float((seconds * ended).sum() / all_ended / _HOUR) if all_ended else np.nan
    return (
        total,
        all_ended,
        *time_until(table, 0.5),
        *time_until(table, 0.9),
        mean,
    )


def _sentence(spec: Support, tickets: Tickets, frame: pd.DataFrame) -> str:
    total = frame[frame["segment"] == TOTAL]
    if total.empty:
        return f"The {spec.span}s asked for lie outside of {tickets.time.describe()}."
    complete = total[total["is_complete"]]
    if complete.empty:
        return f"No {spec.span} is complete yet."
    row = complete.iloc[-1]
    at = in_period(row["period"], spec.span)
    said = (
        f"{at[:1].upper()}{at[1:]}, {asking.counted(int(row['opened']), 'ticket')}"
        f" came in and {int(row['solved']):,} were solved; {int(row['backlog']):,} were"
        " open in the end"
    )
    if row["active"]:
        each = f"{row['tickets_per_100']:.1f} for 100 active {spec.unit}s"
        said += f". That is {each}"
    if row["resolution_n"]:
        half = row["resolution_median"]
        said += (
            f"; half were solved within {spoken(half * _HOUR)}"
            if not np.isnan(half)
            else "; not half of them are solved yet"
        )
    return f"{said}."


def _caveats(
    dataset: Dataset,
    spec: Support,
    filters: Filters,
    tickets: Tickets,
    frame: pd.DataFrame,
) -> Iterable[Caveat]:
    total = frame[frame["segment"] == TOTAL]
    if not total["is_complete"].all():
        yield running_caveat(tickets.time, spec.span)
    if shows_activity(dataset):
        yield Caveat(
            "active_means",
            f"Active {spec.unit}s are those who {described(dataset, ACTIVITY)} in the"
            f" {spec.span}. Tickets for 100 of them count every ticket, of others too.",
        )
    else:
        yield Caveat(
            "nobody_active",
            "Nothing but tickets is loaded, so nobody knows how many customers were"
            " active. Load events, orders or subscriptions for rates.",
        )
    told = tickets.told
    yield from beyond_caveat(told)
    yield Caveat(
        "times",
        "Who still waits counts as long as seen (Kaplan–Meier), so open tickets make"
        " the times longer, not shorter; the mean is of those that have ended only.",
    )
    if not told.answered:
        yield Caveat("no_answers", "The export has no first answers.")
    if not told.told_reopens:
        yield Caveat("no_reopens", "The export does not tell who wrote again.")
    undated = int(total["undated_solved"].sum())
    if undated:
        yield Caveat(
            "undated",
            f"{undated:,} {'ticket is' if undated == 1 else 'tickets are'} solved,"
            " nobody knows when: counted as opened, but neither as open nor in times.",
        )
    yield from _out_of_order(total)
    yield from group_caveats(spec.by, filters)
    yield from unknown_caveat(tickets, int(total["unknown_opened"].sum()))
    if shows_activity(dataset):
        yield from asking.small_caveat(frame[frame["is_complete"]], dataset.min_n)
    yield from asking.account_caveat(tickets.members)


def _out_of_order(total: pd.DataFrame) -> Iterable[Caveat]:
    left_out = int(
        (total["opened"] - total["undated_solved"] - total["resolution_n"]).sum()
    )
    if left_out > 0:
        yield Caveat(
            "solved_before",
            f"{left_out:,} {'was' if left_out == 1 else 'were'} solved before being"
            " opened, as the export has it: counted as solved on the day of opening,"
            " and in no time.",
        )

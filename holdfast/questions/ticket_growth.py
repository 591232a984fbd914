"""Which themes of tickets grow: a period against the ones before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.counts import rate_ratio
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.periods import WEEK_SHIFTS, Span, first_day, period_of
from holdfast.population import TOTAL, Unit
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.leaving import in_period
from holdfast.questions.ticketing import By, group_caveats, prepared, unknown_caveat
from holdfast.stats import false_discovery_rates

# An adjusted chance below this is taken for more than chance.
_CERTAIN = 0.05
_MOST_THEMES = 200
_MOST_PERIODS = 120


@dataclass(frozen=True)
class TicketGrowth:
    """What is asked about growing themes.

    Attributes:
        by: What makes a theme: tags, or another field of the tickets.
        span: Day, week, month, quarter or year.
        period: A local day in the period looked at; the last complete one by default.
        before: With how many complete periods before it is compared, 1 to 120.
        unit: What is counted beside tickets.
        as_of: An earlier end of the observed time.
    """

    by: By = "tag"
    span: Span = "month"
    period: date | None = None
    before: int = 12
    unit: Unit = "customer"
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse to compare with nothing.

        Raises:
            SpecError: ``before`` is out of its range.
        """
        if not 1 <= self.before <= _MOST_PERIODS:
            raise SpecError(
                "number_out_of_range",
                f"before: {self.before} is not between 1 and {_MOST_PERIODS}.",
                f"Use a number from 1 to {_MOST_PERIODS}.",
            )


def answer(
    dataset: Dataset,
    spec: TicketGrowth,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer which themes have more tickets than in the periods before.

    Returns:
        ``frame``: one row per theme, the surest growth first: tickets of the period and
        of those before it, the ratio of tickets a day with its interval, the chance of
        so large a one where nothing has changed, and that adjusted for the number of
        themes. ``All`` is every ticket and belongs to no family of tests. ``extras``:
        ``every`` with the same of each complete period, its chances adjusted for
        themes times periods.
    """
    tickets = prepared(
        dataset,
        filters,
        spec.span,
        by=spec.by,
        unit=spec.unit,
        as_of=spec.as_of,
        groups=_MOST_THEMES,
        cancellation=cancellation,
    )
    time = tickets.time
    first = period_of(time.from_on, spec.span, dataset.week_start)
    # The first period may have begun before the data.
    if first_day(first, spec.span, dataset.week_start) < time.from_on - timedelta(7):
        first += 1
    last = period_of(time.as_of, spec.span, dataset.week_start) - 1
    if spec.period is not None:
        last = min(last, period_of(spec.period, spec.span, dataset.week_start))
    values: dict[str, Value] = {
        "first_period": first,
        "last_period": last,
        "calendar": spec.span,
        "week_shift": WEEK_SHIFTS[dataset.week_start],
    }
    found, relations = tickets.members, tickets.relations
    rows = asking.run(dataset, "ticket_counts", found, relations, values, cancellation)
    rows["period"] = pd.to_datetime(rows["period"])
    rows["days"] = [
        (_following(day.date(), spec.span) - day.date()).days for day in rows["period"]
    ]
    every = _compared(rows, spec.before)
    newest = every["period"].max()
    frame = _adjusted(every[every["period"] == newest])
    frame = frame.sort_values(
        ["p_adjusted", "growth_ratio", "segment"],
        ascending=[True, False, True],
        key=lambda each: each.fillna(-1.0) if each.name == "growth_ratio" else each,
    ).reset_index(drop=True)
    return Answer(
        question="ticket_growth",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame),
        sql=asking.shown("ticket_counts", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        extras={"every": _adjusted(every)},
        caveats=(
            Caveat(
                "compared",
                f"Tickets a day, against the mean of up to {spec.before} complete"
                f" {spec.span}s before. Chances are adjusted for the number of themes;"
                " tickets are taken to come independently, so one outage that many"
                " write about counts as growth.",
            ),
            *group_caveats(spec.by, filters),
            *unknown_caveat(tickets, 0),
            *asking.account_caveat(found),
        ),
    )


def peaks(answer: Answer) -> pd.DataFrame:
    """Return the themes and periods with surely more than before, the latest first."""
    rows = answer.extras["every"]
    grown = rows[rows["is_growing"] & (rows["segment"] != TOTAL)]
    sorted_rows: pd.DataFrame = grown.sort_values(
        ["period", "p_adjusted", "segment"], ascending=[False, True, True]
    )
    return sorted_rows


def _following(day: date, span: Span) -> date:
    return (
        first_day(period_of(day, span) + 1, span)
        if span != "week"
        else (day + timedelta(days=7))
    )


def _compared(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Set each period against those before it."""
    parts = []
    for _, part in rows.groupby("segment", sort=False):
        counts, days = part["tickets"].to_numpy(float), part["days"].to_numpy(float)
        places = np.arange(len(part))
        starts = np.maximum(places - most, 0)
        sums = np.concatenate(([0.0], np.cumsum(counts)))
        spans = np.concatenate(([0.0], np.cumsum(days)))
        before, before_days = sums[places] - sums[starts], spans[places] - spans[starts]
        found = rate_ratio(counts, days, before, before_days)
        parts.append(
            part.assign(
                before_tickets=before.astype("int64"),
                before_periods=places - starts,
                before_mean=np.where(
                    places > starts, before / np.maximum(places - starts, 1), np.nan
                ),
                growth_ratio=found.ratio,
                ratio_lower=found.lower,
                ratio_upper=found.upper,
                p_value=found.p_value,
            )
        )
    empty = rows.assign(before_tickets=0, before_periods=0, before_mean=0.0)
    ends = ("growth_ratio", "ratio_lower", "ratio_upper", "p_value")
    return pd.concat(parts) if parts else empty.assign(**dict.fromkeys(ends, 0.0))


def _adjusted(rows: pd.DataFrame) -> pd.DataFrame:
    is_theme = rows["segment"] != TOTAL
    adjusted = rows["p_value"].copy()
    adjusted[is_theme] = false_discovery_rates(rows.loc[is_theme, "p_value"])
    return rows.assign(
        p_adjusted=adjusted,
        is_growing=(adjusted < _CERTAIN) & (rows["ratio_lower"] > 1),
    ).reset_index(drop=True)


def _sentence(spec: TicketGrowth, frame: pd.DataFrame) -> str:
    if frame.empty:
        return f"No {spec.span} is complete yet."
    at = in_period(frame["period"].iloc[0], spec.span)
    at = f"{at[:1].upper()}{at[1:]}"
    if not frame["before_periods"].max():
        return f"{at}, there is no complete {spec.span} before to compare with."
    grown = frame[frame["is_growing"] & (frame["segment"] != TOTAL)]
    if grown.empty:
        return (
            f"{at}, no theme has surely more tickets than in the {spec.span}s before."
        )
    row = grown.iloc[0]
    said = (
        f"{at}, {row['segment']} has {asking.counted(int(row['tickets']), 'ticket')},"
        f" {row['before_mean']:.1f} a {spec.span} before"
    )
    if pd.notna(row["growth_ratio"]):
        said += (
            f": {row['growth_ratio']:.1f} times as many a day (95% interval"
            f" {row['ratio_lower']:.1f} to {row['ratio_upper']:.1f})"
        )
    more = len(grown) - 1
    return (
        f"{said}; {more} more {'grows' if more == 1 else 'grow'}."
        if more
        else (f"{said}.")
    )

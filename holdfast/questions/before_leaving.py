"""What those who left did last, against those who stayed: associations, no causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.departures import departure_relations
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Clock
from holdfast.measures import percent
from holdfast.occurrence import ACTIVITY, ORDER, SUBSCRIPTION, Occurrence
from holdfast.population import TOTAL, Population, Relation, Unit, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.survival import lapse_days, sign_of_life, signs_of_life
from holdfast.sessions import check_events
from holdfast.stats import (
    difference_p_values,
    false_discovery_rates,
    newcombe_difference,
    wilson_interval,
)

Sign = Literal["auto", "subscription", "activity", "order"]

MOST_DAYS, MOST_THINGS = 366, 50

# An adjusted chance below this is taken for more than chance, as in the chart.
_CERTAIN = 0.05


@dataclass(frozen=True)
class BeforeLeaving:
    """What is asked about the time before leaving.

    Attributes:
        sign: The sign of life that tells who left: a paid subscription, any activity or
            orders; ``auto`` takes the first of these that the data have.
        days: How many days are looked at, up to the last sign of life, 1 to 366.
        things: How many last different things are counted apart, 1 to 50.
        lapse_days: Silence longer than this is leaving (activity and orders); 0 for the
            workspace's setting, else the 95th percentile of gaps.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    sign: Sign = "auto"
    days: int = 30
    things: int = 5
    lapse_days: int = 0
    unit: Unit = "customer"
    as_of: date | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that leave nothing to look at.

        Raises:
            SpecError: A number is out of its range.
        """
        for name, number, most in (
            ("days", self.days, MOST_DAYS),
            ("things", self.things, MOST_THINGS),
        ):
            if not 1 <= number <= most:
                raise SpecError(
                    "number_out_of_range",
                    f"{name}: {number} is not between 1 and {most}.",
                    f"Use a number from 1 to {most}.",
                )


_OCCURRENCES: dict[str, Occurrence] = {
    "subscription": SUBSCRIPTION,
    "activity": ACTIVITY,
    "order": ORDER,
}


def answer(
    dataset: Dataset,
    spec: BeforeLeaving,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer what those who left did last, against those who stayed.

    Returns:
        ``frame``: one row per segment and event, the largest difference first: shares
        with Wilson intervals, their difference with Newcombe's, the chance of it where
        there is none, and that adjusted for the number of events (Benjamini and
        Hochberg). See ``queries/answers/before_leaving.sql``.
    """
    found, relations, time, lapse = _prepare(dataset, spec, filters, cancellation)
    values: dict[str, Value] = {
        "things": spec.things,
        "has_segments": bool(found.segments),
    }
    rows = asking.run(dataset, "before_leaving", found, relations, values, cancellation)
    frame = _compared(rows, dataset.min_n)
    return Answer(
        question="before_leaving",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame),
        sql=asking.shown("before_leaving", found, relations, values),
        as_of=time.as_of,
        n=found.units,
        caveats=(
            *_caveats(dataset, frame, lapse),
            *asking.account_caveat(found),
            *asking.hole_caveat(dataset, time),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: BeforeLeaving,
    filters: Filters,
    event: str,
    who: str = "left",
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who did one thing before leaving, or of those set against them.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        event: What was done.
        who: ``left`` or ``stayed``.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account, as many as the figure says.
    """
    found, relations, _, _ = _prepare(dataset, spec, filters, cancellation)
    values: dict[str, Value] = {
        "of_event": event,
        "of_left": who == "left",
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset, "before_leaving_members", found, relations, values, cancellation
    )


def _prepare(
    dataset: Dataset,
    spec: BeforeLeaving,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[Population, dict[str, Relation], asking.ObservedTime, int]:
    check_events(dataset)
    dated = [sign for sign in signs_of_life(dataset) if sign != "tenure"]
    sign = dated[0] if spec.sign == "auto" else sign_of_life(dataset, spec.sign)
    occurrence = _OCCURRENCES[sign]
    time = asking.observed_time(dataset, occurrence, spec.as_of)
    found = population(dataset, filters, spec.unit, cancellation, time.cut.before)
    lapse = 0
    if sign != "subscription":
        lapse = spec.lapse_days or lapse_days(
            dataset, occurrence, time.cut, cancellation
        )
    clock = Clock("day", cut=time.cut)
    relations = departure_relations(
        dataset, sign, clock, time.as_of, lapse, spec.days, cancellation
    )
    return found, relations, time, lapse


def _compared(frame: pd.DataFrame, min_n: int) -> pd.DataFrame:
    """Add shares, their difference, and what chance would do; sort by difference."""
    columns = {}
    for who in ("left", "stayed"):
        did, n = frame[f"{who}_did"], frame[f"{who}_customers"]
        columns[who] = (did, n)
        some = n.where(n > 0)
        frame[f"{who}_rate"] = did / some
        lower, upper = wilson_interval(did, n)
        frame[f"{who}_lower"], frame[f"{who}_upper"] = lower, upper
        frame[f"{who}_last_rate"] = frame[f"{who}_last_did"] / some
    counts = (*columns["left"], *columns["stayed"])
    difference = newcombe_difference(*counts)
    frame["excess"] = difference.difference
    frame["excess_lower"] = difference.lower
    frame["excess_upper"] = difference.upper
    frame["p_value"] = difference_p_values(*counts)
    frame["p_adjusted"] = frame.groupby("segment", sort=False)["p_value"].transform(
        false_discovery_rates
    )
    frame["is_small"] = (frame["left_customers"] < min_n) | (
        frame["stayed_customers"] < min_n
    )
    order = {name: place for place, name in enumerate(frame["segment"].unique())}
    return (
        frame.assign(place=frame["segment"].map(order))
        .sort_values(
            ["place", "excess", "event"],
            ascending=[True, False, True],
            na_position="last",
        )
        .drop(columns="place")
        .reset_index(drop=True)
    )


def _sentence(spec: BeforeLeaving, frame: pd.DataFrame) -> str:
    rows = frame[frame["segment"] == TOTAL]
    if rows.empty or not rows["left_customers"].iloc[0]:
        return f"No {spec.unit}s in view are known to have left."
    left = asking.counted(int(rows["left_customers"].iloc[0]), spec.unit)
    if not rows["stayed_customers"].iloc[0]:
        return f"{left} left, and nobody has stayed to be compared."
    # Of many things the largest difference is soon one by chance.
    certain = rows[
        (rows["p_adjusted"] < _CERTAIN)
        & ((rows["excess_lower"] > 0) | (rows["excess_upper"] < 0))
    ]
    if certain.empty:
        return (
            f"Nothing that the {left} who left did in their last"
            f" {asking.counted(spec.days, 'day')} tells them from those who stayed:"
            " what differs may be chance."
        )
    row = certain.iloc[int(certain["excess"].abs().argmax())]
    more = "more" if row["excess"] > 0 else "fewer"
    points = abs(row["excess"]) * 100
    ends = sorted((abs(row["excess_lower"]) * 100, abs(row["excess_upper"]) * 100))
    return (
        f"Of the {left} who left, {percent(row['left_rate'])} did {row['event']} in"
        f" their last {asking.counted(spec.days, 'day')}, and"
        f" {percent(row['stayed_rate'])} of those who stayed, at the same time since"
        f" their start: {points:.0f} points {more} (95% interval {ends[0]:.0f} to"
        f" {ends[1]:.0f}). They go together; that is no cause."
    )


_OF_SEGMENTS = (
    " That is so of everyone in view;"
    " within one segment the lengths of stay can differ."
)


def _caveats(dataset: Dataset, frame: pd.DataFrame, lapse: int) -> list[Caveat]:
    left = (
        f"a silence of more than {asking.counted(lapse, 'day')} since"
        if lapse
        else "the end of paid access"
    )
    caveats = [
        Caveat(
            "who_left",
            f"Leaving is {left}{' the last sign of life' if lapse else ''}. Who stayed"
            " is looked at up to an earlier day, so that both had been there equally"
            " long: by length of stay, each who stayed is set beside one who left."
            f"{_OF_SEGMENTS if set(frame['segment']) - {TOTAL} else ''}",
        ),
        Caveat(
            "no_cause",
            "What goes together with leaving need not bring it about: who means to"
            " leave may just do other things.",
        ),
    ]
    rows = frame[frame["segment"] == TOTAL]
    if len(rows):
        left_days, stayed_days = (
            asking.counted(round(float(rows[f"{who}_tenure_days"].iloc[0])), "day")
            if rows[f"{who}_customers"].iloc[0]
            else "no day"
            for who in ("left", "stayed")
        )
        caveats.append(
            Caveat(
                "tenure",
                f"Half of those who left had been there {left_days} or less on their"
                f" last day, half of those they are set against {stayed_days}.",
            )
        )
    caveats.extend(asking.small_caveat(frame, dataset.min_n))
    return caveats

"""How often customers are active, and which interval fits them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Clock, resolved
from holdfast.lifetimes import rhythm_relations
from holdfast.occurrence import ACTIVITY, Occurrence
from holdfast.periods import ROLLING_DAYS, Interval
from holdfast.population import Unit, population
from holdfast.questions import asking

_LONGEST_MONTH = 31


@dataclass(frozen=True)
class Cadence:
    """What is asked about the rhythm of use.

    Attributes:
        shown_by: What shows that a customer is active.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    shown_by: Occurrence = ACTIVITY
    unit: Unit = "customer"
    as_of: date | None = None


def answer(
    dataset: Dataset,
    spec: Cadence,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many days usually lie between a customer's active days.

    Returns:
        ``frame``: one row per median gap. ``extras``: ``summary``, one row with
        quantiles of the customers' median gaps and the suggested interval.

    Raises:
        SpecError: The data have neither events nor orders.
    """
    if resolved(dataset, spec.shown_by) != spec.shown_by:
        raise SpecError(
            "no_rhythm",
            "The data have no events or orders, so there is no rhythm of use.",
            "Load an export of events or orders.",
        )
    time = asking.observed_time(dataset, spec.shown_by, spec.as_of)
    before = time.cut.before
    found = population(dataset, filters, spec.unit, cancellation, before)
    relations = rhythm_relations(
        dataset, found, spec.shown_by, Clock("day", cut=time.cut), cancellation
    )
    frame = asking.run(dataset, "cadence", found, relations, {}, cancellation)
    summary = _summary(frame)
    return Answer(
        question="cadence",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, summary),
        sql=asking.shown("cadence", found, relations, {}),
        as_of=time.as_of,
        n=int(frame["customers"].sum()),
        extras={"summary": summary},
        caveats=(*asking.account_caveat(found), *asking.hole_caveat(dataset, time)),
    )


def suggested(frame: pd.DataFrame) -> Interval:
    """Return the shortest interval in which half of the customers come back."""
    for interval, days in ROLLING_DAYS.items():
        within = frame.loc[frame["gap_days"] <= days, "cumulative_share"]
        if len(within) and within.iloc[-1] >= 0.5:
            return interval
    return "month"


def _summary(frame: pd.DataFrame) -> pd.DataFrame:
    def gap(share: float) -> float:
        reached = frame.loc[frame["cumulative_share"] >= share - 1e-12, "gap_days"]
        return float(reached.iloc[0]) if len(reached) else float("nan")

    return pd.DataFrame(
        [
            {
                "customers": int(frame["customers"].sum()),
                "median_gap": gap(0.5),
                "p75_gap": gap(0.75),
                "p90_gap": gap(0.9),
                "suggested": suggested(frame),
            }
        ]
    )


def _sentence(spec: Cadence, summary: pd.DataFrame) -> str:
    row = summary.iloc[0]
    if not row["customers"]:
        return "Nobody in view was active on two days or more."
    days = int(row["median_gap"])
    fits = f"the {row['suggested']} fits them best"
    if days > _LONGEST_MONTH:
        fits = "even months are short for them"
    return (
        f"Half of the {asking.counted(int(row['customers']), spec.unit)} active on two"
        f" days or more come back within {asking.counted(days, 'day')}, so {fits}."
    )

"""How long it takes to get to a step, with those who did not get there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.durations import spoken
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.population import TOTAL
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.attempting import (
    Attempting,
    caveats,
    counted_units,
    entered_by,
    nobody_entered,
    prepared,
    step_labels,
    used_filters,
)
from holdfast.stats import LifeTable, kaplan_meier
from holdfast.steps import Steps

_SHARES = {"p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
_MOST_POINTS = 300
_MOST_BINS = 200


@dataclass(frozen=True)
class ConversionTime(Attempting):
    """What is asked about the time to a step; see ``Attempting``.

    Attributes:
        to_step: Number of the step, from 2; 0 for the last.
        bins: Bins of the spread; one more closes them.
    """

    to_step: int = 0
    bins: int = 30

    def __post_init__(self) -> None:
        """Refuse a number of bins that shows nothing.

        Raises:
            SpecError: There are none or too many.
        """
        if not 0 < self.bins <= _MOST_BINS:
            raise SpecError(
                "bins_out_of_range",
                f"Times cannot be spread over {self.bins} bins.",
                f"Ask for 1 to {_MOST_BINS}.",
            )


def answer(
    dataset: Dataset,
    spec: ConversionTime,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how long it takes to get to a step.

    Returns:
        ``frame``: one row per segment and duration in seconds: the share of entries
        that had done the step by then (1 − Kaplan–Meier) with its 95 % log-log
        interval. ``extras``: ``summary``, one row per segment, with the times by which
        a quarter, half, three quarters and nine of ten of *all* entries had done it
        (NaN where so many have not), and the same ``of_converted``; ``steps``, see
        ``queries/answers/step_times.sql``; ``spread``, see
        ``queries/answers/conversion_spread.sql``.
    """
    question = prepared(dataset, spec, filters, cancellation, with_times=True)
    limit = question.spec.rules.limit
    step = _step(question.spec.steps, spec.to_step)
    values = {
        **question.values,
        "step": step,
        "as_of_at": question.as_of_at,
        "window_seconds": limit.seconds if limit else None,
        "bins": spec.bins,
        "min_n": dataset.min_n,
    }

    def run(query: str) -> pd.DataFrame:
        return asking.run(
            dataset,
            query,
            question.members,
            question.relations,
            values,
            cancellation,
        )

    counts = run("conversion_time")
    parts, rows = [], []
    for segment, table in counts.groupby("segment", sort=False):
        curve = _curve(str(segment), table)
        rows.append(_summary(str(segment), table, curve))
        parts.append(_thinned(curve))
    frame = (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_FRAME)
    )
    summary = pd.DataFrame(rows, columns=_SUMMARY)
    found = caveats(dataset, question, filters, 0)
    return Answer(
        question="conversion_time",
        spec=spec,
        filters=used_filters(spec, filters),
        frame=frame,
        sentence=_sentence(question.spec, step, summary),
        sql=asking.shown(
            "conversion_time", question.members, question.relations, values
        ),
        as_of=question.time.as_of,
        n=int(summary.loc[summary["segment"] == TOTAL, "customers"].sum()),
        extras={
            "summary": summary,
            "steps": run("step_times"),
            "spread": run("conversion_spread"),
        },
        caveats=tuple(found),
    )


def members(
    dataset: Dataset,
    spec: ConversionTime,
    filters: Filters,
    *,
    is_there: bool = True,
    between: tuple[int, int] | None = None,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers who got to the step, or those who did not.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        is_there: Who got to the step, else who did not (yet).
        between: Shortest time taken, and the first that is too long, in seconds.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account (or value held constant, where these count), as
        many as the figure; see ``queries/answers/conversion_time_members.sql``.
    """
    question = prepared(dataset, spec, filters, cancellation, with_times=True)
    least, most = between or (None, None)
    values: dict[str, Value] = {
        "step": _step(question.spec.steps, spec.to_step),
        "is_there": is_there,
        "from_seconds": least,
        "until_seconds": most,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset,
        "conversion_time_members",
        question.members,
        question.relations,
        values,
        cancellation,
    )


def _step(steps: Steps, to_step: int) -> int:
    """Return the number of the step to which the time is measured.

    Raises:
        SpecError: There is no such step, or nothing before it.
    """
    step = to_step or len(steps)
    if len(steps) == 1:
        raise SpecError(
            "no_such_step",
            "Time is measured from the first step to another, and there is one step.",
            "Add a second step.",
        )
    if not 1 < step <= len(steps):
        raise SpecError(
            "no_such_step",
            f"The funnel has no step {step} to measure the time to.",
            f"Choose one from 2 to {len(steps)}.",
        )
    return step


_FRAME = ["segment", "duration", "at_risk", "share", "share_lower", "share_upper"]

_SUMMARY = [
    "segment",
    "customers",
    "converted_customers",
    *(f"{name}_seconds" for name in _SHARES),
    *(f"{name}_of_converted" for name in _SHARES),
]


def _curve(segment: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return the whole curve, with its beginning."""
    found = kaplan_meier(
        LifeTable(
            table["duration"], table["at_risk"], table["ended"], table["censored"]
        )
    )
    curve = pd.DataFrame(
        {
            "segment": segment,
            "duration": table["duration"].to_numpy(dtype=float),
            "at_risk": table["at_risk"].to_numpy(),
            "share": 1 - found.survival,
            "share_lower": 1 - found.upper,
            "share_upper": 1 - found.lower,
        }
    )
    # Between two steps of the curve nothing changes but how many were seen so long.
    is_step = table["ended"].to_numpy() > 0
    is_step[-1] = True
    curve = curve[is_step].reset_index(drop=True)
    if curve["duration"].iloc[0] > 0:
        start = curve.iloc[[0]].assign(
            duration=0.0,
            at_risk=table["at_risk"].iloc[0],
            share=0.0,
            share_lower=0.0,
            share_upper=0.0,
        )
        curve = pd.concat([start, curve], ignore_index=True)
    return curve


def _summary(
    segment: str, table: pd.DataFrame, curve: pd.DataFrame
) -> dict[str, object]:
    ended = table["ended"].to_numpy()
    converted = int(ended.sum())
    durations = np.repeat(table["duration"].to_numpy(dtype=float), ended)
    row: dict[str, object] = {
        "segment": segment,
        "customers": int(table["at_risk"].iloc[0]),
        "converted_customers": converted,
    }
    for name, share in _SHARES.items():
        reached = curve.loc[curve["share"] >= share - 1e-12, "duration"]
        row[f"{name}_seconds"] = reached.iloc[0] if len(reached) else np.nan
        row[f"{name}_of_converted"] = (
            float(np.quantile(durations, share)) if converted else np.nan
        )
    return row


def _thinned(curve: pd.DataFrame) -> pd.DataFrame:
    """Keep so many points that the picture looks the same."""
    if len(curve) <= _MOST_POINTS:
        return curve
    places = np.linspace(0, len(curve) - 1, _MOST_POINTS).round().astype(int)
    return curve.iloc[np.unique(places)]


def _sentence(spec: Attempting, step: int, summary: pd.DataFrame) -> str:
    rows = summary[summary["segment"] == TOTAL]
    first, last = entered_by(spec), step_labels(spec)[step - 1]
    if rows.empty:
        return nobody_entered(spec)
    row = rows.iloc[0]
    entered, converted = int(row["customers"]), int(row["converted_customers"])
    if not converted:
        none = "Not even the" if entered == 1 else "None of the"
        return f"{none} {counted_units(spec, entered)} who {first} got to {last}."
    took = (
        f"Of the {counted_units(spec, entered)} who {first}, {converted:,} got to"
        f" {last}; half of these took up to {spoken(row['median_of_converted'])}, nine"
        f" of ten up to {spoken(row['p90_of_converted'])}."
    )
    if np.isnan(row["median_seconds"]):
        return f"{took} Fewer than half of all have got there."
    return f"{took} Half of all had got there after {spoken(row['median_seconds'])}."

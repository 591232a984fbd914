"""Who comes back after leaving, how soon, and what those who do are worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.losses import exit_relation
from holdfast.measures import percent_with_count
from holdfast.population import TOTAL
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.amounts import money_text
from holdfast.questions.exit_reasons import EVERY_REASON
from holdfast.questions.losing import (
    MOST_REASONS,
    Losing,
    Losses,
    find_losses,
    loss_caveats,
)
from holdfast.stats import LifeTable, kaplan_meier, wilson_interval

HORIZONS = (30, 60, 90)
"""Days after leaving within which a return is looked for."""

Outcome = Literal["lost", "back", "not back"]


@dataclass(frozen=True)
class WinBack(Losing):
    """What is asked about customers who come back.

    ``first`` and ``last`` are days of leaving; all of the observed time by default.
    """


def answer(
    dataset: Dataset,
    spec: WinBack,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer who came back.

    Returns:
        ``frame``: one row per segment and reason for leaving, all reasons together
        first, with the share back within 30, 60 and 90 days of those lost long enough
        ago, and Wilson intervals; see ``queries/answers/win_back.sql``. ``extras``:
        ``curves`` with one row per segment, reason and day: one minus Kaplan and
        Meier's estimate, so that those lost lately count as far as they were seen.
    """
    losses = _prepare(dataset, spec, filters, cancellation)
    found, relations = losses.found, losses.relations
    values: dict[str, Value] = {
        "as_of_on": losses.time.as_of,
        "has_segments": bool(found.segments),
        "min_n": dataset.min_n,
    }
    frame = _with_rates(
        asking.run(dataset, "win_back", found, relations, values, cancellation)
    )
    times = asking.run(
        dataset, "win_back_times", found, relations, values, cancellation
    )
    return Answer(
        question="win_back",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame, losses),
        sql=asking.shown("win_back", found, relations, values),
        as_of=losses.time.as_of,
        n=losses.found.units,
        extras={"curves": _curves(times)},
        caveats=(
            *_caveats(dataset, frame, losses),
            *loss_caveats(dataset, losses, cancellation),
        ),
    )


def members(
    dataset: Dataset,
    spec: WinBack,
    filters: Filters,
    outcome: Outcome = "not back",
    within: int | None = None,
    reason: str | None = None,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who was lost, who came back, or whom to win back.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        outcome: ``lost`` for all.
        within: Only those lost so many days before the end, and back by then; none
            for all, and back so far.
        reason: As in the frame; none for any.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per loss, as many as the figure says; what was worth most a month
        comes first.
    """
    losses = _prepare(dataset, spec, filters, cancellation)
    every = reason is None or reason == EVERY_REASON
    return asking.run(
        dataset,
        "win_back_members",
        losses.found,
        losses.relations,
        {
            "as_of_on": losses.time.as_of,
            "of_outcome": None if outcome == "lost" else outcome,
            "within_days": within,
            "of_reason": None if every else reason,
            "of_segment": None if segment == TOTAL else segment,
        },
        cancellation,
    )


def _prepare(
    dataset: Dataset,
    spec: WinBack,
    filters: Filters,
    cancellation: Cancellation | None,
) -> Losses:
    losses = find_losses(dataset, spec, filters, cancellation)
    until = losses.time.as_of
    if spec.last is not None and spec.last < until:
        until = spec.last + timedelta(days=1)
    first = spec.first or date.min
    losses.relations["exits"] = exit_relation(first, until, until, MOST_REASONS)
    return losses


def _with_rates(rows: pd.DataFrame) -> pd.DataFrame:
    for days in HORIZONS:
        lost, back = rows[f"lost_{days}"], rows[f"back_{days}"]
        lower, upper = wilson_interval(back, lost)
        rows[f"rate_{days}"] = back / lost.where(lost > 0)
        rows[f"lower_{days}"], rows[f"upper_{days}"] = lower, upper
    rows["here_rate"] = rows["still_here"] / rows["back"].where(rows["back"] > 0)
    before = rows["monthly_before"]
    rows["worth_ratio"] = rows["monthly_back"] / before.where(before > 0)
    rows["reason"] = rows["reason"].fillna(EVERY_REASON)
    return rows


def _curves(times: pd.DataFrame) -> pd.DataFrame:
    """Estimate the share back by each day of every group."""
    times["reason"] = times["reason"].fillna(EVERY_REASON)
    parts = []
    for (segment, reason), rows in times.groupby(["segment", "reason"], sort=False):
        table = LifeTable(rows["days"], rows["at_risk"], rows["back"], rows["censored"])
        curve = kaplan_meier(table)
        part = pd.DataFrame(
            {
                "segment": segment,
                "reason": reason,
                "days": np.asarray(table.duration, dtype=np.int64),
                "at_risk": np.asarray(table.at_risk, dtype=np.int64),
                "back": np.asarray(table.ended, dtype=np.int64),
                "censored": np.asarray(table.censored, dtype=np.int64),
                "back_rate": 1 - curve.survival,
                "rate_lower": 1 - curve.upper,
                "rate_upper": 1 - curve.lower,
            }
        )
        if part["days"].iloc[0] > 0:
            start = {"days": 0, "back": 0, "censored": 0}
            rates = dict.fromkeys(("back_rate", "rate_lower", "rate_upper"), 0.0)
            first = part.iloc[[0]].assign(**start, **rates)
            part = pd.concat([first, part], ignore_index=True)
        parts.append(part)
    if not parts:
        return pd.DataFrame(columns=_CURVE)
    return pd.concat(parts, ignore_index=True)


_CURVE = [
    "segment",
    "reason",
    "days",
    "at_risk",
    "back",
    "censored",
    "back_rate",
    "rate_lower",
    "rate_upper",
]


def _every(frame: pd.DataFrame) -> pd.DataFrame:
    chosen: pd.DataFrame = frame[
        (frame["segment"] == TOTAL) & (frame["reason"] == EVERY_REASON)
    ]
    return chosen


def _sentence(spec: WinBack, frame: pd.DataFrame, losses: Losses) -> str:
    rows = _every(frame)
    if rows.empty:
        return f"No {spec.unit} in view was lost in the time asked for."
    row = rows.iloc[0]
    for days in reversed(HORIZONS):
        lost = int(row[f"lost_{days}"])
        if lost:
            share = percent_with_count(
                row[f"rate_{days}"], int(row[f"back_{days}"]), lost
            )
            break
    else:
        units = asking.counted(int(row["lost"]), spec.unit)
        return (
            f"{units} left less than {HORIZONS[0]} days before the end of the data:"
            " too early to say who comes back."
        )
    sentence = f"Of those lost, {share} came back within {days} days."
    if row["back"]:
        half = f"{row['median_days_back']:,.0f}"
        sentence += (
            f" Half of all who came back took {half} days or less;"
            f" {int(row['still_here']):,} of {int(row['back']):,} are still here."
        )
    if row["priced_back"] and row["monthly_before"]:
        now, then = (
            money_text(row[each], losses.currency or "")
            for each in ("monthly_back", "monthly_before")
        )
        sentence += f" They pay {now} a month on their return, after {then} before."
    return sentence


def _caveats(dataset: Dataset, frame: pd.DataFrame, losses: Losses) -> list[Caveat]:
    rows = _every(frame)
    if rows.empty:
        return []
    row = rows.iloc[0]
    caveats = [
        Caveat(
            "matured",
            "A share within so many days counts only those who were lost so many days"
            f" before the end of the data: {int(row['lost_30']):,},"
            f" {int(row['lost_60']):,} and {int(row['lost_90']):,} of"
            f" {int(row['lost']):,} losses for 30, 60 and 90 days. The curve counts"
            " everyone as far as they were seen.",
        )
    ]
    small = frame[(frame["lost_90"] < dataset.min_n) & (frame["lost"] > 0)]
    if len(small):
        caveats.append(
            Caveat(
                "small_n",
                f"Figures of fewer than {dataset.min_n} losses are faded: their"
                " intervals are wide, and one person moves them much.",
            )
        )
    if losses.lapse:
        caveats.append(
            Caveat(
                "lapsed_back",
                "Without subscriptions, coming back is any sign of life after the"
                " silence.",
            )
        )
    return caveats

"""How many get to each step, and where the others stop."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import percent_range, percent_with_count
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
from holdfast.stats import newcombe_difference, wilson_interval

State = Literal["reached", "dropped", "open"]

# Where more of the entries than this still have time, the rate of the others is too
# high: whoever is quick is among them already.
_MANY_OPEN = 0.05
_NOTABLE = 0.01


@dataclass(frozen=True)
class Funnel(Attempting):
    """What is asked about the way through some steps; see ``Attempting``."""


def answer(
    dataset: Dataset,
    spec: Funnel,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many get to each step.

    Returns:
        ``frame``: one row per segment and step, see ``queries/answers/funnel.sql``,
        with the step's ``label``, 95 % Wilson intervals of both rates, and the
        difference of ``rate_of_first`` from the rest of the customers in view, with
        its Newcombe interval.
    """
    question = prepared(dataset, spec, filters, cancellation)
    values = {**question.values, "min_n": dataset.min_n}
    frame = asking.run(
        dataset, "funnel", question.members, question.relations, values, cancellation
    )
    names = step_labels(question.spec)
    frame.insert(2, "label", [names[step - 1] for step in frame["step"]])
    frame = _with_intervals(frame)
    total = frame[frame["segment"] == TOTAL]
    still_open = int(total["open_customers"].sum())
    found = caveats(dataset, question, filters, still_open)
    found.extend(asking.small_caveat(frame, dataset.min_n))
    sentence = _sentence(question.spec, frame, still_open)
    if _flatters(question.spec, total, still_open):
        rate = float(total["rate_of_first"].iloc[-1])
        sentence += _of_those_over(dataset, question.spec, filters, rate, cancellation)
    return Answer(
        question="funnel",
        spec=spec,
        filters=used_filters(spec, filters),
        frame=frame,
        sentence=sentence,
        sql=asking.shown("funnel", question.members, question.relations, values),
        as_of=question.time.as_of,
        n=int(total["entered_customers"].max()) if len(total) else 0,
        caveats=tuple(found),
    )


def members(
    dataset: Dataset,
    spec: Funnel,
    filters: Filters,
    step: int,
    state: State = "reached",
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers behind one bar.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        step: Number of the step, from 1.
        state: Who reached it, who dropped after it, or who still has time there.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per customer or account (or value held constant, where these count), as
        many as the figure; see ``queries/answers/funnel_members.sql``.
    """
    question = prepared(dataset, spec, filters, cancellation)
    values: dict[str, Value] = {
        **question.values,
        "step": step,
        "state": state,
        "of_segment": None if segment == TOTAL else segment,
    }
    return asking.run(
        dataset,
        "funnel_members",
        question.members,
        question.relations,
        values,
        cancellation,
    )


def _with_intervals(frame: pd.DataFrame) -> pd.DataFrame:
    for name, of in (("first", "entered"), ("previous", "previous")):
        lower, upper = wilson_interval(frame["customers"], frame[f"{of}_customers"])
        place = list(frame.columns).index(f"rate_of_{name}") + 1
        frame.insert(place, f"{name}_lower", lower)
        frame.insert(place + 1, f"{name}_upper", upper)
    is_total = (frame["segment"] == TOTAL).to_numpy()
    step = frame["step"].to_numpy() - 1
    done, entered = (
        frame[name].to_numpy() for name in ("customers", "entered_customers")
    )
    # The rows of the total come in the order of the steps.
    rest, rest_entered = (each[is_total][step] - each for each in (done, entered))
    found = newcombe_difference(done, entered, rest, rest_entered)
    for name, column in zip(
        ("difference", "difference_lower", "difference_upper"), found, strict=True
    ):
        frame[name] = np.where(is_total, np.nan, column)
    return frame


def _flatters(spec: Attempting, total: pd.DataFrame, still_open: int) -> bool:
    """Say whether so many still have time that the quick ones raise the rate."""
    if spec.judged != "closed" or len(total) < 2 or not total["customers"].all():
        return False
    entered = still_open + int(total["customers"].iloc[0])
    return still_open > _MANY_OPEN * entered


def _of_those_over(
    dataset: Dataset,
    spec: Attempting,
    filters: Filters,
    rate: float,
    cancellation: Cancellation | None,
) -> str:
    """Say what the rate is among entries whose time is over, where it is another."""
    question = prepared(dataset, replace(spec, judged="matured"), filters, cancellation)
    values = {**question.values, "min_n": dataset.min_n}
    frame = asking.run(
        dataset, "funnel", question.members, question.relations, values, cancellation
    )
    total = frame[frame["segment"] == TOTAL]
    if total.empty or not total["entered_customers"].iloc[-1]:
        return ""
    end = total.iloc[-1]
    if abs(float(end["rate_of_first"]) - rate) < _NOTABLE:
        return ""
    share = percent_with_count(
        end["rate_of_first"], int(end["customers"]), int(end["entered_customers"])
    )
    return f" Of entries whose time is over alone, it is {share}."


def _sentence(spec: Attempting, frame: pd.DataFrame, still_open: int) -> str:
    total = frame[frame["segment"] == TOTAL].to_dict("records")
    first, last = entered_by(spec), step_labels(spec)[-1]
    entered = max((int(row["entered_customers"]) for row in total), default=0)
    waiting = ""
    if still_open and spec.judged != "all":
        have = "has" if still_open == 1 else "have"
        waiting = f" {counted_units(spec, still_open)} still {have} time."
    if not entered and not still_open:
        return nobody_entered(spec)
    if not entered:
        return f"The time of nobody who {first} is over yet.{waiting}"
    end = total[-1]
    share = percent_with_count(
        end["rate_of_first"], int(end["customers"]), int(end["entered_customers"])
    )
    within = f" within {spec.rules.limit.describe()}" if spec.rules.limit else ""
    # Also of one: a share is that of a group.
    who = counted_units(spec, max(entered, 2)).split(" ", 1)[1]
    if len(total) == 1:
        return f"{counted_units(spec, entered)} {first}.{waiting}"
    sentence = (
        f"{share} of the {who} who {first} went on to {last}{within} (95% interval"
        f" {percent_range(end['first_lower'], end['first_upper'])})."
    )
    unreached = next((row for row in total if not row["customers"]), None)
    if unreached is not None:
        none = "Not even the" if entered == 1 else "None of the"
        return (
            f"{none} {counted_units(spec, entered)} who {first} got to step"
            f" {unreached['step']}, {unreached['label']}{within}.{waiting}"
        )
    if len(total) > 2 and end["customers"] < entered:
        lost, following = max(
            itertools.pairwise(total), key=lambda pair: pair[0]["dropped_customers"]
        )
        share = percent_with_count(
            lost["dropped_customers"] / lost["customers"],
            int(lost["dropped_customers"]),
            int(lost["customers"]),
        )
        sentence += (
            f" Most stop between {lost['label']} and {following['label']}: {share}."
        )
    if len(frame) > len(total):
        sentence += _extremes(frame, len(total))
    return f"{sentence}{waiting}"


def _extremes(frame: pd.DataFrame, steps: int) -> str:
    """Say which segments that are not small get furthest, and least far."""
    rows = frame[
        (frame["segment"] != TOTAL) & (frame["step"] == steps) & ~frame["is_small"]
    ].sort_values("rate_of_first", kind="stable")
    if len(rows) < 2:
        return ""
    low, high = rows.iloc[0], rows.iloc[-1]
    lowest, highest = (
        percent_with_count(
            row["rate_of_first"], int(row["customers"]), int(row["entered_customers"])
        )
        for row in (low, high)
    )
    overlap = (
        "overlap" if low["first_upper"] >= high["first_lower"] else "do not overlap"
    )
    return (
        f" Lowest: {low['segment']} {lowest}; highest: {high['segment']} {highest};"
        f" their 95% intervals {overlap}."
    )

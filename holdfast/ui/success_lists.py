"""From a mark of the charts on the first success to the customers behind it."""

from __future__ import annotations

from datetime import date

import pandas as pd

from holdfast.answer import Answer
from holdfast.charts.first_success import GROUPS, POOLED_KEY
from holdfast.dataset import Dataset
from holdfast.periods import period_label
from holdfast.population import TOTAL
from holdfast.questions import first_success
from holdfast.ui import session
from holdfast.ui.blocks import Selection
from holdfast.ui.drill import customer_list
from holdfast.ui.words import counted


def curve_point(dataset: Dataset, answer: Answer, point: Selection | None) -> None:
    """List who had reached the milestone by a day of the curve."""
    if point is None:
        return
    segment, day = str(point["segment"]), int(point["day"])
    frame = answer.frame
    row = frame[(frame["segment"] == segment) & (frame["day"] == day)]
    if row.empty:
        return
    rows = _listed(dataset, answer, day, segment=segment)
    _list_part(
        dataset,
        answer,
        rows[rows["has_reached"]],
        int(row["reached"].iloc[0]),
        f"Reached it within {counted(day, 'day')}",
        segment,
        "point",
    )


def cohort_cell(
    dataset: Dataset, answer: Answer, segment: str, cell: Selection | None
) -> None:
    """List who of a cohort reached the milestone within some days, and who did not."""
    if cell is None:
        return
    within, key = int(cell["within_days"]), str(cell["cohort_key"])
    cohorts = answer.extras["cohorts"]
    cells = cohorts[
        (cohorts["segment"] == segment) & (cohorts["within_days"] == within)
    ]
    is_pooled = key == POOLED_KEY
    row = cells[
        cells["scope"] == "pooled"
        if is_pooled
        else cells["cohort"] == pd.Timestamp(key)
    ]
    if row.empty:
        return
    complete = cells[(cells["scope"] == "cohort") & cells["is_complete"]]["cohort"]
    starts = list(complete) if is_pooled else [pd.Timestamp(key)]
    rows = _listed(
        dataset,
        answer,
        within,
        segment=segment,
        cohorts=tuple(start.date() for start in starts),
    )
    reached, customers = int(row["reached"].iloc[0]), int(row["customers"].iloc[0])
    cohort = "all complete cohorts"
    if not is_pooled:
        cohort = f"cohort {period_label(pd.Timestamp(key), answer.spec.interval)}"
    for has_reached, words, total in (
        (True, "Reached it", reached),
        (False, "Did not reach it", customers - reached),
    ):
        _list_part(
            dataset,
            answer,
            rows[rows["has_reached"] == has_reached],
            total,
            f"{words} within {counted(within, 'day')}, {cohort}",
            segment,
            f"cell_{has_reached}",
        )


def deadline_point(
    dataset: Dataset, answer: Answer, segment: str, point: Selection | None
) -> None:
    """List who made or missed a deadline, those who stayed and those who did not."""
    if point is None:
        return
    group, within = str(point["group"]), int(point["within_days"])
    deadlines = answer.extras["deadlines"]
    row = deadlines[
        (deadlines["segment"] == segment) & (deadlines["within_days"] == within)
    ]
    if row.empty or group not in GROUPS:
        return
    rows = _listed(dataset, answer, within, segment=segment, is_measured=True)
    rows = rows[rows["has_reached"] == (group == "made")]
    customers = int(row[group].iloc[0])
    retained = int(row[f"{group}_retained"].iloc[0])
    spec = answer.spec
    words = "Made" if group == "made" else "Missed"
    for is_retained, stayed, total in (
        (True, "stayed", retained),
        (False, "did not stay", customers - retained),
    ):
        _list_part(
            dataset,
            answer,
            rows[rows["is_retained"] == is_retained],
            total,
            f"{words} the deadline of {counted(within, 'day')} and {stayed} in"
            f" {spec.interval} {spec.measured_at}",
            segment,
            f"deadline_{is_retained}",
        )


def _listed(
    dataset: Dataset,
    answer: Answer,
    within_days: int,
    *,
    segment: str,
    cohorts: tuple[date, ...] | None = None,
    is_measured: bool = False,
) -> pd.DataFrame:
    return session.watched(
        lambda cancellation: first_success.members(
            dataset,
            answer.spec,
            answer.filters,
            within_days,
            cohorts,
            segment,
            is_measured=is_measured,
            cancellation=cancellation,
        )
    )


def _list_part(
    dataset: Dataset,
    answer: Answer,
    rows: pd.DataFrame,
    total: int,
    heading: str,
    segment: str,
    key: str,
) -> None:
    of = "" if segment == TOTAL else f", {segment}"
    customer_list(
        dataset,
        answer,
        rows.drop(columns=["has_reached", "is_retained"]).rename(
            columns={"days": "days to reach it"}
        ),
        heading=f"{heading}{of}",
        total=total,
        key=f"first_success_{key}",
        file=(heading, "" if segment == TOTAL else segment),
    )

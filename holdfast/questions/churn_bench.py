"""The same period by every usual definition of churn, and why the figures differ."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import pandas as pd

from holdfast.answer import Answer
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import percent
from holdfast.periods import Span, first_day, period_of
from holdfast.population import TOTAL
from holdfast.questions import churn
from holdfast.questions.churn import OF_PERIODS, Churn, complete_rows
from holdfast.questions.leaving import (
    Leaving,
    in_period,
    sign_of_leaving,
    signs_of_leaving,
)
from holdfast.stats import wilson_interval

OURS = "As set above"

_MONTHS: dict[Span, int] = {"month": 12, "quarter": 4}


@dataclass(frozen=True)
class ChurnBench(Leaving):
    """What is asked of every definition; see also ``Leaving``.

    Attributes:
        span: Day, week, month, quarter or year.
        period: A local day in the period; the last complete one by default.
    """

    span: Span = "month"
    period: date | None = None


def answer(
    dataset: Dataset,
    spec: ChurnBench,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer what each definition of churn says of one period.

    Returns:
        ``frame``: one row per definition, ours first: what is divided by what in words
        and numbers, the rate, its Wilson interval where it is a share, whether it is a
        churn rate at all, how far it lies from ours, and why. Of everyone in view: a
        breakdown is left out.

    Raises:
        SpecError: The data do not tell who is a customer, or tell no dates, or the
            period is not in them.
    """
    everyone = replace(filters, breakdown=None)
    given = {field.name: getattr(spec, field.name) for field in fields(Leaving)}
    asked = Churn(**given, span=spec.span)
    whole = churn.answer(dataset, asked, everyone, cancellation)
    row = _row(dataset, spec, whole.frame)
    sign = sign_of_leaving(dataset, spec.sign)
    is_judged = row is not None and bool(row["is_judged"])
    rows = _of_one_count(row, spec) if row is not None and is_judged else []
    if rows and row is not None:
        for other, name, reason in _otherwise(dataset, asked, sign):
            rows += _by_another_rule(
                dataset, other, everyone, row, name, reason, cancellation
            )
        rows += _from_a_year(dataset, asked, everyone, row, cancellation)
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    lower, upper = wilson_interval(
        frame["numerator"].where(frame["is_share"]).astype(float),
        frame["denominator"].astype(float),
    )
    place = _COLUMNS.index("rate") + 1
    frame.insert(place, "rate_lower", pd.Series(lower).where(frame["is_share"]))
    frame.insert(place + 1, "rate_upper", pd.Series(upper).where(frame["is_share"]))
    if len(frame):
        frame["from_ours"] = frame["rate"] - frame["rate"].iloc[0]
    return replace(
        whole,
        question="churn_bench",
        spec=spec,
        frame=frame,
        sentence=_sentence(spec, row, frame),
        extras={"period": pd.DataFrame([] if row is None else [row])},
        caveats=tuple(each for each in whole.caveats if each.code not in OF_PERIODS),
    )


_COLUMNS = [
    *("variant", "numerator_is", "denominator_is", "numerator", "denominator"),
    *("rate", "is_share", "is_churn_rate", "from_ours", "reason"),
]


def _row(dataset: Dataset, spec: ChurnBench, frame: pd.DataFrame) -> pd.Series | None:
    """Return the period's figures; nothing where none is complete."""
    total = frame[frame["segment"] == TOTAL]
    if spec.period is None:
        rows = total[total["is_complete"]].tail(1)
    else:
        period = period_of(spec.period, spec.span, dataset.week_start)
        first = pd.Timestamp(first_day(period, spec.span, dataset.week_start))
        rows = total[total["period"] == first]
        if rows.empty:
            raise SpecError(
                "period_outside",
                f"The data have no {spec.span} with {spec.period}.",
                f"Choose another {spec.span}.",
            )
    return None if rows.empty else rows.iloc[0]


def _variant(
    name: str,
    numerator_is: str,
    denominator_is: str,
    numerator: float,
    denominator: float,
    reason: str,
    *,
    is_share: bool = True,
    is_churn_rate: bool = True,
) -> dict[str, Any]:
    return {
        "variant": name,
        "numerator_is": numerator_is,
        "denominator_is": denominator_is,
        "numerator": numerator,
        "denominator": denominator,
        "rate": numerator / denominator if denominator else None,
        "is_share": is_share,
        "is_churn_rate": is_churn_rate,
        "from_ours": 0.0,
        "reason": reason if denominator else "Nobody to divide by, so there is none.",
    }


def _of_one_count(row: pd.Series, spec: ChurnBench) -> list[dict[str, Any]]:
    """Divide the same counts in the usual ways."""
    start, end = int(row["customers_at_start"]), int(row["customers_at_end"])
    lost, joined = int(row["lost"]), int(row["joined"])
    inside = int(row["joined_and_left"])
    mean = (start + end) / 2
    grew = "more" if end > start else "fewer"
    average = (
        f"{abs(end - start):,} {grew} at the end ({end:,}) than at the start"
        f" ({start:,}), so it is divided by {mean:,.1f}: growth makes it smaller,"
        " shrinking larger."
        if end != start
        else f"As many at the end as at the start ({start:,}), so it is the same."
    )
    nobody = f"Nobody joined and left inside this {spec.span}, so it is the same."
    return [
        _variant(
            OURS,
            "lost",
            "customers at the start",
            lost,
            start,
            f"Of the {start:,} at the start {lost:,} were gone at the end. Whoever came"
            " in between is in neither number.",
        ),
        _variant(
            "Of the average of start and end",
            "lost",
            "mean of start and end",
            lost,
            mean,
            average,
            is_share=False,
        ),
        _variant(
            "Who joined and left counts as lost (as Baremetrics, Chargify)",
            "lost, or joined and left",
            "customers at the start",
            lost + inside,
            start,
            f"{inside:,} joined and left inside the {spec.span}: they are added above,"
            f" {lost:,} + {inside:,}, though they were not among the {start:,}."
            if inside
            else nobody,
            is_share=False,
        ),
        _variant(
            "Who joined and left is in both numbers",
            "lost, or joined and left",
            "at the start, or joined and left",
            lost + inside,
            start + inside,
            f"The {inside:,} are added below as well: {start:,} + {inside:,}."
            if inside
            else nobody,
        ),
        _variant(
            "Loss-to-acquisition ratio",
            "lost",
            "joined",
            lost,
            joined,
            f"{lost:,} lost for {joined:,} who joined. No churn rate: it moves with how"
            " many join, not only with how many leave.",
            is_share=False,
            is_churn_rate=False,
        ),
    ]


def _otherwise(
    dataset: Dataset, asked: Churn, sign: str
) -> list[tuple[Churn, str, str]]:
    """Return the other rules by which the data can tell who is a customer."""
    rules = []
    if sign == "subscription":
        if asked.ending == "access":
            other = replace(asked, ending="cancellation")
            words = ("By the day of the cancellation", "counts when it was cancelled")
        else:
            other = replace(asked, ending="access")
            words = ("By the end of paid access", "counts when paid access ended")
        rules.append((other, words[0], f"A loss {words[1]}"))
    for name, words in _RULES.items():
        if name != sign and name in signs_of_leaving(dataset):
            other = replace(asked, sign=name, ending="access")
            rules.append((other, *words))
    return rules


_RULES: dict[Any, tuple[str, str]] = {
    "subscription": (
        "By subscription",
        "A customer has paid access, silent or not",
    ),
    "order": (
        "By silence: no order",
        "Who has ordered lately is a customer, paying or not",
    ),
    "activity": (
        "By silence: no activity",
        "Who was active lately is a customer, paying or not",
    ),
}


def _by_another_rule(
    dataset: Dataset,
    other: Churn,
    everyone: Filters,
    row: pd.Series,
    name: str,
    reason: str,
    cancellation: Cancellation | None,
) -> list[dict[str, Any]]:
    try:
        found = churn.answer(dataset, other, everyone, cancellation)
    except SpecError:
        return []
    same = found.frame[found.frame["period"] == row["period"]]
    if same.empty:
        return []
    theirs = same.iloc[0]
    if not theirs["is_judged"]:
        return []
    start, lost = int(theirs["customers_at_start"]), int(theirs["lost"])
    meaning = next(each for each in found.caveats if each.code == "sign_of_life").text
    rule = "" if other.sign in ("auto", "subscription") else f" {meaning}"
    return [
        _variant(
            name,
            "lost",
            "customers at the start",
            lost,
            start,
            f"{reason}: {start:,} at the start instead of"
            f" {int(row['customers_at_start']):,}, {lost:,} lost instead of"
            f" {int(row['lost']):,}.{rule}",
        )
    ]


def _from_a_year(
    dataset: Dataset,
    asked: Churn,
    everyone: Filters,
    row: pd.Series,
    cancellation: Cancellation | None,
) -> list[dict[str, Any]]:
    """Say which steady rate of the period makes the last complete year's."""
    parts = _MONTHS.get(asked.span)
    if parts is None:
        return []
    years = churn.answer(dataset, replace(asked, span="year"), everyone, cancellation)
    known = complete_rows(years.frame)
    known = known[known["period"] <= row["period"]]
    if known.empty:
        return []
    year = known.iloc[-1]
    start, lost, rate = int(year["customers_at_start"]), int(year["lost"]), 0.0
    rate = 1 - (1 - lost / start) ** (1 / parts)
    found = _variant(
        f"A {asked.span}, from the year {year['period'].year}",
        "lost in the year",
        "customers at the start of the year",
        lost,
        start,
        f"{percent(lost / start, 1)} of those at the start of {year['period'].year}"
        f" were gone at its end; a steady {percent(rate, 1)} a {asked.span} does that:"
        f" 1 − (1 − {lost / start:.4f})^(1/{parts}). Who came within the year, and left"
        " in it, is not seen.",
        is_share=False,
    )
    return [found | {"rate": rate}]


def _sentence(spec: ChurnBench, row: pd.Series | None, frame: pd.DataFrame) -> str:
    if row is None:
        return f"No {spec.span} is complete yet, so nothing can be compared."
    at = in_period(row["period"], spec.span)
    if not row["is_judged"]:
        return f"The data are too short to see who was lost {at}."
    known = frame[frame["is_churn_rate"] & frame["rate"].notna()]
    if known.empty or pd.isna(frame["rate"].iloc[0]):
        return f"{at[:1].upper()}{at[1:]} nobody was there at the start: no churn rate."
    low, high = known["rate"].min(), known["rate"].max()
    said = (
        f"{at[:1].upper()}{at[1:]} churn is {percent(frame['rate'].iloc[0], 1)} as set"
        " above"
    )
    if percent(low, 1) == percent(high, 1):
        return f"{said}, and the same by every definition."
    return (
        f"{said}, and from {percent(low, 1)} to {percent(high, 1)} by the definitions"
        " that others use."
    )

"""When in their time as customers they leave: the hazard of each month."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.measures import percent, percent_range
from holdfast.population import TOTAL, Population, Relation, population
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.leaving import (
    Leaving,
    Spells,
    prepared,
    sign_caveat,
    sign_of_leaving,
)
from holdfast.stats import wilson_interval
from holdfast.stays import tenure_relations, told_tenures

_YEAR = 12


@dataclass(frozen=True)
class ChurnByTenure(Leaving):
    """What is asked about the months after which customers leave; see ``Leaving``."""


def answer(
    dataset: Dataset,
    spec: ChurnByTenure,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer in which month of their time as customers how many leave.

    Returns:
        ``frame``: one row per segment and month with a 95 % Wilson interval, and
        ``still_rate``, the share that is estimated to stay longer than the month; see
        ``queries/answers/churn_by_tenure.sql``.

    Raises:
        SpecError: The data do not tell who is a customer.
    """
    sign, found, relations, spells = _prepare(dataset, spec, filters, cancellation)
    values: dict[str, Value] = {
        "has_segments": bool(found.segments),
        "min_n": dataset.min_n,
    }
    query = "churn_by_tenure"
    frame = asking.run(dataset, query, found, relations, values, cancellation)
    lower, upper = wilson_interval(frame["lost"], frame["at_risk"])
    place = list(frame.columns).index("hazard_rate") + 1
    frame.insert(place, "hazard_lower", lower)
    frame.insert(place + 1, "hazard_upper", upper)
    stays = (1 - frame["hazard_rate"]).groupby(frame["segment"], sort=False)
    frame.insert(place + 2, "still_rate", stays.cumprod())
    lapse = spells.lapse if spells else 0
    return Answer(
        question=query,
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame),
        sql=asking.shown(query, found, relations, values),
        as_of=spells.time.as_of if spells else None,
        n=found.units,
        caveats=(
            sign_caveat(sign, spec.ending, lapse),
            *(_caveats(lapse) if spells else ()),
            *asking.small_caveat(frame, dataset.min_n),
            *asking.account_caveat(found),
            *asking.stranger_caveat(dataset),
        ),
    )


def members(
    dataset: Dataset,
    spec: ChurnByTenure,
    filters: Filters,
    month: int,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers who left in one month of their time as customers.

    Returns:
        One row per customer or account; as many as the figure says.
    """
    _, found, relations, _ = _prepare(dataset, spec, filters, cancellation)
    values: dict[str, Value] = {
        "of_month": month,
        "of_segment": None if segment == TOTAL else segment,
    }
    query = "churn_by_tenure_members"
    return asking.run(dataset, query, found, relations, values, cancellation)


def _prepare(
    dataset: Dataset,
    spec: ChurnByTenure,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[str, Population, dict[str, Relation], Spells | None]:
    sign = sign_of_leaving(dataset, spec.sign)
    if sign == "tenure":
        found = population(dataset, filters, spec.unit, cancellation)
        return sign, found, told_tenures(), None
    spells = prepared(dataset, spec, filters, cancellation)
    relations = tenure_relations(spells.relations, spells.time.as_of, spells.lapse)
    return sign, spells.members, relations, spells


def _sentence(spec: ChurnByTenure, frame: pd.DataFrame) -> str:
    total = frame[frame["segment"] == TOTAL]
    if total.empty:
        return (
            f"No {spec.unit} in view has been one for a whole month, so it cannot be"
            " told when they leave."
        )
    large = total[~total["is_small"]]
    judged = large if len(large) else total
    if not judged["lost"].any():
        return f"No {spec.unit} has left in any month that can be judged."
    row = judged.iloc[int(judged["hazard_rate"].to_numpy().argmax())]
    rate = (
        f"{_one(row['hazard_rate'])} ({int(row['lost']):,} of {int(row['at_risk']):,})"
    )
    said = (
        f"Customers leave most often in month {int(row['month'])} of their time: {rate}"
        " of those who reached it, 95% interval"
        f" {percent_range(row['hazard_lower'], row['hazard_upper'])}"
    ).replace("Customers", f"{spec.unit.capitalize()}s")
    year = judged[judged["month"] <= _YEAR].iloc[-1]
    after = asking.counted(int(year["month"]), "month")
    return f"{said}. After {after}, {percent(year['still_rate'])} are still there."


def _one(rate: float) -> str:
    return percent(rate, 1 if rate < 0.1 else 0)


def _caveats(lapse: int) -> list[Caveat]:
    caveats = [
        Caveat(
            "first_time",
            "Counted is the first time as a customer: who came back later has left"
            " before. Only those are counted in a month for whom it is over.",
        )
    ]
    if lapse:
        days = asking.counted(lapse, "day")
        caveats.append(
            Caveat(
                "last_sign",
                f"Whoever fell silent left with the last sign of life, {days} before it"
                f" could be said; of the last {days} of the data nothing is known yet.",
            )
        )
    return caveats

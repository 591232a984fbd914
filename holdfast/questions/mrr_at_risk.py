"""How much of today's MRR is behind customers whose last score was a bad one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import percent
from holdfast.population import TOTAL, Relation
from holdfast.query import Value
from holdfast.questions import asking
from holdfast.questions.amounts import money_text
from holdfast.questions.leaving import Spells
from holdfast.questions.voicing import (
    Voicing,
    group_name,
    prepared_voices,
    shared_caveats,
)
from holdfast.score_groups import scale_asked
from holdfast.stats import wilson_interval
from holdfast.voices import Voices, latest_relations

NO_RECENT = "No recent score"
"""Customers who have answered, but not lately, or without a score."""


@dataclass(frozen=True)
class MrrAtRisk(Voicing):
    """What is asked about MRR behind scores; see also ``Voicing``.

    Attributes:
        recent_days: A score that is older than so many days says nothing about now.
    """

    recent_days: int = 180

    def __post_init__(self) -> None:
        """Refuse an age that is none."""
        if not 1 <= self.recent_days <= 10_000:
            raise SpecError(
                "unknown_age",
                f"No score can be {self.recent_days} days old at most.",
                "Choose 1 to 10000 days, such as 90, 180 or 365.",
            )


def answer(
    dataset: Dataset,
    spec: MrrAtRisk,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer how many customers, and how much MRR, each group of scores has now.

    Returns:
        ``frame``: one row per segment and group, with the share of customers and its
        Wilson interval, and the share of MRR; see ``queries/answers/mrr_at_risk.sql``.

    Raises:
        SpecError: Nobody who is known answered, or nothing tells who is a customer.
    """
    spells, currency, relations = _prepare(dataset, spec, filters, cancellation)
    found = spells.members
    values: dict[str, Value] = {
        "has_segments": bool(found.segments),
        "min_n": dataset.min_n,
    }
    name = "mrr_at_risk"
    frame = asking.run(dataset, name, found, relations, values, cancellation)
    frame.insert(2, "group", [risk_group(spec, each) for each in frame["score_group"]])
    lower, upper = wilson_interval(frame["units"], frame["of_units"])
    frame["units_share"] = frame["units"] / frame["of_units"]
    frame["share_lower"], frame["share_upper"] = lower, upper
    whole = frame["of_monthly"].where(frame["of_monthly"] > 0)
    frame["risk_share"] = frame["monthly"].fillna(0).where(whole.notna()) / whole
    return Answer(
        question=name,
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame, currency),
        sql=asking.shown(name, found, relations, values),
        as_of=spells.time.as_of,
        n=int(frame.loc[frame["segment"] == TOTAL, "units"].sum()),
        caveats=(
            Caveat(
                "latest",
                f"In the group of the latest score of the last {spec.recent_days} days,"
                " as things stood at the end of the data. MRR at risk is what these"
                " customers pay, not what will be lost.",
            ),
            *asking.small_caveat(frame, dataset.min_n),
            *(
                each
                for each in shared_caveats(
                    dataset, spec, spells, currency, relations, cancellation
                )
                if each.code != "not_customers"
            ),
        ),
    )


def members(
    dataset: Dataset,
    spec: MrrAtRisk,
    filters: Filters,
    group: str = "low",
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List the customers of a group, those who pay most first.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        group: high, middle, low, unscored or silent.
        segment: The segment of the figure.
        cancellation: Lets another thread stop the work.

    Returns:
        As many rows as the group's ``units``; see
        ``queries/answers/mrr_at_risk_members.sql``.
    """
    spells, _, relations = _prepare(dataset, spec, filters, cancellation)
    return asking.run(
        dataset,
        "mrr_at_risk_members",
        spells.members,
        relations,
        {
            "of_group": group,
            "of_segment": None if segment == TOTAL else segment,
        },
        cancellation,
    )


def risk_group(spec: MrrAtRisk, group: str) -> str:
    """Name a group of this question."""
    return NO_RECENT if group == "unscored" else group_name(spec.survey, group)


def _prepare(
    dataset: Dataset,
    spec: MrrAtRisk,
    filters: Filters,
    cancellation: Cancellation | None,
) -> tuple[Spells, str | None, dict[str, Relation]]:
    spells, currency = prepared_voices(dataset, spec, filters, cancellation)
    as_of = spells.time.as_of
    oldest = max(as_of.toordinal() - spec.recent_days, 1)
    voices = Voices(
        survey=spec.survey,
        moment="latest",
        span="day",
        starts=(),
        first_on=date.fromordinal(oldest),
        until_on=as_of,
        horizon=0,
        sign=spells.sign,
        ending=spec.ending,
        currency=currency,
        as_of=as_of,
        scale=scale_asked(dataset, spec.survey, spec.question, spec.reading),
        question=spec.question,
    )
    relations = latest_relations(
        dataset, spells.members, spells.relations, voices, cancellation
    )
    return spells, currency, relations


def _sentence(spec: MrrAtRisk, frame: pd.DataFrame, currency: str | None) -> str:
    total = frame[frame["segment"] == TOTAL]
    if total.empty:
        return f"No {spec.unit} in view is a customer at the end of the data."
    everyone = int(total["of_units"].iloc[0])
    name = group_name(spec.survey, "low").lower()
    low = total[total["score_group"] == "low"]
    days = f"the last {spec.recent_days} days"
    if low.empty:
        return (
            f"Of {asking.counted(everyone, spec.unit)} nobody's latest score of {days}"
            f" makes them {name}."
        )
    row = low.iloc[0]
    said = (
        f"{int(row['units']):,} of {asking.counted(everyone, spec.unit)}"
        f" {'is' if row['units'] == 1 else 'are'} among the {name} by the latest score"
        f" of {days}"
    )
    if currency is None or not row["of_monthly"] > 0:
        return f"{said}."
    return (
        f"{said}. They pay {money_text(row['monthly'] or 0, currency)} a month,"
        f" {percent(row['risk_share'])} of all MRR."
    )

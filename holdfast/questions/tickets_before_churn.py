"""Tickets before leaving, against those who stayed: an association, no cause."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from holdfast.answer import Answer, Caveat
from holdfast.cancellation import Cancellation
from holdfast.counts import share_ratio
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.measures import percent
from holdfast.population import TOTAL, Population, Relation
from holdfast.query import Value
from holdfast.questions import asking, leaving
from holdfast.questions.leaving import Leaving, sign_caveat
from holdfast.questions.ticketing import By, group_caveats
from holdfast.questions.ticketing import prepared as prepared_tickets
from holdfast.stats import (
    difference_p_values,
    false_discovery_rates,
    newcombe_difference,
    wilson_interval,
)

MOST_DAYS = 366

_MOST_GROUPS = 12
_NO_CAUSE = " They go together; that is no cause."


@dataclass(frozen=True)
class TicketsBeforeChurn(Leaving):
    """What is asked about tickets before leaving; see also ``Leaving``.

    Attributes:
        days: How many days before leaving are looked at, 1 to 366.
        by: What tickets are told apart by: nothing (``segment``), or a field of theirs.
    """

    days: int = 30
    by: By = "tag"

    def __post_init__(self) -> None:
        """Refuse days that leave nothing to look at.

        Raises:
            SpecError: ``days`` is out of its range.
        """
        if not 1 <= self.days <= MOST_DAYS:
            raise SpecError(
                "number_out_of_range",
                f"days: {self.days} is not between 1 and {MOST_DAYS}.",
                f"Use a number from 1 to {MOST_DAYS}.",
            )


@dataclass(frozen=True)
class _Ready:
    """A spec made ready for one dataset."""

    spells: leaving.Spells
    members: Population
    relations: dict[str, Relation]
    values: dict[str, Value]


def answer(
    dataset: Dataset,
    spec: TicketsBeforeChurn,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Answer:
    """Answer whether those who left had more tickets before than those who stayed.

    Returns:
        ``frame``: ``All`` and one row per value of the field: those who left and had a
        ticket in the days before, the same share of all who were customers on the same
        days and stayed, their difference (Newcombe) and ratio with intervals, and
        tickets per 100 customer-days. See ``queries/answers/tickets_before_churn.sql``.
    """
    ready = _prepare(dataset, spec, filters, cancellation)
    found, relations, values = ready.members, ready.relations, ready.values
    rows = asking.run(
        dataset, "tickets_before_churn", found, relations, values, cancellation
    )
    frame = _compared(rows, spec.days, dataset.min_n)
    return Answer(
        question="tickets_before_churn",
        spec=spec,
        filters=filters,
        frame=frame,
        sentence=_sentence(spec, frame),
        sql=asking.shown("tickets_before_churn", found, relations, values),
        as_of=ready.spells.time.as_of,
        n=found.units,
        caveats=tuple(_caveats(dataset, spec, filters, ready, frame)),
    )


def members(
    dataset: Dataset,
    spec: TicketsBeforeChurn,
    filters: Filters,
    segment: str = TOTAL,
    cancellation: Cancellation | None = None,
) -> pd.DataFrame:
    """List who left with a ticket in the days before.

    Args:
        dataset: What is asked.
        spec: The spec of the answer that shows the figure.
        filters: Its filters.
        segment: What the tickets are about.
        cancellation: Lets another thread stop the work.

    Returns:
        One row per time that somebody left, as many as the figure says.
    """
    ready = _prepare(dataset, spec, filters, cancellation)
    return asking.run(
        dataset,
        "tickets_before_churn_members",
        ready.members,
        ready.relations,
        {**ready.values, "of_label": None if segment == TOTAL else segment},
        cancellation,
    )


def _prepare(
    dataset: Dataset,
    spec: TicketsBeforeChurn,
    filters: Filters,
    cancellation: Cancellation | None,
) -> _Ready:
    spells = leaving.prepared(dataset, spec, filters, cancellation)
    # Segments of customers are no themes: only who is in view matters.
    in_view = Filters(filters.filters)
    tickets = prepared_tickets(
        dataset,
        in_view,
        "day",
        by=spec.by,
        unit=spec.unit,
        as_of=spec.as_of,
        groups=_MOST_GROUPS,
        cancellation=cancellation,
    )
    if filters.breakdown:
        whole = Leaving(spec.sign, spec.ending, spec.lapse_days, spec.unit, spec.as_of)
        spells = leaving.prepared(dataset, whole, in_view, cancellation)
    values: dict[str, Value] = {
        "days": spec.days,
        "tickets_from_on": tickets.time.from_on,
        "tickets_until_on": min(tickets.time.as_of, spells.time.as_of),
    }
    return _Ready(
        spells, tickets.members, {**spells.relations, **tickets.relations}, values
    )


def _compared(rows: pd.DataFrame, days: int, min_n: int) -> pd.DataFrame:
    """Add shares, difference, ratio and chance; those who stayed count once each."""
    left, stayed = rows["left_spells"], rows["stayed_customers"]
    stayed_with = (rows["stayed_rate"].fillna(0.0) * stayed).clip(upper=stayed)
    has_both = rows["stayed_rate"].notna() & (left > 0)
    n = stayed.where(has_both, 0)
    counts = (rows["left_with"], left, stayed_with.where(has_both, 0.0), n)
    lower, upper = wilson_interval(rows["left_with"], left)
    stayed_lower, stayed_upper = wilson_interval(*counts[2:])
    difference = newcombe_difference(*counts)
    some = left.where(left > 0).astype(float)
    frame = rows.assign(
        left_rate=rows["left_with"] / some,
        left_lower=lower,
        left_upper=upper,
        stayed_lower=stayed_lower,
        stayed_upper=stayed_upper,
        ticket_excess=difference.difference,
        excess_lower=difference.lower,
        excess_upper=difference.upper,
        left_per_100_days=rows["left_tickets"] / some / days * 100,
        stayed_per_100_days=rows["stayed_tickets"] / days * 100,
        p_value=difference_p_values(*counts),
        is_small=(left < min_n) | (stayed < min_n),
    )
    ratios = [
        share_ratio(
            (row["left_rate"], row["left_lower"], row["left_upper"]),
            (row["stayed_rate"], row["stayed_lower"], row["stayed_upper"]),
        )
        for _, row in frame.iterrows()
    ]
    for place, name in enumerate(("risk_ratio", "risk_lower", "risk_upper")):
        frame[name] = [ratio[place] for ratio in ratios]
    is_theme = frame["segment"] != TOTAL
    adjusted = frame["p_value"].copy()
    adjusted[is_theme] = false_discovery_rates(frame.loc[is_theme, "p_value"])
    return frame.assign(p_adjusted=adjusted)


def _sentence(spec: TicketsBeforeChurn, frame: pd.DataFrame) -> str:
    row = frame.iloc[0]
    left = int(row["left_spells"])
    if not left:
        return (
            f"No {spec.unit} in view is known to have left while the"
            f" {asking.counted(spec.days, 'day')} before were observed."
        )
    if pd.isna(row["stayed_rate"]):
        return f"{asking.counted(left, spec.unit)} left, and nobody stayed to compare."
    points = abs(row["ticket_excess"]) * 100
    is_certain = row["excess_lower"] > 0 or row["excess_upper"] < 0
    judged = (
        f"{points:.0f} points {'more' if row['ticket_excess'] > 0 else 'fewer'}"
        if is_certain
        else "what differs may be chance"
    )
    return (
        f"Of {left:,} who left, {percent(row['left_rate'])} had a ticket in the"
        f" {asking.counted(spec.days, 'day')} before, and {percent(row['stayed_rate'])}"
        f" of those who stayed, on the same days: {judged}."
        f"{_NO_CAUSE if is_certain else ''}"
    )


def _caveats(
    dataset: Dataset,
    spec: TicketsBeforeChurn,
    filters: Filters,
    ready: _Ready,
    frame: pd.DataFrame,
) -> list[Caveat]:
    caveats = [
        sign_caveat(ready.spells.sign, spec.ending, ready.spells.lapse),
        Caveat(
            "same_days",
            "For each day on which somebody left, all who were customers on that day"
            " and stayed are looked at, with the same days before it. How long they had"
            " been customers may differ. Only days of leaving count whose"
            f" {asking.counted(spec.days, 'day')} before the tickets' export covers.",
        ),
        Caveat(
            "no_cause",
            "What goes together with leaving need not bring it about: a failed payment"
            " may end access and bring the ticket.",
        ),
    ]
    if spec.by == "tag" or filters.breakdown:
        caveats.extend(group_caveats(spec.by, filters))
    caveats.extend(asking.small_caveat(frame, dataset.min_n))
    caveats.extend(asking.account_caveat(ready.members))
    return caveats

"""What questions about losses share: who left when, with what money and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from holdfast.answer import Caveat
from holdfast.cancellation import Cancellation
from holdfast.currencies import chosen_currency
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.losses import loss_relations
from holdfast.population import Population, Relation
from holdfast.questions import asking
from holdfast.questions.amounts import unpriced_caveats
from holdfast.questions.leaving import Leaving, prepared, sign_caveat
from holdfast.spells import Ending

MOST_REASONS = 8
"""Reasons that stand alone; the rarer ones are folded together."""


@dataclass(frozen=True)
class Losing(Leaving):
    """What is asked about losses.

    Attributes:
        first: The first day, or a day in the first month, that is looked at.
        last: The last one.
        currency: What money is counted in; empty for the workspace's setting, else
            the one of most customers.
    """

    first: date | None = None
    last: date | None = None
    currency: str = ""


@dataclass(frozen=True)
class Losses:
    """The losses of one dataset, made ready.

    Attributes:
        sign: What shows that somebody is a customer.
        lapse: Silence longer than this is leaving; 0 for subscriptions.
        ending: When a subscription ends.
        time: The observed time.
        found: Who is in view.
        relations: What queries read.
        currency: What money is counted in; none where there is no price.
    """

    sign: str
    lapse: int
    ending: Ending
    time: asking.ObservedTime
    found: Population
    relations: dict[str, Relation]
    currency: str | None


def find_losses(
    dataset: Dataset,
    spec: Losing,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Losses:
    """Find all losses, once for everyone.

    Raises:
        SpecError: The data do not show when anybody left, or a setting does not fit.
    """
    spells = prepared(dataset, spec, filters, cancellation)
    currency = _currency(dataset, spells.sign, spec.currency)
    relations = loss_relations(
        dataset,
        spells.members,
        spells.relations,
        spells.sign,
        spells.time.as_of,
        spec.ending if spells.sign == "subscription" else "access",
        currency,
        cancellation,
    )
    return Losses(
        spells.sign,
        spells.lapse,
        spec.ending,
        spells.time,
        spells.members,
        relations,
        currency,
    )


def loss_caveats(
    dataset: Dataset, losses: Losses, cancellation: Cancellation | None = None
) -> list[Caveat]:
    """Say what leaving is, what it is worth, and what cannot be known of it."""
    caveats = [
        sign_caveat(losses.sign, losses.ending, losses.lapse),
        Caveat("losses", "Losses are counted: who left twice counts twice."),
    ]
    if losses.sign == "subscription":
        caveats.extend(_money(dataset, losses, cancellation))
    else:
        caveats.append(
            Caveat(
                "no_reasons",
                "Reasons stand only in an export of subscriptions: load one to see"
                " them.",
            )
        )
    caveats.extend(asking.account_caveat(losses.found))
    caveats.extend(asking.hole_caveat(dataset, losses.time))
    caveats.extend(asking.stranger_caveat(dataset))
    return caveats


def _currency(dataset: Dataset, sign: str, wanted: str) -> str | None:
    if sign != "subscription":
        return None
    try:
        return chosen_currency(dataset, wanted)
    except SpecError as problem:
        if problem.code == "no_prices":
            return None
        raise


def _money(
    dataset: Dataset, losses: Losses, cancellation: Cancellation | None
) -> list[Caveat]:
    if losses.currency is None:
        return [
            Caveat(
                "no_prices",
                "No subscription has a price, so what was lost cannot be told in money."
                " Load an export with prices.",
            )
        ]
    _, caveats = unpriced_caveats(
        dataset, losses.found, losses.currency, losses.time.as_of, cancellation
    )
    return caveats

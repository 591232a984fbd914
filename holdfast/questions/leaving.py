"""What all questions about leaving ask first: who is a customer, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from holdfast.answer import Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Clock
from holdfast.occurrence import ACTIVITY, ORDER, SUBSCRIPTION, Occurrence
from holdfast.periods import Span, day_label, period_label
from holdfast.population import Population, Relation, Unit, population
from holdfast.questions import asking
from holdfast.questions.survival import Sign, lapse_days
from holdfast.spells import Ending, spell_relations


@dataclass(frozen=True)
class Leaving:
    """What is asked about leaving.

    Attributes:
        sign: What makes a customer: a paid subscription, orders or any activity that
            are not too long ago, or what a customer table says of tenure and churn;
            ``auto`` takes the first of these that the data have.
        ending: A subscription ends with its paid access, or when it is cancelled.
        lapse_days: Silence longer than this ends a time as customer (orders and
            activity); 0 for the workspace's setting, else the 95th percentile of gaps.
        unit: What is counted.
        as_of: An earlier end of the observed time.
    """

    sign: Sign = "auto"
    ending: Ending = "access"
    lapse_days: int = 0
    unit: Unit = "customer"
    as_of: date | None = None


@dataclass(frozen=True)
class Spells:
    """A spec made ready for one dataset.

    Attributes:
        sign: The sign that is looked at.
        lapse: The longest silence of a customer, in days; 0 for subscriptions.
        time: The observed time.
        members: Who is in view.
        relations: ``spells`` and what it reads.
    """

    sign: str
    lapse: int
    time: asking.ObservedTime
    members: Population
    relations: dict[str, Relation]


NO_DATES = "no_dates"
"""Code of the refusal where the data say who left, but not when."""

_OCCURRENCES: dict[str, Occurrence] = {
    "subscription": SUBSCRIPTION,
    "order": ORDER,
    "activity": ACTIVITY,
}


def signs_of_leaving(dataset: Dataset) -> list[str]:
    """Return what can tell who is a customer, the most telling first."""
    has = {
        "subscription": "subscriptions" in dataset.observed,
        "order": "orders" in dataset.observed,
        "activity": "events" in dataset.observed,
        "tenure": "has_churned" in dataset.attributes,
    }
    return [name for name, there in has.items() if there]


def sign_of_leaving(dataset: Dataset, sign: Sign) -> str:
    """Return what tells who is a customer.

    Raises:
        SpecError: The data have nothing that does, or not what was asked for.
    """
    shown = signs_of_leaving(dataset)
    if sign == "auto" and shown:
        return shown[0]
    if sign in shown:
        return sign
    missing = "nothing" if sign == "auto" else f"no {sign}"
    raise SpecError(
        "no_sign_of_life",
        f"The data have {missing} to tell who is a customer and who has left.",
        "Load subscriptions, orders, events, or customers with a churned flag.",
    )


def prepared(
    dataset: Dataset,
    spec: Leaving,
    filters: Filters,
    cancellation: Cancellation | None = None,
) -> Spells:
    """Find out from when to when the units in view were customers.

    Raises:
        SpecError: The data do not tell, or tell no dates.
    """
    sign = sign_of_leaving(dataset, spec.sign)
    if sign == "tenure":
        raise SpecError(
            NO_DATES,
            "The customer table says who has left, but not when, so there is no rate of"
            " a month or any other period.",
            "Look at Churn for the share that has left and for after how long, or load"
            " subscriptions, orders or events.",
        )
    time = asking.observed_time(dataset, _OCCURRENCES[sign], spec.as_of)
    members = population(dataset, filters, spec.unit, cancellation, time.cut.before)
    lapse = 0
    if sign != "subscription":
        lapse = spec.lapse_days or lapse_days(
            dataset, _OCCURRENCES[sign], time.cut, cancellation
        )
    relations = spell_relations(
        dataset,
        members,
        sign,
        Clock("day", cut=time.cut),
        time.as_of,
        lapse,
        spec.ending if sign == "subscription" else "access",
        cancellation,
    )
    return Spells(sign, lapse, time, members, relations)


def in_period(first: date, span: Span) -> str:
    """Say in which period, such as 'in Mar 2026' or 'on 3 Mar 2026'."""
    if span == "week":
        return f"in the week of {day_label(first)}"
    return f"{'on' if span == 'day' else 'in'} {period_label(first, span)}"


def sign_caveat(sign: str, ending: Ending, lapse: int) -> Caveat:
    """Say what makes somebody a customer here, and what ends it."""
    if sign == "subscription":
        return Caveat("sign_of_life", _MEANING[ending])
    return Caveat("sign_of_life", _MEANING[sign].format(lapse=lapse))


def edge_caveats(spells: Spells) -> list[Caveat]:
    """Say what the beginning of the data hides."""
    if not spells.lapse:
        return []
    days = asking.counted(spells.lapse, "day")
    return [
        Caveat(
            "left_edge",
            f"In the first {days} of the data nobody can be seen to lapse, so periods"
            " that begin in them have no rate; and whoever is new there may be an old"
            " customer.",
        )
    ]


_MEANING = {
    "access": "A customer has paid access; one is lost with the first day without it.",
    "cancellation": "A customer has a subscription that is not cancelled; one is lost"
    " with the day of the cancellation, also where access was paid for longer.",
    "order": "Judged by silence: a customer is lost on the day on which the last order"
    " is {lapse} days ago. Choose another number if yours buy more often or more"
    " seldom.",
    "activity": "Judged by silence: a customer is lost on the day on which the last"
    " activity is {lapse} days ago. Choose another number if yours come more often or"
    " more seldom.",
    "tenure": "Who has left is taken as the customer table says. It has no dates: what"
    " has been lost in which month, and who came back, cannot be known from it.",
}

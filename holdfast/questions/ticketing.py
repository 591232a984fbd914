"""What all questions about tickets ask first: which are in view, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import pandas as pd

from holdfast.answer import Caveat
from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Cut
from holdfast.periods import Span, day_label
from holdfast.population import Population, Relation, Unit, population
from holdfast.query import load
from holdfast.questions import asking
from holdfast.tickets import Field, ticket_relations

By = Literal["segment", "tag", "priority", "channel", "status"]
"""What tickets are told apart by: the segments in view, or a field of theirs."""

FIELD_WORDS = {
    "tag": "tags",
    "priority": "priorities",
    "channel": "channels",
    "status": "statuses",
}


@dataclass(frozen=True)
class Told:
    """What the tickets tell at all.

    Attributes:
        answered: Tickets with a first answer.
        solved: Tickets with an instant of their solution.
        told_reopens: Tickets of which it is told how often they were reopened.
        beyond: Answers and solutions too far after everything else to be believed.
    """

    answered: int
    solved: int
    told_reopens: int
    beyond: int


@dataclass(frozen=True)
class Tickets:
    """A spec made ready for one dataset.

    Attributes:
        time: The time in which tickets were observed.
        members: Who is in view.
        relations: ``shown_tickets`` and what it reads.
        told: What the tickets tell.
        takes_unknown: Tickets of unknown people are in view.
    """

    time: asking.ObservedTime
    members: Population
    relations: dict[str, Relation]
    told: Told
    takes_unknown: bool


def prepared(
    dataset: Dataset,
    filters: Filters,
    span: Span,
    *,
    by: By = "segment",
    unit: Unit = "customer",
    as_of: date | None = None,
    groups: int = 8,
    cancellation: Cancellation | None = None,
) -> Tickets:
    """Find the tickets in view.

    Args:
        dataset: Whose tickets.
        filters: Whose of them; with any, tickets of unknown people are left out.
        span: The periods that they are counted by.
        by: What they are told apart by.
        unit: What is counted beside tickets.
        as_of: An earlier end of the observed time.
        groups: How many values of a field stand alone.
        cancellation: Lets another thread stop the work.

    Raises:
        SpecError: There are no tickets, or ``as_of`` lies outside of the data.
    """
    time, told = ticket_time(dataset, as_of, cancellation)
    members = population(dataset, filters, unit, cancellation, time.cut.before)
    takes_unknown = not filters.filters
    field: Field | None = None if by == "segment" else by
    relations = ticket_relations(
        dataset,
        members,
        span,
        time.as_of,
        by=field,
        groups=groups,
        takes_unknown=takes_unknown,
        cancellation=cancellation,
    )
    return Tickets(time, members, relations, told, takes_unknown)


def ticket_time(
    dataset: Dataset, as_of: date | None, cancellation: Cancellation | None = None
) -> tuple[asking.ObservedTime, Told]:
    """Find out from when to when tickets were observed, and what is told of them.

    They are observed to the last of their instants: openings, answers and solutions.

    Raises:
        SpecError: There are no tickets, or ``as_of`` lies outside of the data.
    """
    if "tickets" not in dataset.observed:
        raise SpecError(
            "no_tickets",
            "The workspace has no support tickets.",
            "Load an export of your help desk, with one row a ticket and a column such"
            " as “Created at”.",
        )
    rows = dataset.frame(
        load("tickets_seen").text, {"zone": dataset.zone}, cancellation
    )
    row = rows.iloc[0]
    seen = dataset.observed["tickets"]
    last_on: date = pd.Timestamp(row["last_on"]).date()
    until_on = max(seen.until_on, last_on + timedelta(days=1))
    complete = max(seen.as_of, last_on + timedelta(days=bool(row["is_dated"])))
    names = ("answered", "solved", "told_reopens", "beyond")
    told = Told(*(int(row[name]) for name in names))
    if as_of is None or as_of == until_on:
        return asking.ObservedTime(
            as_of or complete, until_on, seen.from_on, Cut()
        ), told
    if not seen.from_on < as_of <= until_on:
        raise SpecError(
            "as_of_outside",
            f"The tickets run from {seen.from_on} to {until_on - timedelta(days=1)}, so"
            f" they cannot be read as of {as_of}.",
            f"Choose a day from {seen.from_on + timedelta(days=1)} to {until_on}.",
        )
    return asking.ObservedTime(as_of, as_of, seen.from_on, Cut(as_of)), told


def group_caveats(by: By, filters: Filters) -> list[Caveat]:
    """Say how groups of tickets add up."""
    caveats = []
    if by == "tag":
        caveats.append(
            Caveat(
                "tags_overlap",
                "A ticket with two tags counts for both, and once in all tickets: the"
                " tags add up to more than the whole.",
            )
        )
    if by != "segment" and filters.breakdown:
        caveats.append(
            Caveat(
                "no_breakdown",
                f"Tickets are told apart by their {FIELD_WORDS[by]} here, so the"
                " breakdown of customers chosen in the sidebar is set aside.",
            )
        )
    return caveats


def unknown_caveat(tickets: Tickets, unknown: int) -> list[Caveat]:
    """Say what becomes of tickets of people whom no other file knows."""
    if not tickets.takes_unknown:
        return [
            Caveat(
                "known_only",
                "With a filter only tickets of customers in view count: of unknown"
                " people nobody can say whether they are.",
            )
        ]
    if not unknown:
        return []
    who = "people that no customer matches"
    if tickets.members.unit == "account":
        who = "people without a known account"
    return [
        Caveat(
            "unknown_people",
            f"{unknown:,} {'ticket is' if unknown == 1 else 'tickets are'} of {who}."
            " They count among all tickets, and as a segment of their own.",
        )
    ]


def beyond_caveat(told: Told) -> list[Caveat]:
    """Say how many answers and solutions lie too far ahead to be believed."""
    if not told.beyond:
        return []
    are = "answer or solution lies" if told.beyond == 1 else "answers or solutions lie"
    return [
        Caveat(
            "solved_ahead",
            f"{told.beyond:,} {are} far after the last ticket and everything else that"
            " tickets tell, so they are taken for not having happened yet.",
        )
    ]


def running_caveat(time: asking.ObservedTime, span: Span) -> Caveat:
    """Say that the last period still runs."""
    last = day_label(time.as_of - timedelta(days=1))
    return Caveat(
        "incomplete",
        f"Tickets were observed until {last}: the {span} after the last complete one"
        " still runs and is hollow.",
    )

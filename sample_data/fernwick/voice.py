"""Let customers speak: surveys, tickets, add-on orders."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from fernwick import assumptions as a
from fernwick.chance import between, happens, long_tailed, pick, stream
from fernwick.people import Person
from fernwick.usage import ActiveDay
from fernwick.words import TICKET_TOPICS, comment, tags_of, ticket_subject


@dataclass(slots=True)
class Invitation:
    """One survey sent to one customer."""

    person: Person
    survey: str
    at: int
    campaign: str
    is_delivered: bool


@dataclass(slots=True)
class Response:
    """One answered survey; the score may be missing and the comment empty."""

    person: Person
    survey: str
    started_at: int
    submitted_at: int
    score: int | None
    comment: str
    campaign: str


@dataclass(slots=True)
class Ticket:
    """One support ticket; an open one has no `solved_at`."""

    person: Person
    topic: str
    subject: str
    opened_at: int
    replied_at: int | None
    solved_at: int | None
    replies: int
    reopens: int
    channel: str
    priority: str
    satisfaction: str = "Unoffered"

    @property
    def tags(self) -> str:
        """Return the tags of the topic."""
        return tags_of(self.topic)


@dataclass(slots=True)
class Order:
    """One add-on order, possibly refunded."""

    person: Person
    at: int
    item: str
    quantity: int
    amount: float
    refunded: float


def failed_payments(person: Person, since: int, until: int) -> list[int]:
    """Return the instants of the person's failed charges in [since, until)."""
    return [
        charge.at
        for charge in person.charges
        if charge.status == "Failed" and since <= charge.at < until
    ]


def _clip(value: float, low: int, high: int) -> int:
    return int(min(max(round(value), low), high))


def _answer(
    rng: np.random.Generator, invitation: Invitation, score: int, group: str
) -> Response:
    delay = min(long_tailed(rng, 7 * a.HOUR, 1.3), 12 * a.DAY)
    submitted_at = invitation.at + 60 + int(delay)
    text = ""
    if happens(rng, a.COMMENT_GIVEN):
        text = comment(rng, invitation.person.language, group)
    return Response(
        person=invitation.person,
        survey=invitation.survey,
        started_at=submitted_at - between(rng, 15, 300),
        submitted_at=submitted_at,
        score=None if happens(rng, a.SCORE_MISSING) else score,
        comment=text,
        campaign=invitation.campaign,
    )


def _nps_score(rng: np.random.Generator, person: Person, at: int) -> int:
    value = a.NPS_MEAN + a.NPS_BY_SATISFACTION * person.satisfaction
    value += a.NPS_NOISE * float(rng.standard_normal())
    if failed_payments(person, at - 60 * a.DAY, at):
        value -= a.FAILED_PAYMENT_PENALTY
    return _clip(value, 0, 10)


def _nps_group(score: int) -> str:
    if score >= 9:
        return "promoter"
    return "passive" if score >= 7 else "detractor"


def nps(
    people: list[Person], days: list[ActiveDay]
) -> tuple[list[Invitation], list[Response]]:
    """Send the quarterly waves to everybody who was active lately."""
    rng = stream(6)
    visits: dict[int, list[int]] = {person.number: [] for person in people}
    for day in days:
        visits[day.person.number].append(day.at)
    invitations, responses = [], []
    for wave in a.NPS_WAVES:
        noon = int(datetime(wave.year, wave.month, wave.day, 9, tzinfo=UTC).timestamp())
        campaign = f"nps-{wave.year}-q{(wave.month + 2) // 3}"
        since = noon - a.NPS_RECENT_DAYS * a.DAY
        for person in people:
            if not any(since <= at < noon for at in visits[person.number]):
                continue
            sent_at = noon + between(rng, 0, 2 * a.HOUR)
            delivered = happens(rng, a.DELIVERED)
            invitation = Invitation(person, "nps", sent_at, campaign, delivered)
            invitations.append(invitation)
            if delivered and happens(rng, a.NPS_RESPONSE):
                score = _nps_score(rng, person, sent_at)
                group = _nps_group(score)
                if failed_payments(person, sent_at - 60 * a.DAY, sent_at):
                    group = "payment"
                responses.append(_answer(rng, invitation, score, group))
    return invitations, responses


def csat(tickets: list[Ticket]) -> tuple[list[Invitation], list[Response]]:
    """Ask after every solved ticket; a slow first reply costs satisfaction."""
    rng = stream(7)
    invitations, responses = [], []
    for ticket in tickets:
        sent_at = (ticket.solved_at or a.EXPORTED_AT) + 30 * 60
        if ticket.solved_at is None or sent_at >= a.EXPORTED_AT:
            continue
        delivered = happens(rng, a.DELIVERED)
        invitation = Invitation(
            ticket.person, "csat", sent_at, "ticket-solved", delivered
        )
        invitations.append(invitation)
        ticket.satisfaction = "Offered"
        if not delivered or not happens(rng, a.CSAT_RESPONSE):
            continue
        hours = ((ticket.replied_at or sent_at) - ticket.opened_at) / a.HOUR
        value = 4.6 - 0.35 * np.log1p(hours) + 0.5 * ticket.person.satisfaction
        score = _clip(value - 0.6 * ticket.reopens + rng.standard_normal(), 1, 5)
        ticket.satisfaction = "Good" if score >= 4 else "Bad"
        group = ("detractor", "passive", "promoter")[(score >= 3) + (score >= 5)]
        responses.append(_answer(rng, invitation, score, group))
    return invitations, responses


def ces(people: list[Person]) -> tuple[list[Invitation], list[Response]]:
    """Ask a day after the onboarding was completed how easy it was (1 to 7)."""
    rng = stream(8)
    invitations, responses = [], []
    for person in people:
        sent_at = (person.onboarded_at or a.EXPORTED_AT) + a.DAY
        if sent_at >= a.EXPORTED_AT or not happens(rng, a.CES_INVITED):
            continue
        delivered = happens(rng, a.DELIVERED)
        invitation = Invitation(person, "ces", sent_at, "onboarding", delivered)
        invitations.append(invitation)
        if not delivered or not happens(rng, a.CES_RESPONSE):
            continue
        value = 4.8 + 0.6 * person.satisfaction + (0.6 if person.is_fast else -0.5)
        value += 0.4 if person.variant == "guided" else 0
        score = _clip(value + rng.standard_normal(), 1, 7)
        group = ("detractor", "passive", "promoter")[(score >= 4) + (score >= 6)]
        responses.append(_answer(rng, invitation, score, group))
    return invitations, responses


def _ticket(
    rng: np.random.Generator, person: Person, topic: str, opened_at: int
) -> Ticket:
    reply_delay = long_tailed(rng, 4.5 * a.HOUR, 1.0)
    solve_delay = reply_delay + long_tailed(rng, 15 * a.HOUR, 1.2)
    replied_at = opened_at + int(reply_delay)
    solved_at = opened_at + int(solve_delay)
    is_urgent = topic in ("payment", "access") and happens(rng, 0.6)
    return Ticket(
        person=person,
        topic=topic,
        subject=ticket_subject(rng, person.language, topic),
        opened_at=opened_at,
        replied_at=replied_at if replied_at < a.EXPORTED_AT else None,
        solved_at=solved_at if solved_at < a.EXPORTED_AT else None,
        replies=1 + between(rng, 0, 4) if replied_at < a.EXPORTED_AT else 0,
        reopens=1 + between(rng, 0, 2) if happens(rng, a.TICKET_REOPENED) else 0,
        channel="Web widget" if happens(rng, a.IN_APP_TICKET) else "Mail",
        priority="High" if is_urgent else ("Low" if happens(rng, 0.3) else "Normal"),
    )


def support_tickets(people: list[Person], days: list[ActiveDay]) -> list[Ticket]:
    """Return tickets from use and from failed payments, in order of time."""
    rng = stream(9)
    shares = {topic: values[0] for topic, values in TICKET_TOPICS.items()}
    tickets = []
    for day in days:
        probability = a.TICKET_BY_ACTIVE_DAY
        if day.is_before_leaving:
            probability *= a.TICKET_FACTOR_BEFORE_LEAVING
        if happens(rng, probability):
            topic = pick(rng, shares)
            tickets.append(_ticket(rng, day.person, topic, day.at + 400))
    for person in people:
        failures = failed_payments(person, 0, a.EXPORTED_AT)
        fresh = [
            at
            for at in failures
            if not any(0 < at - other < 10 * a.DAY for other in failures)
        ]
        for at in fresh:
            opened_at = at + int(long_tailed(rng, 16 * a.HOUR, 0.9))
            writes = happens(rng, a.TICKET_AFTER_FAILED_PAYMENT)
            if writes and opened_at < a.EXPORTED_AT:
                tickets.append(_ticket(rng, person, "payment", opened_at))
    return sorted(tickets, key=lambda t: (t.opened_at, t.person.number))


def add_on_orders(people: list[Person]) -> list[Order]:
    """Return the one-off orders of paying customers, in order of time."""
    rng = stream(10)
    shares = {item: share for item, (_, share) in a.ITEMS.items()}
    orders = []
    for person in people:
        for charge in person.charges:
            months = charge.subscription.months
            if charge.status == "Failed":
                continue
            for _ in range(int(rng.poisson(a.ORDER_BY_PAID_MONTH * months))):
                at = charge.at + between(rng, a.HOUR, months * 28 * a.DAY)
                item = pick(rng, shares)
                quantity = 1 + int(rng.geometric(0.7) - 1)
                amount = round(a.ITEMS[item][0] * quantity, 2)
                refund = amount if happens(rng, a.ORDER_REFUND) else 0.0
                if at < a.EXPORTED_AT and person.is_paying(at):
                    orders.append(Order(person, at, item, quantity, amount, refund))
    return sorted(orders, key=lambda order: (order.at, order.person.number))

"""Write the simulated company as the export files of real tools."""

import csv
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from fernwick import assumptions as a
from fernwick.billing import Charge, Subscription
from fernwick.chance import happens, stream
from fernwick.people import Person
from fernwick.usage import Event
from fernwick.voice import Invitation, Order, Response, Ticket
from fernwick.words import domain_of, local_part

Row = Mapping[str, object]

NPS_QUESTION = "How likely are you to recommend Fernwick to a colleague?"
CSAT_QUESTION = "How satisfied were you with the help you received?"
CES_QUESTION = "Fernwick made it easy to set up my first project."
SURVEYS = {
    "nps": (NPS_QUESTION, "What is the main reason for your score?"),
    "csat": (CSAT_QUESTION, "What could we have done better?"),
    "ces": (CES_QUESTION, "What was harder than it should be?"),
}


def iso(at: int | None) -> str:
    """Return an instant as ISO 8601 in UTC, empty where there is none."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(at: int | None) -> str:
    """Return an instant as date and time with a blank, in UTC."""
    return "" if at is None else iso(at).replace("T", " ").removesuffix("Z")


def money(amount: float) -> str:
    """Return an amount in major units with two decimals."""
    return f"{amount:.2f}"


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write rows that share their keys; the first row gives the header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        for row in rows:
            if writer is None:
                writer = csv.DictWriter(file, list(row), lineterminator="\n")
                writer.writeheader()
            writer.writerow(row)


def email_of(person: Person) -> str:
    """Return an address below example.com or example.org, unique by its number."""
    local = f"{local_part(person.name)}.{person.number}"
    if person.account is None:
        return f"{local}@example.org"
    return f"{local}@{domain_of(person.account.company, person.account.number)}"


def stripe_customer(person: Person) -> str:
    """Return the billing tool's own id, which differs from the user id."""
    return f"cus_{(person.number * 7919) % 99991:05d}"


def event_lines(events: Iterable[Event]) -> Iterator[str]:
    """Yield one JSON line an event, in Mixpanel's raw export layout."""
    for number, event in enumerate(events, start=1):
        person = event.person
        detail = ""
        if event.detail:
            name, value = event.detail
            detail = f',"{name}":{json.dumps(value)}'
        # Written by hand: no value needs escaping, and it is three times as fast.
        yield (
            f'{{"event":"{event.name}","properties":{{"time":{event.at},'
            f'"distinct_id":"{person.user_id}","$insert_id":"e{number:06d}",'
            f'"platform":"{event.platform}","plan":"{person.plan_at(event.at)}"'
            f"{detail}}}}}\n"
        )


def write_events(path: Path, events: Iterable[Event]) -> None:
    """Write the events as gzipped JSON lines, the same bytes on every run."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
    ):
        packed.write("".join(event_lines(events)).encode())


def customer_rows(people: list[Person]) -> Iterator[Row]:
    """Yield the customers; some attributes are missing on purpose."""
    rng = stream(11)
    for person in people:
        account = person.account
        row: dict[str, object] = {
            "user_id": person.user_id,
            "account_id": f"a_{account.number:04d}" if account else "",
            "company": account.company if account else "",
            "email": email_of(person),
            "signed_up_at": iso(person.joined_at),
            "country": person.country,
            "channel": person.channel,
            "plan": person.plan,
            "role": person.role,
            "company_size": account.size if account else "1",
            "language": person.language,
            "referred_by": person.referrer.user_id if person.referrer else "",
        }
        for name, probability in a.MISSING.items():
            if happens(rng, probability):
                row[name] = ""
        yield row


def subscription_rows(people: list[Person]) -> Iterator[Row]:
    """Yield the subscriptions in the order of their creation."""
    for number, (person, sub) in enumerate(all_subscriptions(people), start=1):
        paid_from = sub.trial_end if sub.trial_end is not None else sub.created_at
        yield {
            "id": f"sub_{number:05d}",
            "Customer ID": stripe_customer(person),
            "Customer Name": person.name,
            "Customer Email": email_of(person),
            "Status": sub.status,
            "Cancellation Reason": sub.reason,
            "Created (UTC)": plain(sub.created_at),
            "Start (UTC)": plain(paid_from),
            "Start Date (UTC)": plain(sub.created_at),
            "Current Period Start (UTC)": plain(sub.period_start or sub.created_at),
            "Current Period End (UTC)": plain(sub.period_end or sub.trial_end),
            "Trial Start (UTC)": plain(sub.created_at if sub.trial_end else None),
            "Trial End (UTC)": plain(sub.trial_end),
            "Canceled At (UTC)": plain(sub.canceled_at),
            "Ended At (UTC)": plain(sub.ended_at),
            "Amount": money(sub.unit_amount),
            "Plan": sub.plan,
            "Quantity": sub.quantity,
            "Currency": a.CURRENCY,
            "Interval": sub.interval,
            "Coupon": sub.coupon.code if sub.coupon else "",
            "Discount Amount": money(sub.discount) if sub.coupon else "",
            "Discount Duration": sub.coupon.duration if sub.coupon else "",
            "user_id (metadata)": person.user_id,
        }


def all_subscriptions(people: list[Person]) -> list[tuple[Person, Subscription]]:
    """Return everybody's subscriptions in the order of their creation."""
    pairs = [(person, sub) for person in people for sub in person.subscriptions]
    return sorted(pairs, key=lambda pair: (pair[1].created_at, pair[0].number))


def charge_rows(people: list[Person]) -> Iterator[Row]:
    """Yield every attempt to collect money in order of time."""
    pairs: list[tuple[Person, Charge]] = [
        (person, charge) for person in people for charge in person.charges
    ]
    pairs.sort(key=lambda pair: (pair[1].at, pair[0].number))
    for number, (person, charge) in enumerate(pairs, start=1):
        sub = charge.subscription
        yield {
            "id": f"ch_{number:06d}",
            "Description": f"{sub.plan} x {sub.quantity}, one {sub.interval}",
            "Seller Message": charge.message,
            "Created (UTC)": plain(charge.at),
            "Amount": money(charge.amount),
            "Amount Refunded": money(charge.refunded),
            "Currency": a.CURRENCY,
            "Status": charge.status,
            "Customer ID": stripe_customer(person),
            "Captured": str(charge.status != "Failed").lower(),
            "user_id (metadata)": person.user_id,
        }


def order_rows(orders: list[Order]) -> Iterator[Row]:
    """Yield the add-on orders; `amount` is for the whole order."""
    for number, order in enumerate(orders, start=1):
        yield {
            "order_id": f"o_{number:05d}",
            "user_id": order.person.user_id,
            "ordered_at": iso(order.at),
            "item": order.item,
            "quantity": order.quantity,
            "amount": money(order.amount),
            "refunded": money(order.refunded),
            "currency": a.CURRENCY,
        }


def response_rows(survey: str, responses: list[Response]) -> Iterator[Row]:
    """Yield the answers to one survey in Typeform's layout."""
    score_question, why_question = SURVEYS[survey]
    answers = sorted(responses, key=lambda r: (r.submitted_at, r.person.number))
    for number, response in enumerate(answers, start=1):
        if response.submitted_at >= a.EXPORTED_AT:
            continue
        yield {
            "#": f"{survey}{number:05d}{(number * 48271) % 1048576:05x}",
            score_question: "" if response.score is None else response.score,
            why_question: response.comment,
            "user_id": response.person.user_id,
            "campaign": response.campaign,
            "Start Date (UTC)": plain(response.started_at),
            "Submit Date (UTC)": plain(response.submitted_at),
            "Network ID": f"{(response.person.number * 2654435761) % 2**32:08x}",
        }


def invitation_rows(invitations: list[Invitation]) -> Iterator[Row]:
    """Yield every survey that was sent, in order of time."""
    for one in sorted(invitations, key=lambda i: (i.at, i.person.number)):
        yield {
            "user_id": one.person.user_id,
            "survey": one.survey,
            "sent_at": iso(one.at),
            "campaign": one.campaign,
            "delivered": str(one.is_delivered).lower(),
        }


def _minutes(start: int, end: int | None) -> int | str:
    return "" if end is None else (end - start) // 60


def ticket_rows(tickets: list[Ticket]) -> Iterator[Row]:
    """Yield the tickets in the helpdesk's layout."""
    for number, ticket in enumerate(tickets, start=1):
        status = "Open" if ticket.replied_at is None else "Pending"
        if ticket.solved_at is not None:
            age = a.EXPORTED_AT - ticket.solved_at
            status = "Closed" if age > 28 * a.DAY else "Solved"
        yield {
            "Id": number,
            "Requester": ticket.person.name,
            "Requester external id": ticket.person.user_id,
            "Requester email": email_of(ticket.person),
            "Subject": ticket.subject,
            "Tags": ticket.tags,
            "Status": status,
            "Priority": ticket.priority,
            "Via": ticket.channel,
            "Ticket type": "Question" if ticket.topic == "how_to" else "Problem",
            "Created at": plain(ticket.opened_at),
            "Solved at": plain(ticket.solved_at),
            "Satisfaction Score": ticket.satisfaction,
            "Reopens": ticket.reopens,
            "Replies": ticket.replies,
            "First reply time in minutes": _minutes(
                ticket.opened_at, ticket.replied_at
            ),
            "Full resolution time in minutes": _minutes(
                ticket.opened_at, ticket.solved_at
            ),
        }


def referral_rows(people: list[Person]) -> Iterator[Row]:
    """Yield every referral; the customers file misses a few of them."""
    for person in people:
        if person.referrer is not None:
            yield {
                "referrer_id": person.referrer.user_id,
                "referred_id": person.user_id,
                "referred_at": iso(person.joined_at),
            }


def touch_rows(people: list[Person]) -> Iterator[Row]:
    """Yield the first contact of every participant with the experiment."""
    for person in people:
        if person.variant is not None:
            yield {
                "user_id": person.user_id,
                "experiment": a.EXPERIMENT,
                "variant": person.variant,
                "first_seen_at": iso(person.joined_at + 8),
            }

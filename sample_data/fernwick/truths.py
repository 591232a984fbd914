"""Compute the answer sheet from the written exports, as a reader of them would.

Nothing here knows the simulation: only files are read. All figures count what is
in the files, with the definitions given beside them.
"""

import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fernwick.assumptions import (
    AFFILIATE_FROM,
    AS_OF,
    DAY,
    EXPERIMENT_VARIANTS,
    FAST_DAYS,
    LAUNCH_AT,
    SPIKE_FROM,
    instant,
)

Figures = dict[str, float | int | str]

PRICE_WINDOWS = {
    "before": (instant("2025-03-01"), instant("2025-09-01")),
    "after": (instant("2025-09-01"), instant("2026-03-01")),
}
SPIKE_MONTH = "2026-03"
LEAVING_DAYS = 90


@dataclass(frozen=True, slots=True)
class Truth:
    """One planted truth: what was planted, how it is measured, what comes out."""

    key: str
    title: str
    definition: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Paid:
    """One subscription row; `paid_from` is the trial's end or the start."""

    created_at: int
    trial_end: int | None
    paid_from: int
    ended_at: int | None
    reason: str
    monthly_price: float

    @property
    def was_paid(self) -> bool:
        """Return whether the row was ever paid by `as_of`."""
        is_over = self.ended_at is not None and self.ended_at <= self.paid_from
        return self.paid_from < AS_OF and not is_over


@dataclass(slots=True)
class Exports:
    """The exports, read back by customer."""

    joined_at: dict[str, int] = field(default_factory=dict)
    channel: dict[str, str] = field(default_factory=dict)
    onboarded_at: dict[str, int] = field(default_factory=dict)
    months: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    days: set[int] = field(default_factory=set)
    event_rows: int = 0
    event_fields: dict[str, None] = field(default_factory=dict)
    paid: dict[str, list[Paid]] = field(default_factory=lambda: defaultdict(list))


def seconds(text: str) -> int | None:
    """Return the instant of an export's date-time, None where it is empty."""
    return instant(text.removesuffix("Z")) if text else None


def month_of(at: int) -> int:
    """Return year * 12 + month - 1 of an instant in UTC."""
    when = datetime.fromtimestamp(at, UTC)
    return when.year * 12 + when.month - 1


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of one CSV export."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_exports(folder: Path) -> Exports:
    """Return customers, activity and subscriptions of the exports in a folder."""
    data = Exports()
    for row in rows_of(folder / "customers.csv"):
        data.joined_at[row["user_id"]] = seconds(row["signed_up_at"]) or 0
        data.channel[row["user_id"]] = row["channel"]
    _read_events(folder / "mixpanel_events.jsonl.gz", data)
    for row in rows_of(folder / "stripe_subscriptions.csv"):
        created_at = seconds(row["Created (UTC)"]) or 0
        trial_end = seconds(row["Trial End (UTC)"])
        months = 12 if row["Interval"] == "year" else 1
        data.paid[row["user_id (metadata)"]].append(
            Paid(
                created_at=created_at,
                trial_end=trial_end,
                paid_from=trial_end if trial_end is not None else created_at,
                ended_at=seconds(row["Ended At (UTC)"]),
                reason=row["Cancellation Reason"],
                monthly_price=float(row["Amount"]) * int(row["Quantity"]) / months,
            )
        )
    return data


def _read_events(path: Path, data: Exports) -> None:
    month_by_day: dict[int, int] = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            properties = record["properties"]
            data.event_rows += 1
            data.event_fields |= dict.fromkeys(properties)
            customer, at = properties["distinct_id"], properties["time"]
            day = at // DAY
            if day not in month_by_day:
                month_by_day[day] = month_of(at)
            data.days.add(day)
            data.months[customer].add(month_by_day[day])
            if record["event"] == "onboarding_completed":
                data.onboarded_at.setdefault(customer, at)


def losses(rows: list[Paid]) -> list[Paid]:
    """Return the paid rows after which the customer had no paid access at all."""
    paid = [row for row in rows if row.was_paid]
    return [
        row
        for row in paid
        if row.ended_at is not None
        and not any(
            other is not row
            and other.paid_from <= row.ended_at
            and (other.ended_at is None or other.ended_at > row.ended_at)
            for other in paid
        )
    ]


def pays_at(rows: list[Paid], at: int) -> bool:
    """Return whether one of the rows gives paid access at this instant."""
    return any(
        row.was_paid
        and row.paid_from <= at
        and (row.ended_at is None or at < row.ended_at)
        for row in rows
    )


def leaves_within(rows: list[Paid], at: int, until: int) -> bool:
    """Return whether paid access is lost in (at, until]."""
    return any(
        row.ended_at is not None and at < row.ended_at <= until for row in losses(rows)
    )


def active_in_month(
    data: Exports, customers: Iterable[str], number: int
) -> tuple[int, int]:
    """Return (customers, active in calendar month `number` after sign-up's month).

    Only customers whose month is complete by `as_of` are counted.
    """
    last = month_of(AS_OF) - 1 - number
    chosen = [one for one in customers if month_of(data.joined_at[one]) <= last]
    active = sum(
        month_of(data.joined_at[one]) + number in data.months.get(one, ())
        for one in chosen
    )
    return len(chosen), active


def _compare(
    data: Exports, number: int, groups: dict[str, Callable[[str], bool]]
) -> Figures:
    figures: Figures = {}
    for name, belongs in groups.items():
        chosen = [one for one in data.joined_at if belongs(one)]
        customers, active = active_in_month(data, chosen, number)
        figures[f"{name}_customers_month_{number}"] = customers
        figures[f"{name}_active_month_{number}"] = active
        figures[f"{name}_rate_month_{number}"] = round(active / customers, 4)
    return figures


def fast_onboarding(data: Exports) -> Truth:
    """Measure whether fast onboarding goes with staying."""

    def is_fast(customer: str) -> bool:
        done_at = data.onboarded_at.get(customer)
        limit = data.joined_at[customer] + FAST_DAYS * DAY
        return done_at is not None and done_at <= limit

    return Truth(
        "fast_onboarding",
        "Who finishes onboarding within 3 days stays longer",
        "Customers signed up by 31 March 2026. Fast: an event `onboarding_completed` "
        "at most 72 hours after `signed_up_at`. Rate: any product event in the third "
        "calendar month after the month of sign-up.",
        _compare(
            data, 3, {"fast": is_fast, "others": lambda customer: not is_fast(customer)}
        ),
    )


def failed_payments(data: Exports, folder: Path) -> Truth:
    """Measure the spike of failed payments and what it caused."""
    charges, failed, ends, tickets = Counter(), Counter(), Counter(), Counter()
    for row in rows_of(folder / "stripe_charges.csv"):
        charges[row["Created (UTC)"][:7]] += 1
        failed[row["Created (UTC)"][:7]] += row["Status"] == "Failed"
    for rows in data.paid.values():
        for row in losses(rows):
            if row.reason == "payment_failed" and row.ended_at is not None:
                ends[datetime.fromtimestamp(row.ended_at, UTC).strftime("%Y-%m")] += 1
    for row in rows_of(folder / "zendesk_tickets.csv"):
        if "failed_payment" in row["Tags"].split():
            tickets[row["Created at"][:7]] += 1
    others = sum(charges.values()) - charges[SPIKE_MONTH]
    spike_ends = ends[SPIKE_MONTH] + ends["2026-04"]
    return Truth(
        "failed_payments",
        "Failed payments in March 2026 cost customers",
        "Failure rate: rows of `stripe_charges.csv` with Status `Failed` / all rows, "
        "by month of `Created (UTC)`. Lost: customers whose paid access ended with "
        "reason `payment_failed`, by month of `Ended At (UTC)`. Tickets: tag "
        "`failed_payment`, by month of `Created at`.",
        {
            "march_charges": charges[SPIKE_MONTH],
            "march_failed": failed[SPIKE_MONTH],
            "march_rate": round(failed[SPIKE_MONTH] / charges[SPIKE_MONTH], 4),
            "other_months_rate": round(
                (sum(failed.values()) - failed[SPIKE_MONTH]) / others, 4
            ),
            "lost_march_and_april": spike_ends,
            "lost_all_other_months": sum(ends.values()) - spike_ends,
            "march_tickets": tickets[SPIKE_MONTH],
            "tickets_all_other_months": sum(tickets.values()) - tickets[SPIKE_MONTH],
        },
    )


def _conversion(trials: list[Paid]) -> tuple[int, int]:
    done = [one for one in trials if one.trial_end and one.trial_end < AS_OF]
    return len(done), sum(one.was_paid for one in done)


def affiliate_channel(data: Exports) -> Truth:
    """Measure the channel that brings many who leave early."""

    def is_affiliate(customer: str) -> bool:
        return data.channel[customer] == "affiliate"

    since = [one for one, at in data.joined_at.items() if at >= AFFILIATE_FROM]
    figures: Figures = {
        "sign_ups_since_february_2025": len(since),
        "affiliate_sign_ups": sum(map(is_affiliate, since)),
    }
    recent = set(since)
    figures |= _compare(
        data,
        3,
        {
            "affiliate": is_affiliate,
            "others": lambda one: one in recent and not is_affiliate(one),
        },
    )
    for name, wanted in (("affiliate", True), ("others", False)):
        chosen = [one for one in since if is_affiliate(one) is wanted]
        trials, paid = _conversion(
            [row for one in chosen for row in data.paid.get(one, ()) if row.trial_end]
        )
        figures[f"{name}_trials"] = trials
        figures[f"{name}_trial_conversion"] = round(paid / trials, 4)
    return Truth(
        "affiliate_channel",
        "The channel affiliate brings many customers who leave early",
        "Sign-ups from 1 February 2025 (the first affiliate day) with `channel` = "
        "`affiliate`, against all others of that time, `(none)` included. Rate: any "
        "product event in the third calendar month after sign-up (signed up by "
        "31 March 2026). Conversion: trials ended before 1 July 2026 that became paid "
        "(`Ended At` empty or after `Trial End`).",
        figures,
    )


def price_change(data: Exports) -> Truth:
    """Measure conversion and revenue by customer before and after the new prices."""
    figures: Figures = {}
    for name, (start, end) in PRICE_WINDOWS.items():
        trials = [
            row
            for rows in data.paid.values()
            for row in rows
            if row.trial_end and start <= row.created_at < end
        ]
        count, paid = _conversion(trials)
        prices = [row.monthly_price for row in trials if row.was_paid]
        figures[f"{name}_trials"] = count
        figures[f"{name}_paid"] = paid
        figures[f"{name}_conversion"] = round(paid / count, 4)
        figures[f"{name}_arpa"] = round(sum(prices) / len(prices), 2)
    return Truth(
        "price_change",
        "Higher prices from 1 September 2025: fewer convert, each pays more",
        "Trials by `Created (UTC)`: before = March to August 2025, after = September "
        "2025 to February 2026. Conversion: as above. ARPA: mean of Amount x Quantity "
        "by month over the converted ones, list price before discounts, in USD.",
        figures,
    )


def _nps_answers(folder: Path) -> list[tuple[str, int, int]]:
    """Return (customer, submitted at, score) of all scored NPS answers."""
    found = []
    for row in rows_of(folder / "typeform_nps.csv"):
        score = next(value for name, value in row.items() if name.startswith("How "))
        if score:
            at = seconds(row["Submit Date (UTC)"]) or 0
            found.append((row["user_id"], at, int(score)))
    return found


def _group(score: int) -> str:
    if score >= 9:
        return "promoters"
    return "passives" if score >= 7 else "detractors"


def detractors(data: Exports, folder: Path) -> Truth:
    """Measure who leaves after an NPS answer."""
    answers, left = Counter(), Counter()
    for customer, at, score in _nps_answers(folder):
        until = at + LEAVING_DAYS * DAY
        rows = data.paid.get(customer, [])
        if until <= AS_OF and pays_at(rows, at):
            answers[_group(score)] += 1
            left[_group(score)] += leaves_within(rows, at, until)
    figures: Figures = {}
    for group in ("detractors", "passives", "promoters"):
        figures[f"{group}_answers"] = answers[group]
        figures[f"{group}_left"] = left[group]
        figures[f"{group}_rate"] = round(left[group] / answers[group], 4)
    return Truth(
        "detractors",
        "Detractors leave more often than promoters within 90 days",
        "Scored NPS answers of customers with paid access at the instant of the "
        "answer, given at least 90 days before 1 July 2026 (every answer counts). "
        "Left: paid access was lost within 90 days after the answer; a plan change "
        "is no loss.",
        figures,
    )


def tracking_hole(data: Exports) -> Truth:
    """Find the days without any event."""
    everyday = range(LAUNCH_AT // DAY, AS_OF // DAY)
    empty = [day for day in everyday if day not in data.days]
    return Truth(
        "tracking_hole",
        "Two days without any product event",
        "UTC days from 1 July 2024 to 30 June 2026 with no row in the events.",
        {
            "days": len(empty),
            "first": datetime.fromtimestamp(empty[0] * DAY, UTC).strftime("%Y-%m-%d"),
            "last": datetime.fromtimestamp(empty[-1] * DAY, UTC).strftime("%Y-%m-%d"),
        },
    )


def experiment(data: Exports, folder: Path) -> Truth:
    """Measure the effect of the experiment on fast onboarding."""
    customers, done = Counter(), Counter()
    for row in rows_of(folder / "experiment_touches.csv"):
        limit = (seconds(row["first_seen_at"]) or 0) + FAST_DAYS * DAY
        done_at = data.onboarded_at.get(row["user_id"])
        customers[row["variant"]] += 1
        done[row["variant"]] += done_at is not None and done_at <= limit
    figures: Figures = {}
    for variant in EXPERIMENT_VARIANTS:
        figures[f"{variant}_customers"] = customers[variant]
        figures[f"{variant}_converted"] = done[variant]
        figures[f"{variant}_rate"] = round(done[variant] / customers[variant], 4)
    control, treated = (done[v] / customers[v] for v in EXPERIMENT_VARIANTS)
    figures["difference"] = round(treated - control, 4)
    return Truth(
        "experiment",
        "Guided setup brings more customers through onboarding",
        "Experiment `guided_setup`, sign-ups from 6 October 2025 to 4 February 2026. "
        "Converted: `onboarding_completed` at most 72 hours after `first_seen_at`. "
        "The two days without tracking lose a few in both variants.",
        figures,
    )


def referred(data: Exports, folder: Path) -> Truth:
    """Measure whether referred customers stay longer."""
    ids = {row["referred_id"] for row in rows_of(folder / "referrals.csv")}
    groups: dict[str, Callable[[str], bool]] = {
        "referred": lambda customer: customer in ids,
        "others": lambda customer: customer not in ids,
    }
    return Truth(
        "referred",
        "Referred customers stay longer",
        "Referred: in `referrals.csv` as `referred_id`. Rate: any product event in "
        "the third or sixth calendar month after the month of sign-up, over "
        "customers for whom that month is complete.",
        _compare(data, 3, groups) | _compare(data, 6, groups),
    )


def win_backs(data: Exports) -> Truth:
    """Measure how many lost customers pay again."""
    lost = 0
    back = Counter()
    for rows in data.paid.values():
        for row in losses(rows):
            if row.ended_at is None or row.ended_at + LEAVING_DAYS * DAY > AS_OF:
                continue
            lost += 1
            later = [
                other.paid_from - row.ended_at
                for other in rows
                if other.was_paid and other.paid_from > row.ended_at
            ]
            for days in (30, 60, LEAVING_DAYS):
                back[days] += bool(later) and min(later) <= days * DAY
    figures: Figures = {"lost": lost}
    for days in (30, 60, LEAVING_DAYS):
        figures[f"back_within_{days}"] = back[days]
        figures[f"rate_{days}"] = round(back[days] / lost, 4)
    return Truth(
        "win_backs",
        "Some lost customers come back",
        "Losses of paid access at least 90 days before 1 July 2026 (a customer lost "
        "twice counts twice). Back: another paid subscription row of the same customer "
        "starts within 30, 60, 90 days after `Ended At (UTC)`.",
        figures,
    )


def promoters_hit(data: Exports, folder: Path) -> Truth:
    """Measure promoters who leave because their payment failed."""
    latest: dict[str, tuple[int, int]] = {}
    for customer, at, score in _nps_answers(folder):
        if at < SPIKE_FROM:
            latest[customer] = max(latest.get(customer, (0, 0)), (at, score))
    hit = {
        row["user_id (metadata)"]
        for row in rows_of(folder / "stripe_charges.csv")
        if row["Status"] == "Failed" and row["Created (UTC)"][:7] == SPIKE_MONTH
    }
    customers, left = Counter(), Counter()
    until = SPIKE_FROM + LEAVING_DAYS * DAY
    for customer, (_, score) in latest.items():
        rows = data.paid.get(customer, [])
        if score >= 9 and pays_at(rows, SPIKE_FROM):
            customers[customer in hit] += 1
            left[customer in hit] += leaves_within(rows, SPIKE_FROM, until)
    figures: Figures = {}
    for is_hit, name in ((True, "hit"), (False, "not_hit")):
        figures[f"{name}_customers"] = customers[is_hit]
        figures[f"{name}_left"] = left[is_hit]
        figures[f"{name}_rate"] = round(left[is_hit] / customers[is_hit], 4)
    return Truth(
        "promoters_hit",
        "Promoters leave too when their payment fails",
        "Customers with paid access on 3 March 2026 whose latest scored NPS answer "
        "before was 9 or 10. Hit: a `Failed` charge in March 2026. Left: paid access "
        "was lost within 90 days after 3 March 2026.",
        figures,
    )


def planted_truths(data: Exports, folder: Path) -> list[Truth]:
    """Return all planted truths as measured in the exports of a folder."""
    return [
        fast_onboarding(data),
        failed_payments(data, folder),
        affiliate_channel(data),
        price_change(data),
        detractors(data, folder),
        tracking_hole(data),
        experiment(data, folder),
        referred(data, folder),
        win_backs(data),
        promoters_hit(data, folder),
    ]


def write_json(path: Path, found: list[Truth]) -> None:
    """Write the figures of every truth under its key, for tests to read."""
    content = {truth.key: truth.figures for truth in found}
    text = json.dumps(content, indent=2) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")

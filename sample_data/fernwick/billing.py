"""Bill subscriptions: renewals, plan changes, failed payments, cancellations."""

import calendar
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from fernwick import assumptions as a
from fernwick.chance import between, happens, pick

PLAN_LADDER = ("Solo", "Team", "Business")


@dataclass(frozen=True, slots=True)
class Coupon:
    """A discount: `share` of the price, on one invoice ("once") or all ("forever")."""

    code: str
    share: float
    duration: str


@dataclass(slots=True)
class Subscription:
    """One row of the subscriptions export; a plan change opens another row."""

    plan: str
    quantity: int
    interval: str
    is_new_price: bool
    coupon: Coupon | None
    created_at: int
    trial_end: int | None
    status: str = "active"
    canceled_at: int | None = None
    ended_at: int | None = None
    reason: str = ""
    period_start: int | None = None
    period_end: int | None = None

    @property
    def months(self) -> int:
        """Return the length of a billing period in months."""
        return 12 if self.interval == "year" else 1

    @property
    def unit_amount(self) -> int:
        """Return the list price of one seat for one billing period."""
        monthly = a.PRICES[self.plan][self.is_new_price]
        return monthly * (a.YEARLY_MONTHS if self.interval == "year" else 1)

    @property
    def discount(self) -> float:
        """Return the coupon's amount for all seats of one billing period."""
        if self.coupon is None:
            return 0.0
        return round(self.unit_amount * self.quantity * self.coupon.share, 2)

    def is_paid(self, at: int) -> bool:
        """Return whether the subscription gives paid access at this instant."""
        paid_from = self.trial_end if self.trial_end is not None else self.created_at
        return paid_from <= at and (self.ended_at is None or at < self.ended_at)

    def end(self, at: int, reason: str | None, canceled_at: int) -> None:
        """End the access at an instant; a reason of None means not given."""
        self.status = "canceled"
        self.ended_at = at
        self.canceled_at = canceled_at
        self.reason = reason or ""


@dataclass(slots=True)
class Charge:
    """One attempt to collect money for a subscription."""

    subscription: Subscription
    at: int
    amount: float
    status: str
    message: str
    refunded: float = 0.0


@dataclass(slots=True)
class PaidRun:
    """An unbroken time as a paying customer; `ended_at` is None while it lasts."""

    subscriptions: list[Subscription]
    charges: list[Charge] = field(default_factory=list)
    ended_at: int | None = None
    is_involuntary: bool = False


def add_months(at: int, months: int) -> int:
    """Return the instant some calendar months later, clamped to the month's end."""
    start = datetime.fromtimestamp(at, UTC)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def collect(
    rng: np.random.Generator, sub: Subscription, at: int, is_first: bool
) -> tuple[list[Charge], bool]:
    """Charge one billing period; return the attempts and whether one was paid."""
    once = sub.coupon is not None and sub.coupon.duration == "once"
    discount = 0.0 if once and not is_first else sub.discount
    amount = round(sub.unit_amount * sub.quantity - discount, 2)
    in_spike = a.SPIKE_FROM <= at < a.SPIKE_UNTIL
    failure = a.SPIKE_FAILURE if in_spike else a.PAYMENT_FAILURE
    if not happens(rng, failure):
        paid = Charge(sub, at, amount, "Paid", "Payment complete.")
        if happens(rng, a.REFUND_PROBABILITY):
            paid.refunded, paid.status = amount, "Refunded"
        return [paid], True
    message = a.SPIKE_MESSAGE if in_spike else pick(rng, a.FAILURE_MESSAGES)
    attempts = [Charge(sub, at, amount, "Failed", message)]
    recovers = happens(rng, a.SPIKE_RECOVERY if in_spike else a.PAYMENT_RECOVERY)
    paid_try = between(rng, 0, len(a.RETRY_DAYS)) if recovers else len(a.RETRY_DAYS)
    for number, days in enumerate(a.RETRY_DAYS[: paid_try + 1]):
        is_paid = number == paid_try
        status = "Paid" if is_paid else "Failed"
        text = "Payment complete." if is_paid else message
        attempts.append(Charge(sub, at + days * a.DAY, amount, status, text))
    made = [attempt for attempt in attempts if attempt.at < a.EXPORTED_AT]
    return made, made[-1].status == "Paid"


def changed(rng: np.random.Generator, sub: Subscription, at: int) -> Subscription:
    """Return the subscription that follows at a renewal; itself if nothing changes."""
    factor = a.YEARLY_CHANGE_FACTOR if sub.interval == "year" else 1.0
    plan, quantity = sub.plan, sub.quantity
    rank = PLAN_LADDER.index(plan)
    if happens(rng, a.MORE_SEATS * factor) and plan != "Solo":
        quantity += 1 + between(rng, 0, 1 + quantity / 3)
    elif happens(rng, a.FEWER_SEATS * factor) and quantity > 2:
        quantity = max(2, quantity - 1 - between(rng, 0, quantity / 3))
    elif happens(rng, a.HIGHER_PLAN * factor) and rank + 1 < len(PLAN_LADDER):
        plan = PLAN_LADDER[rank + 1]
        quantity = max(quantity, 2)
    elif happens(rng, a.LOWER_PLAN * factor) and plan == "Business":
        plan = "Team"
    if (plan, quantity) == (sub.plan, sub.quantity):
        return sub
    lasts = sub.coupon is not None and sub.coupon.duration == "forever"
    return Subscription(
        plan=plan,
        quantity=quantity,
        interval=sub.interval,
        is_new_price=sub.is_new_price,
        coupon=sub.coupon if lasts else None,
        created_at=at,
        trial_end=None,
    )


def cancel_reason(rng: np.random.Generator) -> str | None:
    """Return the reason a customer gives for leaving, None for no answer."""
    return None if happens(rng, a.NO_CANCEL_REASON) else pick(rng, a.CANCEL_REASONS)


def bill(
    rng: np.random.Generator, first: Subscription, paid_from: int, cancels_at: int
) -> PaidRun:
    """Bill from the first paid day until the customer leaves or the export is made."""
    run = PaidRun([first])
    sub, anchor, period = first, paid_from, 0
    while True:
        start = add_months(anchor, period * sub.months)
        end = add_months(anchor, (period + 1) * sub.months)
        if start >= a.EXPORTED_AT:
            return run
        charges, is_paid = collect(rng, sub, start, sub is first and period == 0)
        run.charges += charges
        sub.period_start, sub.period_end = start, end
        if not is_paid:
            _end_unpaid(run, sub, start + a.UNPAID_GRACE_DAYS * a.DAY)
            return run
        if cancels_at < end:
            _end_by_choice(rng, run, sub, max(cancels_at, start + a.HOUR), end)
            return run
        period += 1
        following = changed(rng, sub, end)
        if following is not sub and end < a.EXPORTED_AT:
            sub.end(end, None, canceled_at=end)
            run.subscriptions.append(following)
            sub, anchor, period = following, end, 0


def _end_unpaid(run: PaidRun, sub: Subscription, ends_at: int) -> None:
    if ends_at >= a.EXPORTED_AT:
        sub.status = "past_due"
        return
    sub.end(ends_at, "payment_failed", canceled_at=ends_at)
    run.ended_at, run.is_involuntary = ends_at, True


def _end_by_choice(
    rng: np.random.Generator,
    run: PaidRun,
    sub: Subscription,
    cancels_at: int,
    ends_at: int,
) -> None:
    reason = cancel_reason(rng)
    if cancels_at >= a.EXPORTED_AT:
        return
    if ends_at >= a.EXPORTED_AT:  # cancelled, but access is paid beyond the export
        sub.canceled_at, sub.reason = cancels_at, reason or ""
        return
    sub.end(ends_at, reason, canceled_at=cancels_at)
    run.ended_at = ends_at

"""Bring people to the company: who they are, how they start, how long they stay."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from fernwick import assumptions as a
from fernwick.billing import Charge, Coupon, PaidRun, Subscription, bill
from fernwick.chance import between, happens, long_tailed, pick, stream
from fernwick.words import company_name, person_name


@dataclass(slots=True)
class Account:
    """A company that uses the product, opened by its owner."""

    number: int
    company: str
    size: str


@dataclass(slots=True)
class Person:
    """One customer; `spells` are the times of use, half-open and in order."""

    joined_at: int
    name: str
    country: str
    language: str
    channel: str
    plan: str
    role: str
    satisfaction: float
    account: Account | None = None
    is_owner: bool = False
    invited_by: "Person | None" = None
    referrer: "Person | None" = None
    variant: str | None = None
    onboarded_at: int | None = None
    steps: list[int] = field(default_factory=list)
    spells: list[tuple[int, int]] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    number: int = 0

    @property
    def user_id(self) -> str:
        """Return the id that every export carries."""
        return f"u_{self.number:05d}"

    @property
    def is_fast(self) -> bool:
        """Return whether onboarding was finished within the fast days."""
        limit = self.joined_at + a.FAST_DAYS * a.DAY
        return self.onboarded_at is not None and self.onboarded_at <= limit

    def is_using(self, at: int) -> bool:
        """Return whether the person uses the product at this instant."""
        return any(start <= at < end for start, end in self.spells)

    def is_paying(self, at: int) -> bool:
        """Return whether a subscription of the person is paid at this instant."""
        return any(sub.is_paid(at) for sub in self.subscriptions)

    def plan_at(self, at: int) -> str:
        """Return the plan at this instant: the payer's paid plan, Trial or Free."""
        if self.invited_by is not None:
            return self.invited_by.plan_at(at)
        for sub in self.subscriptions:
            if sub.is_paid(at):
                return sub.plan
            if sub.trial_end is not None and sub.created_at <= at < sub.trial_end:
                return "Trial"
        return "Free"


def day_factors(by_weekday: Sequence[float]) -> np.ndarray:
    """Return the factor of every day for weekday, season and Christmas."""
    factors = np.empty(a.DAYS)
    for day in range(a.DAYS):
        date = datetime.fromtimestamp(a.LAUNCH_AT + day * a.DAY, UTC)
        factors[day] = by_weekday[date.weekday()] * a.SEASON_BY_MONTH.get(date.month, 1)
        if a.CHRISTMAS_DAYS[0] <= (date.month, date.day) <= a.CHRISTMAS_DAYS[1]:
            factors[day] *= a.CHRISTMAS_FACTOR
    return factors


def time_of_day(rng: np.random.Generator, country: str) -> int:
    """Return a second of the UTC day, around noon of the country's working day."""
    noon = a.NOON_UTC[country] * a.HOUR
    second = noon + float(rng.standard_normal()) * 3.2 * a.HOUR
    return int(min(max(second, 300), a.DAY - 900 - between(rng, 0, 1800)))


def sign_up_times(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return the sign-up days as instants of midnight, growing and seasonal."""
    growth = a.YEARLY_GROWTH ** (np.arange(a.DAYS) / 365)
    weights = day_factors(a.SIGN_UP_BY_WEEKDAY) * growth
    weights[: a.LAUNCH_DAYS] *= a.LAUNCH_FACTOR
    days = rng.choice(a.DAYS, size=count, p=weights / weights.sum())
    return a.LAUNCH_AT + np.sort(days) * a.DAY


def channel_at(rng: np.random.Generator, at: int) -> str:
    """Return the channel of a person who comes by themselves."""
    if at >= a.AFFILIATE_FROM and happens(rng, a.AFFILIATE_PROBABILITY):
        return "affiliate"
    channel = pick(rng, a.CHANNELS)
    return "organic" if channel == "referral" and at < a.REFERRALS_FROM else channel


def new_person(rng: np.random.Generator, at: int, channel: str, plan: str) -> Person:
    """Return a person with attributes but no life yet."""
    country = pick(rng, a.COUNTRIES)
    language = a.LANGUAGE_OF.get(country, "en")
    if happens(rng, a.SPEAKS_ENGLISH_ANYWAY):
        language = "en"
    return Person(
        joined_at=at,
        name=person_name(rng, country),
        country=country,
        language=language,
        channel=channel,
        plan=plan,
        role=pick(rng, a.ROLES),
        satisfaction=float(rng.standard_normal()),
    )


def onboard(rng: np.random.Generator, person: Person) -> None:
    """Put the person into the experiment and through the onboarding steps."""
    probability = a.FAST_ONBOARDING
    probability += a.FAST_ONBOARDING_BY_CHANNEL.get(person.channel, 0)
    if a.EXPERIMENT_FROM <= person.joined_at < a.EXPERIMENT_UNTIL:
        person.variant = a.EXPERIMENT_VARIANTS[between(rng, 0, 2)]
        if person.variant == "guided":
            probability += a.GUIDED_EFFECT
    steps = a.ONBOARDING_STEPS
    if happens(rng, probability):
        hours = min(long_tailed(rng, 6, 1.4), a.FAST_DAYS * 24 - 1)
        last = person.joined_at + 600 + int(hours * a.HOUR)
        person.onboarded_at = last
    elif happens(rng, a.SLOW_ONBOARDING):
        last = person.joined_at + int((a.FAST_DAYS + long_tailed(rng, 5, 0.8)) * a.DAY)
        person.onboarded_at = last
    else:
        steps = between(rng, 0, a.ONBOARDING_STEPS)
        last = person.joined_at + 600 + int(long_tailed(rng, 5, 1.2) * a.HOUR)
    share = np.linspace(0, 1, steps + 1)[1:] ** 2
    person.steps = [
        int(person.joined_at + (last - person.joined_at) * s) for s in share
    ]


def hazard_multiplier(person: Person, by_satisfaction: float) -> float:
    """Return how much sooner than usual the person leaves."""
    multiplier = a.FAST_MULTIPLIER if person.is_fast else a.NOT_FAST_MULTIPLIER
    multiplier *= a.CHANNEL_MULTIPLIER.get(person.channel, 1)
    return multiplier * math.exp(by_satisfaction * person.satisfaction)


def lifetime(
    rng: np.random.Generator, multiplier: float, early: float, weeks: float, late: float
) -> int:
    """Return a lifetime in seconds by inverting the cumulative hazard."""
    target = float(rng.standard_exponential()) / multiplier
    low, high = 0.0, (target + 1) / late
    for _ in range(40):
        middle = (low + high) / 2
        hazard = early * (1 - math.exp(-middle / weeks)) + late * middle
        low, high = (middle, high) if hazard < target else (low, middle)
    return int(low * a.WEEK)


def unpaid_lifetime(rng: np.random.Generator, person: Person) -> int:
    """Return how long the person would use the product without ever paying."""
    return lifetime(
        rng,
        hazard_multiplier(person, a.SATISFACTION_HAZARD),
        a.EARLY_HAZARD,
        a.EARLY_WEEKS,
        a.LATE_HAZARD_BY_WEEK,
    )


def paying_lifetime(rng: np.random.Generator, person: Person) -> int:
    """Return how long a paying person goes on using the product."""
    return lifetime(
        rng,
        hazard_multiplier(person, a.PAYING_SATISFACTION_HAZARD),
        a.PAYING_EARLY_HAZARD,
        a.PAYING_EARLY_WEEKS,
        a.PAYING_LATE_HAZARD_BY_WEEK,
    )


def converts(rng: np.random.Generator, person: Person) -> bool:
    """Return whether a trial that is still in use turns into a paid plan."""
    probability = a.TRIAL_CONVERSION
    if person.joined_at >= a.PRICE_CHANGE_AT:
        probability *= a.NEW_PRICE_CONVERSION_FACTOR
    if person.is_fast:
        probability *= a.FAST_CONVERSION_FACTOR
    else:
        probability *= a.NOT_FAST_CONVERSION_FACTOR
    probability *= a.CHANNEL_CONVERSION_FACTOR.get(person.channel, 1)
    return happens(rng, probability)


def coupon_for(rng: np.random.Generator, person: Person) -> Coupon | None:
    """Return the coupon of a new subscription, if any."""
    if person.channel == "partner" and happens(rng, a.PARTNER_COUPON):
        return Coupon("PARTNER20", 0.20, "forever")
    if happens(rng, a.WELCOME_COUPON):
        return Coupon("WELCOME50", 0.50, "once")
    if happens(rng, a.OTHER_LASTING_COUPON):
        return Coupon("NONPROFIT30", 0.30, "forever")
    return None


def first_subscription(rng: np.random.Generator, person: Person) -> Subscription:
    """Return the trial subscription that a founder starts at sign-up."""
    size = person.account.size if person.account else None
    seats = 1
    if size:
        seats = 1 + max(1, round(long_tailed(rng, a.SEATS_BY_SIZE[size] - 1, 0.45)))
    created_at = person.joined_at + between(rng, 20, 400)
    is_new_price = created_at >= a.PRICE_CHANGE_AT
    return Subscription(
        plan=person.plan,
        quantity=seats,
        interval="year" if happens(rng, a.YEARLY_PROBABILITY) else "month",
        is_new_price=is_new_price,
        coupon=coupon_for(rng, person),
        created_at=created_at,
        trial_end=created_at + a.TRIAL_DAYS * a.DAY,
    )


def cancel_time(rng: np.random.Generator, paid_from: int, silent_from: int) -> int:
    """Return when the customer cancels: around falling silent, or while active."""
    lag_days = between(
        rng, -a.CANCELS_BEFORE_SILENCE_DAYS, a.CANCELS_AFTER_SILENCE_DAYS + 1
    )
    months = float(rng.standard_exponential()) / a.LEAVES_WHILE_ACTIVE_BY_MONTH
    by_silence = silent_from + lag_days * a.DAY
    by_decision = paid_from + int(months * 30 * a.DAY)
    return max(min(by_silence, by_decision), paid_from + a.HOUR)


def pay_and_use(
    rng: np.random.Generator, person: Person, first: Subscription, paid_from: int
) -> PaidRun:
    """Bill one run of paid subscriptions and add the use that goes with it."""
    silent_from = paid_from + paying_lifetime(rng, person)
    run = bill(rng, first, paid_from, cancel_time(rng, paid_from, silent_from))
    person.subscriptions += run.subscriptions
    person.charges += run.charges
    use_until = silent_from
    if run.ended_at is not None:
        is_gone = happens(rng, a.LEAVES_AFTER_FAILED_PAYMENT)
        if not run.is_involuntary or is_gone:
            farewell = between(rng, 0, 6 * a.DAY)
            use_until = min(silent_from, run.ended_at + farewell)
    person.spells.append((first.created_at, use_until))
    return run


def win_back(rng: np.random.Generator, person: Person, run: PaidRun) -> None:
    """Perhaps bring a lost customer back with a new subscription, without trial."""
    while run.ended_at is not None:
        probability = (
            a.WIN_BACK_INVOLUNTARY if run.is_involuntary else a.WIN_BACK_VOLUNTARY
        )
        days = long_tailed(rng, a.WIN_BACK_MEDIAN_DAYS, a.WIN_BACK_SPREAD)
        back_at = run.ended_at + int((2 + days) * a.DAY)
        if not happens(rng, probability) or back_at >= a.EXPORTED_AT:
            return
        start, end = person.spells[-1]
        person.spells[-1] = (start, min(end, back_at))
        last = run.subscriptions[-1]
        again = Subscription(
            plan=last.plan,
            quantity=last.quantity,
            interval="month",
            is_new_price=back_at >= a.PRICE_CHANGE_AT,
            coupon=None,
            created_at=back_at,
            trial_end=None,
        )
        run = pay_and_use(rng, person, again, back_at)


def live(rng: np.random.Generator, person: Person) -> None:
    """Simulate use and billing of a founder, from sign-up to the export."""
    free_until = person.joined_at + unpaid_lifetime(rng, person)
    if person.onboarded_at is not None:
        free_until = max(free_until, person.onboarded_at + a.HOUR)
    if person.plan == "Free":
        person.spells.append((person.joined_at, free_until))
        return
    trial = first_subscription(rng, person)
    assert trial.trial_end is not None
    if trial.trial_end >= a.EXPORTED_AT:
        trial.status = "trialing"
        person.subscriptions.append(trial)
        person.spells.append((person.joined_at, free_until))
    elif free_until > trial.trial_end and converts(rng, person):
        win_back(rng, person, pay_and_use(rng, person, trial, trial.trial_end))
    else:
        trial.end(trial.trial_end, None, canceled_at=min(free_until, trial.trial_end))
        person.subscriptions.append(trial)
        if happens(rng, a.LEAVES_AFTER_UNPAID_TRIAL):
            free_until = min(free_until, trial.trial_end + between(rng, 0, 9 * a.DAY))
        person.spells.append((person.joined_at, free_until))


def referrer_for(
    rng: np.random.Generator, earlier: list[Person], at: int
) -> Person | None:
    """Return a satisfied customer in use who brings the new one, if there is one."""
    for _ in range(200):
        candidate = earlier[between(rng, 0, len(earlier))]
        is_settled = candidate.joined_at + a.REFERRER_MIN_AGE <= at
        if is_settled and candidate.satisfaction > 0 and candidate.is_using(at):
            return candidate
    return None


def founders() -> list[Person]:
    """Return everybody who came by themselves, with their whole life."""
    rng = stream(1)
    people: list[Person] = []
    accounts = 0
    days = [*sign_up_times(rng, a.FOUNDERS), a.AS_OF]  # the last one is after midnight
    for day in days:
        channel = channel_at(rng, int(day))
        is_owner = happens(rng, a.OWNER_PROBABILITY)
        plan = pick(rng, a.ACCOUNT_PLANS if is_owner else a.SOLO_PLANS)
        person = new_person(rng, int(day), channel, plan)
        person.joined_at += time_of_day(rng, person.country)
        if day == a.AS_OF:
            person.joined_at = a.AS_OF + 12 * 60 + 41
        if channel == "referral":
            person.referrer = referrer_for(rng, people, int(day))
            person.channel = "referral" if person.referrer else "organic"
        if is_owner:
            accounts += 1
            person.is_owner = True
            size = pick(rng, a.COMPANY_SIZES)
            person.account = Account(accounts, company_name(rng, accounts), size)
        onboard(rng, person)
        live(rng, person)
        people.append(person)
    return people


def team_mate(rng: np.random.Generator, owner: Person, joined_at: int) -> Person:
    """Return an invited member, who mostly leaves when the team does."""
    assert owner.account is not None
    mate = new_person(rng, joined_at, a.INVITED_CHANNEL, owner.plan_at(joined_at))
    mate.plan = owner.plan if mate.plan == "Trial" else mate.plan
    mate.account = owner.account
    mate.invited_by = owner
    if happens(rng, 0.8):
        mate.country, mate.language = owner.country, owner.language
    onboard(rng, mate)
    until = joined_at + unpaid_lifetime(rng, mate)
    team_until = owner.spells[0][1]
    if until > team_until and happens(rng, a.LEAVES_WITH_THE_TEAM):
        until = max(team_until + between(rng, 0, 10 * a.DAY), joined_at + a.DAY)
    if mate.onboarded_at is not None:
        until = max(until, mate.onboarded_at + a.HOUR)
    mate.spells.append((joined_at, until))
    for start, end in owner.spells[1:]:
        if until < start and happens(rng, a.COMES_BACK_WITH_THE_TEAM):
            mate.spells.append((start + between(rng, 0, 9 * a.DAY), end))
            until = end
    return mate


def team_mates(owners: list[Person]) -> list[Person]:
    """Return the invited members of all accounts."""
    rng = stream(2)
    mates = []
    for owner in owners:
        assert owner.account is not None
        wanted = rng.poisson(a.TEAM_MATES_BY_SIZE[owner.account.size])
        for _ in range(int(wanted)):
            delay = float(rng.standard_exponential()) * a.INVITE_DELAY_DAYS
            day = owner.joined_at + int((0.1 + delay) * a.DAY)
            if owner.is_using(day) and day < a.AS_OF - a.DAY:
                second = time_of_day(rng, owner.country)
                joined_at = day - day % a.DAY + second
                mates.append(
                    team_mate(rng, owner, max(joined_at, owner.joined_at + a.HOUR))
                )
    return mates


def population() -> list[Person]:
    """Return all customers in the order of their sign-up, numbered from 1."""
    came_alone = founders()
    owners = [person for person in came_alone if person.is_owner]
    people = sorted(came_alone + team_mates(owners), key=lambda p: p.joined_at)
    for number, person in enumerate(people, start=1):
        person.number = number
    return people

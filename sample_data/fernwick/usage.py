"""Turn lives into product events."""

import math
from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from fernwick import assumptions as a
from fernwick.chance import between, happens, pick, stream
from fernwick.people import Person, day_factors

EVENT_NAMES = tuple(a.EVENT_WEIGHTS)


@dataclass(slots=True)
class Event:
    """One product event; `detail` is one more property as (name, value)."""

    at: int
    person: Person
    name: str
    platform: str
    detail: tuple[str, str | int] | None = None


@dataclass(slots=True)
class ActiveDay:
    """One customer's first moment in the product on one UTC day."""

    person: Person
    at: int
    platform: str
    is_before_leaving: bool


def _days_in_use(person: Person) -> np.ndarray:
    alive = np.zeros(a.DAYS, dtype=bool)
    for start, end in person.spells:
        first = (start - a.LAUNCH_AT) // a.DAY
        last = min((end - a.LAUNCH_AT) // a.DAY, a.DAYS)
        alive[first:last] = True
    return alive


def _rate(rng: np.random.Generator, person: Person, factors: np.ndarray) -> np.ndarray:
    """Return the expected visits of every day: habit, weekday, season, quiet weeks."""
    spread = a.ACTIVE_DAYS_SPREAD * float(rng.standard_normal())
    habit = a.ACTIVE_DAYS_RATE * np.exp(spread + 0.15 * person.satisfaction)
    rate = habit * factors
    if happens(rng, a.WEEKLY_ROUTINE):
        routine = np.full(7, a.ON_OTHER_DAYS)
        routine[between(rng, 0, a.ROUTINE_DAYS)] = a.ON_ROUTINE_DAY
        rate *= np.resize(routine, a.DAYS)  # the launch day is a Monday
    quiet = rng.random(a.DAYS // 7 + 2) < a.QUIET_WEEK
    rate[quiet[np.arange(a.DAYS) // 7]] = 0
    first = (person.joined_at - a.LAUNCH_AT) // a.DAY
    rate[first : first + 7] = habit * factors[first : first + 7] * a.FIRST_WEEK_BOOST
    return rate


def active_days(people: list[Person]) -> list[ActiveDay]:
    """Return every customer's days in the product, in order of the customer."""
    rng = stream(3)
    factors = day_factors(a.USE_BY_WEEKDAY)
    found = []
    for person in people:
        main_platform = pick(rng, a.PLATFORMS)
        chances = 1 - np.exp(-_rate(rng, person, factors))
        visits = (rng.random(a.DAYS) < chances) & _days_in_use(person)
        noon = a.NOON_UTC[person.country] * a.HOUR
        left_at = person.spells[-1][1]
        for day in np.flatnonzero(visits):
            second = noon + float(rng.standard_normal()) * 3.4 * a.HOUR
            latest = a.DAY - 1200 - between(rng, 0, 2 * a.HOUR)
            at = a.LAUNCH_AT + int(day) * a.DAY + int(min(max(second, 300), latest))
            platform = main_platform
            if happens(rng, a.USES_OTHER_PLATFORM):
                platform = pick(rng, a.PLATFORMS)
            if at > person.joined_at:
                is_late = left_at - at < a.BEFORE_LEAVING and left_at < a.AS_OF
                found.append(ActiveDay(person, at, platform, is_late))
    return found


def _detail(rng: np.random.Generator, name: str) -> tuple[str, str | int] | None:
    if name == "created_project":
        return ("source", pick(rng, a.PROJECT_SOURCES))
    if name == "integration_connected":
        return ("integration", pick(rng, a.INTEGRATIONS))
    if name == "exported_report":
        return ("format", pick(rng, a.REPORT_FORMATS))
    return None


def _bounds(person: Person, is_before_leaving: bool) -> list[float]:
    """Return the cumulative probabilities of the event names for a person."""
    weights = dict(a.EVENT_WEIGHTS)
    weights["integration_connected"] *= math.exp(
        a.INTEGRATION_FACTOR_BY_SATISFACTION * person.satisfaction
    )
    if is_before_leaving:
        weights["viewed_billing"] *= a.BILLING_FACTOR_BEFORE_LEAVING
    if not person.is_owner:
        weights["invited_teammate"] *= a.MEMBER_INVITES if person.account else 0
    total = sum(weights.values())
    return [share / total for share in accumulate(weights.values())]


def _visits(days: list[ActiveDay]) -> list[Event]:
    """Return the events of all visits; each visit starts by opening the app."""
    rng = stream(4)
    busy: dict[int, float] = {}
    bounds_of: dict[tuple[int, bool], list[float]] = {}
    events = []
    for day in days:
        person = day.person
        if person.number not in busy:
            spread = a.EVENTS_A_DAY_SPREAD * float(rng.standard_normal())
            busy[person.number] = float(a.EVENTS_A_DAY * np.exp(spread))
        events.append(Event(day.at, person, "opened_app", day.platform))
        count = int(rng.geometric(1 / (1 + busy[person.number]))) - 1
        midnight = day.at - day.at % a.DAY + a.DAY
        gap = min(a.GAP_BETWEEN_EVENTS, (midnight - day.at - 60) / (3 * count + 1))
        key = (person.number, day.is_before_leaving)
        if key not in bounds_of:
            bounds_of[key] = _bounds(person, day.is_before_leaving)
        bounds = bounds_of[key]
        at = float(day.at)
        for draw, pause in zip(
            rng.random(count).tolist(),
            rng.standard_exponential(count).tolist(),
            strict=True,
        ):
            at = min(at + 2 + gap * pause, midnight - 1)
            name = EVENT_NAMES[min(bisect(bounds, draw), len(bounds) - 1)]
            events.append(
                Event(int(at), person, name, day.platform, _detail(rng, name))
            )
    return events


def _beginnings(people: list[Person]) -> list[Event]:
    """Return the sign-ups and the onboarding."""
    rng = stream(5)
    events = []
    for person in people:
        platform = "web" if happens(rng, 0.88) else "ios"
        events.append(Event(person.joined_at, person, "signed_up", platform))
        for number, at in enumerate(person.steps, start=1):
            detail = ("step", number)
            events.append(Event(at, person, "onboarding_step", platform, detail))
        if person.onboarded_at is not None:
            at = person.onboarded_at + 5
            detail = ("variant", person.variant) if person.variant else None
            events.append(Event(at, person, "onboarding_completed", platform, detail))
    return events


def _after_midnight(days: list[ActiveDay]) -> list[Event]:
    """Return one visit after the last complete day, as exports have them."""
    last = max(days, key=lambda day: day.at)
    return [Event(a.AS_OF + 7 * 60 + 19, last.person, "opened_app", last.platform)]


def product_events(
    people: list[Person], days: list[ActiveDay], contacts: list[Event]
) -> list[Event]:
    """Return all events in order of time; the tracking outage swallowed two days."""
    events = _beginnings(people) + _visits(days) + _after_midnight(days) + contacts
    kept = [
        event
        for event in events
        if event.at < a.EXPORTED_AT and not a.HOLE_FROM <= event.at < a.HOLE_UNTIL
    ]
    return sorted(kept, key=lambda event: (event.at, event.person.number))

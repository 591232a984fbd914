"""Monthly revenue the slow way: what everybody pays at the end of each interval."""

import random
from datetime import date, timedelta
from math import sqrt

from holdfast.periods import first_day, period_of

PLANS = ("pro", "free", "")


def random_subscriptions(customers, seed=7):
    """Return subscription rows of 2024 and 2025 with gaps, overlaps and changes."""
    chance = random.Random(seed)
    rows = []
    for number in range(customers):
        start = date(2024, 3, 1) + timedelta(chance.randrange(420))
        for _ in range(chance.choice((1, 1, 2, 3))):
            end = start + timedelta(chance.choice((9, 31, 60, 61, 150)))
            months = chance.choice((1, 1, 3, 12))
            more = {
                "price": chance.choice((10, 25, 40)) * months,
                "interval_months": months,
                "seats": chance.choice((1, 1, 3)),
            }
            is_running = chance.random() < 0.3
            rows.append((f"c{number}", start, "" if is_running else end, more))
            start = end + timedelta(chance.choice((-20, 0, 0, 3, 45)))
    return rows


def states(rows, interval, as_of):
    """Return for the end of each interval what everybody pays a month."""
    first = period_of(min(row[1] for row in rows), interval)
    last = period_of(as_of - timedelta(1), interval)
    names = sorted({row[0] for row in rows})
    days = (
        min(first_day(period + 1, interval), as_of) - timedelta(1)
        for period in range(first, last + 1)
    )
    return [
        {
            name: sum(
                more["price"] / more["interval_months"] * more["seats"]
                for who, start, end, more in rows
                if who == name and start <= day and (not end or day < end)
            )
            for name in names
        }
        for day in days
    ]


def oracle(rows, interval, as_of):
    """Return a row per interval: first day, amounts, counts, errors of GRR and NRR."""
    first = period_of(min(row[1] for row in rows), interval)
    names = sorted({row[0] for row in rows})
    ever, before, found = set(), dict.fromkeys(names, 0), []
    for period, after in enumerate(states(rows, interval, as_of), start=first):
        moves: dict[str, list[float]] = {
            name: [] for name in ("new", "back", "more", "less", "gone")
        }
        for name in names:
            was, now = before[name], after[name]
            if not was and now:
                moves["back" if name in ever else "new"].append(now)
            elif was and not now:
                moves["gone"].append(was)
            elif now != was:
                moves["more" if now > was else "less"].append(abs(now - was))
        payers = [name for name in names if before[name]]
        found.append(
            (
                f"{first_day(period, interval):%Y-%m-%d}",
                sum(before.values()),
                *(sum(amounts) for amounts in moves.values()),
                sum(after.values()),
                len(payers),
                *(len(amounts) for amounts in moves.values()),
                sum(1 for name in names if after[name]),
                error_of([(before[n], min(before[n], after[n])) for n in payers]),
                error_of([(before[n], after[n]) for n in payers]),
            )
        )
        ever |= {name for name in names if after[name]}
        before = after
    return found


def error_of(pairs):
    """Return the standard error of a ratio of totals; None where nobody differs."""
    n, total = len(pairs), sum(x for x, _ in pairs)
    if n < 2:
        return None
    ratio = sum(y for _, y in pairs) / total
    squares = sum((y - ratio * x) ** 2 for x, y in pairs)
    return sqrt(n / (n - 1) * squares) / total if squares > 1e-9 else None

"""What several questions say of the same losses is the same, and as counted by day."""

from datetime import date, timedelta

import pytest

from holdfast.filters import Filters
from holdfast.periods import first_day, period_of
from holdfast.questions import ask
from holdfast.questions.churn import Churn
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.questions.mrr import Mrr
from tests.queries.revenue_oracle import random_subscriptions
from tests.worlds import dataset_of, table

COUNTS = ("customers_at_start", "joined", "came_back", "lost", "customers_at_end")
INSIDE = ("joined_and_left", "left_and_back")
EARLIER = date(2025, 2, 11)
ROWS = random_subscriptions(40, seed=11)


def town_of(folder, rows, last):
    names = sorted({row[0] for row in ROWS})
    people = [
        (name, "2024-01-01", {"plan": ("pro", "free", "")[place % 3]})
        for place, name in enumerate(names)
    ]
    return dataset_of(
        folder, people, [(names[0], "x", last)], subscriptions=rows, week_start="sunday"
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return town_of(tmp_path_factory.mktemp("town"), ROWS, "2025-06-20")


def days_of(name):
    """Return the days on which somebody had paid access, one by one."""
    return {
        start + timedelta(day)
        for who, start, end, _ in ROWS
        if who == name
        for day in range(((end or date(2026, 1, 1)) - start).days)
    }


def by_day(span, as_of):
    """Return a row per period, told from every single day."""
    first = period_of(min(row[1] for row in ROWS), span, "sunday")
    last = period_of(as_of - timedelta(1), span, "sunday")
    everybody = [days_of(name) for name in {row[0] for row in ROWS}]
    found = []
    for period in range(first, last + 1):
        begin = first_day(period, span, "sunday")
        end = min(first_day(period + 1, span, "sunday"), as_of) - timedelta(1)
        row = dict.fromkeys((*COUNTS, "joined_and_left"), 0)
        for days in everybody:
            was, now = begin - timedelta(1) in days, end in days
            row["customers_at_start"] += was
            row["customers_at_end"] += now
            row["lost"] += was and not now
            before = any(day < begin for day in days)
            row["joined"] += now and not was and not before
            row["came_back"] += now and not was and before
            seen = any(begin <= day <= end for day in days)
            row["joined_and_left"] += seen and not was and not now
        found.append((f"{begin:%Y-%m-%d}", *row.values()))
    return found


@pytest.mark.parametrize("span", ["week", "month", "quarter"])
def test_churn_is_what_single_days_say(town, span):
    for as_of in (None, EARLIER):
        answer = ask(town, Churn(span=span, as_of=as_of))
        told = table(answer.frame, "period", *COUNTS, "joined_and_left")
        assert told == by_day(span, answer.as_of)


@pytest.mark.parametrize("as_of", [None, EARLIER])
def test_customers_of_churn_are_the_payers_of_money(town, as_of):
    by_plan = Filters(breakdown="plan")
    churned = ask(town, Churn(as_of=as_of), by_plan).frame
    paid = ask(town, Mrr(as_of=as_of), by_plan).frame
    assert table(
        churned, "segment", "period", "customers_at_start", "lost", "customers_at_end"
    ) == table(
        paid,
        *("segment", "period", "customers_at_start"),
        *("churned_customers", "paying_customers"),
    )


def test_losses_are_those_of_churn_and_those_inside_of_a_month(town):
    first, as_of = date(2024, 1, 1), date(2025, 6, 1)
    churned = ask(town, Churn(first=first, as_of=as_of)).frame
    exits = ask(town, ExitReasons(first=first, as_of=as_of)).frame
    inside = churned[list(INSIDE)].to_numpy().sum()
    assert inside > 0
    assert exits["lost"].sum() == churned["lost"].sum() + inside

"""Active periods: the fast form is the definition's, from a plain scan in order."""

import random
import re

import pytest

from holdfast import happenings
from holdfast.happenings import Clock, active_periods
from holdfast.occurrence import read_occurrence
from tests.worlds import dataset_of

EVENTS = ("login", "export", "invite")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    chance = random.Random(7)  # a test needs no secrets
    rows = [
        (
            f"c{chance.randrange(40)}",
            chance.choice(EVENTS),
            f"2025-{chance.randrange(1, 6):02}-{chance.randrange(1, 29):02} 08:00:00",
            {"platform": chance.choice(["web", "ios", ""])},
        )
        for _ in range(1500)
    ]
    return dataset_of(tmp_path_factory.mktemp("happenings"), events=rows)


@pytest.mark.parametrize("interval", ["day", "week", "month"])
@pytest.mark.parametrize(
    "text",
    [
        "event:login",
        "event:login?platform=ios",
        "event:login,export?platform=web",
        "event:login,export",
    ],
)
def test_kept_periods_are_those_of_the_definition(world, text, interval):
    periods = active_periods(world, read_occurrence(text), Clock(interval), "return")
    order = " order by customer_no, period"
    rows = periods.kept_rows("periods")
    kept = world.frame(rows.text + order, rows.values)
    defined = world.frame(f"select * from ({periods.text}){order}", periods.values)
    assert len(kept) > 40
    assert kept.to_dict("list") == defined.to_dict("list") or kept.equals(defined)


@pytest.mark.parametrize("text", ["event:login", "event:login,export?platform=ios"])
def test_the_fast_form_stands_on_a_scan_and_filters_alone(world, text):
    occurrence = read_occurrence(text)
    assert happenings._is_ordered(occurrence)
    days = happenings.happened_days(world, occurrence, Clock("week"), "return")
    happened = f"select customer_no, happened_on as period from ({days.text})"
    plan = world.frame(
        "explain " + happenings._STREAMED.format(happened=happened), days.values
    )
    words = " ".join(plan.iloc[:, -1])
    assert re.search(r"streaming\s+window", words, re.IGNORECASE)
    for unordered in ("join", "group by", "aggregate", "order by", "sort"):
        assert unordered not in words.lower()


def test_several_events_without_a_condition_are_not_in_order():
    # activity is ordered by event first, so one customer's rows of two events lie apart
    assert not happenings._is_ordered(read_occurrence("event:login,export"))

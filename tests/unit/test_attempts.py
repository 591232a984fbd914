"""The fast form of a funnel: when it is used, and on what it stands."""

import re
from dataclasses import replace

import pytest

from holdfast.attempts.rules import ALL_ENTRIES, Rules
from holdfast.attempts.stream import streamed_levels
from holdfast.durations import Duration
from holdfast.happenings import Clock
from holdfast.steps import read_exclusions, read_steps
from tests.worlds import dataset_of

RULES = Rules(read_steps("event:view > event:cart > event:buy"))
CLOCK = Clock("day")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("shop"),
        customers=[("ann", "2025-01-01")],
        events=[
            (f"c{number}", event, f"2025-01-0{1 + number % 9} 10:00:0{place}")
            for number in range(20)
            for place, event in enumerate(("view", "cart", "buy")[: 1 + number % 3])
        ],
    )


@pytest.mark.parametrize(
    "steps",
    [
        # in the order of the events' codes, and against it
        "event:view > event:cart > event:buy",
        "event:buy > event:cart > event:view",
    ],
)
def test_windows_stream_over_a_plain_scan(shop, steps):
    rules = replace(RULES, steps=read_steps(steps))
    levels = streamed_levels(shop, rules, CLOCK, ALL_ENTRIES)
    assert levels is not None
    plan = "\n".join(
        shop.frame(f"explain {levels.text}", levels.values)["explain_value"]
    )
    operators = set(re.findall(r"╭─ (.*?) ─", plan))
    assert "Streaming Window" in operators
    assert not operators & {"Window", "Order By"}
    assert not any("Join" in operator for operator in operators)


@pytest.mark.parametrize(
    "changed",
    [
        {"order": "strict"},
        {"order": "any_order"},
        {"ties": "strict"},
        {"repeats": "end"},
        {"unit": "account"},
        {"holding": "visit"},
        {"by_property": "page"},
        {"exclusions": read_exclusions("event:help")},
        {"steps": read_steps("event:view > event:view")},
        {"steps": read_steps("signup > event:view")},
        {"steps": read_steps("event:view > event:cart@2d")},
    ],
)
def test_rules_that_need_the_attempts_are_not_streamed(shop, changed):
    assert streamed_levels(shop, replace(RULES, **changed), CLOCK, ALL_ENTRIES) is None


def test_whole_days_are_not_streamed(shop):
    clock = Clock("day", by_days=True)
    assert streamed_levels(shop, RULES, clock, ALL_ENTRIES) is None


def test_a_time_too_long_to_be_numbered_is_not_streamed(shop, monkeypatch):
    days = 86_400_000_000
    monkeypatch.setattr("holdfast.attempts.stream._LARGEST", 24 * days)
    assert streamed_levels(shop, RULES, CLOCK, ALL_ENTRIES) is not None
    monkeypatch.setattr("holdfast.attempts.stream._LARGEST", 3 * days)
    assert streamed_levels(shop, RULES, CLOCK, ALL_ENTRIES) is None


@pytest.mark.parametrize("rows", [1, 7, 10_000])
def test_it_does_not_matter_how_many_are_followed_side_by_side(shop, rows, monkeypatch):
    monkeypatch.setattr("holdfast.attempts.stream._SLICE_ROWS", rows)
    levels = streamed_levels(
        shop, replace(RULES, window=Duration(1, "h")), CLOCK, ALL_ENTRIES
    )
    assert levels is not None
    found = shop.frame(
        f"select level, count(*) as n from ({levels.text}) group by all order by all",
        levels.values,
    )
    assert list(found.itertuples(index=False, name=None)) == [(1, 7), (2, 7), (3, 6)]

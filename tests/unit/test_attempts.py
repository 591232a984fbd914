"""The fast form of a funnel: when it is used, and on what it stands."""

import re
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from holdfast.attempts import sweep
from holdfast.attempts.choosing import choose, reach
from holdfast.attempts.counting import Counting
from holdfast.attempts.rules import ALL_ENTRIES, Entered, Rules
from holdfast.attempts.stream import streamed_levels
from holdfast.durations import Duration
from holdfast.happenings import Clock, Cut
from holdfast.steps import read_exclusions, read_steps
from tests.queries.held_to_sql import check_alike, sweep_always
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


def counting(**chosen):
    return Counting(datetime(2025, 1, 9), **chosen)


@pytest.mark.parametrize(
    ("changed", "clock", "chosen", "attempts"),
    [
        ({}, CLOCK, {}, 20),
        ({}, CLOCK, {"entry": "first"}, 20),
        ({}, CLOCK, {"interval": "week"}, 20),
        ({"window": None}, CLOCK, {}, 20),
        ({"window": Duration(1, "s")}, CLOCK, {}, 20),
        ({"steps": read_steps("event:buy > event:view")}, CLOCK, {}, 6),
        # days 1 to 9 in turn, of which three are seen, or entries of two count
        ({}, Clock("day", cut=Cut(date(2025, 1, 4))), {}, 8),
        (
            {},
            CLOCK,
            {"entered": Entered(datetime(2025, 1, 2), datetime(2025, 1, 4))},
            5,
        ),
        ({}, CLOCK, {"entered": Entered(datetime(2026, 1, 1))}, 0),
        ({}, CLOCK, {"over_at": datetime(2025, 1, 4)}, 20),
        ({}, CLOCK, {"over_at": datetime(2024, 1, 1)}, 20),
    ],
)
def test_the_pass_gives_the_rows_of_the_statement(
    shop, monkeypatch, changed, clock, chosen, attempts
):
    sweep_always(monkeypatch)
    rules = replace(RULES, **changed)
    assert check_alike(shop, rules, clock, counting(**chosen)) == attempts


@pytest.mark.parametrize("interval", ["day", "week", "month"])
def test_intervals_of_entry_begin_at_midnight_on_the_wall(
    tmp_path, monkeypatch, interval
):
    # There the clock went from midnight to 1 o'clock in November, and back in February.
    begin = datetime(2018, 1, 25)
    instants = [begin + timedelta(minutes=47 * number) for number in range(11_000)]
    dataset = dataset_of(
        tmp_path,
        events=[
            (f"c{number % 3}", ("view", "view", "cart")[number % 7 % 3], str(at))
            for number, at in enumerate(instants)
        ],
        zone="America/Sao_Paulo",
        week_start="sunday",
    )
    sweep_always(monkeypatch)
    rules = Rules(read_steps("event:view > event:cart"), window=Duration(2, "h"))
    found = check_alike(dataset, rules, CLOCK, counting(interval=interval))
    assert found == {"day": 1_079, "week": 156, "month": 39}[interval]


def test_rows_of_rare_steps_alone_leave_the_engine(shop, monkeypatch):
    sweep_always(monkeypatch)
    monkeypatch.setattr(sweep, "_WORTH_A_FILTER", 2.0)
    assert check_alike(shop, RULES, CLOCK, counting()) == 20


def test_batches_end_amid_a_customer(shop, monkeypatch):
    sweep_always(monkeypatch)
    monkeypatch.setattr("holdfast.dataset._BATCH_ROWS", 1)
    assert check_alike(shop, RULES, CLOCK, counting()) == 20


def test_a_small_log_is_not_worth_the_pass(shop, monkeypatch):
    assert sweep.prepare(shop) is None
    monkeypatch.setattr(sweep, "_ready", lambda: sweep.Passes(choose, reach))
    assert not sweep.can_sweep(shop, RULES, CLOCK)


def test_nobody_waits_for_the_compiler(shop, monkeypatch):
    monkeypatch.setattr(sweep, "_LEAST_EVENTS", 0)
    monkeypatch.setattr(sweep, "_compiling", [])
    assert not sweep.can_sweep(shop, RULES, CLOCK)


def test_without_numba_there_is_no_pass(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    assert sweep.compiled() is None


class Followed:
    """What the passes make of rows of whole customers."""

    def __init__(self, passes, rows, steps):
        many = len(rows[0])
        columns = [np.zeros(many, kind) for kind in sweep._FILLED]
        times = np.zeros((many, steps), np.int64)
        kind_of = np.arange(steps + 1, dtype=np.uint8)
        kinds = np.arange(1, steps + 1, dtype=np.uint8)
        edges = np.array([0, 40, 70])
        self.attempts = passes.choose(
            *rows,
            *(kind_of, kinds, edges, 5, 90, -100, 95, False, -1),
            *(np.zeros((4, many + 1), np.int64), times, *columns),
        )
        self.columns = [column.tolist() for column in (*columns, times)]
        levels = [np.zeros(many, kind) for kind in sweep._FILLED_LEVELS]
        bounds = (5, -100, 95, 60)
        self.people = passes.reach(*rows, kind_of, steps, *bounds, -1, *levels)
        self.levels = [column.tolist() for column in levels]


def random_rows(rows=3_000):
    dice = np.random.default_rng(20_250_101)
    customers = np.sort(dice.integers(0, 50, rows)).astype(np.int32)
    instants = dice.integers(0, 100, rows)
    instants = instants[np.lexsort((instants, customers))]
    return customers, instants, dice.integers(0, 5, rows).astype(np.uint16)


def test_compiled_it_does_what_it_says():
    rows = random_rows()
    for column in rows:
        column.flags.writeable = False
    compiled = sweep.compiled()
    assert compiled is not None
    as_python = sweep.Passes(choose, reach)
    found, expected = (Followed(each, rows, 4) for each in (compiled, as_python))
    assert found.attempts == expected.attempts == 146
    assert found.columns == expected.columns
    assert found.people == expected.people == 50
    assert found.levels == expected.levels
    assert set(found.levels[2][:50]) == {2, 3, 4}
    assert set(found.columns[3][:146]) == {1, 2, 3, 4}


@pytest.mark.parametrize("column", [0, 1])
def test_rows_out_of_order_are_noticed(column):
    rows = [each[:2].copy() for each in random_rows()]
    rows[0][:], rows[2][:] = 7, 1
    rows[column][:] = 9, 8
    found = Followed(sweep.Passes(choose, reach), rows, 4)
    assert (found.attempts, found.people) == (-1, -1)

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.filters import AttributeIn, Filters
from holdfast.occurrence import ACTIVITY, SIGNUP, Occurrence
from holdfast.questions import ask, lifecycle, retention
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from tests.queries import oracle
from tests.queries.oracle import Event, Person, World
from tests.worlds import dataset_of, table

NAMES = ("login", "export", "invite")
PLANS = ("pro", "free", "team")
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"),
    *("Pacific/Auckland", "America/Sao_Paulo"),
)
WEEKS = ("monday", "sunday", "saturday")


def drawn(examples: int) -> settings:
    """Return settings that give the same examples in every run."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def a_world(random: Random, people: int = 12, events: int = 70) -> World:
    """Return a small log with ties, midnights, clock changes and odd orders."""
    zone, week_start = random.choice(ZONES), random.choice(WEEKS)
    # around the changes of clocks in either half of the world
    begin = random.choice([date(2025, 3, 3), date(2025, 9, 20), date(2024, 12, 20)])
    bare = World((), (), zone, week_start)

    def instant() -> datetime:
        day = begin + timedelta(random.choice([0, 1, 2, random.randrange(75)]))
        odd = random.choice(
            [0, 0, 1, -1, 3600 * random.randrange(24), random.randrange(86_400)]
        )
        return bare.midnight(day) + timedelta(seconds=odd)

    names = [f"c{number}" for number in range(people)]
    known = tuple(
        Person(
            name,
            random.choice([None, instant(), instant()]),
            random.choice([None, "acme", "zeta", name]),
            random.choice(["(none)", *PLANS]),
        )
        for name in names[: people * 3 // 4]
    )
    moments = [instant() for _ in range(events // 2)]
    log = tuple(
        Event(
            random.choice(names),
            random.choice(NAMES),
            random.choice(moments),
            random.choice([{}, {"device": "phone"}, {"device": "desk"}]),
        )
        for _ in range(events)
    )
    # A time of day on the last day: the day is not over.
    end = bare.midnight(begin + timedelta(76)) + timedelta(hours=9)
    log += tuple(Event("c0", name, end) for name in NAMES)
    return World(known, log, zone, week_start)


def dataset_from(folder: Path, world: World):
    def text(instant: datetime | None) -> str:
        return (
            "" if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
        )

    return dataset_of(
        folder,
        customers=[
            {
                "customer_id": person.customer,
                "signed_up_at": text(person.signed_up_at),
                "account_id": person.account or "",
                "plan": "" if person.segment == "(none)" else person.segment,
            }
            for person in world.people
        ],
        events=[
            (event.customer, event.name, text(event.happened_at), event.properties)
            for event in world.events
        ],
        zone=world.zone,
        week_start=world.week_start,
    )


@pytest.fixture(scope="module")
def loaded_world(tmp_path_factory):
    """Return how to get the world of a seed and its dataset."""

    @cache
    def load(seed: int):
        world = a_world(Random(seed))
        return world, dataset_from(tmp_path_factory.mktemp("world"), world)

    return load


SEEDS = range(6)
OCCURRENCES = (
    ACTIVITY,
    Occurrence("event", ("login",)),
    Occurrence("event", ("export", "invite")),
    Occurrence("event", ("login", "export"), (("device", "phone"),)),
    Occurrence("event", NAMES, (("device", "(none)"),)),
)
DAYS = st.dates(date(2025, 3, 5), date(2025, 4, 30))


@st.composite
def specs(draw):
    brackets = draw(
        st.lists(
            st.tuples(st.integers(0, 9), st.integers(0, 5)).map(
                lambda pair: (pair[0], pair[0] + pair[1])
            ),
            min_size=1,
            max_size=4,
            unique_by=lambda bracket: bracket[0],
        )
    )
    return Retention(
        start=draw(st.sampled_from((SIGNUP, *OCCURRENCES))),
        returning=draw(st.sampled_from(OCCURRENCES)),
        interval=draw(st.sampled_from(("day", "week", "month"))),
        mode=draw(st.sampled_from(("on", "on_or_after", "between", "brackets"))),
        horizon=draw(st.integers(0, 8)),
        brackets=tuple(brackets),
        rolling=draw(st.booleans()),
        entry=draw(st.sampled_from(("first", "recurring"))),
        unit=draw(st.sampled_from(("customer", "customer", "account"))),
        intervals=draw(st.integers(1, 20)),
    )


def moved(spec, world: World, shift: int | None):
    """Return a spec as of some days before the end of the last day."""
    if shift is None:
        return spec
    return replace(spec, as_of=world.last_day + timedelta(1) - timedelta(shift))


SHIFTS = st.one_of(st.none(), st.integers(0, 40))


def figures(frame: pd.DataFrame):
    rows = table(
        frame,
        *("scope", "segment", "cohort", "interval", "last_interval"),
        *("customers", "retained_customers", "is_complete"),
    )
    assert not [cell for cell, n in Counter(row[:5] for row in rows).items() if n > 1]
    return {row[:5]: row[5:] for row in rows}


@drawn(90)
@given(st.sampled_from(SEEDS), specs(), SHIFTS)
def test_every_cell_of_retention(loaded_world, seed, spec, shift):
    world, dataset = loaded_world(seed)
    spec = moved(spec, world, shift)
    assert figures(ask(dataset, spec).frame) == oracle.retention(world, spec)


@drawn(40)
@given(st.sampled_from(SEEDS), specs())
def test_every_cell_of_retention_by_segment(loaded_world, seed, spec):
    world, dataset = loaded_world(seed)
    spec = replace(spec, unit="customer")
    found = figures(ask(dataset, spec, Filters(breakdown="plan")).frame)
    assert found == oracle.retention(world, spec, by_segment=True)


@drawn(40)
@given(
    st.sampled_from(SEEDS),
    st.sampled_from(OCCURRENCES),
    st.sampled_from(("day", "week", "month")),
    st.sampled_from(("customer", "account")),
    SHIFTS,
)
def test_every_interval_of_the_lifecycle(
    loaded_world, seed, shown_by, interval, unit, shift
):
    world, dataset = loaded_world(seed)
    spec = moved(Lifecycle(shown_by, interval, unit), world, shift)
    frame = ask(dataset, spec).frame
    columns = ("period", "new", "returning", "resurrected", "dormant")
    assert table(frame, *columns) == oracle.lifecycle(world, spec)


@pytest.mark.parametrize("seed", range(100, 108))
def test_logs_of_other_sizes(seed, tmp_path):
    random = Random(seed)
    world = a_world(random, random.choice([2, 3, 30]), random.choice([2, 5, 150]))
    dataset = dataset_from(tmp_path, world)
    for interval in ("day", "week", "month"):
        for spec in (
            Retention(interval=interval),
            Retention(interval=interval, rolling=True),
            Retention(OCCURRENCES[1], OCCURRENCES[2], interval, entry="recurring"),
        ):
            assert figures(ask(dataset, spec).frame) == oracle.retention(world, spec)


@drawn(25)
@given(st.sampled_from(SEEDS), specs(), st.data())
def test_lists_of_customers_are_as_long_as_the_figures_say(
    loaded_world, seed, spec, data
):
    _, dataset = loaded_world(seed)
    filters = Filters(breakdown="plan")
    frame = ask(dataset, spec, filters).frame
    if frame.empty:
        return
    row = frame.iloc[data.draw(st.integers(0, len(frame) - 1))]
    cohort = None if row["scope"] == "pooled" else row["cohort"].date()
    listed = retention.members(
        dataset, spec, filters, cohort, int(row["interval"]), row["segment"]
    )
    assert listed["cohorts"].sum() == row["customers"]
    assert listed["retained_cohorts"].sum() == row["retained_customers"]
    assert listed["id"].is_unique


@drawn(20)
@given(st.sampled_from(SEEDS), st.sampled_from(("day", "week", "month")), st.data())
def test_lists_of_the_lifecycle_are_as_long_as_it_says(
    loaded_world, seed, interval, data
):
    _, dataset = loaded_world(seed)
    spec, filters = Lifecycle(interval=interval), Filters(breakdown="plan")
    frame = ask(dataset, spec, filters).frame
    row = frame.iloc[data.draw(st.integers(0, len(frame) - 1))]
    status = data.draw(st.sampled_from(("new", "returning", "resurrected", "dormant")))
    if pd.isna(row[status]):
        return
    listed = lifecycle.members(
        dataset, spec, filters, row["period"].date(), status, row["segment"]
    )
    assert len(listed) == row[status]


@drawn(20)
@given(st.sampled_from(SEEDS), specs())
def test_segments_add_up_to_the_total_and_to_what_there_is_without_them(
    loaded_world, seed, spec
):
    _, dataset = loaded_world(seed)
    spec = replace(spec, rolling=False)
    alone = ask(dataset, spec).frame
    broken = ask(dataset, spec, Filters(breakdown="plan")).frame
    total = broken[broken["segment"] == "All"].reset_index(drop=True)
    pd.testing.assert_frame_equal(total, alone)
    keys = ["scope", "cohort", "interval", "last_interval"]
    sums = (
        broken[(broken["segment"] != "All") & (broken["scope"] == "cohort")]
        .groupby(keys, dropna=False)[["customers", "retained_customers"]]
        .sum()
    )
    cells = alone[alone["scope"] == "cohort"].set_index(keys)
    wanted = cells[["customers", "retained_customers"]]
    assert sums.sort_index().to_dict() == wanted.sort_index().to_dict()


@drawn(25)
@given(st.sampled_from(SEEDS), specs())
def test_a_filter_that_keeps_everyone_changes_nothing(loaded_world, seed, spec):
    _, dataset = loaded_world(seed)
    everyone = Filters((AttributeIn("plan", ("nobody has it",), is_excluded=True),))
    alone, kept = ask(dataset, spec), ask(dataset, spec, everyone)
    pd.testing.assert_frame_equal(alone.frame, kept.frame)


@drawn(25)
@given(st.sampled_from(SEEDS), specs())
def test_rates_are_shares_and_pooled_rows_are_sums_of_complete_cells(
    loaded_world, seed, spec
):
    _, dataset = loaded_world(seed)
    frame = ask(dataset, spec).frame
    assert (frame["retained_customers"] <= frame["customers"]).all()
    inside = frame["rate_lower"].le(frame["retention_rate"]) & frame["rate_upper"].ge(
        frame["retention_rate"]
    )
    assert inside.all()
    cells = frame[(frame["scope"] == "cohort") & frame["is_complete"]]
    pooled = frame[frame["scope"] == "pooled"]
    keys = ["interval", "last_interval"]
    groups = cells.groupby(keys, dropna=False)
    simple = groups["retention_rate"].mean()
    assert len(pooled) == len(simple)
    assert list(pooled["cohorts"]) == list(groups.size())
    assert list(pooled["mean_rate"]) == pytest.approx(list(simple))


SHAPES = (
    Retention(interval="week"),
    Retention(interval="day", rolling=True, intervals=9),
    Retention(OCCURRENCES[1], OCCURRENCES[2], "week", "on_or_after"),
    Retention(OCCURRENCES[1], OCCURRENCES[1], "month", entry="recurring"),
    Retention(interval="week", mode="brackets", unit="account"),
)


def tables(dataset):
    filters = Filters(breakdown="plan")
    frames = [ask(dataset, spec, filters).frame for spec in SHAPES]
    frames += [
        ask(dataset, Lifecycle(interval=i), filters).frame for i in ("day", "week")
    ]
    return frames


def same(left, right):
    for one, other in zip(left, right, strict=True):
        pd.testing.assert_frame_equal(one, other)


@pytest.fixture(scope="module")
def plain():
    return a_world(Random(7), people=20, events=120)


@pytest.fixture(scope="module")
def plain_tables(plain, tmp_path_factory):
    return tables(dataset_from(tmp_path_factory.mktemp("plain"), plain))


def test_the_order_of_rows_does_not_matter(plain, plain_tables, tmp_path):
    people, events = list(plain.people), list(plain.events)
    Random(1).shuffle(people)
    Random(2).shuffle(events)
    shuffled = replace(plain, people=tuple(people), events=tuple(events))
    same(tables(dataset_from(tmp_path, shuffled)), plain_tables)


def test_an_event_that_is_there_twice_changes_nothing(plain, plain_tables, tmp_path):
    doubled = replace(plain, events=plain.events + plain.events[::2])
    same(tables(dataset_from(tmp_path, doubled)), plain_tables)


def test_twice_the_people_give_the_same_rates_with_narrower_intervals(
    plain, plain_tables, tmp_path
):
    def twin(name):
        return None if name is None else f"{name} twin"

    doubled = replace(
        plain,
        people=plain.people
        + tuple(
            replace(
                person, customer=twin(person.customer), account=twin(person.account)
            )
            for person in plain.people
        ),
        events=plain.events
        + tuple(
            replace(event, customer=twin(event.customer)) for event in plain.events
        ),
    )
    for one, two in zip(
        plain_tables, tables(dataset_from(tmp_path, doubled)), strict=True
    ):
        if "retention_rate" not in one:
            continue
        assert list(two["customers"]) == [2 * n for n in one["customers"]]
        pd.testing.assert_series_equal(two["retention_rate"], one["retention_rate"])
        wide = one["rate_upper"] - one["rate_lower"]
        assert (two["rate_upper"] - two["rate_lower"] < wide).all()


def test_other_words_for_segments_change_only_the_words(plain, plain_tables, tmp_path):
    words = {"pro": "Gold", "free": "Blei", "team": "鉄", "(none)": "(none)"}
    renamed = replace(
        plain,
        people=tuple(replace(p, segment=words[p.segment]) for p in plain.people),
    )
    for one, other in zip(
        plain_tables, tables(dataset_from(tmp_path, renamed)), strict=True
    ):
        # equal sizes are ordered by name, so rows may stand elsewhere
        back = other.replace({"segment": {new: old for old, new in words.items()}})
        assert sorted(map(str, back.to_numpy())) == sorted(map(str, one.to_numpy()))


def test_later_events_change_no_complete_cell(plain, tmp_path):
    end = plain.midnight(plain.last_day)
    later = tuple(
        Event(f"c{i % 5}", "login", end + timedelta(days=1 + i, hours=3))
        for i in range(40)
    )
    before = dataset_from(tmp_path, plain)
    after = dataset_from(tmp_path, replace(plain, events=plain.events + later))
    for spec in (s for s in SHAPES if s.entry == "first" and s.mode != "on_or_after"):
        old, new = (figures(ask(dataset, spec).frame) for dataset in (before, after))
        complete = {
            cell: row for cell, row in old.items() if row[2] and cell[0] == "cohort"
        }
        assert complete
        assert {cell: new[cell] for cell in complete} == complete

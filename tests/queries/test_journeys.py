import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast import paths
from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.happenings import Cut
from holdfast.occurrence import ACTIVITY, ORDER, Occurrence
from holdfast.questions import ask, journeys
from holdfast.questions.journeys import Journeys
from tests.conftest import PROJECT
from tests.worlds import dataset_of, loaded, table

SHOWN = ("path", "journeys", "step_n", "step_rate", "journey_rate", "median_seconds")
ALL_SHOWN: dict[str, Any] = {"branches": 12, "rarest": 0}


def event(*names: str) -> Occurrence:
    return Occurrence("event", names)


def counted(dataset, spec, filters=None, segment="All"):
    frame = ask(dataset, spec, filters).frame
    rows = frame[frame["segment"] == segment]
    return dict(zip(rows["path"], rows["journeys"], strict=True))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    # ann: join, look, look, buy      bob: join, look, leave
    # cat: join, and nothing more     dan: look, join, buy at the same instant
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-01", {"plan": "free", "account_id": "acme"}),
            ("cat", "2025-01-01", {"plan": "pro"}),
            ("dan", "2025-01-01", {"plan": "free", "account_id": "zeta"}),
        ],
        events=[
            ("ann", "join", "2025-01-01 10:00:00"),
            ("ann", "look", "2025-01-01 10:00:30"),
            ("ann", "look", "2025-01-01 10:01:00"),
            ("ann", "buy", "2025-01-03 10:00:30"),
            ("bob", "join", "2025-01-01 09:00:00"),
            ("bob", "look", "2025-01-01 09:01:30"),
            ("bob", "leave", "2025-01-01 09:01:40"),
            ("cat", "join", "2025-01-09 09:00:00"),
            ("dan", "look", "2025-01-02 08:00:00"),
            ("dan", "join", "2025-01-02 09:00:00"),
            ("dan", "buy", "2025-01-02 09:00:00"),
            ("dan", "join", "2025-01-05 09:00:00"),
            ("dan", "look", "2025-01-05 09:00:20"),
        ],
        orders=[("ann", "o1", "2025-01-02 10:00:00", 5)],
    )


def test_every_figure_of_the_paths_after_the_sign_up(town):
    answer = ask(town, Journeys(depth=2))
    # three of four join first, so that is the sign-up; ann's two looks are one step
    assert table(answer.frame, *SHOWN) == [
        ("join", 4, None, None, None, None),
        ("join › look", 2, 4, 0.5, 0.5, 60.0),
        ("join › (nothing more)", 1, 4, 0.25, 0.25, None),
        ("join › buy", 1, 4, 0.25, 0.25, 0.0),
        ("join › look › buy", 1, 2, 0.5, 0.25, 2 * 86_400.0),
        ("join › look › leave", 1, 2, 0.5, 0.25, 10.0),
        # dan buys and joins again
        ("join › buy › join", 1, 1, 1.0, 0.25, 3 * 86_400.0),
    ]
    assert answer.frame["kind"].tolist() == [
        *("start", "event", "nothing", "event", "event", "event", "event")
    ]
    # Wilson for 2 of 4: 0.15 to 0.85
    row = answer.frame.iloc[1]
    assert round(row["step_lower"], 3) == 0.15
    assert round(row["step_upper"], 3) == 0.85
    assert answer.sentence == (
        "Of 4 customers with join, most often look came next: 50% (2 of 4), half of"
        " them within 60 s; 1 did nothing more."
    )
    assert {caveat.code for caveat in answer.caveats} == {
        *("sign_up", "no_limit", "small_n"),
    }


def test_repeats_stay_apart_where_they_are_not_folded(town):
    assert counted(town, Journeys(depth=2, fold=False)) == {
        "join": 4,
        "join › look": 2,
        "join › buy": 1,
        "join › (nothing more)": 1,
        "join › look › look": 1,
        "join › look › leave": 1,
        "join › buy › join": 1,
    }


def test_steps_before_an_event(town):
    assert counted(town, Journeys(event("buy"), "before", depth=2)) == {
        "buy": 2,
        "buy › look": 1,
        "buy › join": 1,
        "buy › look › join": 1,
        "buy › join › look": 1,
    }


def test_every_start_counts_where_that_is_chosen(town):
    spec = Journeys(event("join"), depth=1, every=True)
    frame = ask(town, spec).frame
    assert table(frame, "path", "journeys", "customers") == [
        ("join", 5, 4),
        ("join › look", 3, 3),
        ("join › (nothing more)", 1, 1),
        ("join › buy", 1, 1),
    ]


def test_who_is_still_in_time_is_still_open_and_in_no_share(town):
    # The last complete day is 8 January: cat joined on the 9th and has 7 days.
    answer = ask(town, Journeys(depth=1, within=Duration(7)))
    assert table(answer.frame, *SHOWN) == [
        ("join", 4, None, None, None, None),
        ("join › look", 2, 3, 0.6667, 0.6667, 60.0),
        ("join › (still open)", 1, None, None, None, None),
        ("join › buy", 1, 3, 0.3333, 0.3333, 0.0),
    ]
    assert "1 journey in view may still go on" in answer.caveats[1].text


def test_the_limit_counts_from_the_start_and_its_edge_is_inside(town):
    two_days = 2 * 86_400 + 30
    for seconds, buyers in ((two_days, 1), (two_days - 1, 0)):
        found = counted(town, Journeys(depth=2, within=Duration(seconds, "s")))
        assert found.get("join › look › buy", 0) == buyers
        assert found.get("join › look › (nothing more in time)", 0) == 1 - buyers


def test_a_session_ends_with_the_silence_that_was_chosen(town):
    # cat joined after the last complete day, so that session may go on
    found = counted(town, Journeys(depth=2, session=Duration(1, "h")))
    assert found == {
        "join": 4,
        "join › look": 2,
        "join › buy": 1,
        "join › (still open)": 1,
        "join › buy › (nothing more in time)": 1,
        "join › look › leave": 1,
        "join › look › (nothing more in time)": 1,
    }


def test_events_that_are_left_out_are_no_steps(town):
    spec = Journeys(event("join"), depth=2, left_out=event("look", "join"))
    assert counted(town, spec) == {
        "join": 4,
        "join › (nothing more)": 1,
        "join › buy": 2,
        "join › leave": 1,
        "join › buy › join": 1,
        "join › buy › (nothing more)": 1,
        "join › leave › (nothing more)": 1,
    }


def test_an_order_starts_a_journey_too(town):
    assert counted(town, Journeys(ORDER, depth=2)) == {
        "an order": 1,
        "an order › buy": 1,
        "an order › buy › (nothing more)": 1,
    }


def test_an_account_goes_the_way_of_whoever_came_first(town):
    # acme: bob joined an hour before ann; zeta is dan
    spec = Journeys(depth=2, unit="account")
    assert counted(town, spec) == {
        "join": 2,
        "join › look": 1,
        "join › buy": 1,
        "join › look › leave": 1,
        "join › buy › join": 1,
    }


def test_rare_steps_are_other_and_the_ends_stand_alone(town):
    # of two next steps that are equally frequent, the one that is more so at all
    assert counted(town, Journeys(depth=2, branches=1)) == {
        "join": 4,
        "join › look": 2,
        "join › (nothing more)": 1,
        "join › (other)": 1,
        "join › look › buy": 1,
        "join › look › (other)": 1,
    }
    assert counted(town, Journeys(depth=2, rarest=50)) == {
        "join": 4,
        "join › look": 2,
        "join › (nothing more)": 1,
        "join › (other)": 1,
        "join › look › (other)": 2,
    }


def test_steps_too_rare_to_be_shown_apart_are_said_to_be_there(tmp_path):
    world = dataset_of(
        tmp_path,
        events=[
            (name, event, f"2025-01-0{day} 10:00:00")
            for name, last in (("ann", "a"), ("bob", "b"), ("cat", "c"))
            for day, event in ((1, "join"), (2, last))
        ],
    )
    answer = ask(world, Journeys(event("join"), depth=1, rarest=50))
    assert answer.sentence == (
        "Of 3 customers with join, 3 did something after it, but too few of them the"
        " same to be shown apart."
    )


def test_a_breakdown_adds_up_to_the_total(town):
    spec, by_plan = Journeys(depth=2), Filters(breakdown="plan")
    parts: Counter[str] = Counter()
    for segment in ("pro", "free"):
        parts.update(counted(town, spec, by_plan, segment))
    assert parts == counted(town, spec, by_plan) == counted(town, spec)


def test_nobody_and_names_that_do_not_exist_are_said(town):
    with pytest.raises(SpecError, match="no event 'bye'"):
        ask(town, Journeys(event("bye")))
    with pytest.raises(SpecError, match="depth: 9 is not between 1 and 6"):
        Journeys(depth=9)
    with pytest.raises(SpecError, match="is no step of a path"):
        Journeys(left_out=ORDER)
    empty = ask(town, Journeys(event("leave"), as_of=date(2025, 1, 2), depth=1))
    assert empty.sentence == "1 customer: nothing after leave was observed."


def test_without_an_event_that_most_do_first_each_begins_with_its_own(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "x", "2025-01-01 10:00:00"),
            ("ann", "y", "2025-01-02 10:00:00"),
            ("bob", "y", "2025-01-01 10:00:00"),
            ("bob", "x", "2025-01-03 10:00:00"),
        ],
    )
    answer = ask(dataset, Journeys(depth=1))
    assert counted(dataset, Journeys(depth=1)) == {
        "any activity": 2,
        "any activity › x": 1,
        "any activity › y": 1,
    }
    assert "each journey begins with the customer's own first event" in (
        answer.caveats[0].text
    )


@pytest.mark.parametrize("session", [None, Duration(30, "min")])
def test_the_fast_form_stands_on_a_scan_and_filters_alone(town, session):
    walk = paths.Walk(
        event("buy"),
        is_before=False,
        depth=2,
        is_every=False,
        is_folded=True,
        within=Duration(7),
        session=session,
        left_out=event("look"),
        cut=Cut(date(2025, 1, 9)),
        as_of=datetime(2025, 1, 9),
    )
    fast = paths._Walked(town, walk, is_streamed=True)
    text = fast._journeys("customer_no < 3")
    plan = " ".join(town.frame(f"explain {text}", fast.values).iloc[:, -1])
    operators = {name.lower() for name in re.findall(r"─ ([A-Za-z ]+?) ─", plan)}
    assert "streaming window" in operators
    assert operators <= {"streaming window", "filter", "projection", "seq scan"}


# A slow reference in plain Python, which shares no code with the product.

NAMES = ("join", "look", "buy", "leave")


@dataclass(frozen=True)
class Done:
    customer: str
    name: str
    happened_at: datetime


def a_log(random: Random) -> list[Done]:
    """Return a small log with many ties and repeats."""
    begin = datetime(2025, 3, 1, tzinfo=UTC)
    moments = [
        begin + timedelta(minutes=random.choice([0, 1, 20, 30, 31, 600, 3_000]) + more)
        for more in (random.randrange(20_000) for _ in range(14))
    ]
    return [
        Done(f"c{random.randrange(7)}", random.choice(NAMES), random.choice(moments))
        for _ in range(60)
    ]


def walked(log, codes: dict[str, int], spec: Journeys, as_of: datetime) -> Counter:
    """Count the journeys through every path, as a tuple of names and kinds."""
    found: Counter = Counter()
    for customer in {done.customer for done in log}:
        mine = sorted(
            (done for done in log if done.customer == customer),
            key=lambda done: (done.happened_at, codes[done.name]),
        )
        for path in _paths_of(mine, spec, as_of):
            found.update(path[: end + 1] for end in range(len(path)))
    return found


def _paths_of(mine, spec: Journeys, as_of: datetime) -> Iterator[tuple[str, ...]]:
    gap = timedelta(seconds=spec.session.seconds) if spec.session else None
    limit = timedelta(seconds=spec.within.seconds) if spec.within else None
    sittings = [0]
    for before, after in pairwise(mine):
        is_new = gap is not None and after.happened_at - before.happened_at > gap
        sittings.append(sittings[-1] + is_new)
    noise = spec.left_out.events if spec.left_out else ()
    heard = [
        (done, sitting)
        for done, sitting in zip(mine, sittings, strict=True)
        if done.name in spec.anchor.events or done.name not in noise
    ]
    steps = [
        (done, sitting)
        for place, (done, sitting) in enumerate(heard)
        if not (
            spec.fold
            and place
            and heard[place - 1][0].name == done.name
            and heard[place - 1][1] == sitting
        )
    ]
    starts = [n for n, (done, _) in enumerate(steps) if done.name in spec.anchor.events]
    for start in starts if spec.every else starts[:1]:
        anchor, sitting = steps[start]
        way = steps[start + 1 :] if spec.direction == "after" else steps[:start][::-1]
        path = ["start"]
        for done, where in way[: spec.depth]:
            waited = abs(done.happened_at - anchor.happened_at)
            if where != sitting or (limit is not None and waited > limit):
                break
            path.append(done.name)
        if len(path) <= spec.depth:
            ended = max(
                done.happened_at
                for done, where in zip(mine, sittings, strict=True)
                if where == sitting
            )
            waits = [
                *([anchor.happened_at + limit >= as_of] if limit is not None else []),
                *([ended + gap >= as_of] if gap is not None else []),
            ]
            is_open = spec.direction == "after" and bool(waits) and all(waits)
            path.append("open" if is_open else "nothing")
        yield tuple(path)


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    @cache
    def load(seed: int):
        log = a_log(Random(seed))
        rows = [(d.customer, d.name, f"{d.happened_at:%Y-%m-%d %H:%M:%S}") for d in log]
        return log, dataset_of(tmp_path_factory.mktemp("log"), events=rows)

    return load


@st.composite
def specs(draw):
    durations = st.sampled_from(
        (None, Duration(30, "min"), Duration(1, "h"), Duration(3), Duration(9))
    )
    return Journeys(
        anchor=draw(st.sampled_from((event("join"), event("look", "buy")))),
        direction=draw(st.sampled_from(("after", "before"))),
        depth=draw(st.integers(1, 6)),
        every=draw(st.booleans()),
        fold=draw(st.booleans()),
        within=draw(durations),
        session=draw(durations),
        left_out=draw(st.sampled_from((None, event("leave"), event("join", "buy")))),
        **ALL_SHOWN,
    )


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 2), specs())
def test_every_path_is_that_of_a_slow_reference(logs, seed, spec):
    log, dataset = logs(seed)
    answer = ask(dataset, spec)
    assert answer.as_of is not None
    as_of = datetime.combine(answer.as_of, datetime.min.time(), UTC)
    rows = answer.frame
    found: dict[Any, int] = {}
    names: dict[Any, tuple[Any, ...]] = {}
    for row in list[Any](rows.itertuples()):
        step = row.event if row.kind == "event" else row.kind
        names[row.node] = (*(names[row.parent] if row.depth else ()), step)
        found[names[row.node]] = row.journeys
    assert "other" not in set(rows["kind"])
    assert sum(dataset.event_counts.values()) == len(log)
    assert found == walked(log, dataset.event_codes, spec, as_of)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(0, 2), specs(), st.integers(1, 3), st.sampled_from((0, 10, 40)))
def test_children_add_up_to_their_parent_and_lists_to_their_figures(
    logs, seed, spec, branches, rarest
):
    _, dataset = logs(seed)
    values = {**vars(spec), "branches": branches, "rarest": rarest}
    answer = ask(dataset, Journeys(**values))
    rows = answer.frame
    sums = rows[rows["depth"] > 0].groupby("parent")["journeys"].sum()
    inner = rows[rows["kind"].isin(["start", "event"]) & (rows["depth"] < spec.depth)]
    assert {row.node: row.journeys for row in inner.itertuples()} == dict(sums)
    for row in list[Any](rows.tail(4).itertuples()):
        listed = journeys.members(dataset, answer.spec, Filters(), int(row.node))
        assert len(listed) == row.customers
        assert listed["journeys"].sum() == row.journeys


SHOP = PROJECT.parent / "shared" / "data" / "ecom_clickstream" / "ecom.csv.gz"


@pytest.mark.skipif(not SHOP.exists(), reason="the public data are not here")
def test_the_next_steps_of_a_real_shop_are_counted_as_pandas_counts_them(tmp_path):
    import pandas as pd

    dataset = loaded(tmp_path / "shop", [SHOP])
    anchor = event("add_to_cart")
    spec = Journeys(anchor, depth=1, fold=False, every=True, **ALL_SHOWN)
    log = pd.read_csv(SHOP)
    codes = log["event"].map(dataset.event_codes)
    log = log.assign(code=codes).sort_values(["user_id", "timestamp", "code"])
    later = log.groupby("user_id")["event"].shift(-1).fillna("(nothing more)")
    expected = later[log["event"] == "add_to_cart"].value_counts().to_dict()
    found = counted(dataset, spec)
    assert found.pop("add_to_cart") == sum(expected.values())
    # twelve next steps stand alone, the rest is Other
    alone = {path.split(" › ")[1]: n for path, n in found.items()}
    assert alone.pop("(other)") == sum(sorted(expected.values())[: -len(alone)])
    assert alone == {name: expected[name] for name in alone}


def test_the_first_steps_of_the_sample_company(demo_workspace):
    from holdfast.dataset import Dataset
    from holdfast.workspace import Workspace

    path = Workspace.open(demo_workspace).dataset_path()
    assert path is not None
    dataset = Dataset(path)
    frame = ask(dataset, Journeys(depth=2)).frame
    start = int(frame["journeys"].iloc[0])
    assert start == dataset.event_counts["signed_up"]
    first = frame[frame["depth"] == 1]["journeys"]
    assert first.sum() == start
    assert ask(dataset, Journeys(ACTIVITY, depth=1)).frame["journeys"].iloc[0] == 6074

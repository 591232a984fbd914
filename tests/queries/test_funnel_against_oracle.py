"""Funnels of random logs with many ties, against a slow reference."""

import random
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.filters import NONE, Filters
from holdfast.occurrence import Occurrence
from holdfast.questions import ask, funnel
from holdfast.questions.funnel import Funnel
from holdfast.questions.funnel_trend import FunnelTrend
from holdfast.steps import Exclusion, Step
from tests.queries.funnel_oracle import Happening, attempts_of
from tests.queries.held_to_sql import hold_to_sql
from tests.worlds import dataset_of

BEGIN = datetime(2025, 1, 1, 12)
AS_OF = datetime(2025, 1, 2)
LOGS = 250
MINUTE = 60
# Most minutes lie at midday; some reach to the end of the observed time.
SECONDS = [MINUTE * minute for minute in (0, 1, 1, 2, 2, 2, 3, 4, 5, 7, 715, 718)]


def random_logs():
    dice = random.Random(20_250_101)
    logs = {}
    for number in range(LOGS):
        rows = []
        for _ in range(dice.randint(1, 9)):
            value = dice.choice(("x", "x", "y", None))
            rows.append(
                Happening(
                    dice.choice(SECONDS),
                    dice.choice("aabbccd"),
                    () if value is None else (("v", value),),
                )
            )
        logs[f"u{number:03}"] = rows
    return logs


@cache
def world():
    logs = random_logs()
    dataset = dataset_of(
        Path(mkdtemp()),
        events=[
            (user, row.event, str(BEGIN + timedelta(seconds=row.second)))
            + ((dict(row.properties),) if row.properties else ())
            for user, rows in logs.items()
            for row in rows
        ]
        + [("zz", "end", "2025-01-02 01:00:00")],
    )
    return dataset, logs


def event(*names, **where):
    return Occurrence("event", names, tuple(where.items()))


OCCURRENCES = st.sampled_from(
    [
        *(event("a"), event("b"), event("c"), event("a", "b"), event("b", "c")),
        *(
            event("a", v="x"),
            event("c", v=NONE),
            Occurrence("event", (), (("v", "y"),)),
        ),
    ]
)
LIMITS = st.sampled_from([None, None, Duration(1, "min"), Duration(3, "min")])
STEPS = st.lists(st.builds(Step, OCCURRENCES), min_size=1, max_size=4).map(tuple)
LIMITED = st.lists(
    st.builds(Step, OCCURRENCES, LIMITS), min_size=2, max_size=4, unique=True
).map(tuple)
WINDOWS = st.sampled_from(
    [None, Duration(1, "min"), Duration(2, "min"), Duration(4, "min"), Duration(1, "h")]
)
# A row that fills two of them fills whatever either does.
KINDS = st.sampled_from(
    [
        (event("a"), event("b"), event("c"), event("d")),
        (event("a", "b"), event("c"), event("d")),
        (event("a", v="x"), event("b"), event("a", v="y"), event("c", v=NONE)),
        (event("b"), Occurrence("event", (), (("v", "y"),))),
        (event("a"), event("b"), event("a"), event("c")),
        (event("a"), event("a"), event("a"), event("b", "c")),
        (event("a", v="x"), event("a", v="y"), event("a", v="x"), event("a", v="y")),
    ]
).flatmap(st.permutations)
BARRED = st.sampled_from(
    [(), (), (Exclusion(event("d")),), (Exclusion(event("d"), 2),)]
)


def state_of(spec, log):
    """The level of the attempt that counts, and whether there is still time."""
    attempts = attempts_of(log, spec.rules)
    if not attempts:
        return None
    end = (AS_OF - BEGIN).total_seconds()

    def is_open(attempt):
        return attempt.closes is not None and attempt.closes > end

    if spec.entry == "first":
        chosen = min(attempts, key=lambda a: (a.entered, -len(a.times)))
        return len(chosen.times), len(chosen.times) < len(spec.steps) and is_open(
            chosen
        )
    level = max(len(attempt.times) for attempt in attempts)
    return level, level < len(spec.steps) and any(map(is_open, attempts))


def check(**asked):
    dataset, logs = world()
    spec = Funnel(**asked, judged="all")
    try:
        spec.rules.check()
    except SpecError:
        return
    expected = {user: state_of(spec, log) for user, log in logs.items()}
    behind = funnel.members(dataset, spec, Filters(), 1)
    found = dict(zip(behind["id"], behind["steps_done"], strict=True))
    assert found == {user: state[0] for user, state in expected.items() if state}
    still_open = {
        user
        for step in range(1, len(spec.steps) + 1)
        for user in funnel.members(dataset, spec, Filters(), step, "open")["id"]
    }
    assert still_open == {
        user for user, state in expected.items() if state and state[1]
    }


def drawn(examples):
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )


def test_steps_of_one_kind_or_apart(monkeypatch):
    compared = hold_to_sql(monkeypatch)

    @drawn(30)
    @given(
        occurrences=KINDS,
        window=WINDOWS,
        entry=st.sampled_from(["best", "best", "first"]),
        interval=st.sampled_from(["day", "week", "month"]),
    )
    def each(occurrences, interval, **asked):
        steps = tuple(map(Step, occurrences))
        check(steps=steps, **asked)
        ask(world()[0], FunnelTrend(steps=steps, interval=interval, **asked))

    each()
    assert len(compared) > 30


@drawn(15)
@given(
    steps=STEPS,
    window=WINDOWS,
    entry=st.sampled_from(["best", "best", "first"]),
    ties=st.sampled_from(["either", "either", "strict"]),
    exclusions=BARRED,
    holding=st.sampled_from([None, None, "v"]),
)
def test_steps_in_order(**asked):
    check(**asked)


@drawn(12)
@given(
    steps=STEPS,
    window=WINDOWS,
    order=st.sampled_from(["strict", "no_foreign", "ordered"]),
    repeats=st.sampled_from(["allowed", "end"]),
    exclusions=BARRED,
)
def test_steps_with_nothing_foreign_between(**asked):
    check(**asked)


@drawn(8)
@given(steps=STEPS, window=WINDOWS, exclusions=BARRED)
def test_steps_in_any_order(**asked):
    check(**asked, order="any_order")


@drawn(10)
@given(steps=LIMITED, ties=st.sampled_from(["either", "strict"]))
def test_steps_with_limits_of_their_own(**asked):
    check(**asked)

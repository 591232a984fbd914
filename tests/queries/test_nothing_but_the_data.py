"""Figures on churn and money depend on what happened, and on nothing else.

Neither the order of rows, nor the names of segments, nor how many alike there are, nor
what happens later moves a figure that is over. One town is told in four ways.
"""

import random
import re
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pandas as pd
import pytest

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.churn import Churn
from holdfast.questions.churn_by_tenure import ChurnByTenure
from holdfast.questions.churn_segments import ChurnSegments
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.questions.lifetime_value import LifetimeValue
from holdfast.questions.mrr import Mrr
from holdfast.questions.purchases import Purchases
from holdfast.questions.revenue_cohorts import RevenueCohorts
from holdfast.questions.win_back import WinBack
from tests.worlds import dataset_of

FIRST, END, LATER = date(2024, 1, 1), date(2025, 3, 1), date(2025, 6, 1)
BY_PLAN = Filters(breakdown="plan")
NAMES = {"pro": "a lot", "solo": "zero", "": ""}
REASONS = ("", "Too expensive", "unused", "payment_failed", "(no reason given)")


def told():
    """Return what happened to everybody up to June, table by table."""
    chance = random.Random(5)
    tables: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}

    def tell(table, who, day, **more):
        if day < LATER:
            tables[table].append({"customer_id": who, TABLES[table]: day, **more})

    for number in range(110):
        who, joined = f"c{number}", FIRST + timedelta(chance.randrange(430))
        day, plan = joined, chance.choice(tuple(NAMES))
        tell("customers", who, joined, plan=plan)
        for _ in range(chance.choice((1, 1, 2, 3))):
            end = day + timedelta(chance.choice((20, 31, 60, 61, 150, 400)))
            tell(
                *("subscriptions", who, day),
                ended_at=end,
                cancelled_at=end - timedelta(chance.choice((0, 12))),
                cancel_reason=chance.choice(REASONS),
                price=chance.choice((10, 25, 40)),
                currency="EUR",
            )
            asked = end - timedelta(chance.randrange(50))
            tell("tickets", who, asked, ticket_id=f"{who} {end}", solved_at=asked)
            score = chance.choice((1, 7, 9))
            tell("responses", who, end - timedelta(9), kind="nps", score=score)
            day = end + timedelta(chance.choice((0, 3, 20, 45)))
        bought = joined + timedelta(chance.randrange(60))
        for order in range(chance.choice((1, 2, 4, 9))):
            tell(
                *("orders", who, bought),
                order_id=f"{who}-{order}",
                amount=chance.choice((5, 20, 35, -5)),
                currency="EUR",
            )
            bought += timedelta(chance.choice((4, 20, 40)))
    return tables


TABLES = {
    "customers": "signed_up_at",
    "subscriptions": "started_at",
    "orders": "ordered_at",
    "responses": "answered_at",
    "tickets": "opened_at",
}


def town(folder, until, *, copies=("",), names=None, backwards=False):
    """Load what had happened before a day."""
    given = {
        table: [
            _known(row, until, names)
            | {key: f"{copy}{row[key]}" for key in row if key.endswith("_id")}
            for row in rows[:: -1 if backwards else 1]
            if row[TABLES[table]] < until
            for copy in copies
        ]
        for table, rows in told().items()
    }
    seen = {"customer_id": "c0", "event": "x", "timestamp": f"{until} 10:00:00"}
    return dataset_of(folder, events=[seen], min_n=1, **given)


def _known(row, until, names):
    """Return a row as it was known on a day."""
    if row.get("ended_at", until) > until:
        row = row | {"ended_at": ""}
    if row.get("cancelled_at", FIRST) >= until:
        row = row | {"cancelled_at": "", "cancel_reason": ""}
    return row | ({"plan": names[row["plan"]]} if names and "plan" in row else {})


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    """Tell the town to March, to June, and in two ways that must not matter."""
    folder = tmp_path_factory.mktemp("towns")
    return {
        "once": town(folder, END),
        "turned": town(folder, END, names=NAMES, backwards=True),
        "twice": town(folder, END, copies=("", "second ")),
        "longer": town(folder, LATER),
    }


QUESTIONS: dict[str, Any] = {
    "churn": Churn(),
    "churn_by_day_of_cancelling": Churn(span="week", ending="cancellation"),
    "churn_by_silence": Churn(sign="order", lapse_days=40),
    "churn_by_tenure": ChurnByTenure(),
    "churn_by_segment": ChurnSegments(),
    "mrr": Mrr(),
    "revenue_cohorts": RevenueCohorts(),
    "exit_reasons": ExitReasons(),
    "win_back": WinBack(),
    "purchases": Purchases(),
    "value_of_orders": LifetimeValue(source="orders"),
    "value_of_subscriptions": LifetimeValue(source="subscriptions"),
}
WORDS = {"assumptions", "refusals", "money"}
KEYS = (
    *("way", "scope", "scenario", "lever", "step", "time", "segment", "reason", "kind"),
    *("cohort", "period", "month", "interval", "days", "gap_days", "purchases"),
)
# Of twice as many alike these double, as all whole numbers do that are no key.
SUMS = re.compile(
    "^(mrr|monthly)_|_amount$|^(actual|predicted)_purchases$"
    "|^(arr|profit_so_far|log_likelihood|customers|payers|joined|left)$"
)
SAME = {*KEYS, "cohorts"}
# Of a larger sample these are narrower.
SPREAD = re.compile("lower|upper|margin|differs")


@pytest.fixture(scope="module")
def answer_of(towns):
    """Return how to ask a town by plan, as of March or as of all it knows."""
    return cache(
        lambda name, spec, as_of=END: ask(
            towns[name], replace(spec, as_of=as_of), BY_PLAN
        )
    )


def frames(answer):
    """Return every table of an answer, rows in order of their keys."""
    found = {"frame": answer.frame} | {
        name: frame for name, frame in answer.extras.items() if name not in WORDS
    }
    return {name: in_order(frame) for name, frame in found.items()}


def in_order(frame):
    keys = [key for key in KEYS if key in frame]
    return frame.sort_values(keys, ignore_index=True) if keys else frame


@pytest.mark.parametrize("spec", QUESTIONS.values(), ids=QUESTIONS)
def test_the_order_of_rows_and_names_of_segments_change_nothing(answer_of, spec):
    turned = frames(answer_of("turned", spec))
    for name, frame in frames(answer_of("once", spec)).items():
        if "segment" in frame:
            frame = in_order(frame.replace({"segment": NAMES}))
        pd.testing.assert_frame_equal(frame, turned[name], rtol=1e-6, obj=name)


@pytest.mark.parametrize("spec", QUESTIONS.values(), ids=QUESTIONS)
def test_twice_as_many_alike_double_counts_and_change_no_rate(answer_of, spec):
    twice = frames(answer_of("twice", spec))
    for name, frame in frames(answer_of("once", spec)).items():
        columns = [each for each in frame if not SPREAD.search(each)]
        told = frame[columns].copy()
        for column in columns:
            is_count = pd.api.types.is_integer_dtype(told[column])
            if (is_count and column not in SAME) or SUMS.search(column):
                told[column] = 2 * told[column]
        pd.testing.assert_frame_equal(
            told, twice[name][columns], rtol=1e-4, check_dtype=False, obj=name
        )


@pytest.mark.parametrize("spec", QUESTIONS.values(), ids=QUESTIONS)
def test_an_earlier_end_is_as_data_that_end_there(answer_of, spec):
    cut, ended = (answer_of(name, spec) for name in ("longer", "once"))
    assert cut.sentence == ended.sentence
    assert cut.as_of == ended.as_of == END
    of_cut = frames(cut)
    for name, frame in frames(ended).items():
        pd.testing.assert_frame_equal(frame, of_cut[name], obj=name)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("churn", "frame"),
        ("churn_by_day_of_cancelling", "frame"),
        ("churn_by_silence", "frame"),
        ("mrr", "frame"),
        ("revenue_cohorts", "frame"),
        ("exit_reasons", "trend"),
        ("purchases", "frame"),
        ("value_of_orders", "cohorts"),
        ("value_of_subscriptions", "cohorts"),
    ],
)
def test_what_happens_later_changes_no_row_that_was_over(answer_of, name, place):
    spec = QUESTIONS[name]
    if name == "exit_reasons":
        spec = replace(spec, first=FIRST)
    was = frames(answer_of("once", spec))[place]
    now = frames(answer_of("longer", spec, None))[place]
    # a pooled row takes in the cohorts that are over by now
    over = was[was["is_complete"] & (was.get("scope", "") != "pooled")]
    keys = [key for key in KEYS if key in over]
    assert len(over) > 30
    pd.testing.assert_frame_equal(
        over.reset_index(drop=True),
        over[keys].merge(now, on=keys, how="left")[list(over)],
        check_dtype=False,
    )

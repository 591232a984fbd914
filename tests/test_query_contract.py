"""Every query of the answers says the truth about itself: held against the engine."""

import re
from contextlib import contextmanager
from datetime import date
from functools import cache, partial
from typing import Any

import duckdb
import pandas as pd
import pytest

from holdfast.dataset import Dataset
from holdfast.durations import Duration
from holdfast.earnings import purchase_relations
from holdfast.filters import AttributeIn, DidEvent, Filters, InSegment
from holdfast.membership import customers_of, membership
from holdfast.occurrence import ORDER, SUBSCRIPTION, read_occurrence
from holdfast.population import population
from holdfast.query import QUERIES, load, parameters
from holdfast.questions import (
    ask,
    asking,
    before_leaving,
    churn,
    churn_by_tenure,
    churn_segments,
    conversion_time,
    exit_reasons,
    first_success,
    funnel,
    funnel_trend,
    journeys,
    lifecycle,
    lifetime_value,
    mrr,
    mrr_at_risk,
    purchases,
    retention,
    revenue_cohorts,
    score_behaviour,
    scores,
    stages,
    support,
    survival,
    themes,
    tickets_before_churn,
    value_lists,
    what_if,
    win_back,
)
from holdfast.questions.before_leaving import BeforeLeaving
from holdfast.questions.cadence import Cadence
from holdfast.questions.churn import Churn
from holdfast.questions.churn_by_tenure import ChurnByTenure
from holdfast.questions.churn_segments import ChurnSegments
from holdfast.questions.conversion_time import ConversionTime
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.questions.first_success import FirstSuccess
from holdfast.questions.funnel import Funnel
from holdfast.questions.funnel_trend import FunnelTrend
from holdfast.questions.journeys import Journeys
from holdfast.questions.knowledge import what_is_known
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.lifetime_value import LifetimeValue
from holdfast.questions.mrr import Mrr
from holdfast.questions.mrr_at_risk import MrrAtRisk
from holdfast.questions.purchases import Purchases
from holdfast.questions.retention import Retention
from holdfast.questions.revenue_cohorts import RevenueCohorts
from holdfast.questions.score_behaviour import ScoreBehaviour
from holdfast.questions.scores import Scores
from holdfast.questions.sessions import Sessions
from holdfast.questions.stages import Stages
from holdfast.questions.suggested_steps import event_order
from holdfast.questions.support import Support
from holdfast.questions.survival import Survival, lapse_days
from holdfast.questions.themes import Themes
from holdfast.questions.ticket_days import TicketDays
from holdfast.questions.tickets_before_churn import TicketsBeforeChurn
from holdfast.questions.what_if import WhatIf
from holdfast.questions.win_back import WinBack
from holdfast.stage_rules import read_stage_rules
from holdfast.steps import read_exclusions, read_steps
from holdfast.theme_rules import read_theme_rules
from tests.conftest import PROJECT
from tests.worlds import dataset_of, segment_of

NAMES = sorted(path.stem for path in (QUERIES / "answers").glob("*.sql"))
PLANS = Filters(breakdown="plan")
SOME = Filters(
    (
        AttributeIn("plan", ("pro", 'it\'s "free"; -- $x')),
        DidEvent("export", is_excluded=True, first=date(2025, 3, 1)),
    ),
    breakdown="seats",
)
SAVED = Filters((InSegment('it\'s "one"; -- $x'),), breakdown='in "two"')
LOGIN = read_occurrence("event:login?device=phone")
EITHER = read_occurrence("event:login,export")

STEPS = read_steps("event:login > event:export")
BARRED = read_exclusions("order")
FUNNELS: list[dict[str, Any]] = [
    {"steps": STEPS},
    {"steps": read_steps("signup > order > order"), "window": None},
    {"steps": read_steps("signup > subscription@30d > event:login")},
    {"steps": STEPS, "exclusions": BARRED, "unit": "account"},
    {"steps": STEPS, "order": "any_order", "as_of": date(2025, 2, 20)},
    {"steps": STEPS, "order": "no_foreign", "repeats": "end", "judged": "all"},
    {"steps": STEPS, "ties": "strict", "holding": "device", "each": "value"},
    {"steps": STEPS, "by_property": "device", "entry": "first", "judged": "matured"},
]

SPECS = [
    *(Funnel(**asked) for asked in FUNNELS),
    *(FunnelTrend(**asked, interval="month") for asked in FUNNELS[::3]),
    *(ConversionTime(**asked) for asked in FUNNELS[::3]),
    *(Retention(interval=interval) for interval in ("day", "week", "month")),
    Retention(mode="on_or_after", rolling=True),
    Retention(mode="between", horizon=2, entry="recurring", start=EITHER),
    Retention(mode="brackets", unit="account"),
    Retention(LOGIN, EITHER, as_of=date(2025, 2, 20)),
    Retention(ORDER, read_occurrence("order+returns"), first_cohort=date(2025, 1, 1)),
    Retention(SUBSCRIPTION, SUBSCRIPTION),
    Retention(SUBSCRIPTION, SUBSCRIPTION, interval="week", rolling=True),
    Retention(SUBSCRIPTION, EITHER, rolling=True, last_cohort=date(2025, 3, 1)),
    *(Lifecycle(interval=interval) for interval in ("day", "week", "month")),
    Lifecycle(SUBSCRIPTION),
    Lifecycle(LOGIN, unit="account", as_of=date(2025, 2, 20)),
    *(Survival(sign=sign) for sign in ("subscription", "activity", "order", "tenure")),
    Cadence(),
    Cadence(ORDER, unit="account"),
    FirstSuccess(),
    FirstSuccess(LOGIN, EITHER, times=2, interval="week", unit="account"),
    FirstSuccess(milestone=SUBSCRIPTION, retained_at=2, as_of=date(2025, 2, 20)),
    Journeys(EITHER, "before", every=True, fold=False, unit="account"),
    Journeys(ORDER, within=Duration(20), session=Duration(9), left_out=LOGIN),
    Journeys(LOGIN, depth=2, branches=1, as_of=date(2025, 3, 10), unit="account"),
    Sessions(Duration(30), unit="account", as_of=date(2025, 2, 20)),
    Purchases(),
    LifetimeValue("orders"),
    LifetimeValue("orders", start="signup", unit="account", as_of=date(2025, 2, 20)),
    Purchases("week", net=False, unit="account", as_of=date(2025, 2, 20)),
    BeforeLeaving(sign="subscription"),
    BeforeLeaving(sign="activity", days=90, lapse_days=3, unit="account"),
    *(Churn(span=span) for span in ("week", "quarter")),
    Churn(sign="activity", lapse_days=9, unit="account", as_of=date(2025, 3, 5)),
    Churn(sign="order", ending="cancellation"),
    ChurnByTenure(),
    ChurnByTenure(sign="tenure", unit="account"),
    ExitReasons(first=date(2025, 1, 1), last=date(2025, 3, 31)),
    ExitReasons("activity", lapse_days=3, unit="account"),
    WinBack(ending="cancellation"),
    WinBack("activity", lapse_days=3, last=date(2025, 3, 1), unit="account"),
    Stages(),
    Stages(
        read_stage_rules("A;B:did login>=2/9d&!orders>=2;C:active>=2&paid>=1mo&grown"),
        unit="account",
        as_of=date(2025, 3, 5),
    ),
    Mrr(),
    Mrr("quarter", "EUR", counts_reactivation=True),
    RevenueCohorts(),
    RevenueCohorts("week", unit="account", as_of=date(2025, 3, 5)),
    Scores(),
    Scores("nps", per_customer="all", span="week", campaign="(none)", unit="account"),
    Scores(blank="0", not_applicable="11", first=date(2025, 1, 1), span="quarter"),
    Mrr("week", unit="account", first=date(2025, 2, 1), as_of=date(2025, 3, 5)),
    Support(),
    Support("quarter", by="tag", unit="account", as_of=date(2025, 3, 5)),
    Support("week", by="channel", first=date(2025, 2, 1)),
    TicketsBeforeChurn(days=9),
    TicketsBeforeChurn("activity", lapse_days=3, unit="account", by="segment"),
]

# Its terms are in memory only, so its SQL cannot be run on the dataset's file.
OWN = read_theme_rules('it\'s $x --: "slow", x*')
SAID = Themes("exits", month=date(2025, 3, 1), own=OWN, least=2)
EXITS = ExitReasons(last=date(2025, 3, 31))

# Queries of which an answer's further tables are made.
PARTS_OF = {"step_times": "conversion_time", "conversion_spread": "conversion_time"}

ASKED_OTHERWISE = {
    "gaps": lambda dataset: lapse_days(dataset, EITHER),
    "unusable_tenures": lambda dataset: survival.answer(
        dataset, Survival(sign="tenure"), Filters()
    ),
    "started": lambda dataset: retention.answer(
        dataset, Retention(), Filters((AttributeIn("plan", ("gold",)),))
    ),
    "retention_members": lambda dataset: retention.members(
        dataset, Retention(), PLANS, None, 0
    ),
    "lifecycle_members": lambda dataset: lifecycle.members(
        dataset, Lifecycle(), PLANS, date(2025, 2, 1), "new"
    ),
    "funnel_members": lambda dataset: funnel.members(
        dataset, Funnel(STEPS), PLANS, 1, "dropped"
    ),
    "funnel_trend_members": lambda dataset: funnel_trend.members(
        dataset,
        FunnelTrend(STEPS, interval="month"),
        PLANS,
        date(2025, 2, 1),
        "dropped",
    ),
    "conversion_time_members": lambda dataset: conversion_time.members(
        dataset, ConversionTime(STEPS), PLANS, between=(0, 10**9)
    ),
    "event_order": event_order,
    "survival_members": lambda dataset: survival.members(dataset, Survival(), PLANS),
    **dict.fromkeys(
        ("success_cohorts", "success_deadlines", "unseen_starts"),
        lambda dataset: first_success.answer(
            dataset, FirstSuccess(interval="day", retained_at=9), PLANS
        ),
    ),
    "stages_flow": lambda dataset: stages.answer(dataset, Stages(), PLANS),
    "stages_members": lambda dataset: stages.members(
        dataset, Stages(), PLANS, date(2025, 2, 28)
    ),
    "churn_members": lambda dataset: churn.members(
        dataset, Churn(), PLANS, date(2025, 3, 1), "lost"
    ),
    "churn_by_tenure_members": lambda dataset: churn_by_tenure.members(
        dataset, ChurnByTenure(sign="tenure"), PLANS, 1
    ),
    "churned_customers": lambda dataset: churn_segments.answer(
        dataset, ChurnSegments(sign="tenure"), PLANS
    ),
    "churned_customers_members": lambda dataset: churn_segments.members(
        dataset, ChurnSegments(sign="tenure"), PLANS
    ),
    "first_success_members": lambda dataset: first_success.members(
        dataset, FirstSuccess(), PLANS, 30
    ),
    "journeys_members": lambda dataset: journeys.members(dataset, Journeys(), PLANS, 1),
    "before_leaving_members": lambda dataset: before_leaving.members(
        dataset, BeforeLeaving(), PLANS, "login"
    ),
    **dict.fromkeys(
        ("customer_worth", "purchase_histories"),
        lambda dataset: lifetime_value.answer(dataset, LifetimeValue("orders"), PLANS),
    ),
    **dict.fromkeys(
        ("spell_lengths", "earned_between"),
        lambda dataset: what_if.answer(dataset, WhatIf(source="orders"), PLANS),
    ),
    "purchase_amounts": lambda dataset: _asked_of_buyers(dataset, "purchase_amounts"),
    "lifetime_value_members": lambda dataset: _asked_of_buyers(
        dataset, "lifetime_value_members"
    ),
    "early_value_members": lambda dataset: value_lists.early(
        dataset, LifetimeValue("orders"), PLANS, 30
    ),
    "purchase_gaps_members": lambda dataset: purchases.bought_again(
        dataset, Purchases(), PLANS, 1, None
    ),
    "purchases_members": lambda dataset: purchases.members(
        dataset, Purchases(), PLANS, date(2025, 1, 5)
    ),
    **dict.fromkeys(
        ("repeat_purchases", "purchase_gaps"),
        lambda dataset: purchases.answer(dataset, Purchases(), PLANS),
    ),
    **dict.fromkeys(
        ("exit_reasons", "exit_trend"),
        lambda dataset: exit_reasons.answer(dataset, EXITS, PLANS),
    ),
    **dict.fromkeys(
        (
            *("themes", "theme_growth", "theme_trend", "theme_examples"),
            *("theme_pairs", "theme_topics", "theme_languages"),
        ),
        lambda dataset: themes.answer(dataset, SAID, PLANS),
    ),
    "themes_members": lambda dataset: themes.members(
        dataset, SAID, PLANS, search="slow $x"
    ),
    "exit_reasons_members": lambda dataset: exit_reasons.members(dataset, EXITS, PLANS),
    "exit_comments": lambda dataset: exit_reasons.comments(
        dataset, EXITS, PLANS, on_leaving=True
    ),
    **dict.fromkeys(
        ("win_back", "win_back_times"),
        lambda dataset: win_back.answer(dataset, WinBack(), PLANS),
    ),
    "win_back_members": lambda dataset: win_back.members(dataset, WinBack(), PLANS),
    **dict.fromkeys(
        ("score_behaviour", "score_behaviour_times", "scores_left_out"),
        lambda dataset: score_behaviour.answer(dataset, ScoreBehaviour(), PLANS),
    ),
    "score_behaviour_members": lambda dataset: score_behaviour.members(
        dataset, ScoreBehaviour(), PLANS, "low"
    ),
    "mrr_at_risk": lambda dataset: mrr_at_risk.answer(dataset, MrrAtRisk(), PLANS),
    "mrr_at_risk_members": lambda dataset: mrr_at_risk.members(
        dataset, MrrAtRisk(), PLANS, "low"
    ),
    "customers": lambda dataset: dataset.frame(
        load("customers").text, {"ids": ["c0", "c4"], "attributes": ["plan", "seats"]}
    ),
    "mrr_members": lambda dataset: mrr.members(
        dataset, Mrr(), PLANS, date(2025, 1, 1), "new"
    ),
    "revenue_cohorts_members": lambda dataset: revenue_cohorts.members(
        dataset, RevenueCohorts(), PLANS, None, 0
    ),
    **dict.fromkeys(
        (
            *("surveys", "scores_campaigns", "scores_distribution", "score_moves"),
            "response_rates",
        ),
        lambda dataset: scores.answer(dataset, Scores(), PLANS),
    ),
    "scores_members": lambda dataset: scores.members(dataset, Scores(), PLANS),
    "score_moves_members": lambda dataset: scores.moved(dataset, Scores(), PLANS),
    **dict.fromkeys(
        ("support_times", "tickets_seen"),
        lambda dataset: support.answer(dataset, Support(), PLANS),
    ),
    "ticket_counts": lambda dataset: ask(dataset, TicketDays(by="tag"), PLANS),
    "tickets_before_churn_members": lambda dataset: tickets_before_churn.members(
        dataset, TicketsBeforeChurn(days=9), PLANS
    ),
    "support_members": lambda dataset: support.members(
        dataset, Support(), PLANS, date(2025, 2, 1), until=date(2025, 3, 1)
    ),
    "paid_inside": lambda dataset: mrr.answer(dataset, Mrr(), PLANS),
    "unpriced": lambda dataset: mrr.answer(dataset, Mrr(), PLANS),
    "what_is_known": lambda dataset: what_is_known(dataset, "churn"),
    "loads": lambda dataset: dataset.frame(load("loads").text),
    "rejections": lambda dataset: dataset.frame(load("rejections").text),
    "rows_before": lambda dataset: dataset.frame(
        load("rows_before").text, {"before_on": date(2025, 2, 20)}
    ),
    "rejected_rows": lambda dataset: dataset.frame(
        load("rejected_rows").text, {"most": None}
    ),
    "matches": lambda dataset: dataset.frame(load("matches").text),
    "unmatched": lambda dataset: dataset.frame(
        load("unmatched").text,
        dict(
            zip(
                ("source", "other_source"),
                dataset.frame(load("matches").text)
                .query("name == 'subscriptions.csv' and other_name == 'events.csv'")
                .iloc[0][["source", "other_source"]],
                strict=True,
            )
        )
        | {"most": 5},
    ),
    "strangers": lambda dataset: dataset.frame(load("strangers").text),
    "known_as": lambda dataset: dataset.frame(
        load("known_as").text, {"known_as": "c2"}
    ),
    "saved_segment_members": lambda dataset: dataset.frame(
        load("saved_segment_members").text, {"saved_ids": ["c2", "nobody"]}
    ),
    "plan_traits": lambda dataset: dataset.frame(
        load("plan_traits").text, {"plans_until_on": date(2030, 1, 1)}
    ),
    "saved_segment_counts": lambda dataset: membership(
        dataset, segment_of("some", "c2", "nobody")
    ),
    "customers_of_accounts": lambda dataset: customers_of(
        dataset, pd.DataFrame({"id": ["acme"]}), "account"
    ),
    "known_ids": lambda dataset: dataset.frame(load("known_ids").text),
    "ambiguous_addresses": lambda dataset: dataset.frame(
        load("ambiguous_addresses").text, {"most": 5}
    ),
}


def _asked_of_buyers(dataset, query):
    # The sample has too few buyers for the model that asks these.
    found = population(dataset, PLANS)
    relations = purchase_relations(dataset, found, "", date(2025, 4, 1))
    values: dict[str, Any] = {"cut_on": date(2025, 4, 1), "amount_step": 0.0}
    values |= {"least": 0, "most": None, "of_segment": None}
    asking.run(dataset, query, found, relations, values, None)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    hostile = 'it\'s "free"; -- $x'
    people = [f"c{number}" for number in range(9)]
    dataset = dataset_of(
        tmp_path_factory.mktemp("sample"),
        customers=[
            {
                "customer_id": name,
                "signed_up_at": f"2025-0{1 + number % 3}-1{number}",
                "email": "team@x.com" if number > 6 else "",
                "plan": ["pro", hostile, ""][number % 3],
                "seats": number % 4,
                "account_id": ["acme", "zeta", ""][number % 3],
                "tenure_months": number,
                "has_churned": "yes" if number % 2 else "no",
            }
            for number, name in enumerate(people)
        ],
        events=[
            (name, event, f"2025-0{month}-{day:02} 1{number}:00:00", {"device": device})
            for number, name in enumerate(people)
            for event, month, day, device in (
                ("login", 1 + number % 3, 15, "phone"),
                ("export", 2, 10 + number, ""),
                ("login", 3, 1 + 2 * number, "desk"),
            )
        ]
        + [("c1", "login", "no date")],
        orders=[
            (name, f"o{number}{month}", f"2025-0{month}-05", 10 - 3 * number)
            for number, name in enumerate(people)
            for month in range(1, 2 + number % 3)
        ],
        subscriptions=[
            (
                name,
                f"2025-01-0{1 + number}",
                f"2025-03-{10 + number}" * (number % 2),
                {
                    "price": 5 * number,
                    "currency": ["USD", "EUR"][number == 3],
                    "cancellation_comment": "-- it's $x: slow export, late refund"
                    * (number % 2),
                },
            )
            for number, name in enumerate(people)
        ]
        + [("known by nobody else", "2025-01-11", "")],
        responses=[
            (
                name,
                "nps",
                [3, 8, 10, ""][(number + month) % 4],
                f"2025-0{month}-1{number}",
                {"campaign": ["", 'it\'s "$x"'][month % 2], "comment": "--; it's $x"},
            )
            for number, name in enumerate([*people, "known by nobody else"])
            for month in (1, 2)
        ],
        invitations=[(name, "nps", "2025-02-01") for name in people],
        tickets=[
            (
                number,
                name,
                f"2025-0{1 + number % 3}-0{1 + number} 10:00:00",
                f"2025-03-1{number} 10:00:00" * (number % 2),
                {
                    "first_responded_at": f"2025-03-09 1{number}:00:00",
                    "tags": ["it's; -- $x", "bug", 'bug; "new"'][number % 3],
                    "reopens": number % 3,
                },
            )
            for number, name in enumerate([*people, ""])
        ],
    )
    dataset.take_segments(
        [
            segment_of('it\'s "one"; -- $x', "c1", "c4", "gone; --", *people[5:]),
            segment_of("two", "c4", "c5", "c7"),
        ]
    )
    return dataset


class Statements:
    """What was run, with its values and rows."""

    def __init__(self) -> None:
        self.run: list[tuple[str, dict, pd.DataFrame]] = []

    def of(self, name: str) -> tuple[str, dict, pd.DataFrame]:
        # relations are put in front, so the query's own text is the end
        text = load(name).text.removeprefix("with").lstrip()
        (found,) = [each for each in self.run if each[0].endswith(text)][:1]
        return found


@contextmanager
def noting():
    kept = Statements()
    frame = Dataset.frame

    def noted(self, text, values=None, cancellation=None):
        rows = frame(self, text, values, cancellation)
        kept.run.append((text, dict(values or {}), rows.copy()))
        return rows

    with pytest.MonkeyPatch.context() as patch:
        # An answer that an earlier test has asked for would not be run again.
        patch.setattr(Dataset, "recall", lambda self, key: None)
        patch.setattr(Dataset, "frame", noted)
        yield kept


@pytest.fixture(scope="module")
def statement(sample):
    """Return what a query was run as, put once for all tests of a query."""

    @cache
    def found(name):
        with noting() as statements:
            put(name, sample)
        return statements.of(name)

    return found


@pytest.fixture(scope="module")
def bare(sample):
    """Return the dataset's file without the app."""
    with duckdb.connect(str(sample.path), read_only=True) as connection:
        yield connection


def put(name: str, dataset: Dataset) -> None:
    """Ask something that runs the query."""
    if name in ASKED_OTHERWISE:
        ASKED_OTHERWISE[name](dataset)
        return
    kinds: dict[str, Any] = {
        "retention": Retention,
        "lifecycle": Lifecycle,
        "survival": Survival,
        "cadence": Cadence,
        "first_success": FirstSuccess,
        "funnel": partial(Funnel, STEPS),
        "funnel_trend": partial(FunnelTrend, STEPS),
        "conversion_time": partial(ConversionTime, STEPS),
        "journeys": Journeys,
        "sessions": Sessions,
        "purchases": Purchases,
        "lifetime_value": partial(LifetimeValue, "orders"),
        "before_leaving": BeforeLeaving,
        "churn": Churn,
        "churn_by_tenure": ChurnByTenure,
        "stages": Stages,
        "mrr": Mrr,
        "scores": Scores,
        "revenue_cohorts": RevenueCohorts,
        "support": Support,
        "tickets_before_churn": partial(TicketsBeforeChurn, days=9),
    }
    question = PARTS_OF.get(name, name)
    # not through ask, whose answers are kept
    module = __import__(f"holdfast.questions.{question}", fromlist=["answer"])
    module.answer(dataset, kinds[question](), PLANS)


@pytest.mark.parametrize("name", NAMES)
def test_the_header_names_the_parameters_that_the_text_uses(name):
    query = load(name)
    declared = [entry.name for entry in query.params]
    assert set(declared) == parameters(query.text)
    assert len(declared) == len(set(declared))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_one_select(name):
    (statement,) = duckdb.extract_statements(load(name).text)
    assert statement.type == duckdb.StatementType.SELECT


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_returns_what_the_header_declares(name, sample, statement):
    text, values, _ = statement(name)
    described = sample.frame(f"describe {text}", values)
    returned = list(
        zip(described["column_name"], described["column_type"], strict=True)
    )
    assert returned == [(entry.name, entry.type) for entry in load(name).returns]


@pytest.mark.parametrize("name", NAMES)
def test_the_grain_is_unique(name, statement):
    _, _, rows = statement(name)
    # Nobody in the sample is a stranger.
    assert len(rows) or name == "strangers"
    grain = load(name).grain
    named = [column for column in rows.columns if re.search(rf"\b{column}\b", grain)]
    words = {"customer or account": "id", "gap in days": "gap_days", "source": "name"}
    named += [
        column
        for word, column in words.items()
        if word in grain and word not in rows.columns
    ]
    if grain == "one row":
        assert len(rows) == 1
    else:
        assert named
        assert not rows.duplicated(named).any()


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_test_of_its_own(name):
    assert (PROJECT / "tests" / "queries" / f"test_{name}.py").is_file()


@pytest.mark.parametrize(
    "filters",
    [Filters(), PLANS, SOME, SAVED],
    ids=["all", "plan", "some", "saved"],
)
@pytest.mark.parametrize("spec", SPECS, ids=repr)
def test_the_shown_sql_gives_the_same_rows_on_the_datasets_file(
    spec, filters, sample, bare
):
    module = __import__(type(spec).__module__, fromlist=["answer"])
    with noting() as statements:
        answer = module.answer(sample, spec, filters)
    _, _, rows = statements.of(answer.question)
    assert len(rows)
    shown = bare.execute(answer.sql).to_arrow_table().to_pandas()
    pd.testing.assert_frame_equal(shown, rows)


def test_shown_sql_explains_itself_and_ends(sample):
    sql = ask(sample, Retention()).sql
    assert sql.startswith("-- How many of each cohort came back")
    assert "\n-- Source: " in sql
    assert sql.endswith(";")
    assert parameters(sql) == frozenset()

"""Public test suites of other products: events in, numbers out.

Their tables count what has not been observed as nought; here it is absent. Such cells
are named one by one: they lie beyond the last day of the events, and are 0 there.
"""

import json
from datetime import date, datetime, timedelta

import pytest

from holdfast.durations import Duration
from holdfast.filters import NONE, AttributeIn, Filters
from holdfast.occurrence import Occurrence
from holdfast.periods import first_day, period_of
from holdfast.questions import ask, funnel
from holdfast.questions.conversion_time import ConversionTime
from holdfast.questions.funnel import Funnel
from holdfast.questions.funnel_trend import FunnelTrend
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.steps import Step
from tests.queries.held_to_sql import hold_to_sql
from tests.reference import reference_data
from tests.worlds import dataset_of, table

RETENTION = (
    *("retention_day", "retention_month", "retention_week_sunday"),
    *("retention_two_events", "retention_first_ever", "retention_property_filter"),
    *("retention_exclude_test_account", "single_cohort_80_50_60"),
)
LIFECYCLE = ("lifecycle_day",)
FUNNELS = (
    *("ordered_gap_allowed_1", "ordered_gap_allowed_2", "ordered_gap_allowed_4"),
    *("ordered_window_edge_2s", "ordered_window_edge_4s"),
    *("ordered_reverse_order_stops_at_1", "ordered_overlapping_step_conditions"),
    *("ordered_six_users_repeats", "no_foreign_event_six_users"),
    *("no_foreign_step_out_of_order", "ordered_repeat_does_not_hurt"),
    *("ordered_stop_on_duplicate", "ties_count_as_in_order"),
    *("ties_strictly_increasing", "one_event_fills_one_step"),
    *("ties_insert_order_a", "ties_insert_order_b", "null_property_never_matches_1"),
    *("null_is_a_condition_1", "same_event_twice_then_success"),
    *("adjacent_basic_eight_users", "unordered_basic_eight_users"),
    *("ordered_on_unordered_events", "adjacent_conversion_times"),
    *("ordered_later_incomplete_tries_ignored", "ordered_step_times_mean_and_median"),
    *("ordered_window_14_days", "time_to_convert_one_step"),
    "repeated_step_uses_distinct_events",
)
TRENDS = ("funnel_by_entry_month_utc", "funnel_two_runs_one_day_count_once")

ORDERS = {
    "ordered": "ordered",
    "adjacent": "strict",
    "no_foreign": "no_foreign",
    "unordered": "any_order",
}


def all_cases():
    lines = reference_data("conformance/cases.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def case_of(name):
    return next(case for case in all_cases() if case["name"] == name)


def step_of(wanted):
    """A step as the case names it; null there is a property that is not there."""
    names = wanted.get("event_in", [wanted["event"]] if "event" in wanted else [])
    where = wanted.get("where", {}).items()
    conditions = tuple((name, NONE if v is None else v) for name, v in where)
    return Step(Occurrence("event", tuple(names), conditions))


def rules_of(query):
    """What a case asks, as fields of a funnel; who has time counts as dropped."""
    seconds = query["window_seconds"]
    return {
        "steps": tuple(map(step_of, query["steps"])),
        "order": ORDERS[query["order"]],
        "window": None if seconds is None else Duration(seconds, "s"),
        "ties": "strict" if query.get("strictly_increasing") else "either",
        "repeats": "end" if query.get("stop_on_duplicate") else "allowed",
        "judged": "all",
    }


@pytest.fixture(scope="module")
def everyone(tmp_path_factory):
    """Return the customers of all funnels in one dataset, told apart by their case."""
    cases = [case for case in all_cases() if case["name"] in FUNNELS]
    assert not any(case["users"] or "timezone" in case["query"] for case in cases)
    doers = {(c["name"], event["user"]) for c in cases for event in c["events"]}
    return dataset_of(
        tmp_path_factory.mktemp("everyone"),
        customers=[
            {"customer_id": f"{case}/{user}", "signed_up_at": "", "case": case}
            for case, user in sorted(doers)
        ],
        events=[
            (f"{case['name']}/{event['user']}", event["event"], event["ts"])
            + ((event["props"],) if event.get("props") else ())
            for case in cases
            for event in case["events"]
        ],
    )


@pytest.mark.parametrize("name", FUNNELS)
def test_a_funnel_agrees(name, everyone, monkeypatch):
    hold_to_sql(monkeypatch)
    case = case_of(name)
    rules, expected = rules_of(case["query"]), case["expected"]
    theirs = Filters((AttributeIn("case", (name,)),))
    spec = Funnel(**rules)
    assert list(ask(everyone, spec, theirs).frame["customers"]) == expected["reached"]
    levels = expected["level_by_user"].items()
    behind = funnel.members(everyone, spec, theirs, 1)
    assert dict(zip(behind["id"], behind["steps_done"], strict=True)) == {
        f"{name}/{user}": level for user, level in levels if level
    }
    if len(rules["steps"]) > 1:
        check_times(everyone, rules, theirs, expected)


def check_times(dataset, rules, theirs, expected):
    """Hold step times against those of a case, where it has any."""
    answer = ask(dataset, ConversionTime(**rules), theirs)
    steps = answer.extras["steps"]
    for column, key in (
        ("mean_seconds", "avg_seconds_from_previous_step"),
        ("median_seconds", "median_seconds_from_previous_step"),
    ):
        if key in expected:
            assert list(steps[column]) == expected[key][1:]
    if "sorted_seconds_step_1_to_2" in expected:
        second = ask(dataset, ConversionTime(**rules, to_step=2), theirs).extras[
            "summary"
        ]
        seconds = expected["sorted_seconds_step_1_to_2"]
        assert second["converted_customers"].tolist() == [len(seconds)]
        assert second["median_of_converted"].tolist() == [seconds[len(seconds) // 2]]


@pytest.mark.parametrize("name", TRENDS)
def test_a_trend_of_a_funnel_agrees(name, tmp_path):
    case = case_of(name)
    query = case["query"]
    answer = ask(
        loaded_case(case, tmp_path),
        FunnelTrend(
            **rules_of(query),
            interval=query["interval"],
            first_entry=date.fromisoformat(query["from"]),
        ),
    )
    found = {
        period: (entered, converted, round(100 * rate, 2))
        for period, entered, converted, rate in table(
            answer.frame, "period", "entered_customers", "customers", "conversion_rate"
        )
        if period <= query["to"]
    }
    # an interval that nobody entered in is absent here, nought in the source
    assert found == {
        row["period"]: (row["entered"], row["converted"], row["rate_pct"])
        for row in case["expected"]["rows"]
        if row["entered"]
    }


def loaded_case(case, folder):
    query = case["query"]
    return dataset_of(
        folder,
        customers=[
            {"customer_id": user, "signed_up_at": "", **properties}
            for user, properties in case["users"].items()
        ],
        events=[
            (event["user"], event["event"], event["ts"], event.get("props", {}))
            for event in case["events"]
        ],
        zone=query.get("timezone", "UTC"),
        week_start=query.get("week_start", "monday"),
    )


def last_day_of(case):
    return max(datetime.fromisoformat(e["ts"]).date() for e in case["events"])


@pytest.mark.parametrize("name", RETENTION)
def test_retention_agrees(name, tmp_path):
    case = case_of(name)
    query, matrix = case["query"], case["expected"]["matrix"]
    interval, week = query["interval"], query.get("week_start", "monday")
    start = date.fromisoformat(query["from"])
    first = period_of(start, interval, week)
    where = tuple(query.get("event_filter", {}).items())
    answer = ask(
        loaded_case(case, tmp_path),
        Retention(
            start=Occurrence("event", (query["start_event"],), where),
            returning=Occurrence("event", (query["return_event"],), where),
            interval=interval,
            entry="first" if query["mode"] == "first_ever" else "recurring",
            intervals=query["n_intervals"],
            first_cohort=start,
            # the end of the last day, so that nothing is held back as incomplete
            as_of=last_day_of(case) + timedelta(days=1),
        ),
        Filters(
            tuple(
                AttributeIn(attribute, (value,), is_excluded=True)
                for attribute, value in query.get("user_exclude", {}).items()
            )
        ),
    )
    rows = answer.frame[answer.frame["scope"] == "cohort"]
    cells = {
        (cohort, k): (size, kept)
        for cohort, k, size, kept in table(
            rows, "cohort", "interval", "customers", "retained_customers"
        )
    }
    last = period_of(last_day_of(case), interval, week)
    same_event = query["start_event"] == query["return_event"]
    seen = set()
    for row, (size, *later) in enumerate(matrix):
        cohort = str(first_day(first + row, interval, week))
        for k, kept in enumerate([size, *later]):
            if size == 0:
                # nobody started, so the cohort is not there
                assert kept == 0
                assert (cohort, k) not in cells
            elif first + row + k > last:
                # not observed: absent here, nought in the source
                assert kept == 0
                assert (cohort, k) not in cells
            else:
                seen.add((cohort, k))
                # column 0 of the source is the cohort's size, here it is computed
                returned = cells[cohort, k][1] if k == 0 and not same_event else kept
                assert cells[cohort, k] == (size, returned)
    beyond = str(first_day(first + len(matrix), interval, week))
    further = {cell for cell in cells if cell not in seen}
    # intervals or cohorts after those that the source asks for
    assert all(
        cohort >= beyond or k >= len(matrix[_row(cohort, first, interval, week)])
        for cohort, k in further
    )


def _row(cohort, first, interval, week):
    return period_of(date.fromisoformat(cohort), interval, week) - first


@pytest.mark.parametrize("name", LIFECYCLE)
def test_the_lifecycle_agrees(name, tmp_path):
    case = case_of(name)
    query, expected = case["query"], case["expected"]
    answer = ask(
        loaded_case(case, tmp_path),
        Lifecycle(
            Occurrence("event", (query["event"],)),
            interval=query["interval"],
            first=date.fromisoformat(query["from"]),
            last=date.fromisoformat(query["to"]),
            as_of=last_day_of(case) + timedelta(days=1),
        ),
    )
    assert table(answer.frame, "new", "returning", "resurrected", "dormant") == list(
        zip(
            expected["new"],
            expected["returning"],
            expected["resurrecting"],
            [-number for number in expected["dormant"]],
            strict=True,
        )
    )


def test_every_case_is_held():
    names = {case["name"] for case in all_cases()}
    assert names == {*RETENTION, *LIFECYCLE, *FUNNELS, *TRENDS}

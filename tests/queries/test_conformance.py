"""Public test suites of other products: events in, numbers out.

Their tables count what has not been observed as nought; here it is absent. Such cells
are named one by one: they lie beyond the last day of the events, and are 0 there.
"""

import json
from datetime import date, datetime, timedelta

import pytest

from holdfast.filters import AttributeIn, Filters
from holdfast.occurrence import Occurrence
from holdfast.periods import first_day, period_of
from holdfast.questions import ask
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from tests.reference import reference_data
from tests.worlds import dataset_of, table

RETENTION = (
    *("retention_day", "retention_month", "retention_week_sunday"),
    *("retention_two_events", "retention_first_ever", "retention_property_filter"),
    *("retention_exclude_test_account", "single_cohort_80_50_60"),
)
LIFECYCLE = ("lifecycle_day",)


def case_of(name):
    lines = reference_data("conformance/cases.jsonl").read_text().splitlines()
    return next(case for case in map(json.loads, lines) if case["name"] == name)


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
        zone=query["timezone"],
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


def test_every_case_of_retention_and_lifecycle_is_held():
    lines = reference_data("conformance/cases.jsonl").read_text().splitlines()
    names = {
        case["name"]
        for case in map(json.loads, lines)
        if case["family"] in ("retention", "lifecycle")
    }
    assert names == {*RETENTION, *LIFECYCLE}

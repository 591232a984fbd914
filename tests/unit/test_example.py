"""Worked examples, from worlds small enough to count on one's fingers."""

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.cadence import Cadence
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.questions.survival import Survival
from holdfast.ui.example import when, worked_example
from tests.worlds import dataset_of

RATES = ("crr", "strict_rate")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    # ann and bob come in January and back in February; cat comes in January only and
    # in March; dan is there on the last day, so that March is the last whole month.
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[(name, "2025-01-01") for name in ("ann", "bob", "cat")]
        + [("dan", "2025-04-02")],
        events=[
            ("ann", "x", "2025-01-02"),
            ("ann", "x", "2025-02-02"),
            ("ann", "x", "2025-03-02"),
            ("bob", "x", "2025-01-03"),
            ("bob", "x", "2025-02-10"),
            ("cat", "x", "2025-01-04"),
            ("cat", "x", "2025-03-04"),
            ("dan", "x", "2025-04-02"),
            ("dan", "x", "2025-04-03"),
        ],
        subscriptions=[
            ("ann", "2025-01-01", "2025-01-11"),
            ("bob", "2025-01-01", "2025-01-21"),
            ("cat", "2025-01-01", ""),
        ],
    )


def example(dataset, spec, *measures):
    return worked_example(ask(dataset, spec, Filters()), measures)


def test_retention_is_divided_before_the_readers_eyes(town):
    assert example(town, Retention()) == (
        "3 customers started early enough for month 2 to be over. 2 of them came back"
        " in month 2. 2 / 3 = 67%."
    )
    groups = Retention(mode="brackets", brackets=((0, 0), (1, 2)))
    assert example(town, groups).startswith(
        "3 customers started early enough for month 2 to be over. 3 of them came back"
        " in month 1 to 2."
    )


def test_a_status_adds_up(town):
    # March: ann stayed, cat came back after a pause, bob is gone
    assert example(town, Lifecycle(), "new") == (
        "2 customers were active in Mar 2025: 0 for the first time, 1 also the month"
        " before, 1 after a pause; 0 + 1 + 1 = 2. Of the 2 active the month before, 1"
        " were not: 2 − 1 = 1 dormant. Pulse: (0 + 1) / 1 = 1.00."
    )


def test_both_retention_rates_are_shown_side_by_side(town):
    assert example(town, Lifecycle(), *RATES) == (
        "2 customers were active the month before; 1 of them also in Mar 2025. Strict"
        " rate: 1 / 2 = 50%. 1 came back after a pause. Customer retention rate:"
        " (1 + 1) / 2 = 100%."
    )


def test_a_survival_curve_is_multiplied(town):
    # of three, one leaves after 10 days and one after 20: 2/3, then 2/3 of 1/2
    assert example(town, Survival()) == (
        "3 customers were observed for 10 days or longer; 1 of them left then, so"
        " 1 − 1 / 3 = 66.7% stayed on. At 20 days, 1 of the 2 still there and observed"
        " left: 66.7% × 50.0% = 33.3%. The curve goes on like this."
    )


def test_a_rhythm_is_a_share_of_customers(town):
    text = example(town, Cadence())
    assert text.startswith("4 customers were active on two days or more. For 1 of")
    assert text.endswith("1 / 4 = 25%.")


def test_nobody_in_view_gives_no_example(town):
    nobody = worked_example(ask(town, Retention(interval="day", intervals=1)), ())
    assert nobody
    empty = ask(town, Lifecycle())
    assert worked_example(empty, ())
    assert (
        worked_example(
            type(empty)(**{**vars(empty), "frame": empty.frame.iloc[:0]}), ()
        )
        == ""
    )


def test_days_are_on_and_months_are_in():
    import pandas as pd

    day = pd.Timestamp("2026-06-30")
    assert [when(day, each) for each in ("day", "week", "month")] == [
        "on 30 Jun 2026",
        "in the week of 30 Jun 2026",
        "in Jun 2026",
    ]

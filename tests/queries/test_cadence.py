from datetime import date

import pytest

from holdfast.filters import AttributeIn, Filters
from holdfast.occurrence import ORDER, Occurrence
from holdfast.questions import ask
from holdfast.questions.cadence import Cadence
from holdfast.questions.survival import Survival
from tests.worlds import dataset_of, table

COLUMNS = ("gap_days", "customers", "share", "cumulative_share")
SUMMARY = ("customers", "median_gap", "p75_gap", "p90_gap", "suggested")


def on(customer, *days, event="x", month="01"):
    return [(customer, event, f"2025-{month}-{day:02}") for day in days]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
        ],
        events=[
            *on("ann", 1, 2, 2, 3, 13),  # gaps 1, 1, 10: median 1
            *on("bob", 1, 8, 16),  # gaps 7, 8: the lower median, 7
            *on("cat", 1, 31),  # gap 30
            *on("dan", 1, 8, event="y"),  # gap 7
            *on("eve", 5),  # one day: no gap
        ],
    )


def test_each_customers_median_gap(town):
    answer = ask(town, Cadence())
    assert table(answer.frame, *COLUMNS) == [
        (1, 1, 0.25, 0.25),
        (7, 2, 0.5, 0.75),
        (30, 1, 0.25, 1.0),
    ]
    assert table(answer.extras["summary"], *SUMMARY) == [(4, 7.0, 7.0, 30.0, "week")]
    assert answer.n == 4
    assert "within 7 days" in answer.sentence


def test_filters_events_and_accounts_hold(town):
    pro = Filters((AttributeIn("plan", ("pro",)),))
    assert table(ask(town, Cadence(), pro).frame, "gap_days", "customers") == [
        *((1, 1), (7, 1))
    ]
    only_y = Cadence(Occurrence("event", ("y",)))
    assert table(ask(town, only_y).frame, "gap_days", "customers") == [(7, 1)]
    # acme was active on 1, 2, 3, 8, 13 and 16 January: gaps 1, 1, 5, 5, 3, median 3
    accounts = ask(town, Cadence(unit="account")).frame
    assert table(accounts, "gap_days", "customers") == [(3, 1)]


@pytest.mark.parametrize(
    ("days", "suggested"),
    [
        ((1, 2), "day"),
        ((1, 3), "week"),
        ((1, 8), "week"),
        ((1, 9), "month"),
        ((1, 31), "month"),
    ],
)
def test_the_shortest_interval_in_which_half_come_back_is_suggested(
    tmp_path, days, suggested
):
    dataset = dataset_of(tmp_path, events=on("ann", *days))
    summary = ask(dataset, Cadence()).extras["summary"]
    assert list(summary["suggested"]) == [suggested]


def test_half_of_the_customers_is_enough(tmp_path):
    dataset = dataset_of(tmp_path, events=[*on("ann", 1, 2), *on("bob", 1, 20)])
    assert list(ask(dataset, Cadence()).extras["summary"]["suggested"]) == ["day"]


def test_an_earlier_as_of_sees_no_later_day(town):
    # until the 9th: ann 1, 2, 3 with gaps 1 and 1, bob and dan 1 and 8 with gap 7
    answer = ask(town, Cadence(as_of=date(2025, 1, 10)))
    assert table(answer.frame, "gap_days", "customers") == [(1, 1), (7, 2)]
    assert answer.as_of == date(2025, 1, 10)


def test_who_has_no_account_is_told_by_every_question(town):
    for spec in (Cadence(unit="account"), Survival(unit="account")):
        texts = {caveat.code: caveat.text for caveat in ask(town, spec).caveats}
        assert texts["no_account"].startswith("3 customers in view belong to no")


def test_orders_have_a_cadence_too(tmp_path):
    orders = [("ann", f"o{day}", f"2025-01-{day:02}", 1) for day in (1, 4, 10)]
    dataset = dataset_of(tmp_path, orders=orders)
    # gaps 3 and 6: the lower median
    assert table(ask(dataset, Cadence(ORDER)).frame, *COLUMNS) == [(3, 1, 1.0, 1.0)]


def test_nobody_on_two_days_gives_no_rows(tmp_path):
    answer = ask(dataset_of(tmp_path, events=on("ann", 1)), Cadence())
    assert answer.frame.empty
    assert tuple(answer.frame.columns) == COLUMNS
    assert answer.sentence == "Nobody in view was active on two days or more."


def test_the_sentence_names_accounts_and_gaps_longer_than_a_month(town, tmp_path):
    assert ask(town, Cadence(unit="account")).sentence == (
        "Half of the 1 account active on two days or more come back within 3 days, so"
        " the week fits them best."
    )
    monthly = [("ann", "x", "2025-01-01"), ("ann", "x", "2025-02-01")]
    sentence = ask(dataset_of(tmp_path, events=monthly), Cadence()).sentence
    assert sentence.endswith("within 31 days, so the month fits them best.")
    rare = [("ann", "x", "2025-01-01"), ("ann", "x", "2025-02-13")]
    assert ask(dataset_of(tmp_path, events=rare), Cadence()).sentence == (
        "Half of the 1 customer active on two days or more come back within 43 days, so"
        " even months are short for them."
    )

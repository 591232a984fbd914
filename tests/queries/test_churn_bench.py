"""One month by all definitions, with the numbers that make them differ."""

from datetime import date

import pytest

from holdfast.errors import SpecError
from holdfast.questions import ask
from holdfast.questions.churn_bench import ChurnBench
from tests.worlds import dataset_of, table


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Start 200, lost 12, acquired 30, and 5 who joined and left inside of February."""

    def paid(name, start, end="", cancelled=""):
        return {
            "customer_id": name,
            "started_at": start,
            "ended_at": end,
            "cancelled_at": cancelled,
        }

    rows = [paid(f"old{each}", "2023-12-01") for each in range(188)]
    rows += [
        paid(f"gone{each}", "2023-12-01", "2025-02-10", "2025-01-20")
        for each in range(12)
    ]
    rows += [paid(f"new{each}", "2025-02-03") for each in range(30)]
    rows += [paid(f"brief{each}", "2025-02-03", "2025-02-20") for each in range(5)]
    days = ("2024-12-28", "2025-01-28", "2025-02-28")
    seen = [("old1", "login", day) for day in days]
    folder = tmp_path_factory.mktemp("town")
    return dataset_of(folder, events=seen, subscriptions=rows)


def test_every_definition_has_its_numbers_and_its_reason(town):
    answer = ask(town, ChurnBench(lapse_days=30))
    assert table(
        answer.frame, "numerator", "denominator", "rate", "is_share", "is_churn_rate"
    ) == [
        (12, 200, 0.06, True, True),
        (12, 209, 0.0574, False, True),
        (17, 200, 0.085, False, True),
        (17, 205, 0.0829, True, True),
        (12, 30, 0.4, False, False),
        # cancelled in January: gone before February began, except the five
        (0, 188, 0, True, True),
        (0, 1, 0, True, True),
        # nobody left in 2024
        (0, 200, 0, False, True),
    ]
    frame = answer.frame.set_index("variant")
    assert frame["reason"].to_dict() == {
        "As set above": "Of the 200 at the start 12 were gone at the end. Whoever came"
        " in between is in neither number.",
        "Of the average of start and end": "18 more at the end (218) than at the start"
        " (200), so it is divided by 209.0: growth makes it smaller, shrinking larger.",
        "Who joined and left counts as lost (as Baremetrics, Chargify)": "5 joined and"
        " left inside the month: they are added above, 12 + 5, though they were not"
        " among the 200.",
        "Who joined and left is in both numbers": "The 5 are added below as well: 200 +"
        " 5.",
        "Loss-to-acquisition ratio": "12 lost for 30 who joined. No churn rate: it"
        " moves with how many join, not only with how many leave.",
        "By the day of the cancellation": "A loss counts when it was cancelled: 188 at"
        " the start instead of 200, 0 lost instead of 12.",
        "By silence: no activity": "Who was active lately is a customer, paying or not:"
        " 1 at the start instead of 200, 0 lost instead of 12. Judged by silence: a"
        " customer is lost on the day on which the last activity is 30 days ago. Choose"
        " another number if yours come more often or more seldom.",
        "A month, from the year 2024": "0.0% of those at the start of 2024 were gone at"
        " its end; a steady 0.0% a month does that: 1 − (1 − 0.0000)^(1/12). Who came"
        " within the year, and left in it, is not seen.",
    }
    assert answer.sentence == (
        "In Feb 2025 churn is 6.0% as set above, and from 0.0% to 8.5% by the"
        " definitions that others use."
    )
    assert frame["rate_lower"].notna().tolist() == frame["is_share"].tolist()


def test_a_chosen_month_and_one_that_is_not_there(town):
    january = ask(town, ChurnBench(period=date(2025, 1, 15)))
    assert table(january.frame.head(1), "numerator", "denominator") == [(0, 200)]
    with pytest.raises(SpecError, match="no month with 2031-01-01"):
        ask(town, ChurnBench(period=date(2031, 1, 1)))


def test_nobody_at_the_start_is_said(tmp_path):
    rows = [("ann", "2025-01-05", "2025-01-31")]
    seen = [("ann", "login", "2025-01-31")]
    town = dataset_of(tmp_path, events=seen, subscriptions=rows)
    answer = ask(town, ChurnBench())
    assert (
        answer.sentence == "In Jan 2025 nobody was there at the start: no churn rate."
    )
    assert answer.frame["rate"].isna().iloc[0]

"""Who leaves on the last day is told alike by everything that tells of leaving."""

import pytest

from holdfast.questions import ask
from holdfast.questions.churn import Churn
from holdfast.questions.lifetime_value import LifetimeValue
from holdfast.questions.mrr import Mrr
from holdfast.questions.revenue_cohorts import RevenueCohorts
from holdfast.questions.survival import Survival
from holdfast.questions.what_if import WhatIf
from tests.worlds import dataset_of, table


def paying(who, end, price=10, plan=""):
    return (who, "2025-01-01", end, {"price": price, "plan": plan})


@pytest.fixture(scope="module")
def ending(tmp_path_factory):
    # The data end with 30 April. Ann's last day with access is the 28th, bob's the
    # 29th: on the 30th both are gone. Cat pays on the 30th, dan and eve longer.
    return dataset_of(
        tmp_path_factory.mktemp("ending"),
        events=[("zoe", "look", "2025-04-30")],
        subscriptions=[
            paying("ann", "2025-04-29"),
            paying("bob", "2025-04-30"),
            paying("cat", "2025-05-01"),
            paying("dan", "2025-05-02"),
            paying("eve", ""),
        ],
    )


def test_three_of_five_are_still_there_wherever_it_is_told(ending):
    money = ask(ending, Mrr()).frame.iloc[-1]
    assert (money["churned_customers"], money["paying_customers"]) == (2, 3)
    churn = ask(ending, Churn()).frame.iloc[-1]
    assert (churn["lost"], churn["customers_at_end"]) == (2, 3)
    lives = ask(ending, Survival(sign="subscription"))
    assert table(lives.frame, "duration", "at_risk", "ended", "censored") == [
        (0, 5, 0, 0),
        (118, 5, 1, 0),
        (119, 4, 1, 0),
        (120, 3, 0, 3),
    ]
    worth = ask(ending, LifetimeValue(source="subscriptions")).extras["lives"]
    assert table(worth, "customers", "payers", "each_period") == [(5, 3, 10)]
    first = ask(ending, WhatIf()).frame.iloc[0]
    assert (first["customers"], first["revenue_amount"]) == (3, pytest.approx(30))


def test_many_prices_as_high_as_one_may_be_have_a_sum(tmp_path):
    # Together more than a number of 18 digits with six places holds.
    dear = dataset_of(
        tmp_path,
        events=[("ann", "look", "2025-02-28")],
        subscriptions=[paying("ann", "", "99000000000", n) for n in range(12)]
        + [paying("bob", "2025-02-10", "99000000000")],
    )
    frame = ask(dear, Mrr()).frame
    assert table(frame, "period", "mrr_new", "mrr_churn", "mrr_end") == [
        ("2025-01-01", 13 * 99e9, 0, 13 * 99e9),
        ("2025-02-01", 0, 99e9, 12 * 99e9),
    ]
    cohorts = ask(dear, RevenueCohorts()).frame
    cells = cohorts[cohorts["scope"] == "cohort"]
    assert table(cells, "interval", "mrr_now") == [(0, 13 * 99e9), (1, 12 * 99e9)]

from datetime import date

import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.purchases import Purchases
from tests.worlds import dataset_of, table

BY_PLAN = Filters(breakdown="plan")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    def order(who, day, amount, currency="EUR", refunded=""):
        return {
            "customer_id": who,
            "order_id": f"{who}{day}{amount}",
            "ordered_at": day,
            "amount": amount,
            "currency": currency,
            "refunded": refunded,
        }

    return dataset_of(
        tmp_path_factory.mktemp("shop"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("bob", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
            ("cat", "2025-01-01", {"plan": "free"}),
            ("dan", "2025-01-01"),
        ],
        orders=[
            order("ann", "2025-01-02", 10),
            order("ann", "2025-01-12", 30),
            # given back: 5 of the order, later all of it
            order("ann", "2025-02-01", 20, refunded=5),
            order("ann", "2025-02-10", -20),
            order("bob", "2025-01-05", 20),
            # two on one day are two orders and one purchase
            order("cat", "2025-01-07", 40),
            order("cat", "2025-01-07", 60),
            # a sample for nothing
            order("cat", "2025-02-08", 0),
            order("dan", "2025-01-09", 7, "USD"),
            order("dan", "2025-04-10", 7, "USD"),
        ],
    )


def months(answer, segment="All"):
    frame = answer.frame[answer.frame["segment"] == segment]
    return table(
        frame,
        *("period", "orders", "customers", "revenue_amount", "order_value"),
        *("order_frequency", "is_complete"),
    )


def test_orders_by_month(shop):
    # January: 160 in 5 orders of 3; February: 20 - 5 - 20
    assert months(ask(shop, Purchases())) == [
        ("2025-01-01", 5, 3, 160.0, 32.0, 1.6667, True),
        ("2025-02-01", 1, 1, -5.0, -5.0, 1.0, True),
        ("2025-03-01", 0, 0, 0.0, None, None, True),
        ("2025-04-01", 0, 0, 0.0, None, None, False),
    ]


def test_returns_can_be_left_in(shop):
    answer = ask(shop, Purchases(net=False, last=date(2025, 2, 1)))
    assert [row[3] for row in months(answer)] == [160.0, 20.0]
    assert "3 customers placed 6 orders worth 180 EUR before returns" in answer.sentence


def test_segments_add_up_to_the_whole(shop):
    answer = ask(shop, Purchases(interval="year"), BY_PLAN)
    frame = answer.frame
    assert table(frame, "segment", "orders", "customers", "revenue_amount") == [
        ("All", 6, 3, 155.0),
        ("pro", 4, 2, 55.0),
        ("free", 2, 1, 100.0),
        ("(none)", 0, 0, 0.0),
    ]


def test_the_interval_of_an_order_value_comes_from_customers(shop):
    row = ask(shop, Purchases()).frame.iloc[0]
    # ann 40 in 2, bob 20 in 1, cat 100 in 2; at 32 an order they are off by -24, -12
    # and 36: the error is sqrt((576 + 144 + 1296) * 3 / 2) / 5
    error = 1.96 * (2016 * 1.5) ** 0.5 / 5
    assert row["order_value_lower"] == pytest.approx(32 - error, abs=0.01)
    assert row["order_value_upper"] == pytest.approx(32 + error, abs=0.01)


def test_another_currency_is_said_and_can_be_chosen(shop):
    (caveat,) = [
        each.text
        for each in ask(shop, Purchases()).caveats
        if each.code == "one_currency"
    ]
    assert caveat.startswith("Only orders in EUR are counted: amounts in USD")
    dollars = ask(shop, Purchases(currency="USD", interval="year"))
    assert months(dollars)[0][:4] == ("2025-01-01", 2, 1, 14.0)
    with pytest.raises(SpecError, match="None of the orders are in GBP"):
        ask(shop, Purchases(currency="GBP"))


def test_accounts_are_counted_as_one(shop):
    frame = ask(shop, Purchases(unit="account", interval="year")).frame
    assert table(frame, "orders", "customers", "revenue_amount") == [(4, 1, 55.0)]


def test_earlier_nothing_is_known_of_later_orders(shop):
    answer = ask(shop, Purchases(as_of=date(2025, 1, 8)))
    assert months(answer) == [("2025-01-01", 4, 3, 130.0, 32.5, 1.3333, False)]


def test_data_without_orders_say_what_to_load(tmp_path):
    town = dataset_of(tmp_path, events=[("ann", "look", "2025-01-01 10:00:00")])
    with pytest.raises(SpecError, match="no orders"):
        ask(town, Purchases())


def test_a_shop_that_nobody_in_view_ordered_from(shop):
    nobody = Filters((AttributeIn("plan", ("gold",)),))
    answer = ask(shop, Purchases(), nobody)
    assert answer.sentence == "Nobody in view has ordered."
    assert not any(
        abs(value) == float("inf")
        for column in answer.frame.select_dtypes("number")
        for value in answer.frame[column]
    )

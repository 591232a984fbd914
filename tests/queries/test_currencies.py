"""Money in four currencies, with and without rates: nothing is added as it is."""

from datetime import date

import pytest

from holdfast.currencies import chosen_currency, currencies, offered_currencies
from holdfast.earnings import earning_relations
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.population import population
from holdfast.questions import ask, asking
from holdfast.questions.exit_reasons import ExitReasons
from holdfast.questions.knowledge import what_is_known
from holdfast.questions.lifetime_value import LifetimeValue
from holdfast.questions.purchases import Purchases
from holdfast.questions.revenue_cohorts import RevenueCohorts
from holdfast.questions.stages import Stages, members
from holdfast.questions.what_if import WhatIf
from holdfast.questions.win_back import WinBack
from holdfast.stage_rules import read_stage_rules
from tests.worlds import loaded, table

ORDERS = """customer_id,order_id,ordered_at,amount,currency,refunded
ann,1,2025-01-10,100,EUR,
ann,2,2025-02-10,50,EUR,10
bob,3,2025-01-15,100,USD,
bob,4,2025-02-15,100,USD,20
cat,5,2025-01-20,10000,JPY,
dan,6,2025-01-20,7,CHF,
eve,7,2025-01-20,10,EUR,
"""
SUBSCRIPTIONS = """customer_id,started_at,ended_at,price,currency,cancel_reason
ann,2025-01-05,,10,EUR,
bob,2025-01-05,2025-03-01,20,USD,too dear
bob,2025-03-15,,25,USD,
cat,2025-01-05,2025-02-05,1000,JPY,
cat,2025-02-05,,10,EUR,
dan,2025-01-05,2025-02-20,9,CHF,moved
"""
PAYMENTS = """id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID
p1,2025-01-05,10,0,eur,Paid,ann
p2,2025-02-05,10,0,eur,Paid,ann
p3,2025-01-05,20,0,usd,Paid,bob
p4,2025-02-05,20,0,usd,Paid,bob
p5,2025-01-05,1000,0,jpy,Paid,cat
p6,2025-02-05,10,0,eur,Paid,cat
p7,2025-01-05,9,0,chf,Paid,dan
"""
# A yen has one rate; before its first rate a dollar has that one.
RATES = """currency,target,rate,date
USD,EUR,0.9,2025-01-10
USD,EUR,0.8,2025-02-01
JPY,EUR,0.006,
USD,SEK,10,
"""
SEEN = "customer_id,event,timestamp\nann,look,2025-04-30 23:00:00\n"


def world(folder, **texts):
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return loaded(folder / "workspace", [folder / f"{name}.csv" for name in texts])


TEXTS = {
    "orders": ORDERS,
    "subscriptions": SUBSCRIPTIONS,
    "payments": PAYMENTS,
    "seen": SEEN,
}


@pytest.fixture(scope="module")
def apart(tmp_path_factory):
    return world(tmp_path_factory.mktemp("apart"), **TEXTS)


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    return world(tmp_path_factory.mktemp("rated"), **TEXTS, rates=RATES)


def earned(dataset, source, currency="", unit="customer"):
    asked = chosen_currency(dataset, currency, source)
    as_of = date(2025, 5, 1)
    found = population(dataset, Filters(), unit)
    relations = earning_relations(dataset, found, source, asked, as_of)
    values = {"counted_from_on": date(2020, 1, 1), "as_of_on": as_of}
    frame = asking.run(dataset, "earned_between", found, relations, values, None)
    return asked, round(float(frame["amount"].iloc[0]), 6)


def said(answer):
    return {each.code: each.text for each in answer.caveats}


def test_without_rates_each_currency_is_counted_alone(apart):
    assert currencies(apart, "orders") == ["EUR", "CHF", "JPY", "USD"]
    assert earned(apart, "orders") == ("EUR", 150)
    assert earned(apart, "orders", "USD") == ("USD", 180)
    assert earned(apart, "orders", "JPY") == ("JPY", 10_000)
    assert earned(apart, "payments") == ("EUR", 30)
    assert earned(apart, "payments", "USD") == ("USD", 40)
    with pytest.raises(SpecError, match="None of the payments are in SEK"):
        earned(apart, "payments", "SEK")


def test_with_rates_the_day_of_an_order_or_a_payment_says_which_one_holds(rated):
    # 150 in euros, 90 and (100 - 20) x 0.8 from dollars, 60 from yen; no francs
    assert earned(rated, "orders") == ("EUR", 364)
    # 30, 20 x 0.9 before its first rate, 20 x 0.8, and 6 from yen
    assert earned(rated, "payments") == ("EUR", 70)
    # dollars alone have a rate into it, of all days
    assert earned(rated, "orders", "SEK") == ("SEK", 1_800)
    # francs have none, and come alone
    assert earned(rated, "orders", "CHF") == ("CHF", 7)
    assert offered_currencies(rated, "payments") == [*currencies(rated), "SEK"]


def test_prices_over_days_are_in_one_currency_too(apart, rated):
    # 116 days of ann and 85 of cat at 10 a month
    assert earned(apart, "subscriptions") == (
        "EUR",
        pytest.approx(120 / 365 * (116 + 85)),
    )
    dollars = 18 * 55 + 20 * 47
    assert earned(rated, "subscriptions")[1] == pytest.approx(
        12 / 365 * (10 * (116 + 85) + dollars + 6 * 31)
    )


def test_orders_by_month_and_what_is_said_of_the_rest(apart, rated):
    spec = Purchases(last=date(2025, 2, 28))
    columns = ("period", "orders", "customers", "revenue_amount")
    assert table(ask(apart, spec).frame, *columns) == [
        ("2025-01-01", 2, 2, 110),
        ("2025-02-01", 1, 1, 40),
    ]
    assert table(ask(rated, spec).frame, *columns) == [
        ("2025-01-01", 4, 4, 260),
        ("2025-02-01", 2, 2, 104),
    ]
    assert said(ask(apart, spec))["one_currency"].startswith(
        "Only orders in EUR are counted: amounts in CHF, JPY, USD cannot be added"
    )
    assert said(ask(rated, spec))["one_currency"].startswith(
        "Only orders in EUR, JPY, USD are counted: amounts in CHF cannot be added"
    )
    assert said(ask(rated, spec))["converted"] == (
        "Amounts in JPY, USD are converted to EUR at the rate of the day of the order,"
        " and so is what was given back later."
    )


@pytest.mark.parametrize("source", ["orders", "payments", "subscriptions"])
def test_the_worth_of_customers_says_what_it_leaves_out(apart, rated, source):
    for dataset, left_out in ((apart, "CHF, JPY, USD"), (rated, "CHF")):
        answer = ask(dataset, LifetimeValue(source=source))
        codes = said(answer)
        assert f"amounts in {left_out} cannot be added" in codes["one_currency"]
        assert ("converted" in codes) == (dataset is rated)
        # prices of subscriptions are divided by those who pay them
        assert ("as if they brought" in codes["one_currency"]) == (
            source != "subscriptions"
        )
        ahead = said(ask(dataset, WhatIf(source=source)))
        assert ahead["one_currency"].startswith(codes["one_currency"])
        assert "as if they brought nothing" in ahead["one_currency"]
    entered = said(ask(apart, WhatIf(source=source, paid=5.0)))
    assert "one_currency" not in entered


def test_cohorts_and_losses_and_returns_are_worth_what_the_rates_say(apart, rated):
    columns = ("reason", "lost", "monthly_lost", "priced")
    # dan's francs have no rate, and bob's dollars one only in one of the worlds
    assert table(ask(apart, ExitReasons()).frame, *columns) == [
        ("moved", 1, None, 0),
        ("too dear", 1, None, 0),
    ]
    assert table(ask(rated, ExitReasons()).frame, *columns) == [
        ("moved", 1, None, 0),
        ("too dear", 1, 18, 1),
    ]
    worth = ("reason", "priced_back", "monthly_before", "monthly_back")
    assert table(ask(rated, WinBack()).frame, *worth)[0] == (
        *("All reasons", 1),
        *(18, 20),
    )
    cohorts = ask(rated, RevenueCohorts(interval="month")).frame
    pooled = cohorts[(cohorts["scope"] == "cohort") & (cohorts["interval"] == 0)]
    # ann 10, bob 18, cat 6
    assert pooled["mrr_now"].tolist() == [34]


def test_who_changed_the_currency_grew_only_where_rates_can_tell(apart, rated):
    spec = Stages(stages=read_stage_rules("Land;Grown:grown"))
    found = {}
    for name, dataset in (("apart", apart), ("rated", rated)):
        rows = members(dataset, spec, Filters(), date(2025, 3, 31))
        found[name] = sorted(rows.loc[rows["stage"] == "Grown", "id"])
    # cat paid 1000 yen, 6 euros, and now 10; bob's 20 dollars were 18 euros
    assert found == {"apart": ["bob"], "rated": ["bob", "cat"]}


def test_what_is_known_says_whether_there_is_one_sum(apart, rated):
    for dataset, shown in ((apart, "each is shown alone"), (rated, "3 have rates")):
        texts = [
            point.text
            for subject in ("money", "value")
            for point in what_is_known(dataset, subject)
            if "currencies" in point.text
        ]
        assert texts == [
            f"One sum of 4 currencies of {name}: {shown}."
            for name in ("subscriptions", "orders", "payments")
        ]


def test_subscriptions_told_by_payments_are_converted_by_their_first_day(tmp_path):
    payments = (
        PAYMENTS.splitlines()[0]
        + "\n"
        + "".join(
            f"{who}{month},2025-0{month}-05,10,0,{code},Paid,{who}\n"
            for who, code in (("ann", "EUR"), ("bob", "USD"), ("cat", "SEK"))
            for month in (1, 2, 3)
        )
    )
    made = world(tmp_path, payments=payments, rates=RATES)
    assert made.derivations["subscriptions"].rows == 3
    # 10 euros and 9 from dollars, whose rate fell in February
    answer = ask(made, RevenueCohorts(interval="month"))
    cells = answer.frame[answer.frame["scope"] == "cohort"]
    assert table(cells, "interval", "mrr_now") == [(0, 19), (1, 19), (2, 19)]
    assert "left out: 1 customer in SEK" in said(answer)["other_currencies"]


def test_rates_that_do_not_say_into_what_are_into_what_has_none(tmp_path):
    # Most pay in dollars, but dollars have a rate and euros none.
    orders = (
        "customer_id,order_id,ordered_at,amount,currency\nann,1,2025-01-10,10,USD\n"
        "bob,2,2025-01-10,10,USD\ncat,3,2025-01-10,10,EUR\n"
    )
    made = world(tmp_path, orders=orders, rates="currency,rate\nUSD,0.9\nGBP,1.2\n")
    assert earned(made, "orders") == ("EUR", 28)


def test_lines_of_an_order_in_two_currencies_have_no_sum(tmp_path):
    lines = (
        "order_id,customer_id,order_date,quantity,unit_price,currency\n"
        "1,ann,2025-01-10,1,10,EUR\n1,ann,2025-01-10,1,10,usd\n"
        # a line may leave the currency out
        "2,ann,2025-01-11,1,10,EUR\n2,ann,2025-01-11,1,5,\n"
    )
    made = world(tmp_path, order_lines=lines)
    rows = made.frame("select order_id, amount, currency from orders order by 1")
    assert table(rows, "order_id", "amount", "currency") == [
        ("1", None, None),
        ("2", 15, "EUR"),
    ]

from datetime import date, timedelta

import numpy as np
import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.mrr import Mrr
from holdfast.questions.what_if import WhatIf
from tests.worlds import dataset_of, table

ORDERS = (1, 1, 1, 1, 2, 2, 3, 5, 12, 30)
ARTICLE = WhatIf(basis="own", customers=1_000, paid=10.0, price=20.0)


@pytest.fixture(scope="module")
def paid(tmp_path_factory):
    """A hundred start on the first of each month of a year, at 10 a month.

    Of those there a tenth leaves at each month's end, as far as it comes out even.
    """
    rows = []
    for month in range(1, 13):
        for number in range(100):
            stays = 1 + int(np.log(1 - number / 100) / np.log(0.9) + 1e-9)
            until = month + stays
            rows.append(
                {
                    "customer_id": f"c{month}-{number}",
                    "started_at": f"2025-{month:02}-01",
                    "ended_at": f"2025-{until:02}-01" if until < 13 else "",
                    "price": 10,
                    "interval": "month",
                    "currency": "EUR",
                }
            )
    return dataset_of(
        tmp_path_factory.mktemp("paid"),
        subscriptions=rows,
        events=[("c1-99", "look", "2025-12-31 12:00:00")],
    )


def year(answer, scenario):
    frame = answer.frame
    near = frame[(frame["scenario"] == scenario) & (frame["month"] <= 12)]
    return near["profit_amount"].sum()


def test_the_articles_example_comes_out_exactly(paid):
    answer = ask(paid, ARTICLE)
    assert (year(answer, "baseline"), year(answer, "changed")) == (120_000, 144_000)
    assert "+24,000 (+20.0%) of revenue in 12 months" in answer.sentence
    assert table(
        answer.extras["steps"], "step", "baseline", "changed", "difference"
    ) == [
        ("Customers now", 1000.0, 1000.0, 0.0),
        ("Join a month", 0.0, 0.0, 0.0),
        ("Leave in the first month", 0.0, 0.0, 0.0),
        ("Months paid by customers in the year", 12000.0, 12000.0, 0.0),
        ("Times what each pays a month", 10.0, 12.0, 2.0),
        ("Revenue of the year", 120000.0, 144000.0, 24000.0),
        ("Times the margin", 1.0, 1.0, 0.0),
        ("Less the cost of those who join", 0.0, 0.0, 0.0),
        ("Profit of the year", 120000.0, 144000.0, 24000.0),
    ]


def test_a_constant_hazard_is_geometric(paid):
    spec = WhatIf(basis="own", customers=100, paid=1.0, leaving=10.0, retention=5.0)
    frame = ask(paid, spec).frame
    ages = np.arange(36)
    for scenario, stays in (("baseline", 0.9), ("changed", 1 - 0.1 * 0.95)):
        rows = frame[frame["scenario"] == scenario]
        assert list(rows["customers"]) == pytest.approx(list(100 * stays**ages))
        assert rows["profit_so_far"].iloc[-1] == pytest.approx(
            100 * (1 - stays**36) / (1 - stays)
        )


def test_those_who_join_come_to_a_level(paid):
    spec = WhatIf(basis="own", paid=1.0, leaving=50.0, joining=10.0, cost=1.0)
    rows = ask(paid, spec).frame.query("scenario == 'baseline'")
    # ten join in each month and pay from the next one on, of those there half leaves
    assert list(rows["customers"][:4]) == [0.0, 10.0, 15.0, 17.5]
    assert rows["customers"].iloc[-1] == pytest.approx(20)
    assert list(rows["profit_amount"][:3]) == [-10.0, 0.0, 5.0]


def test_twice_as_many_customers_bring_twice_the_money(paid):
    one, two = (
        ask(paid, WhatIf(basis="own", customers=n, paid=7.0, leaving=3.0, price=4.0))
        for n in (50, 100)
    )
    columns = ["customers", "revenue_amount", "profit_amount"]
    assert (one.frame[columns] * 2 - two.frame[columns]).abs().max().max() < 1e-9


@pytest.mark.parametrize(
    "spec",
    [
        WhatIf(basis="own"),
        WhatIf(basis="own", customers=10, paid=1.0, leaving=100.0, retention=-100.0),
        WhatIf(basis="own", customers=10, paid=1.0, leaving=50.0, retention=100.0),
        WhatIf("own", customers=10**12, paid=1e12, joining=1e12, price=1000.0),
        WhatIf(basis="own", customers=10, paid=0.0, price=-100.0, acquisition=-100.0),
    ],
    ids=["nobody", "all leave", "nobody leaves", "huge", "for nothing"],
)
def test_edges_give_numbers_and_sentences(paid, spec):
    answer = ask(paid, spec)
    numbers = answer.frame.select_dtypes("number").to_numpy()
    assert np.isfinite(numbers).all()
    assert not {"nan", "inf"} & set(answer.sentence.lower().split())
    assert (answer.extras["hazards"][["baseline", "changed"]].max() <= 1).all()


def test_all_of_a_hundred_percent_more_leave_or_stay(paid):
    rows = ask(
        paid,
        WhatIf(basis="own", customers=10, paid=1.0, leaving=60.0, retention=-100.0),
    ).frame.query("scenario == 'changed'")
    assert list(rows["customers"][:3]) == [10, 0, 0]


def test_settings_out_of_range_are_refused():
    with pytest.raises(SpecError, match="Retention cannot be 150 here"):
        WhatIf(retention=150.0)


def test_customers_in_view_are_looked_ahead_with(paid):
    answer = ask(paid, WhatIf(retention=5.0))
    hazards = answer.extras["hazards"]
    observed = hazards[hazards["is_observed"]]
    assert len(observed) >= 7
    assert list(observed["baseline"][:6]) == pytest.approx([0.1] * 6, abs=0.03)
    assert list(hazards["changed"]) == pytest.approx(list(0.95 * hazards["baseline"]))
    steps = answer.extras["steps"].set_index("step")["baseline"]
    # in 2025-12 there are about 100 * (1 + 0.9 + 0.81 + ...) of twelve cohorts
    assert steps["Customers now"] == pytest.approx(1000 * (1 - 0.9**12), rel=0.05)
    assert steps["Join a month"] == 100
    assert steps["Times what each pays a month"] == pytest.approx(10)
    assert answer.extras["levers"]["difference"].min() > 0


def test_the_first_month_is_what_customers_pay_today(tmp_path):
    mixed = dataset_of(
        tmp_path,
        subscriptions=[
            _paying("month", 10, price=30),
            _paying("year", 300, price=240, interval_months=12),
            _paying("two", 200, price=5, quantity=4),
            _paying("free", 100, price=0),
            _paying("left", 200, price=90, ended_at="2025-12-01"),
            # access ends with the last complete day, and is paid for on it
            _paying("leaves", 200, price=70, ended_at="2025-12-31"),
        ],
        events=[("month", "look", "2025-12-31 12:00:00")],
    )
    first = ask(mixed, WhatIf()).frame.iloc[0]
    assert (first["customers"], first["revenue_amount"]) == (5, pytest.approx(140))
    # 30 + 240 / 12 + 4 * 5 + 70, as on the page on money
    last = ask(mixed, Mrr(as_of=date(2025, 12, 31))).frame.iloc[-1]
    assert last["mrr_end"] == 140


def _paying(customer, days, ended_at="", interval_months=1, **price):
    started = date(2025, 12, 31) - timedelta(days=days)
    return {
        "customer_id": customer,
        "started_at": str(started),
        "ended_at": ended_at,
        "currency": "EUR",
        "quantity": 1,
        "interval_months": interval_months,
        **price,
    }


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop in balance: the same comes in every ten days, before and for ever.

    On each day two start to order, every 15 days, most of them only once or twice;
    each order is worth 10.
    """
    last, days = date(2025, 12, 31), 500
    rows: list[tuple[object, ...]] = []
    for day in range(-600, days):
        for customer in range(2):
            orders = ORDERS[(2 * day + customer) % len(ORDERS)]
            for at in range(day, day + 15 * orders, 15):
                if 0 <= at < days:
                    when = last - timedelta(days=days - 1 - at)
                    rows.append((f"c{day}-{customer}", len(rows), str(when), 10))
    return dataset_of(tmp_path_factory.mktemp("shop"), orders=rows)


def test_a_shop_in_balance_goes_on_as_it_is(shop):
    answer = ask(shop, WhatIf())
    rows = answer.frame.query("scenario == 'baseline'")
    monthly = 2 * np.mean(ORDERS) * 10 * 365 / 12
    assert rows["revenue_amount"].iloc[0] == pytest.approx(monthly, rel=0.01)
    assert rows["revenue_amount"][:12].sum() == pytest.approx(12 * monthly, rel=0.03)
    assert rows["revenue_amount"].iloc[-1] == pytest.approx(monthly, rel=0.05)
    # each is a customer for 15 days an order
    assert rows["customers"].iloc[0] == pytest.approx(
        2 * 15 * np.mean(ORDERS), rel=0.01
    )
    assert answer.extras["steps"]["baseline"][1] == pytest.approx(2 * 365 / 12)


def test_a_shop_says_how_its_figures_were_told(shop):
    said = list(ask(shop, WhatIf()).extras["assumptions"]["assumption"])
    assert said[1].startswith("A customer is who was there in the last 15 days: ")
    assert said[2] == (
        "60.8 join or come back a month, as on average 1 Jan 2025 to 31 Dec 2025."
    )
    assert "To compare: the 365 days before brought 42,340." in said
    assert not any("subscription" in text or "retention" in text for text in said)


def test_a_part_of_a_year_unlike_the_rest_is_said(tmp_path):
    # every hundred days: of the first hundred nobody knows who is new
    rows = [
        (f"c{n}", f"{n}-{turn}", f"{date(2025, 1, 1) + timedelta(n + turn)}", worth)
        for n in range(0, 100, 2)
        for turn, worth in ((0, 10), (100, 30), (200, 30))
    ]
    (said,) = [
        each.text
        for each in ask(dataset_of(tmp_path, orders=rows), WhatIf()).caveats
        if each.code == "season"
    ]
    # 3,000 in 199 days, 3,500 in all 299
    assert "better times than others: 459 a month" in said
    assert "all of the last 299 days brought 356." in said
    assert "are 29% or more too high" in said


def test_a_year_is_taken_where_only_a_part_tells_who_is_new(tmp_path):
    rows = [
        (f"c{n}", f"{n}-{turn}", f"{date(2025, 1, 1) + timedelta(n + turn)}", worth)
        for n in range(0, 100, 2)
        for turn, worth in ((0, 10), (100, 10), (200, 30), (300, 30))
    ]
    answer = ask(dataset_of(tmp_path, orders=rows), WhatIf())
    # of the 50 first orders 33 are in the last 365 days, and all others: 3,830
    first = answer.frame.iloc[0]
    assert first["customers"] == 50
    assert first["revenue_amount"] == pytest.approx(3_830 / 12)
    assert any(
        "brought 3,830, 319.17 in a month on average, which the 50 who" in said
        for said in answer.extras["assumptions"]["assumption"]
    )
    (said,) = [each.text for each in answer.caveats if each.code == "season"]
    # 3,500 in the 299 days after the first hundred
    assert said.startswith("More came in lately: 356 a month, 11 Apr 2025 to ")
    assert "all figures here are 12% or more too low" in said


def test_five_percent_retention_brings_more_than_that_where_few_stay_long(shop):
    more = ask(shop, WhatIf(retention=5.0)).frame
    sums = more.groupby("scenario")["revenue_amount"].sum()
    assert 1.05 < sums["changed"] / sums["baseline"] < 1.10


def test_who_enters_what_is_paid_needs_no_money_in_the_data(tmp_path):
    town = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": f"c{n}", "tenure_months": n, "has_churned": n % 2}
            for n in range(1, 9)
        ],
    )
    with pytest.raises(SpecError, match="tell no money"):
        ask(town, WhatIf())
    answer = ask(town, WhatIf(paid=3.0, months=1))
    assert answer.frame["revenue_amount"].iloc[0] == 4 * 3
    assert any(
        "do not tell how many" in text
        for text in answer.extras["assumptions"]["assumption"]
    )


def test_a_view_without_anybody_is_a_sentence(paid):
    nobody = Filters((AttributeIn("joined_on", ("1999-01-01",)),))
    with pytest.raises(SpecError, match="in view"):
        ask(paid, WhatIf(), nobody)

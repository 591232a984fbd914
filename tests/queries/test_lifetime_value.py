import csv
from datetime import date

import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask, value_lists
from holdfast.questions.lifetime_value import LifetimeValue
from holdfast.questions.purchases import Purchases
from tests.reference import reference_data
from tests.worlds import dataset_of, loaded, table


@pytest.fixture(scope="module")
def cohorts(tmp_path_factory):
    """Three months of starts as published, and one that is not over yet."""
    months = {"2025-01-31": (100, 5), "2025-02-03": (120, 6), "2025-03-31": (80, 4)}
    months["2025-04-30"] = (50, 100)
    rows = [
        (f"{day}-{number}", f"{day}-{number}", day, amount)
        for day, (customers, amount) in months.items()
        for number in range(customers)
    ]
    # on day 30 after the start, which the first 30 days do not hold
    rows.append(("2025-02-03-0", "later", "2025-03-05", 1000))
    return dataset_of(tmp_path_factory.mktemp("cohorts"), orders=rows)


def test_the_value_of_the_first_days_is_pooled_over_complete_cohorts(cohorts):
    answer = ask(cohorts, LifetimeValue())
    rows = answer.extras["cohorts"].query("days == 30")
    assert table(
        rows, "cohort", "customers", "revenue_amount", "value", "is_complete"
    ) == [
        ("2025-01-01", 100, 500.0, 5.0, True),
        ("2025-02-01", 120, 720.0, 6.0, True),
        ("2025-03-01", 80, 320.0, 4.0, True),
        ("2025-04-01", 50, 5000.0, 100.0, False),
    ]
    pooled = answer.extras["pooled"].query("days == 30").iloc[0]
    # 1540 / 300
    assert (pooled["customers"], round(pooled["value"], 2)) == (300, 5.13)
    spread = (100 * 25 + 120 * 36 + 80 * 16 - 1540**2 / 300) / 299
    error = 1.96 * (spread / 300) ** 0.5
    assert pooled["value_upper"] - pooled["value"] == pytest.approx(error, rel=1e-3)


def test_a_margin_takes_its_part_of_every_way(cohorts):
    whole = ask(cohorts, LifetimeValue()).frame
    fifth = ask(cohorts, LifetimeValue(margin=20)).frame
    columns = ["value", "value_lower", "value_upper", "extended"]
    assert (whole[columns] / 5 - fifth[columns]).abs().max().max() < 1e-9


def test_too_few_and_no_repeat_buyers_are_refused_in_words(cohorts, tmp_path):
    once = [(f"c{n}", f"o{n}", f"2025-01-{1 + n % 28:02}", 5) for n in range(150)]
    few = [(f"c{n % 20}", f"o{n}", f"2025-01-{1 + n % 28:02}", 5) for n in range(90)]
    for rows, said in ((once, "nobody bought more than once"), (few, "only 20 custom")):
        shop = dataset_of(tmp_path, orders=rows)
        (refusal,) = (
            ask(shop, LifetimeValue())
            .extras["refusals"]
            .query("way == 'purchases'")["sentence"]
        )
        assert said in refusal


def test_nobody_in_view_is_worth_nothing_known(cohorts):
    nobody = Filters((AttributeIn("joined_on", ("1999-01-01",)),))
    answer = ask(cohorts, LifetimeValue(), nobody)
    assert answer.sentence == (
        "What a customer is worth cannot be told from these data."
    )


def test_data_without_money_say_what_to_load(tmp_path):
    town = dataset_of(tmp_path, events=[("ann", "look", "2025-01-01 10:00:00")])
    with pytest.raises(SpecError, match="tell no money"):
        ask(town, LifetimeValue())
    with pytest.raises(SpecError, match="percentages"):
        LifetimeValue(margin=120)


@pytest.fixture(scope="module")
def paid(tmp_path_factory):
    """Ten who pay 10 a month from January; each month one of them leaves."""
    return dataset_of(
        tmp_path_factory.mktemp("paid"),
        subscriptions=[
            {
                "customer_id": f"c{number}",
                "started_at": "2025-01-01",
                "ended_at": f"2025-{number + 2:02}-01" if number < 5 else "",
                "price": 10,
                "interval": "month",
                "currency": "EUR",
            }
            for number in range(10)
        ],
        events=[("c9", "look", "2025-12-31 12:00:00")],
    )


def test_prices_agreed_are_told_by_the_day_and_times_the_time_with_us(paid):
    answer = ask(paid, LifetimeValue(source="subscriptions"))
    first = answer.extras["pooled"].set_index("days")["value"]
    # 365 days bring twelve months' worth; a tenth of them left after 31 days
    assert first[30] == pytest.approx(120 * 30 / 365)
    assert first[60] == pytest.approx(120 * (0.9 * 60 + 0.1 * 31 - 0.1) / 365, rel=2e-3)
    lives = answer.extras["lives"].iloc[0]
    assert (lives["payers"], lives["each_period"]) == (5, pytest.approx(10.0))
    # whole days with access: 31, 59, 90, 120 and 151, and 364 of the other five
    days = (31 + 59 + 90 + 120 + 151 + 5 * 364) / 10
    row = answer.frame.query("way == 'lives'").iloc[0]
    assert row["value"] == pytest.approx(10 * days * 12 / 365, rel=1e-2)
    assert row["extended"] > row["value"]
    said = answer.extras["refusals"].iloc[0]["sentence"]
    assert "the customers have subscriptions" in said


def test_later_money_is_worth_less(paid):
    plain = ask(paid, LifetimeValue()).frame.query("way == 'lives'").iloc[0]
    less = ask(paid, LifetimeValue(discount=1.0)).frame.query("way == 'lives'").iloc[0]
    assert 0.85 * plain["value"] < less["value"] < plain["value"]


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cdnow")
    rows = [
        line.split()
        for line in reference_data("cdnow/CDNOW_sample.txt").read_text().splitlines()
    ]
    with (folder / "orders.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("order_id", "customer_id", "ordered_at", "amount"))
        for number, (_, who, day, _, amount) in enumerate(rows):
            when = f"{day[:4]}-{day[4:6]}-{day[6:]}"
            writer.writerow((f"o{number}", who, when, amount))
    return loaded(folder / "workspace", [folder / "orders.csv"])


CALIBRATED = LifetimeValue(as_of=date(1997, 10, 1))


def test_purchases_of_cdnow_as_published(cdnow):
    orders = ask(cdnow, Purchases()).extras["summary"].iloc[0]
    # of 6,919 rows and 2,357 customers, 8 of each paid nothing
    assert (orders["customers"], orders["orders"]) == (2349, 6911)
    assert orders["sales_amount"] == pytest.approx(244_091.94)
    model = ask(cdnow, CALIBRATED).extras["purchase_model"].iloc[0]
    # as Fader, Hardie and Lee published in 2005, and Fader and Hardie in 2013
    assert list(model[["r", "alpha", "a", "b"]]) == pytest.approx(
        [0.243, 4.414, 0.793, 2.426], abs=0.0006
    )
    assert model["log_likelihood"] == pytest.approx(-9582.4, abs=0.1)
    assert list(model[["p", "q", "gamma"]]) == pytest.approx(
        [6.25, 3.74, 15.44], abs=0.01
    )


def test_the_value_of_cdnows_first_customer_as_published(cdnow):
    # The published "12 months at 1%" reads the weeks of the data as days: twelve
    # times thirty weeks.
    spec = LifetimeValue(
        as_of=date(1997, 10, 1), horizon=12, discount=1.0, period_days=210
    )
    listed = value_lists.expected(cdnow, spec, Filters()).set_index("id")
    first = listed.loc["0001"]
    assert (first["frequency"], first["recency_days"], first["age_days"]) == (
        *(2, 213, 272),
    )
    assert first["chance_alive"] == pytest.approx(0.72661, abs=1e-4)
    assert first["lifetime_value"] == pytest.approx(140.10, abs=0.05)


def test_the_list_of_a_group_is_as_long_as_the_chart_says(cdnow):
    predictions = ask(cdnow, CALIBRATED).extras["predictions"]
    for number in (0, 3, 7):
        row = predictions.set_index("frequency").loc[number]
        listed = value_lists.expected(cdnow, CALIBRATED, Filters(), number)
        assert len(listed) == row["customers"]
        assert listed["lifetime_value"].mean() == pytest.approx(
            row["lifetime_value"], rel=1e-6
        )


def test_cdnow_predicted_from_its_first_half_against_what_happened(cdnow):
    spec = LifetimeValue(tested_from=date(1997, 10, 1))
    found = ask(cdnow, spec).extras["holdout"].set_index("purchases")
    whole = found.loc["All"]
    # 1,882 purchase days in 39 weeks; the model tells an eighth less
    assert (whole["customers"], whole["actual_purchases"]) == (2357, 1882)
    assert whole["predicted_purchases"] == pytest.approx(1882, rel=0.15)
    for name, number in (("All", -1), ("0", 0), ("7 or more", 7)):
        row = found.loc[name]
        listed = value_lists.held_out(cdnow, spec, Filters(), number)
        assert len(listed) == row["customers"]
        assert listed["actual_purchases"].sum() == row["actual_purchases"]
        assert listed["predicted_purchases"].sum() == pytest.approx(
            row["predicted_purchases"]
        )
    assert found["customers"].iloc[:-1].sum() == 2357
    assert found["actual_purchases"].iloc[:-1].sum() == 1882


@pytest.mark.parametrize(
    ("segment", "published"),
    [("high_end", (0.668, 3.806)), ("regular", (0.704, 1.182))],
)
def test_contracts_as_published(tenures, segment, published):
    spec = LifetimeValue(price="price")
    answer = ask(tenures, spec, Filters(breakdown="kind"))
    model = answer.extras["contract_model"].set_index("segment").loc[segment]
    assert (model["alpha"], model["beta"]) == pytest.approx(published, abs=0.001)


@pytest.fixture(scope="module")
def tenures(tmp_path_factory):
    with reference_data("sbg_retention/survivors.csv").open() as stream:
        left = {
            (row["segment"], int(row["year"])): int(row["customers_left"])
            for row in csv.DictReader(stream)
        }
    rows = []
    for kind in ("high_end", "regular"):
        for year in range(1, 8):
            gone = left[kind, year - 1] - left[kind, year]
            rows += [(kind, year, "yes")] * gone
        rows += [(kind, 7, "no")] * left[kind, 7]
    return dataset_of(
        tmp_path_factory.mktemp("tenures"),
        customers=[
            {
                "customer_id": f"c{number}",
                "kind": kind,
                "tenure_months": tenure,
                "has_churned": churned,
                "price": 100,
            }
            for number, (kind, tenure, churned) in enumerate(rows)
        ],
    )


def test_a_table_of_tenures_is_valued_by_an_attribute(tenures):
    answer = ask(
        tenures,
        LifetimeValue(price="price", horizon=7, margin=10),
        Filters((AttributeIn("kind", ("regular",)),)),
    )
    (row,) = answer.frame.to_dict("records")
    # there at the start of the seven years: 1000, 631, 468, 382, 326, 289 and 262
    assert row["value"] == pytest.approx(10 * 3.358)
    assert row["way"] == "lives"
    with pytest.raises(SpecError, match="no number 'kind'"):
        ask(tenures, LifetimeValue(price="kind"))

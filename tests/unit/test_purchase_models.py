"""The models of purchases and contracts, against published figures and simulation."""

import csv

import numpy as np
import pytest

from holdfast.purchase_models import (
    Histories,
    NotFittedError,
    chance_alive,
    contract_hazard,
    contract_survival,
    discounted_purchases,
    expected_purchases,
    expected_spending,
    fit_buying,
    fit_contract,
    fit_spending,
    never_stops,
    relative_error,
)
from tests.reference import reference_data


@pytest.fixture(scope="module")
def cdnow():
    file = reference_data("cdnow/cdnow_customers_summary_with_transactions.csv")
    with file.open() as stream:
        rows = [
            [float(row[name]) for name in ("x", "t_x", "T", "zbar")]
            for row in csv.DictReader(stream)
        ]
    x, recency, age, value = np.array(rows).T
    return Histories(x, recency, age, np.ones(len(x))), value


def test_buying_as_published_by_fader_hardie_and_lee_2005(cdnow):
    model = fit_buying(cdnow[0])
    assert model[:4] == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=0.0006)
    assert model.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    # the customer of their note: 2 purchases, the last in week 30.43 of 38.86
    assert expected_purchases(model, cdnow[0], 39)[0] == pytest.approx(1.226, abs=5e-4)
    assert chance_alive(model, cdnow[0])[0] == pytest.approx(0.72661, abs=1e-4)


def test_spending_and_value_as_published(cdnow):
    histories, value = cdnow
    again = histories.frequency > 0
    model = fit_spending(
        histories.frequency[again], value[again], histories.customers[again]
    )
    assert model[:3] == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    spending = expected_spending(model, histories.frequency, value)
    assert spending[:3] == pytest.approx((24.6586, 18.9115, 35.1710), abs=1e-3)
    assert spending.mean() == pytest.approx(35.25296, abs=1e-4)
    # the published "12 months" are twelve times thirty of the data's weeks
    purchases = discounted_purchases(fit_buying(histories), histories, 12, 30, 0.01)
    published = (140.0962, 18.9435, 38.1806)
    assert (purchases * spending)[:3] == pytest.approx(published, abs=0.01)


def test_another_unit_of_time_changes_only_the_scale(cdnow):
    weeks = cdnow[0]
    days = Histories(weeks.frequency, weeks.recency * 7, weeks.age * 7, weeks.customers)
    in_weeks, in_days = fit_buying(weeks), fit_buying(days)
    assert in_days.alpha == pytest.approx(in_weeks.alpha * 7, rel=1e-3)
    assert expected_purchases(in_days, days, 39 * 7)[:9] == pytest.approx(
        expected_purchases(in_weeks, weeks, 39)[:9], rel=1e-3
    )


def simulated(number, r, alpha, a, b):
    random = np.random.default_rng(20_260_101)
    rate, stop = random.gamma(r, 1 / alpha, number), random.beta(a, b, number)
    age = random.uniform(30, 60, number)
    x, last = np.zeros(number), np.zeros(number)
    time, alive = np.zeros(number), np.ones(number, dtype=bool)
    while alive.any():
        time = time + random.exponential(1 / rate)
        alive &= time <= age
        x[alive] += 1
        last[alive] = time[alive]
        alive &= random.random(number) > stop
    return Histories(x, last, age, np.ones(number))


def test_a_group_of_three_counts_as_three_customers():
    group = simulated(1_000, 0.6, 5.0, 0.9, 3.0)
    columns = (group.frequency, group.recency, group.age, group.customers)
    single = Histories(*(np.tile(each, 3) for each in columns))
    grouped = Histories(*columns[:3], 3 * group.customers)
    assert fit_buying(grouped)[:4] == pytest.approx(fit_buying(single)[:4], rel=1e-3)


def test_planted_parameters_are_found_again():
    model = fit_buying(simulated(20_000, 0.6, 5.0, 0.9, 3.0))
    assert model[:4] == pytest.approx((0.6, 5.0, 0.9, 3.0), rel=0.12)


def test_planted_spending_is_found_again():
    random = np.random.default_rng(20_260_102)
    number, p, q, gamma = 20_000, 6.0, 4.0, 15.0
    x = random.integers(1, 8, number)
    scale = random.gamma(q, 1 / gamma, number)
    mean = random.gamma(p * x, 1 / (scale * x))
    model = fit_spending(x, mean, np.ones(number))
    assert model[:3] == pytest.approx((p, q, gamma), rel=0.08)


@pytest.mark.parametrize(
    ("left", "there", "published"),
    [
        ((131, 126, 90, 60, 42, 34, 26), 491, (0.668, 3.806, -1611.16)),
        ((369, 163, 86, 56, 37, 27, 21), 241, (0.704, 1.182, -1680.27)),
    ],
    ids=["high end", "regular"],
)
def test_contracts_as_published_by_fader_and_hardie_2007(left, there, published):
    model = fit_contract(range(1, 8), left, [0] * 6 + [there])
    assert model == pytest.approx(published, abs=0.006)
    years = np.arange(1, 8)
    # what leaves in a year is the hazard of those there before
    before = contract_survival(model, years - 1)
    hazard = 1 - contract_survival(model, years) / before
    assert contract_hazard(model, years) == pytest.approx(hazard)


def test_whoever_bought_once_may_still_buy():
    histories = Histories(*(np.array(each, float) for each in ([0, 2], [0, 1],
        [50, 50], [1, 1])))  # fmt: skip
    model = fit_buying(simulated(3_000, 0.6, 5.0, 0.9, 3.0))
    once, silent = chance_alive(model, histories)
    assert once == 1
    assert 0 < silent < 0.5
    assert expected_purchases(model, histories, 0).tolist() == [0, 0]


def test_where_nobody_stops_purchases_alone_are_told():
    # Everybody buys every so often up to the end, some more often than others.
    x = np.repeat([0.0, 1.0, 2.0, 4.0, 8.0], [30, 20, 15, 10, 5])
    histories = Histories(x, np.where(x > 0, 39.0, 0.0), 0 * x + 40, 0 * x + 1)
    model = fit_buying(histories)
    assert never_stops(model)
    assert chance_alive(model, histories) == pytest.approx(1, abs=1e-5)
    # Ehrenberg (1959): a gamma of rates, each updated by its purchases
    expected = (model.r + x) / (model.alpha + 40) * 10
    assert expected_purchases(model, histories, 10) == pytest.approx(expected, rel=1e-4)
    assert 0 < relative_error(model, histories, 10) < 0.5
    assert not never_stops(fit_buying(simulated(3_000, 0.6, 5.0, 0.9, 3.0)))


def test_what_does_not_fit_is_refused():
    ones = np.ones(50)
    nobody = Histories(0 * ones, 0 * ones, 30 * ones, ones)
    with pytest.raises(NotFittedError, match="Nobody bought more than once"):
        fit_buying(nobody)
    with pytest.raises(NotFittedError, match="Nobody has left"):
        fit_contract([3], [0], [10])
    with pytest.raises(NotFittedError, match="for an amount"):
        fit_spending([], [], [])

from datetime import date

import pytest

from holdfast.earnings import purchase_relations
from holdfast.filters import Filters
from holdfast.population import population
from holdfast.questions import asking
from tests.worlds import dataset_of, table

ORDERS = [
    ("ann", "a1", "2025-01-01", 10),
    # two of one day are one purchase
    ("ann", "a2", "2025-01-11", 20),
    ("ann", "a3", "2025-01-11", 30),
    ("ann", "a4", "2025-01-21", 10),
    ("ann", "a5", "2025-02-05", 10),
    ("ann", "a6", "2025-02-15", 10),
    ("ann", "a7", "2025-01-25", -15),
    ("bob", "b1", "2025-01-31", 7),
    ("cat", "c1", "2025-02-01", 7),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return dataset_of(tmp_path_factory.mktemp("shop"), orders=ORDERS)


def asked(shop, query, **values):
    found = population(shop, Filters())
    relations = purchase_relations(shop, found, "", date(2025, 2, 16))
    values |= {"cut_on": date(2025, 2, 1)}
    return asking.run(shop, query, found, relations, values, None)


def test_histories_before_a_day_and_what_came_later(shop):
    rows = asked(shop, "purchase_histories", step_days=1)
    assert table(
        rows,
        *("segment", "frequency", "recency_days", "age_days", "customers"),
        *("mean_value", "sales_amount", "returned_amount", "later", "later_squares"),
    ) == [
        ("All", 0, 0.0, 0.0, 1, 0.0, 7.0, 0.0, 0, 0.0),
        ("All", 2, 20.0, 30.0, 1, 30.0, 70.0, 15.0, 2, 4.0),
    ]


def test_amounts_of_those_who_came_again(shop):
    rows = asked(shop, "purchase_amounts", amount_step=0.0)
    # 50 on one day and 10 on another
    assert table(rows, "frequency", "mean_value", "customers") == [(2, 30.0, 1)]

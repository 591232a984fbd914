from datetime import date

import pytest

from holdfast.earnings import earning_relations
from holdfast.filters import AttributeIn, Filters
from holdfast.population import population
from holdfast.questions import asking
from tests.worlds import dataset_of


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("firm"),
        customers=[("ann", "2025-01-01", {"plan": "A"}), ("bob", "2025-01-01")],
        orders=[
            ("ann", 1, "2025-01-31", 40),
            ("ann", 2, "2025-02-01", 30),
            ("ann", 3, "2025-02-03", -10),
            ("bob", 4, "2025-02-28", 5),
            ("bob", 5, "2025-03-01", 100),
        ],
        subscriptions=[
            {
                "customer_id": "ann",
                "started_at": "2025-01-22",
                "ended_at": "2025-02-11",
                "price": 365,
            }
        ],
    )


@pytest.mark.parametrize(
    ("source", "filters", "amount"),
    [
        # 30 - 10 + 5
        ("orders", Filters(), 25.0),
        ("orders", Filters((AttributeIn("plan", ("A",)),)), 20.0),
        # ten days at 365 * 12 / 365
        ("subscriptions", Filters(), 120.0),
        ("subscriptions", Filters((AttributeIn("plan", ("(none)",)),)), 0.0),
    ],
)
def test_what_came_in_between_two_days_is_added(firm, source, filters, amount):
    members = population(firm, filters, "customer")
    relations = earning_relations(firm, members, source, "", date(2025, 3, 2))
    told = asking.run(
        firm,
        "earned_between",
        members,
        relations,
        {"counted_from_on": date(2025, 2, 1), "as_of_on": date(2025, 3, 1)},
        None,
    )
    assert list(told["amount"]) == [pytest.approx(amount)]

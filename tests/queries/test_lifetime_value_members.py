from datetime import date

from tests.queries.test_purchase_histories import asked, shop
from tests.worlds import table

__all__ = ["shop"]


def test_customers_who_bought_so_often(shop):
    columns = (
        *("id", "segment", "frequency", "recency_days", "age_days", "mean_value"),
        "later",
    )
    bounds = {"least": 0, "of_segment": None}
    everyone = asked(shop, "lifetime_value_members", most=None, **bounds)
    assert table(everyone, *columns) == [
        # on 5 and 15 February
        ("ann", "All", 2, 20, 30, 30.0, 2),
        ("bob", "All", 0, 0, 0, 0.0, 0),
    ]
    once = asked(shop, "lifetime_value_members", most=0, **bounds)
    assert list(once["id"]) == ["bob"]
    assert date(2025, 1, 31) in list(once["joined_on"])

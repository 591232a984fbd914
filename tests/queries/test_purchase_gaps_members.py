import pytest

from holdfast.filters import Filters
from holdfast.questions import ask, purchases
from holdfast.questions.purchases import Purchases
from tests.queries.test_purchase_histories import shop
from tests.worlds import table

__all__ = ["shop"]


# Of ann 1, 11 and 21 January, 5 and 15 February: gaps of 10, 10, 15 and 10 days; what
# was given back on 25 January is no purchase.
@pytest.mark.parametrize(
    ("bounds", "rows"),
    [
        ((1, 10), [("ann", "All", 3, "2025-02-15")]),
        ((11, None), [("ann", "All", 1, "2025-02-05")]),
        ((1, 9), []),
    ],
)
def test_who_bought_again_so_many_days_later_and_how_often(shop, bounds, rows):
    listed = purchases.bought_again(shop, Purchases(), Filters(), *bounds)
    assert table(listed, "id", "segment", "gaps", "bought_again_on") == rows
    gaps = ask(shop, Purchases()).extras["gaps"]
    least, most = bounds
    shown = gaps[gaps["gap_days"].between(least, most or 10_000)]
    assert listed["gaps"].sum() == shown["gaps"].sum()

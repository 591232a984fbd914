from datetime import date

from holdfast.filters import Filters
from holdfast.questions import ask, purchases
from holdfast.questions.purchases import Purchases
from tests.worlds import dataset_of, table


def test_the_list_is_as_long_as_the_figure_says(tmp_path):
    town = dataset_of(
        tmp_path,
        orders=[
            ("ann", "a1", "2025-01-01", 10),
            ("ann", "a2", "2025-01-31", 5),
            ("bob", "b1", "2025-01-31", -3),
            ("cat", "c1", "2025-02-01", 7),
            ("dan", "d1", "2025-01-09", 2),
        ],
    )
    listed = purchases.members(town, Purchases(), Filters(), date(2025, 1, 15))
    assert table(listed, "id", "segment", "orders", "revenue_amount") == [
        ("ann", "All", 2, 15.0),
        ("dan", "All", 1, 2.0),
    ]
    assert ask(town, Purchases()).frame["customers"].iloc[0] == len(listed)

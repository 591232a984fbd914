from holdfast.filters import Filters
from holdfast.questions import ask, value_lists
from holdfast.questions.lifetime_value import LifetimeValue
from tests.worlds import dataset_of, table


def test_the_list_has_who_started_in_months_whose_days_are_over(tmp_path):
    town = dataset_of(
        tmp_path,
        orders=[
            # what comes on the 31st day is not within 30
            ("ann", "a1", "2025-01-31", 10),
            ("ann", "a2", "2025-03-02", 5),
            ("bob", "b1", "2025-01-01", 4),
            ("bob", "b2", "2025-01-30", 3),
            ("bob", "b3", "2025-01-31", 99),
            # her month is not over for whoever could start on its last day
            ("cat", "c1", "2025-02-01", 7),
        ],
    )
    listed = value_lists.early(town, LifetimeValue(), Filters(), 30)
    assert table(listed, "id", "segment", "started_on", "revenue_amount") == [
        ("ann", "All", "2025-01-31", 10.0),
        ("bob", "All", "2025-01-01", 7.0),
    ]
    pooled = ask(town, LifetimeValue()).extras["pooled"]
    assert table(pooled, "days", "customers", "revenue_amount") == [(30, 2, 17.0)]

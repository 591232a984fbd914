from holdfast.questions import ask
from holdfast.questions.purchases import Purchases
from tests.worlds import dataset_of, table


def test_days_between_purchases_of_one_customer(tmp_path):
    town = dataset_of(
        tmp_path,
        orders=[
            ("ann", "a1", "2025-01-01 09:00:00", 10),
            ("ann", "a2", "2025-01-01 10:00:00", 10),
            ("ann", "a3", "2025-01-08 23:00:00", 10),
            # a return lies between and is no purchase
            ("ann", "a4", "2025-01-10 09:00:00", -10),
            ("ann", "a5", "2025-01-15 01:00:00", 10),
            ("bob", "b1", "2025-01-02 10:00:00", 10),
            ("bob", "b2", "2025-01-05 10:00:00", 10),
        ],
    )
    answer = ask(town, Purchases())
    assert table(answer.extras["gaps"], "segment", "gap_days", "gaps") == [
        ("All", 3, 1),
        ("All", 7, 2),
    ]

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.purchases import Purchases
from tests.worlds import dataset_of, table


def test_who_orders_again_ever_and_soon(tmp_path):
    orders = [
        # again on day 90, which is soon
        ("ann", "a1", "2025-01-01", 10),
        ("ann", "a2", "2025-04-01", 10),
        # on day 91, which is not
        ("bob", "b1", "2025-01-01", 10),
        ("bob", "b2", "2025-04-02", 10),
        # twice on the first day
        ("cat", "c1", "2025-01-03", 10),
        ("cat", "c2", "2025-01-03", 10),
        # too late to know
        ("dan", "d1", "2025-06-01", 10),
        ("dan", "d2", "2025-06-30", 10),
        ("eve", "e1", "2025-01-05", 10),
    ]
    people = [
        (name, "2025-01-01", {"plan": "pro" if name < "c" else "free"})
        for name in ("ann", "bob", "cat", "dan", "eve")
    ]
    town = dataset_of(tmp_path, customers=people, orders=orders)
    answer = ask(town, Purchases(), Filters(breakdown="plan"))
    assert table(
        answer.extras["summary"],
        *("segment", "customers", "orders", "repeat_customers"),
        *("matured_customers", "soon_customers", "gap_p25", "gap_median", "gap_p75"),
    ) == [
        ("All", 5, 9, 4, 4, 2, 29.0, 90.0, 91.0),
        ("free", 3, 5, 2, 2, 1, 29.0, 29.0, 29.0),
        ("pro", 2, 4, 2, 2, 1, 90.0, 90.0, 91.0),
    ]
    rates = answer.extras["summary"].iloc[0]
    assert (rates["repeat_rate"], rates["soon_rate"]) == (0.8, 0.5)
    assert 0.3 < rates["repeat_lower"] < 0.8 < rates["repeat_upper"] < 1

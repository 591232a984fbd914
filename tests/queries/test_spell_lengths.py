from datetime import date

from holdfast.filters import Filters
from holdfast.questions import asking
from holdfast.questions.leaving import Leaving, prepared
from tests.worlds import dataset_of

# ann ordered when the data begin and ten days later; bob once; cat comes back
ORDERS = [
    ("ann", 1, "2025-01-01", 5),
    ("ann", 2, "2025-01-11", 5),
    ("bob", 3, "2025-01-21", 5),
    ("cat", 4, "2025-01-21", 5),
    ("cat", 5, "2025-02-15", 5),
    ("dan", 6, "2025-02-19", 5),
]


def test_times_as_a_customer_are_counted_by_their_length(tmp_path):
    shop = dataset_of(tmp_path, orders=ORDERS)
    found = prepared(shop, Leaving("order", lapse_days=10), Filters())
    assert found.time.as_of == date(2025, 2, 20)
    rows = asking.run(
        shop,
        "spell_lengths",
        found.members,
        found.relations,
        {
            "known_from_on": date(2025, 1, 11),
            "counted_from_on": date(2025, 1, 16),
            "late_from_on": date(2025, 1, 19),
            "as_of_on": found.time.as_of,
        },
        None,
    )
    # ann from 1 to 21 January; bob and cat 10 days; cat again 5 days, dan 1 day so far
    assert list(rows.itertuples(index=False, name=None)) == [
        (False, 20, 1, 0, 0, 5, 2, 1),
        (True, 1, 0, 1, 1, 1, 0, 0),
        (True, 5, 0, 1, 1, 5, 0, 0),
        (True, 10, 2, 0, 2, 20, 0, 0),
    ]

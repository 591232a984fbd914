import pytest

from holdfast.query import load
from tests.worlds import dataset_of, table


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("loads"),
        customers=[("ann", "2025-01-01")],
        events=[
            {"customer_id": c, "event": e, "timestamp": t, "event_id": i}
            for c, e, t, i in (
                ("ann", "x", "2025-01-01", "1"),
                ("ann", "x", "2025-01-01", "1"),
                ("ann", "x", "no date", "2"),
                ("", "x", "2025-01-01", "3"),
            )
        ],
    )


def test_every_row_that_was_read_is_accounted_for(dataset):
    columns = ("name", "table_name", "rows_read", "imported", "rejected", "duplicates")
    rows = table(dataset.frame(load("loads").text), *columns)
    # 4 events = 1 imported + 2 refused (no date, no customer) + 1 that was there
    assert sorted(rows) == [
        ("customers.csv", "customers", 1, 1, 0, 0),
        ("events.csv", "events", 4, 1, 2, 1),
    ]

from datetime import date

from holdfast.query import load
from tests.worlds import dataset_of, table


def test_rows_of_earlier_days_are_counted_in_each_table(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "x", "2025-01-01 23:59"),
            ("ann", "x", "2025-01-01 10:00"),
            ("bob", "x", "2025-01-02 00:00"),
        ],
        orders=[("ann", "1", "2025-01-01", 5), ("ann", "2", "2025-01-03", 5)],
        subscriptions=[("ann", "2025-01-02", "")],
    )
    frame = dataset.frame(load("rows_before").text, {"before_on": date(2025, 1, 2)})
    assert table(frame, "table_name", "rows") == [
        ("events", 2),
        ("invitations", 0),
        ("orders", 1),
        ("payments", 0),
        ("responses", 0),
        ("subscriptions", 0),
        ("tickets", 0),
        ("touches", 0),
    ]

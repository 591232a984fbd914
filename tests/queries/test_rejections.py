from holdfast.query import load
from tests.worlds import dataset_of, table

ROWS = [
    ("ann", "x", "2025-01-01"),
    ("ann", "x", "no date"),
    ("", "x", "2025-01-01"),
    ("ann", "y", "2025-13-01"),
]


def test_reasons_by_how_often_they_occur_with_the_first_line(tmp_path):
    dataset = dataset_of(tmp_path, events=ROWS)
    frame = dataset.frame(load("rejections").text)
    # line 1 is the header
    assert table(frame, "table_name", "reason", "rejected_rows", "first_line") == [
        ("events", '"timestamp" is not a date', 2, 3),
        ("events", '"customer_id" is empty', 1, 4),
    ]


def test_nothing_refused_gives_no_rows(tmp_path):
    dataset = dataset_of(tmp_path, events=ROWS[:1])
    assert dataset.frame(load("rejections").text).empty

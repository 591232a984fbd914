from holdfast.query import load
from tests.queries.test_rejections import ROWS
from tests.worlds import dataset_of, table

COLUMNS = ("name", "table_name", "line", "reason", "text")


def test_every_refused_row_with_its_line_and_text(tmp_path):
    dataset = dataset_of(tmp_path, events=ROWS)
    rows = [
        ("events.csv", "events", 3, '"timestamp" is not a date', "ann | x | no date"),
        ("events.csv", "events", 4, '"customer_id" is empty', "x | 2025-01-01"),
        (
            "events.csv",
            "events",
            5,
            '"timestamp" is not a date',
            "ann | y | 2025-13-01",
        ),
    ]
    text = load("rejected_rows").text
    assert table(dataset.frame(text, {"most": None}), *COLUMNS) == rows
    assert table(dataset.frame(text, {"most": 2}), *COLUMNS) == rows[:2]

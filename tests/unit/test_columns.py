import pytest

from holdfast.ui import columns
from holdfast.ui.staging import Staging
from holdfast.workspace import Workspace

LINES = b"""InvoiceNo,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,2,2025-01-01 10:00:00,3,ann,France
2,1,2025-01-02 10:00:00,4,bob,Spain
"""


@pytest.fixture
def lines(tmp_path):
    """Return a staged file of order lines that also tells about customers."""
    path = tmp_path / "lines.csv"
    path.write_bytes(LINES)
    staging = Staging()
    staging.add(Workspace.create(tmp_path / "workspace"), path.name, path)
    (file,) = staging.files
    return file


def chosen(file, **changes):
    now = {name: columns.choice_of(file.mapping, name) for name in file.columns}
    return now | changes


def test_every_column_has_its_choice(lines):
    assert chosen(lines) == {
        "InvoiceNo": "order_id",
        "Quantity": "quantity",
        "InvoiceDate": "ordered_at",
        "UnitPrice": "unit_price",
        "CustomerID": "customer_id",
        "Country": "customers+",
    }
    assert set(chosen(lines).values()) <= set(columns.choices(lines.mapping))


def test_unchanged_choices_leave_the_recognised_mapping_as_it_is(lines):
    assert columns.with_choices(lines, chosen(lines)) is lines.mapping


def test_a_second_column_of_a_role_comes_after_the_first(lines):
    mapping = columns.with_choices(lines, chosen(lines, Country="customer_id"))
    assert mapping.feeds[0].roles["customer_id"] == ("CustomerID", "Country")
    # Nothing is left to tell about customers beside their orders.
    assert [part.feed for part in mapping.feeds] == ["order_lines"]


def test_a_moved_role_takes_its_format_from_the_new_column(lines):
    changes = {"InvoiceDate": columns.IGNORED, "InvoiceNo": "ordered_at"}
    mapping = columns.with_choices(lines, chosen(lines, **changes))
    lines.mapping = mapping
    assert mapping.feeds[0].roles["ordered_at"] == ("InvoiceNo",)
    problem = columns.problem(lines)
    assert problem is not None
    assert problem.sentence == (
        "lines.csv has no column for order_id (the order's id), which order lines need."
    )


def test_another_feed_and_back_gives_the_recognised_mapping(lines):
    recognised = lines.mapping
    lines.mapping = columns.as_feed(lines, "events")
    assert lines.mapping.feeds[0].roles["happened_at"] == ("InvoiceDate",)
    assert columns.as_feed(lines, "order_lines") == recognised


def test_a_date_tells_day_and_month_apart_best_where_they_differ():
    assert columns.telling(["01/01/2025", "03/04/2025"]) == "03/04/2025"
    assert columns.telling(["01/01/2025"]) == "01/01/2025"

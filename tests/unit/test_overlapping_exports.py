import duckdb
import pytest

from holdfast.workspace import Workspace
from tests.readings import written

EVENTS = "user_id,event,timestamp,page\n"


@pytest.fixture
def workspace(tmp_path):
    return Workspace.create(tmp_path / "workspace")


def loaded(workspace, folder, *texts, name="part{}.csv"):
    """Load texts one after the other; return read, imported and duplicates of each."""
    for number, text in enumerate(texts):
        workspace.load([written(folder, text, name.format(number))])
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    rows = dataset.execute(
        "select name, rows_read, imported, duplicates from source_rows order by name"
    ).fetchall()
    dataset.close()
    return [row[1:] for row in rows]


def rows_of(workspace, table):
    return workspace.status().rows[table]


def lines(count, start=0):
    return "".join(
        f"u{i % 5},open,2024-01-{1 + i // 24:02} {i % 24:02}:00,p{i % 3}\n"
        for i in range(start, count)
    )


def test_an_export_that_overlaps_an_earlier_one_adds_only_what_is_new(
    workspace, tmp_path
):
    found = loaded(workspace, tmp_path, EVENTS + lines(461), EVENTS + lines(463))
    assert found == [(461, 461, 0), (463, 2, 461)]
    assert rows_of(workspace, "events") == 463


def test_what_occurs_n_and_m_times_counts_as_often_as_the_larger(workspace, tmp_path):
    row = "a,open,2024-01-01 10:00,home\n"
    found = loaded(
        workspace, tmp_path, EVENTS + row * 2, EVENTS + row * 3, EVENTS + row
    )
    assert found == [(2, 2, 0), (3, 1, 2), (1, 0, 1)]
    assert rows_of(workspace, "events") == 3


def test_a_row_that_differs_in_one_property_is_another_row(workspace, tmp_path):
    first = EVENTS + "a,open,2024-01-01 10:00,home\nb,open,2024-01-01 11:00,\n"
    second = EVENTS + "a,open,2024-01-01 10:00,help\nb,open,2024-01-01 11:00,\n"
    assert loaded(workspace, tmp_path, first, second) == [(2, 2, 0), (2, 1, 1)]


def test_exports_that_follow_each_other_are_not_compared(workspace, tmp_path):
    # Both days begin with the same hour: the instant tells them apart.
    found = loaded(
        workspace,
        tmp_path,
        EVENTS + lines(24),
        EVENTS + lines(48, 24),
        EVENTS + lines(72, 48),
    )
    assert found == [(24, 24, 0)] * 3


@pytest.mark.parametrize(
    ("table", "header", "row", "more"),
    [
        (
            "orders",
            "customer_id,ordered_at,amount",
            "a,2024-01-01 10:00,5",
            "b,2024-01-01 10:00,5",
        ),
        (
            "responses",
            "user_id,nps_score,answered_at,comment",
            "a,9,2024-01-01 10:00,good",
            ",9,2024-01-01 10:00,good",
        ),
        (
            "tickets",
            "requester_id,created_at,subject,status",
            "a,2024-01-01 10:00,help,open",
            "a,2024-01-01 10:00,help,closed",
        ),
    ],
)
def test_other_tables_without_an_id_are_told_apart_by_the_whole_row(
    workspace, tmp_path, table, header, row, more
):
    for number, rows in enumerate(([row, row], [row, row, more])):
        text = "\n".join([header, *rows, ""])
        inspection = workspace.inspect(written(tmp_path, text, f"{number}.csv"))
        inspection = as_table(inspection, table)
        (file,) = workspace.load([inspection]).files
    assert (file.rows_read, file.imported, file.duplicates) == (3, 1, 2)
    assert rows_of(workspace, table) == 3


def as_table(inspection, table):
    from dataclasses import replace

    from holdfast.exports.mapping import FeedMapping, SourceMapping

    roles = {
        "orders": {
            "customer_id": ("customer_id",),
            "ordered_at": ("ordered_at",),
            "amount": ("amount",),
        },
        "responses": {
            "customer_id": ("user_id",),
            "score": ("nps_score",),
            "answered_at": ("answered_at",),
            "comment": ("comment",),
        },
        "tickets": {
            "customer_id": ("requester_id",),
            "opened_at": ("created_at",),
            "subject": ("subject",),
            "status": ("status",),
        },
    }[table]
    constants = {"kind": "nps"} if table == "responses" else {}
    part = FeedMapping(table, roles, constants)
    return replace(inspection, mapping=SourceMapping(table, (part,)))


def test_lines_of_orders_that_overlap_do_not_add_up(workspace, tmp_path):
    header = "order_id,customer_id,order_date,quantity,unit_price\n"
    line = "1,a,2024-01-01,2,5\n"
    # Two equal lines of one order are two lines.
    loaded(workspace, tmp_path, header + line * 2, header + line * 2)
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    assert dataset.execute("select amount, lines from orders").fetchall() == [(20, 2)]


def test_an_event_with_an_id_counts_once_even_within_one_file(workspace, tmp_path):
    text = "user_id,event,timestamp,event_id\n" + "a,open,2024-01-01 10:00,x1\n" * 2
    assert loaded(workspace, tmp_path, text) == [(2, 1, 1)]

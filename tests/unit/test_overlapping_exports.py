import json

import duckdb
import pytest

from holdfast.workspace import MOST_ALONE, Workspace
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


def hours(count, of_each=2):
    """Return texts of hourly exports, each with the last rows of the one before."""
    return {
        f"hour-{hour:02}.csv": EVENTS
        + "".join(
            f"u{at % 5},open,2024-01-01 {at:02}:00,p\n"
            for at in range(max(0, hour - of_each + 1), hour + 1)
        )
        for hour in range(count)
    }


@pytest.mark.parametrize("count", [MOST_ALONE, MOST_ALONE + 5])
def test_hourly_files_that_overlap_count_each_row_once(workspace, tmp_path, count):
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, text in hours(count).items():
        (folder / name).write_text(text)
    report = workspace.load([folder])
    assert len(report.files) == (1 if count > MOST_ALONE else count)
    # Each but the first has two rows, one of them from the hour before.
    assert sum(file.rows_read for file in report.files) == 2 * count - 1
    assert sum(file.duplicates for file in report.files) == count - 1
    assert rows_of(workspace, "events") == count


def test_of_many_files_in_one_source_the_largest_number_of_a_row_counts(
    workspace, tmp_path
):
    row = "a,open,2024-01-01 10:00,home\n"
    folder = tmp_path / "exports"
    folder.mkdir()
    for number in range(MOST_ALONE + 2):
        text = EVENTS + row * (number % 3) + f"b,open,2024-01-02 {number}:00,x\n"
        (folder / f"part-{number:02}.csv").write_text(text)
    (file,) = workspace.load([folder]).files
    # At most two in one file; a further file with three adds one.
    assert rows_of(workspace, "events") == MOST_ALONE + 2 + 2
    assert file.imported + file.duplicates == file.rows_read
    loaded(workspace, tmp_path, EVENTS + row * 3)
    assert rows_of(workspace, "events") == MOST_ALONE + 2 + 3


def test_json_documents_that_overlap_count_each_object_once(workspace, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    for number in range(3):
        objects = [
            {"user_id": "a", "event": "open", "timestamp": f"2024-01-0{day}"}
            for day in (number + 1, number + 2)
        ]
        (folder / f"day-{number}.json").write_text(json.dumps(objects, indent=1))
    (file,) = workspace.load([folder]).files
    assert (file.rows_read, file.imported, file.duplicates) == (6, 4, 2)


def test_files_of_one_source_are_told_apart_after_a_person_has_left(
    workspace, tmp_path
):
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, text in hours(MOST_ALONE + 2).items():
        (folder / name).write_text(text + f"gone,open,2024-02-01 {name[5:7]}:00,p\n")
    workspace.load([folder])
    before = rows_of(workspace, "events")
    workspace.delete_person("gone")
    assert rows_of(workspace, "events") == before - (MOST_ALONE + 2)

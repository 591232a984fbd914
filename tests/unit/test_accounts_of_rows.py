"""Rows in the file = imported + rejected + duplicates, whatever the file is like."""

import duckdb
import pytest

from holdfast.cancellation import Cancellation
from holdfast.errors import CancelledError, ImportRefusedError
from holdfast.workspace import Workspace
from tests.readings import written

HEAD = "order_id,customer_id,ordered_at,amount\n"
FILES: dict[str, tuple[str | bytes, tuple[int, int, int, int]]] = {
    # Line 3 has too few cells, line 4 too many, line 6 no date; line 7 repeats line 2.
    "ragged": (
        HEAD + "1,a,2024-01-01,5\n2,b\n3,c,2024-01-03,5,6,7\n4,d,2024-01-04,1\n"
        "5,e,soon,1\n1,a,2024-01-01,5\n",
        (6, 2, 3, 1),
    ),
    "zero bytes": (
        HEAD.encode() + b"1,a,2024-01-01,5\n2,b\0,2024-01-02,5\n3,\0\n",
        (3, 1, 2, 0),
    ),
    "mixed line ends": (
        HEAD + "1,a,2024-01-01,5\r\n2,b,2024-01-02,5\n3,c\r\n4,d,2024-01-04,1\n",
        (4, 3, 1, 0),
    ),
    "an open quote": (
        HEAD + '1,a,2024-01-01,5\n2,"b,2024-01-02,5\n3,c,2024-01-03,5\n',
        (3, 2, 1, 0),
    ),
    "a footer": (HEAD + "1,a,2024-01-01,5\n(1 rows)\n", (2, 1, 1, 0)),
}


@pytest.mark.parametrize("kind", FILES)
def test_every_row_of_a_file_is_accounted_for(tmp_path, kind):
    content, counts = FILES[kind]
    workspace = Workspace.create(tmp_path / "workspace")
    (file,) = workspace.load([written(tmp_path, content, "orders.csv")]).files
    found = (file.rows_read, file.imported, file.rejected, file.duplicates)
    assert found == counts
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    asked = "select rows_read, imported, rejected, duplicates from source_rows"
    assert dataset.execute(asked).fetchall() == [counts]
    assert dataset.execute("select count(*) from rejected").fetchall() == [(counts[2],)]
    assert dataset.execute("select count(*) from orders").fetchall() == [(counts[1],)]


def test_a_row_that_cannot_be_read_is_listed_with_line_reason_and_text(tmp_path):
    content, _ = FILES["ragged"]
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([written(tmp_path, content, "orders.csv")])
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    asked = "select table_name, line, reason, text from rejected order by line"
    assert dataset.execute(asked).fetchall() == [
        ("orders", 3, "the row has 2 cells where the header has 4", "2,b"),
        (
            "orders",
            4,
            "the row has 6 cells where the header has 4",
            "3,c,2024-01-03,5,6,7",
        ),
        ("orders", 6, '"ordered_at" is not a date', "5 | e | soon | 1"),
    ]


def test_a_file_that_is_known_says_all_its_rows(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    path = written(tmp_path, FILES["ragged"][0], "orders.csv")
    assert workspace.inspect(path).rows == 6
    assert workspace.inspect(path).refused == 2
    workspace.load([path])
    assert workspace.load([path]).files[0].rows_read == 6


def test_a_file_without_one_good_row_names_the_first_fault(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    path = written(tmp_path, HEAD + "1,a\n2,b,soon,1\n", "orders.csv")
    with pytest.raises(ImportRefusedError) as refused:
        workspace.load([path])
    assert refused.value.sentence == (
        "orders.csv: none of its rows (2) could be imported; in line 2, the row has 2"
        " cells where the header has 4."
    )


def everything_in(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


@pytest.mark.parametrize("kind", FILES)
def test_a_check_says_what_the_import_will_say_and_writes_nothing(tmp_path, kind):
    content, counts = FILES[kind]
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([written(tmp_path, HEAD + "9,z,2023-01-01,5\n", "before.csv")])
    path = written(tmp_path, content, "orders.csv")
    before = everything_in(workspace.path)
    (file,) = workspace.check([workspace.inspect(path)]).files
    assert everything_in(workspace.path) == before
    found = (file.rows_read, file.imported, file.rejected, file.duplicates)
    assert found == counts
    assert sum(reason.rows for reason in file.reasons) == file.rejected
    loaded = workspace.load([path]).files[0]
    assert (loaded.imported, loaded.rejected) == (file.imported, file.rejected)
    assert workspace.check([path]).files[0].is_known


def test_a_check_finds_what_is_loaded_already(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([written(tmp_path, HEAD + "1,a,2024-01-01,5\n", "first.csv")])
    both = HEAD + "1,a,2024-01-01,5\n2,b,2024-01-02,5\n3,c,soon,1\n"
    report = workspace.check([written(tmp_path, both, "second.csv")])
    assert [each.describe() for each in report.files] == [
        "second.csv (Orders): 3 rows read = 2 imported + 1 rejected + 0 duplicates,"
        " into orders."
    ]
    (reason,) = report.files[0].reasons
    assert (reason.words, reason.rows, reason.first_line) == (
        '"ordered_at" is not a date',
        1,
        4,
    )
    assert not report.has_changed


def test_a_check_can_be_stopped(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    path = written(tmp_path, FILES["ragged"][0], "orders.csv")
    cancellation = Cancellation()
    with pytest.raises(CancelledError):
        workspace.check([path], lambda *_: cancellation.cancel(), cancellation)


def test_one_row_is_enough(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    path = written(tmp_path, "user_id,event,timestamp\na,open,2024-01-01\n")
    (file,) = workspace.load([path]).files
    assert (file.rows_read, file.imported) == (1, 1)


def test_five_hundred_columns_are_all_kept(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    names = [f"p{number}" for number in range(500)]
    rows = [
        ["user_id", "event", "timestamp", *names],
        *(
            ["a", "open", f"2024-01-{day:02}", *(f"{name} {day}" for name in names)]
            for day in (1, 2)
        ),
    ]
    path = written(tmp_path, "".join(",".join(row) + "\n" for row in rows))
    (file,) = workspace.load([path]).files
    assert (file.rows_read, file.imported) == (2, 2)
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    first = dataset.execute("from events order by happened_at limit 1").fetchall()[0]
    dataset.close()
    text = " | ".join(map(str, first))
    assert [name for name in names if f"{name} 1" not in text] == []

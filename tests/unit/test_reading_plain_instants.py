import duckdb
import pytest

from holdfast.exports.reading import delimited
from holdfast.workspace import Workspace
from tests.readings import written
from tests.unit.test_reading import rows_of

FIRST = "2025-03-30 01:30:00"


@pytest.fixture
def every_file_is_large(monkeypatch):
    monkeypatch.setattr(delimited, "_LARGE", 0)


def kept(tmp_path, cells):
    """Read one column of a file beside another; give its type and cells as text."""
    path = written(tmp_path, "".join(f"a,{cell}\n" for cell in ["seen", *cells]))
    _, found, rows = rows_of(path)
    return dict(rows.columns)["seen"], [cell and str(cell) for _, cell in found]


def test_plain_instants_are_kept_as_such(tmp_path, every_file_is_large):
    cells = [FIRST, "", "1999-12-31 23:59:59"]
    assert kept(tmp_path, cells) == ("TIMESTAMP", [FIRST, None, cells[2]])


def test_of_a_small_file_all_is_text(tmp_path):
    assert kept(tmp_path, [FIRST]) == ("VARCHAR", [FIRST])


@pytest.mark.parametrize(
    "odd",
    [
        "2025-02-30 10:00:00",
        "2025-03-01T10:00:00",
        "2025-03-01 10:00",
        "2025-03-01 10:00:00Z",
        "2025-03-01 10:00:00.000",
        " 2025-03-01 10:00:00",
        "2025-3-01 10:00:00",
        "2025-03-01 10:00:60",
        "2568-03-01 10:00:00 ",
        "2025-03-01",
        "2025-13-01 10:00:00",
    ],
)
@pytest.mark.parametrize("rows_before", [0, 200])
def test_one_other_cell_keeps_the_text_of_all(
    tmp_path, every_file_is_large, odd, rows_before
):
    cells = [*[FIRST] * rows_before, odd, FIRST]
    assert kept(tmp_path, cells) == ("VARCHAR", cells)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_what_is_imported_is_the_same_as_of_text(tmp_path, monkeypatch, zone):
    lines = [
        "ann,open,2025-03-30 02:30:00,2025-01-01 00:00:00",
        "ann,open,2025-10-26 02:30:00,",
        "bob,,2025-01-05 23:30:00,2025-01-01 10:00:00",
        "cid,shut,1970-01-01 00:00:00,2025-01-01 10:00:00",
        "dot,shut,2031-01-01 00:00:00,2025-01-01 10:00:00",
        ",shut,2025-01-01 00:00:00,",
    ]
    text = "\n".join(["user_id,event,timestamp,trial_began", *lines, ""])
    path = written(tmp_path, text, "events.csv")
    told = []
    for large in (0, len(text) + 1):
        monkeypatch.setattr(delimited, "_LARGE", large)
        workspace = Workspace.create(tmp_path / f"workspace {large}")
        workspace.change_settings(zone=zone)
        workspace.load([path])
        (source,) = workspace.status().sources
        with duckdb.connect(str(workspace.dataset_path()), read_only=True) as engine:
            tables = {
                name: engine.execute(f"select * from {name} order by all").fetchall()
                for name in ("customers", "events", "properties", "observed")
            }
            rejected = engine.execute(
                "select line, reason, text from rejected order by line"
            ).fetchall()
        told.append((tables, rejected))
        assert dict(source.rows.columns)["timestamp"] == (
            "VARCHAR" if large else "TIMESTAMP"
        )
    assert told[0] == told[1]
    assert [row[0] for row in told[0][1]] == [4, 5, 6, 7]

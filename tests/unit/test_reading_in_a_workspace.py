import duckdb

from holdfast.workspace import Workspace
from tests.readings import written
from tests.workbooks import workbook

EVENTS = "user_id,event,timestamp\na,open,2024-01-01 10:00\n"
BROKEN = EVENTS + "b,open\nc,open,2024-01-02 11:00,more\nd,open,2024-01-03 12:00\n"


def test_refused_rows_stand_beside_their_source_until_it_goes(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([written(tmp_path, BROKEN, "events.csv")])
    (source,) = workspace.status().sources
    assert (source.rows.rows, source.rows.refused) == (2, 2)
    kept = workspace.path / "sources" / f"{source.id}.refused.parquet"
    assert duckdb.sql(f"select line, row_text from '{kept}'").fetchall() == [
        (3, "b,open"),
        (4, "c,open,2024-01-02 11:00,more"),
    ]
    # Opening sweeps what no dataset needs; this one is needed.
    Workspace.open(workspace.path)
    assert kept.exists()
    workspace.undo()
    Workspace.open(workspace.path)
    assert list((workspace.path / "sources").iterdir()) == []


def test_a_file_with_refused_rows_is_known_when_it_comes_again(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    path = written(tmp_path, BROKEN, "events.csv")
    workspace.load([path])
    assert workspace.load([path]).files[0].is_known


def test_a_source_stored_before_rows_were_refused_is_still_read(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([written(tmp_path, EVENTS, "events.csv")])
    (source,) = workspace.status().sources
    stored = workspace.path / "sources" / f"{source.id}.json"
    text = stored.read_text("utf-8")
    assert '"refused": 0' in text
    stored.write_text(text.replace('"refused": 0', '"unknown": 0'), "utf-8")
    assert workspace.status().sources == (source,)


def test_a_workbook_is_inspected_and_loaded(tmp_path):
    rows = [line.split(",") for line in EVENTS.splitlines()]
    path = written(tmp_path, workbook({"Events": rows}), "events.xlsx")
    workspace = Workspace.create(tmp_path / "workspace")
    inspection = workspace.inspect(path)
    assert (inspection.rows, inspection.reading.sheet) == (1, "Events")
    assert workspace.load([inspection]).files[0].imported == 1

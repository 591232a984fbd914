import json
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from holdfast.cancellation import Cancellation
from holdfast.errors import (
    CancelledError,
    DatasetError,
    ImportRefusedError,
    WorkspaceError,
)
from holdfast.workspace import ENVIRONMENT, Workspace, workspace_path

EVENTS = "user_id,event,timestamp\n" + "".join(
    f"u{i % 3},login,2024-01-{1 + i:02}T10:00:00Z\n" for i in range(9)
)
CUSTOMERS = "user_id,signed_up_at,plan\nu0,2024-01-01,pro\nu1,2024-01-02,free\n"


@pytest.fixture
def workspace(tmp_path):
    return Workspace.create(tmp_path / "my workspace")


@pytest.fixture
def events(tmp_path):
    return written(tmp_path, "events.csv", EVENTS)


@pytest.fixture(scope="module")
def with_events(tmp_path_factory):
    folder = tmp_path_factory.mktemp("with events")
    workspace = Workspace.create(folder / "workspace")
    workspace.load([written(folder, "events.csv", EVENTS)])
    return workspace.path


@pytest.fixture
def filled(tmp_path, with_events):
    """Return a workspace with events in it, a copy for each test."""
    return Workspace.open(shutil.copytree(with_events, tmp_path / "my workspace"))


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def counts(workspace: Workspace) -> dict[str, int]:
    rows = workspace.status().rows
    return {name: rows[name] for name in ("customers", "events", "rejected")}


def snapshot(workspace: Workspace) -> dict[str, bytes]:
    """Read every file of the workspace, but for the lock."""
    return {
        str(path.relative_to(workspace.path)): path.read_bytes()
        for path in workspace.path.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_a_file_becomes_a_source_and_a_dataset(workspace, events):
    report = workspace.load([events])
    assert [each.describe() for each in report.files] == [
        "events.csv (Events): 9 rows read = 9 imported + 0 rejected + 0 duplicates,"
        " into events."
    ]
    assert report.has_changed
    assert workspace.dataset_path().name == "1.duckdb"
    assert counts(workspace) == {"customers": 3, "events": 9, "rejected": 0}
    source = workspace.status().sources[0]
    assert (source.name, source.size) == ("events.csv", len(EVENTS))
    stored = workspace.path / "sources" / f"{source.id}.parquet"
    assert duckdb.sql(f"from '{stored}' limit 1").fetchall() == [
        ("u0", "login", "2024-01-01T10:00:00Z")
    ]


def test_the_same_file_twice_changes_nothing(filled, events, tmp_path):
    before = snapshot(filled)
    copy = written(tmp_path, "another name.csv", EVENTS)
    report = filled.load([copy, events])
    assert [each.describe() for each in report.files] == [
        "another name.csv: already loaded, nothing changed.",
        "events.csv: already loaded, nothing changed.",
    ]
    assert not report.has_changed
    assert snapshot(filled) == before


def test_another_mapping_takes_the_place_of_the_first(filled, events):
    inspection = filled.inspect(events)
    part = inspection.mapping.feeds[0]
    constant = replace(
        part, roles={**part.roles, "event": ()}, constants={"event": "visit"}
    )
    mapping = replace(inspection.mapping, feeds=(constant,))
    filled.load([replace(inspection, mapping=mapping)])
    names = duckdb.connect(str(filled.dataset_path()), read_only=True)
    assert names.execute("select event, events from event_names").fetchall() == [
        ("visit", 9)
    ]
    assert len(filled.status().sources) == 1


def test_rejected_rows_are_counted_and_kept_with_line_and_reason(workspace, tmp_path):
    text = (
        "user_id,event,timestamp\nu1,login,2024-01-01\n,login,2024-01-02\nu2,x,soon\n"
    )
    report = workspace.load([written(tmp_path, "e.csv", text)])
    (file,) = report.files
    assert (file.rows_read, file.imported, file.rejected) == (3, 1, 2)
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    assert dataset.execute("select line, reason, text from rejected").fetchall() == [
        (3, '"user_id" is empty', "login | 2024-01-02"),
        (4, '"timestamp" is not a date', "u2 | x | soon"),
    ]


def test_inspecting_writes_nothing(workspace, events):
    before = snapshot(workspace)
    inspection = workspace.inspect(events)
    assert inspection.rows == 9
    assert inspection.preview[0] == ("u0", "login", "2024-01-01T10:00:00Z")
    assert inspection.mapping.title == "Events"
    assert snapshot(workspace) == before


def test_undo_names_the_dataset_before(filled, events, tmp_path):
    filled.load([written(tmp_path, "customers.csv", CUSTOMERS)])
    assert len(filled.status().sources) == 2
    status = filled.undo()
    assert (status.dataset, len(status.sources)) == (1, 1)
    status = filled.undo()
    assert (status.dataset, len(status.sources), status.can_undo) == (None, 0, False)
    with pytest.raises(WorkspaceError, match="no earlier dataset"):
        filled.undo()
    # Numbers are not used again: a reader may still have the old file open.
    filled.load([events])
    assert filled.dataset_path().name == "3.duckdb"


def test_what_was_undone_is_swept_at_the_next_opening(filled):
    filled.undo()
    Workspace.open(filled.path)
    assert set(snapshot(filled)) == {"workspace.json"}


def test_a_missing_column_is_named_with_the_layout_that_needs_it(workspace, tmp_path):
    path = written(tmp_path, "missing.csv", "user_id,event\nu1,login\n")
    before = snapshot(workspace)
    with pytest.raises(ImportRefusedError) as refused:
        workspace.load([path])
    assert (refused.value.sentence, refused.value.remedy) == (
        "missing.csv looks like Events but has no column that says when it happened"
        " (at, timestamp, time, event_time …).",
        "Rename the column that holds it, or say which one it is on the Data page.",
    )
    assert snapshot(workspace) == before


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            "u1,login,yesterday\nu2,login,soon\n",
            '(2) could be imported; in line 2, "timestamp" is not a date but words.',
        ),
        (
            "u1,login,99\n",
            '(1) could be imported; in line 2, "timestamp" is not a date but a'
            " number of 2 digits.",
        ),
        (
            ",login,2024-01-01\n,login,2024-01-01\n",
            '(2) could be imported; in line 2, "user_id" is empty.',
        ),
    ],
)
def test_a_file_of_which_no_row_can_be_imported_is_refused(
    filled, tmp_path, rows, words
):
    before = snapshot(filled)
    path = written(tmp_path, "e.csv", "user_id,event,timestamp\n" + rows)
    with pytest.raises(ImportRefusedError) as refused:
        filled.load([path])
    assert refused.value.sentence == f"e.csv: none of its rows {words}"
    assert snapshot(filled) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("empty.csv", ""),
        ("ragged.csv", "user_id,event,timestamp\nu1,login\n"),
        ("missing.csv", "user_id,event\nu1,login\n"),
        ("sqlite.csv", "SQLite format 3\x00"),
    ],
)
def test_a_refused_file_changes_nothing_for_any_file(filled, tmp_path, name, text):
    before = snapshot(filled)
    good = written(tmp_path, "customers.csv", CUSTOMERS)
    with pytest.raises(ImportRefusedError, match=name):
        filled.load([good, written(tmp_path, name, text)])
    assert snapshot(filled) == before


def test_a_newer_workspace_is_refused(workspace):
    state = json.loads((workspace.path / "workspace.json").read_text())
    state["format"] = 99
    (workspace.path / "workspace.json").write_text(json.dumps(state))
    with pytest.raises(WorkspaceError) as refused:
        Workspace.open(workspace.path)
    assert refused.value.sentence == (
        "The workspace my workspace was written by a newer Holdfast"
        " (format 99; this one knows 1)."
    )


def test_what_is_no_workspace_is_refused(tmp_path, workspace):
    with pytest.raises(WorkspaceError, match="There is no workspace in"):
        Workspace.open(tmp_path)
    with pytest.raises(WorkspaceError, match="is not empty"):
        Workspace.create(tmp_path)
    (workspace.path / "workspace.json").write_text("{")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        Workspace.open(workspace.path)


def test_a_path_that_is_too_long_is_refused_in_one_sentence(tmp_path):
    path = tmp_path / ("x" * 300)
    for ask, code in (
        (Workspace.open, "no_workspace"),
        (Workspace.create, "cannot_write"),
        (Workspace.open_or_create, "cannot_write"),
    ):
        with pytest.raises(WorkspaceError) as refused:
            ask(path)
        assert refused.value.code == code


def test_a_dataset_that_is_not_as_it_was_written_is_refused(filled):
    with filled.dataset_path().open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(DatasetError, match="not as it was written"):
        Workspace.open(filled.path)


def damage_file(workspace: Workspace) -> None:
    workspace.dataset_path().write_bytes(b"damaged")


def damage_list(workspace: Workspace) -> None:
    workspace.dataset_path().with_suffix(".json").write_text("{")


def lose_file(workspace: Workspace) -> None:
    workspace.dataset_path().unlink()


@pytest.fixture(scope="module")
def loaded_twice(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loaded twice")
    workspace = Workspace.create(folder / "workspace")
    workspace.load([written(folder, "events.csv", EVENTS)])
    workspace.load([written(folder, "customers.csv", CUSTOMERS)])
    return workspace


@pytest.mark.parametrize("damage", [damage_file, damage_list, lose_file])
@pytest.mark.parametrize("mend", ["rebuild", "load", "load more", "undo"])
def test_a_damaged_dataset_is_made_anew_from_the_kept_sources(
    loaded_twice, events, tmp_path, damage, mend
):
    copy = shutil.copytree(loaded_twice.path, tmp_path / "my workspace")
    workspace = Workspace.open(copy)
    before = counts(workspace)
    damage(workspace)
    with pytest.raises(DatasetError, match="rebuild it"):
        Workspace.open(workspace.path)
    damaged = Workspace.open(workspace.path, to_mend=True)
    assert len(damaged.source_ids()) == 2
    if mend == "undo":
        assert len(damaged.undo().sources) == 1
        return
    if mend == "rebuild":
        damaged.rebuild()
    elif mend == "load":
        report = damaged.load([events])
        assert (report.has_changed, report.files[0].is_known) == (True, True)
    else:
        text = "referrer_id,referred_id,referred_at\nu0,u1,2024-01-01\n"
        damaged.load([written(tmp_path, "referrals.csv", text)])
    again = Workspace.open(workspace.path)
    assert counts(again) == before
    assert again.status().dataset == 3
    kept = {path.name for path in (workspace.path / "damaged").iterdir()}
    assert ("2.duckdb" in kept) == (damage is not lose_file)
    # What was damaged is nothing to go back to.
    assert again.undo().dataset == 1


def test_an_empty_workspace_has_nothing_to_rebuild(workspace):
    with pytest.raises(WorkspaceError, match="has no data yet"):
        workspace.rebuild()


def test_a_lost_source_is_named_before_anything_is_rebuilt(filled):
    (path,) = (filled.path / "sources").glob("*.parquet")
    path.unlink()
    damage_file(filled)
    with pytest.raises(WorkspaceError, match="cannot be read"):
        filled.rebuild()


def test_only_one_import_runs_at_a_time(workspace, events):
    def meanwhile(stage, share):
        with pytest.raises(WorkspaceError, match="Something else is changing"):
            Workspace(workspace.path).load([events])
        stages.append((stage, share))

    stages: list[tuple[str, float]] = []
    workspace.load([events], progress=meanwhile)
    assert stages[-1] == ("done", 1.0)
    assert [share for _, share in stages] == sorted(share for _, share in stages)


def test_settings_shape_the_dataset_and_can_be_undone(filled):
    status = filled.change_settings(zone="Asia/Tokyo", week_start="sunday")
    assert (status.settings.zone, status.dataset) == ("Asia/Tokyo", 2)
    dataset = duckdb.connect(str(filled.dataset_path()), read_only=True)
    assert dataset.execute(
        "select value from settings where name = 'zone'"
    ).fetchall() == [("Asia/Tokyo",)]
    dataset.close()
    assert filled.undo().settings.zone == "UTC"


def test_a_threshold_changes_without_a_new_import(filled):
    filled.change_settings(min_n=5)
    dataset = duckdb.connect(str(filled.dataset_path()), read_only=True)
    assert dataset.execute(
        "select value from settings where name = 'min_n'"
    ).fetchall() == [("5",)]
    assert counts(filled) == {"customers": 3, "events": 9, "rejected": 0}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"zone": "Mars/Base"}, "There is no time zone 'Mars/Base'."),
        ({"week_start": "friday"}, "A week cannot start on 'friday'."),
        ({"min_n": -1}, "The setting min_n cannot be -1."),
        ({"colour": "red"}, "There is no setting 'colour'."),
    ],
)
def test_a_wrong_setting_is_refused_and_changes_nothing(workspace, changes, sentence):
    before = snapshot(workspace)
    with pytest.raises(WorkspaceError) as refused:
        workspace.change_settings(**changes)
    assert refused.value.sentence == sentence
    assert snapshot(workspace) == before


def test_cancelling_leaves_everything_as_it_was(filled, tmp_path):
    before = snapshot(filled)
    path = many_events(tmp_path)
    for stage in ("reading", "customers", "activity", "verifying"):
        cancellation = Cancellation()

        def at_stage(now, _, stage=stage, cancellation=cancellation):
            if now.startswith(stage):
                cancellation.cancel()

        with pytest.raises(CancelledError):
            filled.load([path], progress=at_stage, cancellation=cancellation)
        assert snapshot(filled) == before


def test_cancelling_interrupts_a_running_query(tmp_path):
    engine = duckdb.connect()
    cancellation = Cancellation()
    threading.Timer(0.2, cancellation.cancel).start()
    started = time.monotonic()
    with pytest.raises(duckdb.InterruptException), cancellation.attach(engine):
        engine.execute(
            "select count(*) from range(100000000) a, range(1000) b"
        ).fetchall()
    assert time.monotonic() - started < 10


def many_events(folder: Path) -> Path:
    path = folder / "many.csv"
    duckdb.sql(
        "copy (select 'u' || (i % 5000) as user_id, 'e' || (i % 7) as event,"
        " timestamp '2024-01-01' + to_minutes(i) as timestamp from range(200000) t(i))"
        f" to '{path}'"
    )
    return path


def test_the_folder_is_chosen_else_the_environments_else_beside_the_app(monkeypatch):
    monkeypatch.setenv(ENVIRONMENT, "from the environment")
    assert workspace_path("chosen") == Path("chosen")
    assert workspace_path() == Path("from the environment")
    monkeypatch.delenv(ENVIRONMENT)
    assert workspace_path() == Path(__file__).resolve().parents[2] / "workspace"

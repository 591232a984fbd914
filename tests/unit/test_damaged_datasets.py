"""Whatever happened to a dataset's file: the right figures, or one sentence."""

import json
import random

import duckdb
import pytest

from holdfast.dataset import Dataset
from holdfast.errors import DatasetError
from holdfast.questions import ask
from holdfast.questions.retention import Retention
from holdfast.workspace import Workspace
from tests.readings import written
from tests.worlds import MATCHING, made_earlier

SEED = 3
EVENTS = "user_id,event,timestamp,page\n" + "".join(
    f"u{i % 7},open,2024-02-{1 + i % 28:02} {i % 24:02}:00,p{i % 5}\n"
    for i in range(200)
)
# Of a file of DuckDB: after the checksum and its magic word.
STORAGE_VERSION = 12


@pytest.fixture
def workspace(tmp_path):
    made = Workspace.create(tmp_path / "workspace")
    made.load([written(tmp_path, EVENTS, "events.csv")])
    return made


def figures(workspace):
    """Return an answer and all rows of every table."""
    dataset = Dataset(workspace.dataset_path())
    try:
        answer = ask(dataset, Retention()).frame.to_csv()
        tables = [dataset.frame(f"from {name}") for name in workspace.status().rows]
        return [answer, *(table.to_csv() for table in tables)]
    finally:
        dataset.close()


def test_a_flipped_byte_gives_the_right_figures_or_one_sentence(workspace):
    before = figures(workspace)
    path = workspace.dataset_path()
    good = path.read_bytes()
    places = random.Random(SEED)
    told = []
    for place in [8, 4_100, *(places.randrange(len(good)) for _ in range(10))]:
        path.write_bytes(good[:place] + bytes([good[place] ^ 255]) + good[place + 1 :])
        try:
            assert figures(Workspace.open(workspace.path)) == before, place
        except DatasetError as error:
            told.append(error.sentence)
    assert len(told) > 6
    assert set(told) == {"The dataset 1.duckdb cannot be read; it may be damaged."}


def test_what_has_flipped_bytes_is_rebuilt_and_moved_aside(workspace):
    before = figures(workspace)
    path = workspace.dataset_path()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    status = Workspace.open(workspace.path).rebuild()
    assert figures(workspace) == before
    assert (workspace.path / "damaged" / "1.duckdb").read_bytes() == content
    # What was damaged is nothing to go back to.
    assert workspace.undo().dataset is None
    assert status.dataset == 2


@pytest.mark.parametrize("is_valid", [False, True])
def test_a_log_that_lies_beside_a_dataset_changes_no_figure(
    workspace, tmp_path, is_valid
):
    before = figures(workspace)
    log = workspace.dataset_path().with_suffix(".duckdb.wal")
    content = b"garbage"
    if is_valid:
        # The log of another file, as it is before it is taken over.
        other = duckdb.connect(str(tmp_path / "other.duckdb"))
        other.execute("set wal_autocheckpoint = '1TB'")
        other.execute("create table intruders as from range(100000)")
        content = (tmp_path / "other.duckdb.wal").read_bytes()
        other.close()
    log.write_bytes(content)
    again = Workspace.open(workspace.path)
    assert figures(again) == before
    assert not log.exists()


def test_a_dataset_of_a_newer_engine_is_refused_and_kept(workspace):
    before = figures(workspace)
    path = workspace.dataset_path()
    good = path.read_bytes()
    newer = (9_999).to_bytes(8, "little")
    path.write_bytes(good[:STORAGE_VERSION] + newer + good[STORAGE_VERSION + 8 :])
    with pytest.raises(DatasetError, match=r"1\.duckdb cannot be read"):
        figures(Workspace.open(workspace.path))
    path.write_bytes(good)
    assert figures(Workspace.open(workspace.path)) == before


def test_a_dataset_of_another_engine_is_read_and_built_upon(workspace, tmp_path):
    before = figures(workspace)
    manifest = workspace.dataset_path().with_suffix(".json")
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"duckdb": "1.5.0"}))
    assert figures(Workspace.open(workspace.path)) == before
    more = "user_id,signed_up_at\nu1,2024-01-01\n"
    workspace.load([written(tmp_path, more, "customers.csv")])
    assert workspace.undo().dataset == 1
    assert figures(workspace) == before


def tables_of(workspace):
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    try:
        names = dataset.execute("select table_name from duckdb_tables()").fetchall()
    finally:
        dataset.close()
    return {name for (name,) in names}


def test_a_setting_of_an_earlier_dataset_is_saved_and_every_table_made(workspace):
    before = figures(workspace)
    made_earlier(workspace)
    assert workspace.status().is_outdated
    assert tables_of(workspace).isdisjoint(MATCHING)
    status = workspace.change_settings(min_n=31)
    assert (status.settings.min_n, status.is_outdated) == (31, False)
    assert tables_of(workspace) >= set(MATCHING)
    # All but the settings themselves, which come last, is as it was.
    assert figures(workspace)[:-1] == before[:-1]
    # What it already has is copied again, as ever.
    assert workspace.change_settings(min_n=32).settings.min_n == 32
    workspace.undo()
    assert workspace.undo().is_outdated


def test_the_tables_of_an_earlier_dataset_are_made_anew_and_undone(workspace):
    before = figures(workspace)
    made_earlier(workspace)
    status = workspace.rebuild()
    assert not status.is_outdated
    assert figures(workspace) == before
    assert not (workspace.path / "damaged").exists()
    assert workspace.undo().is_outdated

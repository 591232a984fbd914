"""Imports that are killed or run out of disk leave what there was, to the byte."""

import os
import random
import signal
import time

import duckdb
import pytest

from holdfast.errors import WorkspaceError
from holdfast.workspace import Workspace
from tests.forked import CAN_FORK, forking
from tests.readings import written

SEED = 7
MOMENTS = 50
RENAMES = 12
FIRST = "user_id,event,timestamp\n" + "".join(
    f"u{i % 3},login,2024-01-{1 + i:02}\n" for i in range(9)
)
SECOND = "user_id,event,timestamp,page\n" + "".join(
    f"u{i % 7},open,2024-02-{1 + i % 28:02} {i % 24:02}:00,p{i % 5}\n"
    for i in range(200)
)

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="This system cannot fork.")


@pytest.fixture(scope="module")
def server():
    with forking() as started:
        yield started


@pytest.fixture
def workspace(tmp_path):
    made = Workspace.create(tmp_path / "my workspace")
    made.load([written(tmp_path, FIRST, "first.csv")])
    return made


@pytest.fixture
def second(tmp_path):
    return written(tmp_path, SECOND, "second.csv")


def snapshot(workspace):
    """Read every file of the workspace, but for the lock."""
    return {
        str(path.relative_to(workspace.path)): path.read_bytes()
        for path in workspace.path.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def rows_of_the_file(workspace):
    """Count the rows of each table in the dataset itself."""
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    try:
        return {
            name: dataset.execute(f"select count(*) from {name}").fetchall()[0][0]
            for name in workspace.status().rows
        }
    finally:
        dataset.close()


def check(workspace, before):
    """Open what a killed import left: all of the old, or all of the new."""
    again = Workspace.open(workspace.path)
    assert rows_of_the_file(again) == again.status().rows
    if again.status().dataset == 1:
        assert snapshot(again) == before
        return False
    assert again.status().rows["events"] == 209
    kinds = sorted(path.suffix for path in again.path.rglob("*") if path.is_file())
    kept = [".duckdb"] * 2 + [".json"] * 5 + [".parquet"] * 2
    assert [kind for kind in kinds if kind] == kept
    # As it was: the next one begins from the same state.
    (again.path / "workspace.json").write_bytes(before["workspace.json"])
    Workspace.open(workspace.path)
    assert snapshot(again) == before
    return True


@pytest.mark.timeout(300)  # it waits for as long as imports take here
def test_an_import_that_is_killed_at_any_moment_leaves_the_last_good_dataset(
    server, workspace, second
):
    before = snapshot(workspace)
    tries = []
    for _ in range(2):
        began = time.monotonic()
        server.start(workspace.path, second)
        assert server.end() == 0
        tries.append(time.monotonic() - began)
        assert check(workspace, before)
    # The shorter: what comes after the end of an import kills nothing.
    took = min(tries)
    moments = random.Random(SEED)
    killed = 0
    for number in range(MOMENTS):
        # One in each part of the import, and the last ones after it.
        moment = 1.1 * took * (number + moments.random()) / MOMENTS
        print(f"seed {SEED}, moment {number}: after {moment:.4f} s of {took:.4f}")
        child = server.start(workspace.path, second)
        time.sleep(moment)
        os.kill(child, signal.SIGKILL)
        killed += server.end() == -signal.SIGKILL
        check(workspace, before)
    assert killed > MOMENTS / 3
    assert Workspace.open(workspace.path).load([second]).has_changed
    assert workspace.status().rows["events"] == 209


def test_an_import_that_is_killed_before_any_rename_leaves_old_or_new(
    server, workspace, second
):
    before = snapshot(workspace)
    outcomes = []
    for number in range(RENAMES):
        server.start(workspace.path, second, renames=number)
        code = server.end()
        outcomes.append((code, check(workspace, before)))
    # The last rename names the new dataset; whoever is killed before it is undone.
    killed = [is_new for code, is_new in outcomes if code == -signal.SIGKILL]
    ended = [is_new for code, is_new in outcomes if code == 0]
    assert len(killed) >= 5
    assert not any(killed)
    assert ended
    assert all(ended)


def test_a_disk_that_is_full_in_any_stage_changes_nothing(server, workspace, second):
    before = snapshot(workspace)
    codes = []
    for size in (1, 500, 1_000, 5_000, 1_000_000, 100_000_000):
        server.start(workspace.path, second, bytes=size)
        code = server.end()
        assert check(workspace, before) == (code == 0)
        codes.append(code)
    # Refused in words each time, and loaded where there is room.
    assert codes == [3, 3, 3, 3, 3, 0]


def test_another_program_is_told_that_an_import_is_running_and_can_read(
    server, workspace, second, tmp_path
):
    other = Workspace.open(workspace.path)
    child = server.start(workspace.path, second)
    deadline = time.monotonic() + 20
    while not list(workspace.path.glob("staging-*")):
        assert time.monotonic() < deadline
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(WorkspaceError, match="Something else is changing"):
        other.load([written(tmp_path, FIRST.replace("2024", "2023"), "third.csv")])
    assert rows_of_the_file(Workspace.open(workspace.path))["events"] == 9
    os.kill(child, signal.SIGCONT)
    assert server.end() == 0
    assert other.status().rows["events"] == 209

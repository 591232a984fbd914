"""Saved segments: kept beside the workspace, whole or not at all."""

import json
from pathlib import Path

import pytest

from holdfast.dataset import Dataset
from holdfast.errors import WorkspaceError
from holdfast.membership import Membership, membership
from holdfast.saved_segments import (
    MOST_LETTERS,
    Origin,
    clean_name,
    digest_of,
    free_name,
)
from holdfast.workspace import Workspace, durable
from tests.readings import written
from tests.unit.test_changing_a_workspace import CUSTOMERS, EVENTS, PERSON, traces

ORIGIN = Origin(
    "Retention",
    "Not retained in month 1",
    ("plan=pro", 'in "Old"'),
    "retention",
    (("filter", "plan=pro"), ("filter", 'in "Old"'), ("interval", "week")),
)


@pytest.fixture
def workspace(tmp_path):
    return Workspace.create(tmp_path / "workspace")


def names(workspace):
    return [each.name for each in Workspace(workspace.path).segments.all()]


def files(workspace):
    return sorted(path.name for path in (workspace.path / "segments").iterdir())


def test_a_segment_is_what_was_saved(workspace):
    workspace.segments.save("Stuck", ["b", "a", "b"], ORIGIN)
    (found,) = Workspace.open(workspace.path).segments.all()
    assert (found.name, found.ids, found.read_ids()) == ("Stuck", 2, ["a", "b"])
    assert found.origin == ORIGIN
    assert found.digest == digest_of(["a", "b"])
    assert found.origin.describe() == (
        "Not retained in month 1, Retention. Customers with plan pro, in the segment"
        " “Old”."
    )
    assert len(files(workspace)) == 2
    state = json.loads((workspace.path / "workspace.json").read_text())
    assert len(json.dumps(state["segments"])) < 40


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", 'say "hi"', "con", "a/b\\c", "鉄道", "x" * MOST_LETTERS],
)
def test_any_name_will_do(workspace, name):
    workspace.segments.save(name, ["a"], Origin())
    assert names(workspace) == [name]
    assert not {"passwd", "con"} & {each.partition(".")[0] for each in files(workspace)}


def test_a_name_is_one_line_that_can_be_read():
    assert clean_name("  two\nlines\t and \u202e turned\x00 ") == "two lines and turned"
    assert clean_name("y" * 500) == "y" * MOST_LETTERS
    assert free_name("stuck", ["Stuck", "stuck (2)"]) == "stuck (3)"
    assert free_name("\n", []) == "Segment"
    assert len(free_name("y" * 500, ["y" * MOST_LETTERS])) == MOST_LETTERS


@pytest.mark.parametrize(
    ("name", "ids", "code"),
    [
        ("stuck", ["a"], "segment_name_taken"),
        ("  ", ["a"], "segment_without_name"),
        ("Nobody", [], "empty_segment"),
    ],
)
def test_what_cannot_be_saved_changes_nothing(workspace, name, ids, code):
    workspace.segments.save("Stuck", ["a"], ORIGIN)
    before = files(workspace)
    with pytest.raises(WorkspaceError) as refusal:
        workspace.segments.save(name, ids, ORIGIN)
    assert refusal.value.code == code
    assert refusal.value.remedy
    assert (names(workspace), files(workspace)) == (["Stuck"], before)


def test_another_name_leaves_the_customers_alone(workspace):
    workspace.segments.save("one", ["a", "b"], ORIGIN)
    workspace.segments.save("two", ["a", "b"], ORIGIN)
    workspace.segments.rename("one", "First")
    first, two = workspace.segments.all()
    assert (first.name, two.name) == ("First", "two")
    assert first.read_ids() == two.read_ids() == ["a", "b"]
    with pytest.raises(WorkspaceError, match="already"):
        workspace.segments.rename("First", "TWO")
    # Only its letters' case changes.
    workspace.segments.rename("two", "Two")
    assert names(workspace) == ["First", "Two"]
    # Two descriptions, and the ids that they share.
    assert len(files(workspace)) == 3


def test_a_deleted_segment_leaves_no_file(workspace):
    workspace.segments.save("one", ["a"], ORIGIN)
    workspace.segments.save("two", ["a"], ORIGIN)
    workspace.segments.delete("one")
    assert names(workspace) == ["two"]
    assert workspace.segments.all()[0].read_ids() == ["a"]
    workspace.segments.delete("two")
    assert (names(workspace), files(workspace)) == ([], [])
    with pytest.raises(WorkspaceError, match="no saved segment"):
        workspace.segments.delete("two")


@pytest.mark.parametrize(
    ("work", "stage"),
    [
        *(("save", stage) for stage in ("ids", "description", "state")),
        *(("rename", stage) for stage in ("description", "state")),
    ],
)
def test_work_that_is_cut_off_leaves_all_as_it_was(workspace, monkeypatch, work, stage):
    workspace.segments.save("one", ["a"], ORIGIN)
    before = files(workspace)
    write = durable.write_json

    def cut_off(path: Path, values):
        kind = {"workspace.json": "state"}.get(path.name)
        kind = kind or ("ids" if path.name.endswith(".ids.json") else "description")
        if kind == stage:
            raise KeyboardInterrupt
        write(path, values)

    for module in ("segments", "folder"):
        monkeypatch.setattr(f"holdfast.workspace.{module}.write_json", cut_off)
    if work == "save":
        with pytest.raises(KeyboardInterrupt):
            workspace.segments.save("new", ["b"], ORIGIN)
    else:
        with pytest.raises(KeyboardInterrupt):
            workspace.segments.rename("one", "new")
    monkeypatch.undo()
    assert names(workspace) == ["one"]
    Workspace.open(workspace.path)
    assert files(workspace) == before


def test_nothing_is_saved_while_the_workspace_is_being_changed(workspace):
    with workspace._folder.writing(), pytest.raises(WorkspaceError) as refusal:
        Workspace(workspace.path).segments.save("one", ["a"], ORIGIN)
    assert refusal.value.code == "workspace_busy"
    assert names(workspace) == []


def test_a_segment_outlives_imports_undo_and_settings(workspace, tmp_path):
    workspace.segments.save("one", ["a"], ORIGIN)
    workspace.load([written(tmp_path, EVENTS, "events.csv")])
    workspace.change_settings(min_n=5)
    workspace.undo()
    assert names(workspace) == ["one"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda header, ids: header.write_text("{"),
        lambda header, ids: header.write_text("[]"),
        lambda header, ids: header.write_text('{"name": "x"}'),
        lambda header, ids: header.unlink(),
        lambda header, ids: ids.unlink(),
    ],
)
def test_a_damaged_segment_holds_up_nothing(workspace, damage):
    workspace.segments.save("one", ["a"], ORIGIN)
    ids, header = sorted(
        (workspace.path / "segments").iterdir(), key=lambda path: path.name.count(".")
    )[::-1]
    workspace.segments.save("two", ["b"], ORIGIN)
    damage(header, ids)
    opened = Workspace.open(workspace.path)
    assert names(opened) == ["two"]
    assert opened.segments.unreadable() == 1
    opened.segments.save("three", ["c"], ORIGIN)
    assert names(opened) == ["two", "three"]
    opened.segments.forget_unreadable()
    assert (names(opened), opened.segments.unreadable()) == (["two", "three"], 0)
    assert len(files(workspace)) == 4


@pytest.mark.parametrize("listed", ["x", ["../../x"], [1], {"a": "b"}, None])
def test_a_list_of_segments_that_is_none_is_told(workspace, listed):
    path = workspace.path / "workspace.json"
    state = json.loads(path.read_text())
    path.write_text(json.dumps({**state, "segments": listed}))
    with pytest.raises(WorkspaceError, match="no saved segments"):
        Workspace.open(workspace.path)


def test_a_deleted_person_leaves_the_segments_too(workspace, tmp_path):
    for name, text in (("events", EVENTS), ("customers", CUSTOMERS)):
        workspace.load([written(tmp_path, text, f"{name}.csv")])
    named = Origin(
        "Retention",
        f"Retained in month 1, {PERSON}",
        ("plan=pro", f"email={PERSON}", f'did x "{PERSON}"'),
        "retention",
        (("filter", "plan=pro"), ("filter", f"email={PERSON}")),
    )
    workspace.segments.save(f"With {PERSON.upper()}!", ["a", PERSON], named)
    workspace.segments.save("Only the others", ["a", "b"], ORIGIN)
    workspace.segments.save("Alone", [PERSON], ORIGIN)
    workspace.delete_person(PERSON)
    for word in (PERSON, PERSON.upper(), digest_of(["a", PERSON]), digest_of([PERSON])):
        assert traces(workspace, word) == [], word
    assert not any(digest_of([PERSON]) in each for each in files(workspace))
    with_her, others, alone = workspace.segments.all()
    assert (with_her.name, with_her.ids, with_her.read_ids()) == (
        *("With (deleted)!", 1, ["a"]),
    )
    assert with_her.origin == Origin(
        "Retention", "Retained in month 1, (deleted)", ("plan=pro",), "", ()
    )
    assert (others.name, others.read_ids()) == ("Only the others", ["a", "b"])
    assert others.origin == ORIGIN
    assert (alone.name, alone.ids, alone.read_ids()) == ("Alone", 0, [])
    # Nobody is in it, and it can be asked about all the same.
    with_dataset = Dataset(workspace.dataset_path())
    assert membership(with_dataset, alone) == Membership(0, 0, 0)


def test_a_short_id_is_not_looked_for_in_words(workspace, tmp_path):
    workspace.load([written(tmp_path, EVENTS, "events.csv")])
    workspace.segments.save("What a month, b", ["a", "b"], ORIGIN)
    filtered = Origin("Retention", "x", ("id=a,c", "plan=pro"), "retention", ())
    workspace.segments.save("two", ["a"], filtered)
    workspace.delete_person("a")
    first, second = workspace.segments.all()
    assert (first.name, first.read_ids()) == ("What a month, b", ["b"])
    assert (second.read_ids(), second.origin.filters) == ([], ("plan=pro",))


def test_who_is_in_a_segment_only_is_deleted_from_it(workspace, tmp_path):
    for name, text in (("events", EVENTS), ("customers", CUSTOMERS)):
        workspace.load([written(tmp_path, text, f"{name}.csv")])
    workspace.segments.save("one", ["a", "once-known"], ORIGIN)
    workspace.delete_person("once-known")
    assert workspace.segments.all()[0].read_ids() == ["a"]
    assert traces(workspace, "once-known") == []


def test_a_deletion_that_fails_leaves_the_segments_as_they_were(
    workspace, tmp_path, monkeypatch
):
    workspace.load([written(tmp_path, EVENTS, "events.csv")])
    workspace.segments.save("one", ["a", PERSON], ORIGIN)
    before = files(workspace)

    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("holdfast.workspace.making.build", fail)
    with pytest.raises(RuntimeError):
        workspace.delete_person(PERSON)
    monkeypatch.undo()
    assert workspace.segments.all()[0].read_ids() == sorted(["a", PERSON])
    Workspace.open(workspace.path)
    assert files(workspace) == before

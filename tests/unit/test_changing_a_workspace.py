import json
from dataclasses import replace

import duckdb
import pytest

from holdfast.errors import ImportRefusedError, WorkspaceError
from holdfast.workspace import Workspace
from tests.readings import written
from tests.worlds import mapped

PERSON = "zoe-7f3a@example.org"
EVENTS = (
    "user_id,event,timestamp\n"
    f"a,open,2024-01-01 10:00\n{PERSON},open,2024-01-02 10:00\n"
    f"b,open,soon\n{PERSON},open,never\n{PERSON},open\na,close,2024-01-03 10:00\n"
)
CUSTOMERS = f"user_id,signed_up_at,plan\na,2024-01-01,pro\n{PERSON},2024-01-02,free\n"
REFERRALS = (
    "referrer_id,referred_id,referred_at\n"
    f"{PERSON},a,2024-01-01\na,b,2024-01-02\na,{PERSON},2024-01-02\n"
)


@pytest.fixture
def workspace(tmp_path):
    return Workspace.create(tmp_path / "workspace")


def loaded(workspace, folder, **texts):
    for name, text in texts.items():
        workspace.load([written(folder, text, f"{name}.csv")])


def asked(workspace, sql):
    dataset = duckdb.connect(str(workspace.dataset_path()), read_only=True)
    try:
        return dataset.execute(sql).fetchall()
    finally:
        dataset.close()


def traces(workspace, word):
    """Return the files that hold a word, packed tables unpacked."""
    found = []
    for path in workspace.path.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            # A connection of its own: the shared one may be in use by another test.
            with duckdb.connect() as reader:
                rows = reader.execute(f"from '{path}'").fetchall()
            content += repr(rows).encode()
        if path.suffix == ".duckdb":
            dataset = duckdb.connect(str(path), read_only=True)
            for (table,) in dataset.execute(
                "select table_name from duckdb_tables()"
            ).fetchall():
                rows = dataset.execute(f'from "{table}"').fetchall()
                content += repr(rows).encode()
            dataset.close()
        if word.encode() in content:
            found.append(path.name)
    return found


def test_of_a_deleted_person_no_trace_is_left(workspace, tmp_path):
    loaded(workspace, tmp_path, events=EVENTS, customers=CUSTOMERS, referrals=REFERRALS)
    assert traces(workspace, PERSON)
    (workspace.path / "damaged").mkdir()
    (workspace.path / "damaged" / "1.duckdb.old").write_text(PERSON)
    status = workspace.delete_person(PERSON)
    assert traces(workspace, PERSON) == []
    assert not status.can_undo
    assert len(status.sources) == 3
    assert asked(workspace, "select customer_id from customers order by 1") == [
        ("a",),
        ("b",),
    ]
    # The others keep the lines that they have in their file.
    asked_again = dict(asked(workspace, "select reason, line from rejected"))
    assert asked_again == {'"timestamp" is not a date': 4}
    assert asked(workspace, "select sum(rows_read)::int from source_rows") == [(6,)]
    # What is loaded twice is still known.
    path = written(tmp_path, EVENTS, "events.csv")
    assert workspace.load([path]).files[0].is_known
    assert Workspace.open(workspace.path).status().sources == status.sources


def test_a_deleted_person_is_found_under_every_id_and_address(tmp_path):
    workspace = mapped(
        tmp_path,
        [
            (
                "people.csv",
                "customers",
                {"id": "customer_id", "mail": "email"},
                "id,mail\nu1,Ann@x.com\nu2,\n",
            ),
            (
                "pairs.csv",
                "identities",
                {"id": "customer_id", "other": "other_id"},
                "id,other\nu1,cus_77\nu2,cus_88\n",
            ),
            (
                "orders.csv",
                "orders",
                {"id": "customer_id", "mail": "email", "day": "ordered_at"},
                "id,mail,day\ncus_77,,2024-01-05\nweb-5,ANN@x.com,2024-01-06\n"
                ",ann@X.com,2024-01-07\ncus_88,,2024-01-08\n",
            ),
        ],
    )
    assert asked(workspace, "select customer_no, ordered_on::text from orders") == [
        (0, "2024-01-05"),
        (0, "2024-01-06"),
        (0, "2024-01-07"),
        (1, "2024-01-08"),
    ]
    workspace.delete_person("cus_77")
    for word in ("u1", "cus_77", "web-5", "nn@x", "NN@x", "nn@X"):
        assert traces(workspace, word) == [], word
    assert asked(workspace, "select customer_id from customers") == [("u2",)]
    assert asked(workspace, "select given_id from identities") == [("cus_88",)]


def test_an_address_of_several_people_deletes_none_of_them(tmp_path):
    people = "id,mail\nC1,fam@x.com\nC2,fam@x.com\n"
    orders = "id,mail,day\n,fam@x.com,2024-01-05\nC1,own@x.com,2024-01-06\n"
    workspace = mapped(
        tmp_path,
        [
            (
                "people.csv",
                "customers",
                {"id": "customer_id", "mail": "email"},
                people,
            ),
            (
                "orders.csv",
                "orders",
                {"id": "customer_id", "mail": "email", "day": "ordered_at"},
                orders,
            ),
        ],
    )
    with pytest.raises(WorkspaceError, match="Several customers have this address"):
        workspace.delete_person("FAM@x.com")
    # An address beside an id is enough; the shared one is now of one customer.
    workspace.delete_person("Own@x.com")
    assert asked(workspace, "select customer_id from customers") == [("C2",)]
    assert asked(workspace, "select ordered_on::text from orders") == [("2024-01-05",)]
    assert traces(workspace, "C1") == []
    assert traces(workspace, "own@x.com") == []


def test_further_rows_of_an_order_leave_with_its_first(workspace, tmp_path):
    head = (
        "Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,"
        "Lineitem name,Lineitem price\n"
    )
    loaded(
        workspace,
        tmp_path,
        shop=head
        + "#1,ann@x.com,paid,EUR,100,2024-01-05 10:00:00 +0000,2,Mug,20\n"
        + "#1,,,,,,1,Secret book,60\n"
        + "#2,bob@x.com,paid,EUR,50,2024-01-06 10:00:00 +0000,1,Mug,50\n",
    )
    workspace.delete_person("ann@x.com")
    for word in ("ann@x.com", "Secret book", "#1"):
        assert traces(workspace, word) == [], word
    assert asked(workspace, "select order_id, lines from orders") == [("#2", 1)]


def test_a_chain_of_pairs_and_referrals_in_capitals_leave_no_trace(tmp_path):
    workspace = mapped(
        tmp_path,
        [
            (
                "people.csv",
                "customers",
                {"id": "customer_id", "mail": "email", "by": "referred_by"},
                "id,mail,by\nC3,,\nC4,d@x.com,C@X.com\n",
            ),
            (
                "pairs.csv",
                "identities",
                {"id": "customer_id", "other": "other_id"},
                "id,other\nC3,Q9\nQ9,Q10\nQ10,C@x.com\nC4,Q11\n",
            ),
        ],
    )
    workspace.delete_person("C3")
    for word in ("C3", "Q9", "Q10", "C@x.com", "C@X.com", "c@x.com"):
        assert traces(workspace, word) == [], word
    assert asked(workspace, "select customer_id from customers") == [("C4",)]


def test_a_person_who_referred_others_is_not_named_by_them(workspace, tmp_path):
    loaded(workspace, tmp_path, referrals=REFERRALS)
    workspace.delete_person(PERSON)
    found = asked(workspace, "select customer_id, referred_by from customers")
    assert sorted(found) == [("a", None), ("b", "a")]


def test_the_last_person_leaves_nothing(workspace, tmp_path):
    only = f"user_id,event,timestamp\n{PERSON},open,2024-01-02 10:00\n"
    loaded(workspace, tmp_path, events=only)
    status = workspace.delete_person(PERSON)
    assert (status.dataset, status.sources, status.can_undo) == (None, (), False)
    assert traces(workspace, PERSON) == []


def test_a_person_whom_nobody_knows_changes_nothing(workspace, tmp_path):
    loaded(workspace, tmp_path, events=EVENTS)
    before = workspace.status()
    with pytest.raises(WorkspaceError, match="No loaded file"):
        workspace.delete_person("nobody")
    assert workspace.status() == before
    assert len(list((workspace.path / "sources").glob("*.json"))) == 1


def test_a_file_is_removed_and_comes_back_by_undo(workspace, tmp_path):
    loaded(workspace, tmp_path, events=EVENTS, customers=CUSTOMERS)
    first, second = workspace.status().sources
    assert workspace.remove(first.id).sources == (second,)
    assert workspace.status().rows["events"] == 0
    assert workspace.remove(second.id).sources == ()
    assert workspace.dataset_path() is None
    assert workspace.undo().sources == (second,)
    assert workspace.undo().sources == (first, second)
    with pytest.raises(WorkspaceError, match="There is no loaded file"):
        workspace.remove("nothing")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"settings": {"week_start": "friday"}}, "a week cannot start on 'friday'"),
        ({"settings": {"min_n": "abc"}}, "the setting min_n cannot be 'abc'"),
        ({"settings": {"min_n": -3}}, "the setting min_n cannot be -3"),
        ({"settings": {"zone": ["UTC"]}}, "there is no time zone ['UTC']"),
        ({"settings": {"zone": "Nowhere"}}, "there is no time zone 'Nowhere'"),
        ({"settings": {"currency": 5}}, "the setting currency cannot be 5"),
        ({"settings": {"week_start": []}}, "a week cannot start on []"),
        ({"settings": "none"}, "its 'settings' are no settings"),
        ({"current": "one"}, "'one' is no dataset"),
        ({"history": 3}, "its 'history' is no list"),
        ({"history": ["x"]}, "'x' is no dataset"),
        ({"next": None}, "its 'next' cannot be None"),
        ({"mappings": [{"columns": 3}]}, "a remembered mapping is no mapping"),
        ({"mappings": 3}, "a remembered mapping is no mapping"),
    ],
)
def test_a_file_written_by_hand_is_refused_in_one_sentence(workspace, change, fault):
    path = workspace.path / "workspace.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    for ask in (Workspace.open, lambda path: workspace.status()):
        with pytest.raises(WorkspaceError) as refused:
            ask(workspace.path)
        assert refused.value.code == "workspace_damaged"
        assert refused.value.sentence == (
            "The file workspace.json of the workspace workspace cannot be read:"
            f" {fault}."
        )


@pytest.mark.parametrize("name", ["settings", "current", "history", "next"])
def test_a_missing_key_is_named(workspace, name):
    path = workspace.path / "workspace.json"
    state = json.loads(path.read_text())
    del state[name]
    path.write_text(json.dumps(state))
    with pytest.raises(WorkspaceError, match=f"it has no '{name}'"):
        workspace.status()


def test_settings_that_are_missing_are_the_usual_ones(workspace):
    path = workspace.path / "workspace.json"
    state = json.loads(path.read_text())
    path.write_text(json.dumps(state | {"settings": {"min_n": 5}, "more": 1}))
    settings = workspace.settings
    assert (settings.min_n, settings.zone) == (5, "UTC")


def test_a_chosen_mapping_is_used_for_files_of_the_same_shape(workspace, tmp_path):
    header = "user_id,event,timestamp\n"
    first = written(tmp_path, header + "a,open,2024-01-01\n", "may.csv")
    inspection = workspace.inspect(first)
    (part,) = inspection.mapping.feeds
    changed = replace(part, roles={**part.roles, "event": ()}, constants={"event": "x"})
    mapping = replace(inspection.mapping, feeds=(changed,))
    workspace.load([replace(inspection, mapping=mapping)])
    second = written(tmp_path, header + "a,open,2024-06-01\n", "june.csv")
    again = workspace.inspect(second)
    assert (again.same_as, again.mapping) == ("may.csv", mapping)
    workspace.load([second])
    assert asked(workspace, "select event, events from event_names") == [("x", 2)]
    # What an earlier change chose stays.
    workspace.undo()
    assert len(workspace.remembered()) == 1
    workspace.forget_mapping([name for name, _ in again.columns])
    assert workspace.inspect(second).same_as == ""
    assert workspace.inspect(second).mapping == inspection.mapping


def test_a_mapping_that_was_only_recognised_is_not_remembered(workspace, tmp_path):
    workspace.load([workspace.inspect(written(tmp_path, EVENTS, "events.csv"))])
    assert workspace.remembered() == ()
    assert "mappings" not in json.loads((workspace.path / "workspace.json").read_text())


def as_event(inspection, column):
    (part,) = inspection.mapping.feeds
    roles = {**part.roles, "event": (column,)}
    return replace(inspection.mapping, feeds=(replace(part, roles=roles),))


KINDS = (
    "user_id,event,timestamp,kind\n"
    "a,open,2024-01-01 10:00,x\na,close,2024-01-02 10:00,y\na,open,soon,x\n"
)


def test_a_file_is_mapped_anew_from_its_stored_rows(workspace, tmp_path):
    path = written(tmp_path, KINDS, "events.csv")
    workspace.load([path])
    path.unlink()
    (source,) = workspace.status().sources
    found = workspace.inspect_source(source.id)
    assert (found.mapping, found.columns) == (source.mapping, source.rows.columns)
    assert found.preview[1] == ("a", "close", "2024-01-02 10:00", "y")
    mapping = as_event(found, "kind")
    before = sorted(each.name for each in workspace.path.rglob("*"))
    (report,) = workspace.check_remap(source.id, mapping).files
    assert (report.rows_read, report.imported, report.rejected) == (3, 2, 1)
    assert report.reasons[0].first_line == 4
    assert sorted(each.name for each in workspace.path.rglob("*")) == before
    workspace.remap(source.id, mapping)
    names = "select event from event_names order by event"
    assert asked(workspace, names) == [("x",), ("y",)]
    # Both versions are there, and mapping it back finds the first rows again.
    assert len(workspace.versions()) == 2
    workspace.remap(workspace.status().sources[0].id, source.mapping)
    assert workspace.status().sources == (source,)
    assert asked(workspace, names) == [("close",), ("open",)]
    workspace.undo()
    assert asked(workspace, names) == [("x",), ("y",)]


def test_undo_takes_back_the_mapping_that_a_file_was_given(workspace, tmp_path):
    names = "select event from event_names order by event"
    workspace.load([written(tmp_path, KINDS, "may.csv")])
    (source,) = workspace.status().sources
    found = workspace.inspect_source(source.id)
    workspace.remap(source.id, as_event(found, "kind"))
    assert [each.mapping for each in workspace.remembered()] == [
        workspace.status().sources[0].mapping
    ]
    workspace.undo()
    assert workspace.remembered() == ()
    june = KINDS.replace("2024-01", "2024-06")
    workspace.load([written(tmp_path, june, "june.csv")])
    assert asked(workspace, names) == [("close",), ("open",)]


def test_undo_brings_back_the_mapping_before_and_leaves_what_was_forgotten(
    workspace, tmp_path
):
    workspace.load([written(tmp_path, KINDS, "may.csv")])
    columns = ["user_id", "event", "timestamp", "kind"]
    for column in ("kind", "timestamp"):
        (source,) = workspace.status().sources
        found = workspace.inspect_source(source.id)
        workspace.remap(source.id, as_event(found, column))

    def chosen():
        return [each.mapping.feeds[0].roles["event"] for each in workspace.remembered()]

    assert chosen() == [("timestamp",)]
    # A dataset that takes the place of a damaged one is undone like that one.
    workspace.dataset_path().write_bytes(b"")
    workspace.rebuild()
    assert chosen() == [("timestamp",)]
    workspace.undo()
    assert chosen() == [("kind",)]
    workspace.forget_mapping(columns)
    workspace.undo()
    assert chosen() == []


def test_a_mapping_that_brings_nothing_leaves_all_as_it_was(workspace, tmp_path):
    workspace.load([written(tmp_path, KINDS, "events.csv")])
    (source,) = workspace.status().sources
    before = sorted(each.name for each in (workspace.path / "sources").iterdir())
    (part,) = source.mapping.feeds
    roles = {**part.roles, "happened_at": ("kind",)}
    wrong = replace(source.mapping, feeds=(replace(part, roles=roles),))
    with pytest.raises(ImportRefusedError, match="none of its rows"):
        workspace.remap(source.id, wrong)
    with pytest.raises(WorkspaceError, match="There is no loaded file"):
        workspace.remap("nothing", wrong)
    assert workspace.status().sources == (source,)
    after = sorted(each.name for each in (workspace.path / "sources").iterdir())
    assert after == before


def test_a_person_deleted_after_a_file_was_mapped_anew_leaves_no_trace(
    workspace, tmp_path
):
    loaded(workspace, tmp_path, events=EVENTS)
    (source,) = workspace.status().sources
    (part,) = source.mapping.feeds
    constant = replace(
        part, roles={**part.roles, "event": ()}, constants={"event": "x"}
    )
    workspace.remap(source.id, replace(source.mapping, feeds=(constant,)))
    workspace.delete_person(PERSON)
    assert traces(workspace, PERSON) == []

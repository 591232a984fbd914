import pytest

from holdfast.filters import Filters
from holdfast.occurrence import Occurrence
from holdfast.questions import ask, journeys
from holdfast.questions.journeys import Journeys
from tests.worlds import dataset_of, table


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro"}),
            ("bob", "2025-01-01", {"plan": "free"}),
            ("cat", "2025-01-02", {"plan": "pro"}),
            ("dan", "2025-01-02", {"plan": "pro"}),
        ],
        events=[
            (name, event, f"2025-01-{day:02} 10:00:00")
            for name, events in (
                ("ann", "join look join look"),
                ("bob", "join look"),
                ("cat", "join buy"),
                ("dan", "join"),
            )
            for day, event in enumerate(events.split(), start=3)
        ],
    )


def listed(dataset, spec, path, segment="All", filters=None):
    filters = filters or Filters()
    frame = ask(dataset, spec, filters).frame
    node = int(frame.loc[frame["path"] == path, "node"].iloc[0])
    rows = journeys.members(dataset, spec, filters, node, segment)
    return table(rows, "id", "segment", "joined_on", "last_seen_on", "journeys")


SPEC = Journeys(Occurrence("event", ("join",)), depth=1, branches=1)


def test_who_came_to_each_node(town):
    assert [row[0] for row in listed(town, SPEC, "join")] == [
        "ann",
        "bob",
        "cat",
        "dan",
    ]
    assert listed(town, SPEC, "join › look") == [
        ("ann", "All", "2025-01-01", "2025-01-06", 1),
        ("bob", "All", "2025-01-01", "2025-01-04", 1),
    ]
    assert listed(town, SPEC, "join › (other)") == [
        ("cat", "All", "2025-01-02", "2025-01-04", 1)
    ]
    assert listed(town, SPEC, "join › (nothing more)") == [
        ("dan", "All", "2025-01-02", "2025-01-03", 1)
    ]


def test_several_journeys_of_one_customer_are_one_row(town):
    every = Journeys(SPEC.anchor, depth=1, every=True)
    assert [(row[0], row[4]) for row in listed(town, every, "join › look")] == [
        ("ann", 2),
        ("bob", 1),
    ]


def test_a_segment_lists_its_own_customers_only(town):
    by_plan = Filters(breakdown="plan")
    assert [row[:2] for row in listed(town, SPEC, "join › look", "pro", by_plan)] == [
        ("ann", "pro")
    ]


def test_a_list_is_made_from_the_figures_that_are_kept(town, monkeypatch):
    ask(town, SPEC)

    def again(*_):
        raise AssertionError("the figures were told again")

    monkeypatch.setattr(journeys, "answer", again)
    assert [row[0] for row in listed(town, SPEC, "join › (other)")] == ["cat"]


def test_nothing_but_the_steps_is_kept_of_the_paths(town):
    ask(town, SPEC)
    kept = town.frame(
        "select table_name from duckdb_tables() where table_name like 'walked%'"
    )
    assert len(kept)
    assert not kept["table_name"].str.endswith("_ends").any()

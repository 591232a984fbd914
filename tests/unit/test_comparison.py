import shutil
from dataclasses import replace

import pytest

from holdfast.cancellation import Cancellation
from holdfast.comparison import Version, compare, shown
from holdfast.dataset import Dataset
from holdfast.errors import CancelledError
from holdfast.workspace import Workspace
from tests.readings import written
from tests.worlds import made_earlier, table

PEOPLE = "customer_id,signed_up_at\n" + "".join(
    f"c{number},2025-0{1 + number % 2}-03\n" for number in range(10)
)
# Everyone is there in the month of joining; c0, c2 and c4 a month later too.
EVENTS = "customer_id,event,timestamp\n" + "".join(
    f"c{number},open,2025-0{1 + number % 2}-04 10:00\n" for number in range(10)
)
AGAIN = "".join(f"c{number},open,2025-02-05 10:00\n" for number in (0, 2, 4))
END = "c1,open,2025-03-31 23:00\n"
MORE = "customer_id,event,timestamp\nc6,open,2025-02-06 10:00\n"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loaded")
    workspace = Workspace.create(folder / "workspace")
    workspace.load(
        [
            written(folder, PEOPLE, "people.csv"),
            written(folder, EVENTS + AGAIN + END, "events.csv"),
        ]
    )
    return workspace


@pytest.fixture
def workspace(loaded, tmp_path):
    """Return a workspace with both files in it, a copy for each test."""
    return Workspace.open(shutil.copytree(loaded.path, tmp_path / "workspace"))


def compared(workspace):
    return compare(*versions_of(workspace))


def versions_of(workspace):
    return [
        Version(status, Dataset(workspace.version_path(status.dataset)))
        for status in workspace.versions()[-2:]
    ]


def figure(comparison, name, of):
    return chosen(comparison.moved, name, of)


def total(comparison, name, of):
    return chosen(comparison.grown, name, of)


def chosen(moved, name, of):
    found = moved[(moved["figure"] == name) & (moved["of"] == of)]
    return table(found, "before", "after", "customers_before", "reason")


def test_rows_on_days_that_were_over_move_past_figures(workspace, tmp_path):
    workspace.load([written(tmp_path, MORE, "more.csv")])
    found = compared(workspace)
    assert found.changes == (
        "more.csv was added.",
        "Events: 1 row came to days that were over in the version before.",
    )
    over = "Rows changed on days that were over before."
    # Of the 5 who joined in January 3 came back in February, and c6 now too.
    assert figure(found, "Retention, month 1", "joined in Jan 2025") == [
        (0.6, 0.8, 5, over)
    ]
    assert figure(found, "Returning customers", "Feb 2025") == [(3, 4, None, over)]
    assert total(found, "Rows", "events") == [
        (14, 15, None, "+1 of them on days that were over before.")
    ]
    assert len(found.grown) == 1
    # What did not move is counted, not listed.
    assert figure(found, "Customers", "joined in Jan 2025") == []
    assert found.same > 10
    assert found.moved["size"].is_monotonic_decreasing
    assert (found.appeared, found.vanished) == (0, 0)


def test_a_month_that_has_ended_is_new_and_no_past_figure(workspace, tmp_path):
    later = "customer_id,event,timestamp\nc3,open,2025-04-30 23:00\n"
    workspace.load([written(tmp_path, later, "april.csv")])
    found = compared(workspace)
    assert found.changes == ("april.csv was added.",)
    assert found.moved.empty
    assert found.vanished == 0
    assert found.appeared > 0
    # By size: what pools all complete cohorts, and what the tables hold.
    more = "It is pooled over 1 complete cohort more."
    days = "Other days are in the data."
    cohorts = "all complete cohorts"
    assert table(found.grown, "figure", "of", "before", "after", "reason") == [
        ("Retention, month 1", cohorts, 0.6, 0.4, more),
        ("Retention, week 8", cohorts, 0, 0.1, more),
        ("Last complete day", "events", 20177, 20207, days),
        ("Last day", "events", 20178, 20208, days),
        ("Rows", "events", 14, 15, "As many as before on days that were over."),
        ("Retention, week 10", cohorts, 0, 0, more),
        ("Retention, week 11", cohorts, 0, 0, more),
        ("Retention, week 9", cohorts, 0, 0, more),
    ]
    # The other way round the same figures are gone, and none is past.
    earlier, later = versions_of(workspace)
    back = compare(later, earlier)
    assert back.moved.empty
    assert (back.same, back.appeared, back.vanished) == (found.same, 0, found.appeared)


def test_customers_come_with_their_cohort(workspace, tmp_path):
    late = "customer_id,signed_up_at\nzoe,2025-01-09\n"
    workspace.load([written(tmp_path, late, "late.csv")])
    found = compared(workspace)
    assert figure(found, "Retention, month 1", "joined in Jan 2025") == [
        (0.6, 0.5, 5, "It is of 1 customer more.")
    ]
    assert figure(found, "Customers", "joined in Jan 2025")[0][:2] == (5, 6)


def test_a_setting_is_named_as_the_reason(workspace):
    workspace.change_settings(zone="Pacific/Auckland", min_n=5)
    found = compared(workspace)
    assert found.changes[:2] == (
        "Days are counted in the time zone Pacific/Auckland, not in UTC.",
        "Figures of fewer than 5 customers are faded, not of 30.",
    )
    # 23:00 on 31 March is the next day there.
    zone = "Days begin at another hour: the time zone changed."
    assert total(found, "Last day", "events") == [(20178, 20179, None, zone)]


def test_a_file_that_is_gone_is_named(workspace):
    people, _ = workspace.status().sources
    workspace.remove(people.id)
    found = compared(workspace)
    assert found.changes == ("people.csv was removed.",)
    assert total(found, "First day", "events") == []
    gone = "The table is gone."
    assert total(found, "First day", "customers") == [(20091, None, None, gone)]


def test_equal_versions_differ_in_nothing(workspace):
    (status,) = workspace.versions()
    dataset = Dataset(workspace.version_path(status.dataset))
    found = compare(Version(status, dataset), Version(status, dataset))
    assert found.moved.empty
    assert (found.changes, found.appeared, found.vanished) == ((), 0, 0)


MAIL = "customer_id,event,timestamp,email\n" + "".join(
    f"{name},open,{day} 10:00,{name[-1]}@x.com\n"
    for name, day in (
        *(("web-a", "2025-01-05"), ("web-b", "2025-01-06"), ("web-c", "2025-01-07")),
        *(("app-a", "2025-02-05"), ("app-b", "2025-02-06"), ("app-d", "2025-03-31")),
    )
)


def test_ids_that_were_joined_are_counted_with_what_joined_them(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.change_settings(email_matching="off")
    workspace.load([written(tmp_path, MAIL, "mail.csv")])
    assert workspace.status().rows["customers"] == 6
    workspace.change_settings(email_matching="always")
    # web-a and app-a are one, and web-b and app-b.
    assert workspace.status().rows["customers"] == 4
    found = compared(workspace)
    assert found.changes == (
        "Ids are joined by e-mail address: always, not off.",
        "2 ids that were customers of their own became one with another:"
        " 2 by e-mail address.",
    )
    # Of the 3 who came in January two are there in February now.
    assert figure(found, "Retention, month 1", "joined in Jan 2025") == [
        (0, 0.6667, 3, "Ids are joined otherwise.")
    ]
    pairs = "customer_id,other_id\nweb-c,app-d\n"
    workspace.load([written(tmp_path, pairs, "pairs.csv")])
    assert compared(workspace).changes == (
        "pairs.csv was added.",
        "1 id that was a customer of its own became one with another:"
        " 1 by mapping file.",
    )
    workspace.change_settings(email_matching="off")
    assert compared(workspace).changes == (
        "Ids are joined by e-mail address: off, not always.",
        "2 ids that were one with another became customers of their own.",
    )


def test_fewer_customers_of_one_file_mapped_anew_are_not_said_to_be_joined(
    workspace, tmp_path
):
    _, events = workspace.status().sources
    (part,) = events.mapping.feeds
    named = replace(part, roles={**part.roles, "customer_id": ("event",)})
    workspace.remap(events.id, replace(events.mapping, feeds=(named,)))
    found = compared(workspace)
    assert not any("became" in each for each in found.changes)
    assert "events.csv was mapped or read anew." in found.changes


def test_tables_of_an_earlier_version_are_named_as_a_change(workspace):
    made_earlier(workspace)
    workspace.rebuild()
    found = compared(workspace)
    assert found.changes == (
        "An earlier version of Holdfast made the tables of the version before.",
    )
    assert found.moved.empty


def test_comparing_can_be_stopped(workspace, tmp_path):
    (status,) = workspace.versions()
    version = Version(status, Dataset(workspace.version_path(status.dataset)))
    stopped = Cancellation()
    stopped.cancel()
    with pytest.raises(CancelledError):
        compare(version, version, None, stopped)


def test_undone_and_damaged_versions_are_not_offered(workspace, tmp_path):
    workspace.load([written(tmp_path, MORE, "more.csv")])
    assert [each.dataset for each in workspace.versions()] == [1, 2]
    workspace.version_path(1).write_bytes(b"")
    assert [each.dataset for each in workspace.versions()] == [2]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("share", 0.38, "38.0%"),
        ("count", 1204, "1,204"),
        ("days", 29.0, "29"),
        ("day", 20089, "1 Jan 2025"),
        ("share", None, "–"),
    ],
)
def test_figures_are_written_for_people(kind, value, text):
    assert shown(kind, value) == text

import json
import zipfile

import pytest

from holdfast.errors import ImportRefusedError
from holdfast.workspace import MOST_ALONE, Workspace, find

EVENTS = "user_id,event,timestamp\na,open,2024-01-01 10:00\n"
CUSTOMERS = "user_id,signed_up_at,plan\na,2024-01-01,pro\n"
OTHERS = "colour,size\nred,1\n"


@pytest.fixture
def workspace(tmp_path):
    return Workspace.create(tmp_path / "workspace")


@pytest.fixture
def exports(tmp_path):
    """Return how to write files into one folder: `exports({"a.csv": text})`."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / "exports" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "exports"

    return write


def zipped(folder):
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted(folder.rglob("*.*")):
            archive.write(each, each.relative_to(folder))
    return path


def test_of_a_folder_all_that_is_understood_is_loaded(workspace, exports):
    folder = exports(
        {
            "events.csv": EVENTS,
            "more/customers.csv": CUSTOMERS,
            "more/colours.csv": OTHERS,
            "README.md": "# Exports",
            ".hidden.csv": EVENTS,
        }
    )
    report = workspace.load([folder])
    assert [(each.name, each.imported) for each in report.files] == [
        ("events.csv", 1),
        ("more/customers.csv", 1),
    ]
    (error,) = report.passed_over
    assert "more/colours.csv" in error.sentence


def test_an_archive_is_loaded_like_a_folder(workspace, exports):
    folder = exports({"events.csv": EVENTS, "customers.csv": CUSTOMERS})
    report = workspace.load([zipped(folder)])
    assert sorted(each.name for each in report.files) == ["customers.csv", "events.csv"]
    assert workspace.load([zipped(folder)]).has_changed is False


def test_a_folder_of_which_nothing_is_understood_is_refused(workspace, exports):
    with pytest.raises(ImportRefusedError, match=r"b\.csv"):
        workspace.load([exports({"colours.csv": OTHERS, "b.csv": "x,y\n1,2\n"})])
    assert workspace.status().sources == ()


def test_a_file_that_was_named_is_not_passed_over(workspace, exports):
    folder = exports({"events.csv": EVENTS, "colours.csv": OTHERS})
    with pytest.raises(ImportRefusedError, match=r"colours\.csv"):
        workspace.load([folder / "events.csv", folder / "colours.csv"])


def test_a_few_tables_of_one_kind_stay_apart_so_that_overlaps_are_found(
    workspace, exports
):
    folder = exports({f"events-{month}.csv": EVENTS for month in (1, 2)})
    report = workspace.load([folder])
    # The same bytes: one of them is known already.
    assert [each.name for each in report.files] == ["events-1.csv", "events-2.csv"]
    assert workspace.status().rows["events"] == 1


def test_many_files_of_one_kind_are_one_source(workspace, exports):
    hours = {
        f"hour_{hour:02}.json": json.dumps(
            {"user_id": "a", "event": "open", "timestamp": f"2024-01-01 {hour:02}:00"}
        )
        for hour in range(MOST_ALONE + 2)
    }
    folder = exports(hours)
    (found,) = find(folder)
    assert found.name == "exports"
    (file,) = workspace.load([folder]).files
    assert (file.name, file.imported) == ("exports", MOST_ALONE + 2)

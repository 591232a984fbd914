import shutil

import pytest

from holdfast import cli
from holdfast.workspace import Workspace
from tests.readings import written

PEOPLE = """customer_id,signed_up_at,email
ann,2025-01-01,a@x.de
bob,2025-01-02,=A@x.de
cem,2025-01-03,A@X.de
"""
EVENTS = """customer_id,event,timestamp
ann,open,2025-01-05
bob,open,2025-02-05
cem,open,2025-03-31
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checked")
    workspace = Workspace.create(folder / "workspace")
    workspace.load([written(folder, PEOPLE, "people.csv")])
    workspace.load([written(folder, EVENTS, "events.csv")])
    return folder / "workspace"


@pytest.fixture
def run(home, capsysbinary):
    def run(*words):
        status = cli.main([*words, "--workspace", str(home)])
        out, err = capsysbinary.readouterr()
        return status, out.decode(), err.decode()

    return run


def test_check_says_what_was_found_and_what_was_passed(run):
    status, out, _ = run("check")
    assert status == 0
    assert "warning   customers_sharing_email     2          2" in out
    assert "Several customers with one e-mail address (customers_sharing_email)" in out
    assert "placeholder_ids" in out.partition("Passed: ")[2]


def test_check_prints_and_writes_the_rows_of_one_check(run):
    status, out, _ = run("check", "customers_sharing_email", "--csv")
    assert status == 0
    assert out.splitlines() == [
        "email,customers,customer_id,joined_on",
        "a@x.de,2,ann,2025-01-01",
        "a@x.de,2,cem,2025-01-03",
    ]
    assert "cem" in run("check", "customers_sharing_email")[1]
    assert "Nothing found." in run("check", "placeholder_ids")[1]


def test_an_unknown_check_is_refused(run):
    status, out, err = run("check", "all")
    assert (status, out) == (2, "")
    assert err.startswith("There is no check 'all'. Choose one of placeholder_ids")


def test_compare_says_what_changed_and_which_figures_moved(run):
    status, out, _ = run("compare")
    assert status == 0
    assert out.startswith("Version 1: 1 file, loaded to ")
    assert "- events.csv was added." in out
    assert "0 past figures moved" in out
    status, out, _ = run("compare", "2", "1", "--csv")
    assert (status, out.splitlines()[0][:15]) == (0, "figure,of,kind,")


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (["1"], "Two versions are needed"),
        (["1", "9"], "Two versions are needed"),
        (["one", "2"], "VERSION: 'one' is no number"),
    ],
)
def test_versions_that_are_not_kept_are_refused(run, numbers, sentence):
    status, _, err = run("compare", *numbers)
    assert status == 2
    assert sentence.lower() in err.lower()


def test_an_emptied_workspace_has_no_current_version_to_compare(home, capsys, tmp_path):
    emptied = shutil.copytree(home, tmp_path / "emptied")
    workspace = Workspace.open(emptied)
    for source in workspace.status().sources:
        workspace.remove(source.id)
    numbers = [each.dataset for each in workspace.versions()]
    assert cli.main(["compare", "--workspace", str(emptied)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "The workspace emptied holds no data now. Name two versions that are kept,"
        f" such as {numbers[-2]} and {numbers[-1]}.\n"
    )
    named = ["compare", *(str(each) for each in numbers[-2:])]
    assert cli.main([*named, "--workspace", str(emptied)]) == 0

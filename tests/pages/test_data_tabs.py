"""Checks, versions, settings, workspaces and mappings of the Data page."""

import json
import shutil

import pytest

from holdfast.workspace import Workspace
from tests.readings import written

DATA = "pages/data.py"
HOSTILE = "<img src=x>![](http://x.y/z)"
PEOPLE = f"""customer_id,signed_up_at,email
ann,2025-01-01,a@x.de
{HOSTILE},2025-01-02,b@x.de
cem,2025-01-03,b@x.de
"""
EVENTS = "customer_id,event,timestamp,kind\n" + "".join(
    f"{name},open,2025-{month}-05 10:00,x\n"
    for name, month in (("ann", "01"), ("cem", "02"), ("cem", "03"), ("ann", "04"))
)
MORE = "customer_id,event,timestamp,kind\nann,open,2025-02-07 10:00,x\n"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loaded")
    files = [
        written(folder, PEOPLE, "people.csv"),
        written(folder, EVENTS, "events.csv"),
    ]
    workspace = Workspace.create(folder / "workspace")
    workspace.load(files)
    for file in files:
        file.unlink()
    return workspace


@pytest.fixture
def home(loaded, tmp_path):
    """Return a workspace with both files in it, a copy for each test."""
    return Workspace.open(shutil.copytree(loaded.path, tmp_path / "usual"))


@pytest.fixture
def data(app, home):
    return app(home.path, "data").run()


def said(page):
    kinds = (page.markdown, page.caption, page.info, page.error, page.warning)
    return [each.value.replace("\\", "") for kind in kinds for each in kind]


def shows(page, words):
    return any(words in each for each in said(page))


def table(page, heading):
    """Return the last table with that heading; a table without clicks has no key."""
    return [each.value for each in page.dataframe if heading in each.value.columns][-1]


def files(page):
    return table(page, "Loaded at (UTC)")["File"].tolist()


def keys(page):
    return {button.key for button in page.button}


def test_checks_are_asked_when_wanted_and_their_rows_are_shown_as_text(data):
    data.button(key="data_checks").click().run()
    assert not data.exception
    found = table(data, "Severity")
    assert found[["Severity", "Rows", "Customers"]].values.tolist()[0] == [
        "Warning",
        2,
        2,
    ]
    assert data.selectbox(key="data_check_shown").value == "customers_sharing_email"
    rows = table(data, "customer_id")
    assert rows["customer_id"].tolist() == [HOSTILE, "cem"]
    assert shows(data, "**1 warning**; 27 checks passed.") or shows(data, "warning")
    # What was found is kept: another visit asks nothing.
    data.run()
    assert "data_checks" not in keys(data)


def test_two_versions_are_compared(data, home, tmp_path):
    assert shows(data, "There are not two versions yet")
    home.load([written(tmp_path, MORE, "more.csv")])
    data.run()
    data.button(key="data_compare").click().run()
    assert not data.exception
    assert shows(data, "more.csv was added.")
    moved = table(data, "Reason")
    returning = moved[(moved["Figure"] == "Rows") & (moved["Of"] == "events")]
    assert returning[["Before", "After", "Reason"]].values.tolist() == [
        ["4", "5", "+1 of them on days that were over before."]
    ]
    data.selectbox(key="data_version_before_2").select(2).run()
    assert data.button(key="data_compare").disabled


def test_currency_and_lapse_are_set_and_taken_back(data, home):
    lapse = data.number_input(key="data_setting_lapse_days")
    assert (lapse.value, lapse.proto.placeholder) == (None, "From the data")
    data.selectbox(key="data_setting_currency").set_value("CHF")
    lapse.set_value(45)
    data.button(key="data_save").click().run()
    assert not data.exception
    assert (home.settings.currency, home.settings.lapse_days) == ("CHF", 45)
    assert shows(data, "currency as in the data, days of silence")
    data.button(key="data_undo").click().run()
    assert (home.settings.currency, home.settings.lapse_days) == ("", 0)


def test_a_setting_that_cannot_be_is_refused_in_a_sentence(data, home):
    data.number_input(key="data_setting_lapse_days").set_value(9_999)
    data.button(key="data_save").click().run()
    assert shows(data, "The setting lapse_days cannot be 9999. Choose a whole number")
    assert home.settings.lapse_days == 0


def test_a_workspace_is_made_opened_and_remembered_for_this_session(
    data, app, home, tmp_path
):
    name = "Acme [2025](http:x) <b>"
    data.text_input(key="data_workspace_named").set_value(name)
    data.button(key="data_workspace_make").click().run()
    data.switch_page(DATA).run()
    assert not data.exception
    assert shows(data, "Nothing is loaded yet")
    assert shows(data, f"Open now: **{name}**".replace("http:", "http:"))
    assert (tmp_path / name / "workspace.json").exists()
    assert str(tmp_path) not in str(data.query_params)
    # The usual one is offered; the list is beside it.
    data.selectbox(key="data_workspace_recent").select(str(home.path))
    data.button(key="data_workspace_switch").click().run()
    data.switch_page(DATA).run()
    assert files(data) == [
        "people.csv",
        "events.csv",
    ]
    listed = json.loads((tmp_path / "recent-workspaces.json").read_text())
    assert listed["workspaces"] == [str(home.path), str(tmp_path / name)]
    # Another browser starts with the usual one.
    other = app(home.path, "data").run()
    assert files(other) == [
        "people.csv",
        "events.csv",
    ]


@pytest.mark.parametrize(
    ("name", "button", "sentence"),
    [
        ("nowhere", "open", "There is no workspace in nowhere"),
        ("usual", "make", "The folder usual is not empty"),
        ("", "open", "That is no name of a folder"),
        ("a\0b", "make", "That is no name of a folder"),
        ("x" * 400, "make", "cannot be written"),
    ],
)
def test_what_is_no_workspace_is_refused_and_nothing_changes(
    data, tmp_path, name, button, sentence
):
    data.text_input(key="data_workspace_named").set_value(name)
    data.button(key=f"data_workspace_{button}").click().run()
    assert not data.exception
    assert shows(data, sentence)
    assert len(files(data)) == 2
    assert not (tmp_path / "recent-workspaces.json").exists()


def test_a_damaged_list_of_workspaces_is_no_fault(data, tmp_path):
    for text in ("{", '{"workspaces": 3}', '{"workspaces": [3, "\\u0000", "/none"]}'):
        (tmp_path / "recent-workspaces.json").write_text(text)
        data.run()
        assert not data.exception


def test_the_sample_company_gets_a_workspace_of_its_own(
    data, home, tmp_path, monkeypatch
):
    people = written(tmp_path, PEOPLE, "people.csv")
    monkeypatch.setattr("holdfast.ui.loading._SAMPLE_DATA", people)
    data.button(key="data_workspace_sample").click().run()
    data.switch_page(DATA).run()
    assert not data.exception
    assert files(data) == ["people.csv"]
    assert len(home.status().sources) == 2
    sample = Workspace.open(tmp_path / "sample company")
    assert len(sample.status().sources) == 1


def column(page, position):
    return next(
        box
        for box in page.selectbox
        if box.key.startswith("data_role_") and box.key.endswith(f"_{position}")
    )


def test_a_loaded_file_is_mapped_anew_without_the_file(data, home):
    _, events = home.status().sources
    data.selectbox(key="data_remap_source_1").select(events.id)
    data.button(key="data_remap").click().run()
    assert not data.exception
    assert data.button(key="data_remap_now").disabled
    # The fourth column is what happened, and the second is left out.
    column(data, 1).select("").run()
    assert data.button(key="data_remap_now").disabled
    column(data, 3).select("event").run()
    data.button(key="data_check_remap_now").click().run()
    assert [each.value for each in data.dataframe if "Imported" in each.value][-1][
        "Imported"
    ].tolist() == [4]
    data.button(key="data_remap_now").click().run()
    assert not data.exception
    _, again = home.status().sources
    assert again.mapping.feeds[0].roles["event"] == ("kind",)
    assert (again.name, again.id == events.id) == ("events.csv", False)
    assert "data_remap_now" not in keys(data)
    data.button(key="data_undo").click().run()
    assert home.status().sources[1] == events


def test_a_mapping_can_be_left_as_it_was(data, home):
    data.button(key="data_remap").click().run()
    data.button(key="data_remap_leave").click().run()
    assert not data.exception
    assert "data_remap_now" not in keys(data)
    assert len(home.versions()) == 1

"""Journeys through the app without a browser: figures, sentences, empty states."""

import pytest

from holdfast.dataset import Dataset
from holdfast.filters import AttributeIn, Filters
from holdfast.measures import percent
from holdfast.questions import ask
from holdfast.questions.cadence import Cadence
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.workspace import Workspace


def open_page(app, folder, name: str, **address):
    test = app(folder, name, **address).run()
    assert not test.exception
    return test


@pytest.fixture
def demo(demo_workspace) -> Dataset:
    path = Workspace.open(demo_workspace).dataset_path()
    assert path is not None
    return Dataset(path)


def test_the_first_page_says_what_the_command_line_says(app, demo_workspace, demo):
    page = app(demo_workspace).run()
    assert not page.exception
    assert page.title[0].value == "Overview"
    pooled = ask(demo, Retention()).frame.query("scope == 'pooled'")
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown == {
        f"Month {k}": percent(
            pooled.loc[pooled["interval"] == k, "retention_rate"].iloc[0]
        )
        for k in (1, 3, 12)
    }


def test_a_breakdown_in_the_address_reaches_every_page(app, demo_workspace):
    names = ("retention", "survival", "lifecycle", "first_success", "stages")
    for name in (*names, "funnel"):
        page = open_page(app, demo_workspace, name, by=["channel"])
        assert "by channel" in page.caption[0].value
        assert page.selectbox(key="filter_breakdown").value == "channel"


def test_a_filter_in_the_address_is_what_ask_is_asked(app, demo_workspace, demo):
    page = open_page(app, demo_workspace, "retention", filter=["country=DE"])
    answer = ask(demo, Retention(), Filters((AttributeIn("country", ("DE",)),)))
    pooled = answer.frame.query("scope == 'pooled' and interval == 1")
    assert page.metric[0].value == percent(pooled["retention_rate"].iloc[0])


def test_a_changed_control_changes_the_question(app, demo_workspace, demo):
    page = open_page(app, demo_workspace, "lifecycle")
    page.segmented_control(key="lifecycle_interval").set_value("week").run()
    assert not page.exception
    sentence = ask(demo, Lifecycle(interval="week")).sentence
    words = [text.value.replace("\\", "") for text in page.markdown]
    assert f"##### {sentence}" in words


def test_controls_keep_their_values_across_pages(app, demo_workspace):
    page = open_page(app, demo_workspace, "retention")
    page.segmented_control(key="retention_interval").set_value("week").run()
    page.switch_page("pages/lifecycle.py").run()
    page.switch_page("pages/retention.py").run()
    assert page.segmented_control(key="retention_interval").value == "week"


def test_every_way_of_counting_gives_a_page(app, demo_workspace):
    page = open_page(app, demo_workspace, "retention")
    for mode in ("on_or_after", "between", "brackets"):
        page.selectbox(key="retention_mode").set_value(mode).run()
        assert not page.exception
        assert page.metric


def test_a_filter_that_leaves_nobody_says_what_to_loosen(app, demo_workspace):
    page = open_page(app, demo_workspace, "retention", filter=["country=Atlantis"])
    assert "Take a filter away" in page.info[0].value


def test_an_empty_workspace_says_what_holdfast_is_and_where_to_begin(app, tmp_path):
    page = app(tmp_path / "new").run()
    assert not page.exception
    assert page.title[0].value == "Holdfast"
    assert "whether your customers stay" in page.markdown[0].value
    assert {"Load your files", "Load the sample company"} <= {
        button.label for button in page.button
    }


def test_the_sample_company_is_loaded_from_the_first_page(app, tmp_path, monkeypatch):
    files = tmp_path / "sample"
    files.mkdir()
    (files / "events.csv").write_text(
        "customer_id,event,timestamp\n"
        + "".join(f"c{day % 3},x,2025-01-{day:02}T10:00:00Z\n" for day in range(1, 29))
    )
    monkeypatch.setattr("holdfast.ui.loading._SAMPLE_DATA", files)
    page = app(tmp_path / "new").run()
    page.button(key="overview_sample").click().run()
    assert not page.exception
    assert page.title[0].value == "Data"
    assert Workspace.open(tmp_path / "new").status().rows["events"] == 28


def test_a_setting_of_the_address_that_is_none_is_told(app, demo_workspace):
    page = open_page(app, demo_workspace, "retention", interval="decade")
    assert page.segmented_control(key="retention_interval").value == "month"
    notices = [text.value.replace("\\", "") for text in page.warning]
    assert notices == [
        "interval: 'decade' is not a choice. Use one of day, week, month."
    ]


def test_another_interval_is_suggested_where_it_fits_better(app, demo_workspace, demo):
    sentence = ask(demo, Cadence()).sentence
    assert "week fits them best" in sentence
    # Always beside the chart of the rhythm, and at the top where months are shown.
    page = open_page(app, demo_workspace, "retention")
    assert captions(page).count(sentence) == 2
    page.segmented_control(key="retention_interval").set_value("week").run()
    assert captions(page).count(sentence) == 1


def captions(page) -> list[str]:
    return [
        text.value.replace("\\", "").replace(":material/lightbulb: ", "")
        for text in page.caption
    ]

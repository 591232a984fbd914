from holdfast.dataset import Dataset
from holdfast.questions import ask
from holdfast.questions.journeys import Journeys
from holdfast.workspace import Workspace
from tests.pages.test_journeys import open_page
from tests.worlds import dataset_of


def opened(app, folder, **address):
    return open_page(app, folder, "journeys", **address)


def words(page) -> list[str]:
    texts = [*page.markdown, *page.caption]
    return [text.value.replace("\\", "") for text in texts]


def a_town(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            (name, event, f"2025-01-0{day} 10:00:00")
            for name, done in (
                ("ann", "join look buy"),
                ("bob", "join look"),
                ("cat", "join"),
            )
            for day, event in enumerate(done.split(), start=1)
        ],
    )
    dataset.close()
    return dataset.path.parent.parent


def test_a_click_on_a_path_lists_as_many_as_it_says(app, tmp_path):
    folder = a_town(tmp_path)
    page = opened(app, folder)
    path = Workspace.open(folder).dataset_path()
    assert path is not None
    answer = ask(Dataset(path), Journeys())
    assert f"##### {answer.sentence}" in words(page)
    look = answer.frame[answer.frame["path"] == "join › look"].iloc[0]
    page.session_state["journeys_flow"] = {
        "selection": {"step": [{"node_key": str(look["node"])}]}
    }
    page.run()
    assert not page.exception
    assert "**join › look**" in words(page)
    assert "2 in the list, as in the chart." in words(page)
    assert page.dataframe[0].value["id"].tolist() == ["ann", "bob"]


def test_settings_reach_the_question_and_a_link_holds_them(app, tmp_path):
    page = opened(
        app,
        a_town(tmp_path),
        direction="before",
        anchor="event:buy",
        within="7d",
        session="4h",
        left_out="event:look",
    )
    assert page.selectbox(key="journeys_within").value == "7d"
    assert page.selectbox(key="journeys_session").value == "4h"
    assert page.multiselect(key="journeys_left_out").value == ["look"]
    page.selectbox(key="journeys_session").set_value("").run()
    page.number_input(key="journeys_depth").set_value(2).run()
    assert not page.exception
    assert any("most often join came just before" in text for text in words(page))
    page.multiselect(key="journeys_left_out").set_value([]).run()
    assert any("most often look came just before" in text for text in words(page))
    assert not page.warning


def test_sessions_and_the_table_are_shown_on_demand(app, tmp_path):
    page = opened(app, a_town(tmp_path))
    page.session_state["journeys_sessions"] = True
    page.session_state["journeys_table"] = True
    page.run()
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["2", "0 s", "1", "100%"]
    assert page.dataframe[0].value["Path"].tolist()[0] == "join › look"


def test_without_events_the_page_says_what_to_load(app, tmp_path):
    dataset = dataset_of(tmp_path, orders=[("ann", "o1", "2025-01-01 10:00:00", 5)])
    dataset.close()
    page = opened(app, dataset.path.parent.parent)
    assert "no events with a time" in page.error[0].value.replace("\\", "")

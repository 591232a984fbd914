"""The page on what promoters and detractors do."""

import pytest

from tests.pages.test_journeys import open_page
from tests.queries.conftest import VOICES, voices_of
from tests.worlds import dataset_of


@pytest.fixture(scope="module")
def voices_workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voices")
    voices_of(folder, VOICES).close()
    return folder / "voices" / "workspace"


def markdown(page):
    paragraphs = "\n\n".join(text.value for text in page.markdown)
    return paragraphs.replace("\\", "").split("\n\n")


def lists(page):
    return [list(each.value["id"]) for each in page.dataframe if "id" in each.value]


def test_the_page_says_what_each_group_does(app, voices_workspace):
    page = open_page(app, voices_workspace, "promoters")
    assert [title.value for title in page.subheader] == [
        *("Left within 90 days", "What each group does", "Whether they come back"),
        *("What each group pays", "Whether they ask for help"),
        "How long they stay after",
        *("How far they get", "MRR at risk now", "What to know"),
    ]
    (finding,) = [text for text in markdown(page) if text.startswith("#####")]
    assert finding.startswith("##### 100% (2 of 2) of the detractors, 0% (0 of 1)")
    groups = page.dataframe[0].value
    assert groups.iloc[2][["Group", "Moments", "Left"]].to_dict() == {
        "Group": "Detractors",
        "Moments": 3,
        "Left": "100% (2 of 2; 34% to 100%)",
    }
    assert list(page.dataframe[1].value.columns) == [
        *("Group", "Active in the month after", "Still active in days 61 to 90")
    ]
    pays = page.dataframe[2].value
    assert pays.iloc[2][["Group", "NRR", "MRR lost"]].to_list() == [
        *("Detractors", "0%", "50")
    ]
    assert (
        "**For example:** Detractors: of 3 moments 2 are at least 90 days old at the"
        " end of the data. 2 of these were followed by a loss within 90 days. 2 / 2 ="
        " 100%." in markdown(page)
    )
    assert (
        "**For example:** Detractors: 1 customer of 5, 1 of them pay, 50.00 a month"
        " together. All pay 68.00. 50.00 / 68.00 = 73.5%." in markdown(page)
    )
    # at risk now: jon pays, and his last score was a 2
    assert lists(page) == [["jon"]]
    assert (
        "1 of 5 customers is among the detractors by the latest score of the last 180"
        " days. They pay 50 EUR a month, 74% of all MRR." in markdown(page)
    )
    page.session_state["promoters_rates"] = {
        "selection": {"group": [{"group": "Detractors"}]}
    }
    page.run()
    assert lists(page) == [["cat", "bob"], ["jon"]]
    page.selectbox(key="promoters_risk_group").set_value("Promoters").run()
    assert ["ann", "eve"] in lists(page)
    assert not page.exception


def test_where_nobody_answered_before_joining_a_later_way_tells_groups_apart(
    app, demo_workspace
):
    page = open_page(app, demo_workspace, "promoters")
    assert not page.exception
    (shown,) = [
        each.value for each in page.dataframe if "Went all the way" in each.value
    ]
    assert shown[["Last answer before", "Entered"]].to_numpy().tolist()[:3] == [
        ["Promoters", 342],
        ["Passives", 347],
        ["Detractors", 204],
    ]
    said = [text.value.replace("\\", "") for text in page.caption]
    way = "completed_task → commented: the first entry of each since 2 Jan 2026"
    assert any(text.startswith(way) for text in said)


def test_without_answers_it_says_what_to_load(app, tmp_path):
    dataset_of(tmp_path, subscriptions=[("ann", "2025-01-01", "2025-02-01")]).close()
    page = open_page(app, tmp_path / "world 0" / "workspace", "promoters")
    (said,) = [error.value for error in page.error] or [
        info.value for info in page.info
    ]
    assert "no dated answers of known customers" in said.replace("\\", "")
    assert not page.exception

"""The page on NPS, CSAT and CES."""

from datetime import date

import pytest

from holdfast.survey_scales import Reading
from holdfast.workspace import Workspace
from tests.pages.test_journeys import open_page
from tests.worlds import dataset_of

LONG = "<b>![x](https://example.org/a.png)</b> =1+1 " + "很好 ดีมาก bardzo ładne " * 600


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("voices")
    dataset_of(
        folder,
        customers=[
            {"customer_id": f"c{number}", "signed_up_at": "2025-01-01", "plan": plan}
            for number, plan in enumerate(["pro"] * 4 + ["free"] * 4)
        ],
        responses=[
            (f"c{number}", "nps", score, f"2025-0{month}-1{number}", {"comment": words})
            for month, scores in ((2, [10, 9, 7, 3, 6, 8, 2, ""]), (3, [3, 9, 11]))
            for number, (score, words) in enumerate(
                zip(scores, [LONG, *["ok"] * 7], strict=False)
            )
        ],
    ).close()
    (world,) = folder.iterdir()
    return world / "workspace"


def words(elements):
    return [each.value.replace("\\", "") for each in elements]


def test_the_page_shows_the_score_and_all_that_belongs_to_it(app, folder):
    page = open_page(app, folder, "scores", by=["plan"])
    assert [title.value for title in page.subheader] == [
        *("Mix", "Trend", "Scores given", "Segments", "What changed the score"),
        *("Campaigns and response", "Moves"),
    ]
    metrics = {each.label: each.value for each in page.metric}
    # c0 3, c1 9, c2 7 (its 11 is off the scale), c3 3, c4 6, c5 8, c6 2
    assert metrics == {
        "NPS": "-42.9",
        "Promoters": "14%",
        "Detractors": "57%",
        "Response": "–",
    }
    said = words(page.caption)
    assert any("response rate cannot be known" in text for text in said)
    assert any(
        "1 with no score, 1 with a score that is not on" in text for text in said
    )


def test_a_click_reads_the_answers_letter_by_letter(app, folder):
    page = open_page(app, folder, "scores")
    page.date_input(key="scores_last").set_value(date(2025, 2, 28))
    page.session_state["scores_mix"] = {
        "selection": {"part": [{"segment": "All", "score_group": "promoters"}]}
    }
    page.session_state["scores_distribution"] = {"selection": {"bar": [{"score": 3}]}}
    page.run()
    assert not page.exception
    assert {"**Promoters**", "**Score 3**"} <= set(words(page.markdown))
    lists = [each.value for each in page.dataframe if "comment" in each.value]
    assert [list(each["id"]) for each in lists] == [["c1", "c0"], ["c3"]]
    shown = lists[0]["comment"].iloc[1]
    assert shown == f"{LONG[:239]}…"


def test_a_move_lists_who_made_it(app, folder):
    page = open_page(app, folder, "scores")
    page.session_state["scores_moves"] = {
        "selection": {"move": [{"from_group": "promoters", "to_group": "detractors"}]}
    }
    page.run()
    assert not page.exception
    (moved,) = [each.value for each in page.dataframe if "next score" in each.value]
    assert moved[["id", "earlier score", "next score"]].to_numpy().tolist() == [
        ["c0", 10.0, 3.0]
    ]


def test_another_survey_drops_what_belongs_to_the_last_and_codes_hold_everywhere(
    app, demo_copy
):
    page = open_page(app, demo_copy, "scores")
    page.session_state["scores_question"] = "How likely are you to recommend us?"
    page.run()
    assert "Nobody answered the question" in page.error[0].value
    page.selectbox(key="scores_kind").set_value("ces").run()
    assert not page.error
    page.text_input(key="scores_blank").set_value("7").run()
    unscored = page.session_state["scores_spec"].blank
    assert unscored == "7"
    page.button(key="scores_reading_keep").click().run()
    assert not page.exception
    assert Workspace.open(demo_copy).readings == {"ces": Reading(blank="7")}
    assert page.session_state["scores_spec"].blank == ""
    said = words(page.caption)
    assert "On all pages CES scores are read 7 as left blank." in said
    page.selectbox(key="scores_kind").set_value("nps").run()
    assert not page.error


def test_without_a_survey_the_page_says_what_to_load(app, tmp_path):
    dataset_of(tmp_path, events=[("ann", "login", "2025-01-01")]).close()
    page = open_page(app, tmp_path / "world 0" / "workspace", "scores")
    (error,) = page.error
    assert "no answers to surveys" in error.value

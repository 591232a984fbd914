import pandas as pd
import pytest

from holdfast.stage_rules import read_stage_rules
from holdfast.ui.stage_controls import as_rules, as_table
from tests.pages.test_journeys import open_page


def headings(page):
    paragraphs = "\n\n".join(text.value for text in page.markdown)
    return paragraphs.replace("\\", "").split("\n\n")


def captions(page):
    return [text.value.replace("\\", "") for text in page.caption]


def test_the_page_says_what_the_stages_are_and_who_is_in_them(app, demo_workspace):
    page = open_page(app, demo_workspace, "stages")
    assert [title.value for title in page.subheader] == [
        *("Now", "How they moved", "From stage to stage", "Month by month"),
        "What to know",
    ]
    (finding,) = [text for text in headings(page) if text.startswith("#####")]
    assert finding.startswith("##### Of 6,073 customers on 30 Jun 2026, ")
    assert any(
        text.startswith("**Land**: all who have started; **Adopt**: those who")
        for text in captions(page)
    )
    meaning = "Those who were active on at least 4 days in the last 30 days."
    assert f"**Adopt.** {meaning}" in headings(page)


@pytest.mark.parametrize(
    ("chart", "selection", "heading", "count"),
    [
        ("stages_now", {"stage": [{"stage": "Renew"}]}, "In Renew on 30 Jun 2026", 261),
        (
            "stages_flow",
            {"flow": [{"from_stage": "Land", "to_stage": "Adopt"}]},
            "Land to Adopt, Jun 2026",
            267,
        ),
        (
            "stages_moves",
            {"move": [{"from_stage": "Renew", "to_stage": "Renew"}]},
            "Stayed in Renew, Jun 2026",
            240,
        ),
        (
            "stages_months",
            {"bar": [{"period_key": "2026-05-31", "stage": "Expand"}]},
            "In Expand on 31 May 2026",
            47,
        ),
    ],
)
def test_a_click_lists_who_is_behind_a_mark(
    app, demo_workspace, chart, selection, heading, count
):
    page = open_page(app, demo_workspace, "stages")
    page.session_state[chart] = {"selection": selection}
    page.run()
    assert not page.exception
    assert f"**{heading}**" in headings(page)
    assert f"{count} in the list, as in the chart." in captions(page)


def test_another_month_shows_its_moves(app, demo_workspace):
    page = open_page(app, demo_workspace, "stages")
    page.selectbox(key="stages_month").set_value(pd.Timestamp("2025-03-31")).run()
    page.session_state["stages_moves"] = {
        "selection": {"move": [{"from_stage": "New", "to_stage": "Adopt"}]}
    }
    page.run()
    assert "**New to Adopt, Mar 2025**" in headings(page)


def test_stages_of_a_link_are_taken_and_told(app, demo_workspace):
    stages = "Trying;Happy:did exported_report>=1;Gone:silent>60d"
    page = open_page(app, demo_workspace, "stages", stages=stages)
    assert not page.warning
    assert any(
        "**Happy**: those who did exported_report at least once" in text
        for text in captions(page)
    )
    assert page.query_params["stages"] == stages


def test_stages_may_be_called_as_the_other_columns_of_the_table(app, demo_workspace):
    named = "Segment;Customers:did exported_report>=1"
    page = open_page(app, demo_workspace, "stages", by="plan", stages=named)
    (shown,) = [each.value for each in page.dataframe if "Customers" in each.value]
    assert list(shown) == ["Segment", "Customers", "“Segment”", "“Customers”"]


def test_stages_that_cannot_be_read_fall_back_with_a_notice(app, demo_workspace):
    page = open_page(app, demo_workspace, "stages", stages="Land:happy")
    assert "cannot be read" in page.warning[0].value
    assert "##### Of 6,073" in "".join(headings(page))


@pytest.mark.parametrize(
    "text",
    [
        "Land;Adopt:active>=4/30d;Renew:paying&paid>=12mo;Lapsed:silent&!paying",
        "Land:started>=0d;Adopt:!did export>=2;Gone:silent>45d&!orders>=1/90d&grown",
    ],
)
def test_the_table_of_conditions_holds_every_stage(text):
    rules = read_stage_rules(text)
    assert as_rules(as_table(rules)) == rules


def test_the_table_is_read_as_people_fill_it():
    table = as_table(read_stage_rules("Land"))
    rows = [
        ("Land", False, "has started", None, None, None),
        ("Adopt ", False, "did the event", "export", None, 30),
        ("Adopt", None, "is paying", "left over", 7, 9),
        (None, None, None, None, None, None),
    ]
    filled = pd.DataFrame(rows, columns=table.columns)
    assert str(as_rules(filled)) == "Land;Adopt:did export>=1/30d&paying"

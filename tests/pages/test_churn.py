import pytest

from tests.pages.test_journeys import open_page
from tests.worlds import dataset_of


def headings(page):
    return [text.value.replace("\\", "") for text in page.markdown]


def captions(page):
    return [text.value.replace("\\", "") for text in page.caption]


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    """A customer table with tenure and a churned flag, and nothing else."""
    people = [
        {
            "customer_id": f"c{number}",
            "tenure_months": 1 + number % 5,
            "has_churned": "yes" if number % 4 == 0 else "no",
            "plan": "pro" if number % 2 else "free",
        }
        for number in range(80)
    ]
    dataset = dataset_of(tmp_path_factory.mktemp("flags"), customers=people)
    dataset.close()
    return dataset.path.parent.parent


def test_the_page_says_who_left_when_and_by_which_definition(app, demo_workspace):
    page = open_page(app, demo_workspace, "churn")
    assert [title.value for title in page.subheader] == [
        *("Customer churn rate", "Customers gained and lost", "When do they leave?"),
        *("By segment", "What to know"),
    ]
    (finding,) = [text for text in headings(page) if text.startswith("#####")]
    assert finding.startswith("##### In Jun 2026, 3.9% (24 of 623) of the customers")
    assert any("24 / 623 = 4%" in text for text in headings(page))
    page.session_state["churn_bench"] = True
    page.session_state["churn_rate"] = {
        "selection": {"point": [{"period_key": "2026-03-01"}]}
    }
    page.session_state["churn_moves"] = {
        "selection": {"bar": [{"period_key": "2026-03-01", "kind": "lost_involuntary"}]}
    }
    page.session_state["churn_hazard"] = {"selection": {"month": [{"month": 12}]}}
    page.run()
    assert not page.exception
    said = headings(page)
    for heading, number in (
        ("Lost customers in Mar 2026", 51),
        ("A payment failed in Mar 2026", 35),
        ("Left in month 12", 56),
    ):
        assert f"**{heading}**" in said
        assert f"{number} in the list, as in the chart." in captions(page)


def test_segments_are_compared_and_what_moved_the_rate_is_told(app, demo_workspace):
    page = open_page(app, demo_workspace, "churn", by="channel", sign="activity")
    (table,) = [each.value for each in page.dataframe if "Verdict" in each.value]
    verdicts = dict(zip(table["Segment"], table["Verdict"], strict=True))
    assert verdicts["affiliate"] == "leaves more"
    assert verdicts["team_invite"] == "within chance"
    assert any("Of affiliate 34.0% left" in text for text in captions(page))
    assert any(
        " because there were other customers." in text for text in captions(page)
    )
    page.session_state["churn_segments"] = {
        "selection": {"segment": [{"segment": "affiliate"}]}
    }
    page.run()
    assert "**Lost, affiliate**" in headings(page)
    assert "128 in the list, as in the chart." in captions(page)


def test_a_flag_without_dates_is_shown_by_segment_with_what_cannot_be_known(app, flags):
    page = open_page(app, flags, "churn", by="plan")
    assert [title.value for title in page.subheader] == [
        "By segment",
        "When do they leave?",
    ]
    assert page.info[0].value.endswith("cannot be known from it.")
    (finding,) = [text for text in headings(page) if text.startswith("#####")]
    assert finding.startswith("##### 25.0% left (20 of 80). Of free 50.0% left,")


def test_settings_of_a_link_are_taken(app, demo_workspace):
    page = open_page(
        app, demo_workspace, "churn", ending="cancellation", span="quarter"
    )
    assert not page.warning
    (finding,) = [text for text in headings(page) if text.startswith("#####")]
    assert finding.startswith("##### In Q2 2026, 12% (63 of 530)")

import shutil
from datetime import date

from holdfast.filters import Filters
from holdfast.workspace import Workspace
from tests.pages.test_journeys import open_page


def tickets_of_march(app, folder):
    page = open_page(app, folder, "comments")
    page.session_state["comments_of"] = "tickets"
    page.session_state["comments_month"] = date(2026, 3, 1)
    return page.run()


def words(texts):
    return [text.value.replace("\\", "") for text in texts]


def test_the_page_finds_the_month_of_failed_payments(app, demo_workspace):
    page = tickets_of_march(app, demo_workspace)
    assert not page.exception
    (finding,) = [text for text in words(page.markdown) if text.startswith("#####")]
    assert finding == (
        "##### 1,684 subjects of tickets in 8 languages; told most often is “app” (en):"
        " 17% (175 of 1,038). In Mar 2026 “karte abgelehnt” grew most: 52% of 21, 5% in"
        " the months before."
    )
    assert [each.value for each in page.subheader] == [
        *("What recurs", "What grows", "Topics", "Search", "Own themes")
    ]
    page.text_input(key="comments_search").set_value('"failed payment"').run()
    assert '**Comments with "failed payment"** · 29 comments' in words(page.markdown)


def test_work_that_was_stopped_waits_until_it_is_asked_for_again(app, demo_workspace):
    page = tickets_of_march(app, demo_workspace)
    asked = page.session_state["comments_spec"]
    page.session_state["work_stopped"] = (asked, Filters())
    page.run()
    assert words(page.info) == ["Stopped. What was done so far is kept."]
    assert not page.subheader
    page.button(key="work_go_on").click().run()
    assert page.subheader[0].value == "What recurs"


def test_own_themes_are_kept_in_the_workspace(app, demo_workspace, tmp_path):
    folder = tmp_path / "workspace"
    shutil.copytree(demo_workspace, folder)
    page = tickets_of_march(app, folder)
    page.text_area(key="comments_themes").set_value("Broken")
    page.button(key="comments_themes_keep").click().run()
    assert words(page.error)[0].startswith("The theme 'Broken' cannot be read.")
    page.text_area(key="comments_themes").set_value(
        "Payment: payment*, card, karte, zahlung*, pago, 付款, ชำระเงิน"
    )
    page.button(key="comments_themes_keep").click().run()
    assert not page.exception
    assert not page.error
    assert Workspace.open(folder).themes.startswith("Payment: payment*, card")
    (finding,) = [text for text in words(page.markdown) if text.startswith("#####")]
    assert "In Mar 2026 “Payment” grew most: 37% of 202, 4% in" in finding
    page.session_state["comments_growth"] = {
        "selection": {"growth": [{"term_no": 1_000_000_000}]}
    }
    page.run()
    assert "**Comments with “Payment”, Mar 2026** · 74 comments" in words(page.markdown)

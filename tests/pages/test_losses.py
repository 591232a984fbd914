"""The pages on why customers leave, and on who comes back."""

import pytest

from tests.pages.test_journeys import open_page
from tests.queries.conftest import LEFT, leavers_of
from tests.worlds import dataset_of


def markdown(page):
    paragraphs = "\n\n".join(text.value for text in page.markdown)
    return paragraphs.replace("\\", "").split("\n\n")


def captions(page):
    return [text.value.replace("\\", "") for text in page.caption]


def tables(page):
    return [each.value for each in page.dataframe]


def lists(page):
    return [list(each["id"]) for each in tables(page) if "left on" in each]


def comments(page):
    return [list(each["comment"]) for each in tables(page) if "comment" in each]


@pytest.fixture(scope="module")
def leavers_workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leavers")
    leavers_of(folder, LEFT).close()
    return folder / "leavers" / "workspace"


def test_the_page_says_why_they_leave(app, leavers_workspace):
    page = open_page(app, leavers_workspace, "exit_reasons")
    assert [title.value for title in page.subheader] == [
        *("Reasons for leaving", "Month by month", "In their own words"),
    ]
    (finding,) = [text for text in markdown(page) if text.startswith("#####")]
    assert finding.startswith("##### 6 customers left from Jan 2025 to Jun 2025;")
    assert (
        "**For example:** Of 6 losses in these months 2 have the reason too expensive."
        " 2 / 6 = 33%." in markdown(page)
    )
    cells, on_leaving, before = tables(page)
    assert cells.iloc[0].to_dict() == {
        "Reason": "too expensive",
        "Losses": 2,
        "Share": "33% (10% to 70%)",
        "MRR lost": "40",
        "Months stayed": pytest.approx(2.02, abs=0.01),
        "Last NPS": "+50 ± 69 (2)",
        "Tickets before": "50% (1 of 2), 1.00 each",
        "Back since": "50% (1 of 2)",
    }
    # letter by letter
    assert list(on_leaving["comment"]) == ["Nobody here used it", "Too <b>dear</b>"]
    assert list(before["comment"]) == ["**Good**", "Slow"]


def test_a_click_lists_who_left_for_a_reason_and_in_a_month(app, leavers_workspace):
    page = open_page(app, leavers_workspace, "exit_reasons", by=["plan"])
    segments = tables(page)[1]
    assert segments.loc["too expensive"].to_dict() == {
        "All": "2 (33%)",
        "free": "0",
        "pro": "2 (67%)",
    }
    page.session_state["exit_reasons_bars"] = {
        "selection": {"reason": [{"reason": "too expensive"}]}
    }
    page.session_state["exit_reasons_months"] = {
        "selection": {
            "bar": [{"period_key": "2025-06-01", "reason": "(no reason given)"}]
        }
    }
    page.run()
    assert not page.exception
    assert {"**Left: too expensive**", "**Left: (no reason given), Jun 2025**"} <= set(
        markdown(page)
    )
    assert lists(page) == [["ann", "bob"], ["cat"]]
    # of the bar, and further down of all reasons
    assert comments(page) == [
        *(["Too <b>dear</b>"], ["Slow"]),
        *(["Nobody here used it", "Too <b>dear</b>"], ["**Good**", "Slow"]),
    ]
    listed = next(each for each in tables(page) if "left on" in each)
    assert list(listed)[:5] == ["id", "MRR lost", "reason", "left on", "days stayed"]
    page.selectbox(key="exit_reasons_words_of").set_value("unused").run()
    assert comments(page)[2:] == [["Nobody here used it"]]
    assert "Nobody who left for it." in captions(page)


def test_the_page_says_who_comes_back_and_whom_to_ask(app, leavers_workspace):
    page = open_page(app, leavers_workspace, "win_back")
    assert [title.value for title in page.subheader] == [
        *("How soon they come back", "After which reason", "Whom to win back")
    ]
    assert any("2 / 4 = 50%." in text for text in markdown(page))
    assert lists(page) == [["dan", "cat", "bob", "eve"]]
    page.selectbox(key="win_back_of_reason").set_value("(no reason given)")
    page.session_state["win_back_rates"] = {
        "selection": {"reason": [{"reason": "too expensive"}]}
    }
    page.run()
    assert not page.exception
    assert lists(page) == [["ann"], ["bob"], ["cat", "eve"]]


def test_without_subscriptions_the_page_says_what_to_load(app, online_orders):
    page = open_page(app, online_orders, "exit_reasons")
    assert any(
        "they fell silent, and nothing says why" in text for text in markdown(page)
    )
    said = captions(page)
    assert any(
        "Reasons stand only in an export of subscriptions" in each for each in said
    )
    assert any("No comment came with a cancellation" in each for each in said)


@pytest.fixture(scope="module")
def online_orders(tmp_path_factory):
    folder = tmp_path_factory.mktemp("orders")
    orders = [("ann", "1", "2025-01-01", 5), ("bob", "2", "2025-06-01", 5)]
    dataset_of(folder, orders=orders, lapse_days=30).close()
    return folder / "world 0" / "workspace"

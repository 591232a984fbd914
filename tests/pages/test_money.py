import re

import pytest

from tests.pages.test_journeys import open_page
from tests.worlds import dataset_of


def words(texts):
    return [text.value.replace("\\", "") for text in texts]


def test_the_page_says_what_is_paid_and_what_moved_it(app, demo_workspace):
    page = open_page(app, demo_workspace, "money")
    assert [title.value for title in page.subheader] == [
        *("Monthly recurring revenue", "What moved it", "From start to end"),
        *("Revenue retention", "Revenue churn", "Quick ratio", "Revenue of a customer"),
        "Cohorts by their first paid interval",
    ]
    (finding,) = [text for text in words(page.markdown) if text.startswith("#####")]
    assert finding.startswith(
        "##### At the end of Jun 2026, 644 customers paid 39,414 USD a month: 36,625"
    )
    assert [metric.value for metric in page.metric] == [
        *("39,414", "473k", "61.20"),
        *("98.3%", "97.3%", "3.2"),
    ]
    example = "**For example:** Jun 2026: 36,625.43 + 2,777.50 new + 639.00 came back"
    assert any(text.startswith(example) for text in words(page.markdown))


def test_a_click_on_a_movement_lists_who_moved(app, demo_workspace):
    page = open_page(app, demo_workspace, "money")
    page.session_state["money_movements"] = {
        "selection": {"bar": [{"period_key": "2026-03-01", "movement": "churn"}]}
    }
    page.session_state["money_waterfall"] = {
        "selection": {"step": [{"period_key": "2026-06-01", "movement": "start"}]}
    }
    page.session_state["money_cohorts"] = {
        "selection": {"cell": [{"cohort_key": "pooled", "interval": 12}]}
    }
    page.run()
    assert not page.exception
    said = words(page.markdown)
    assert "**Churn in Mar 2026**" in said
    assert "**Paying at the start of Jun 2026**" in said
    assert "**Paying in month 12, all complete cohorts**" in said
    counts = [text for text in words(page.caption) if "in the list" in text]
    assert counts == [
        f"{count} in the list, as in the chart." for count in (51, 623, 288, 223)
    ]


def test_segments_have_a_table_and_their_own_charts(app, demo_workspace):
    page = open_page(app, demo_workspace, "money", by=["plan"], interval=["quarter"])
    assert "By segment" in words(page.subheader)
    table = page.dataframe[0].value
    assert table["Segment"].tolist()[0] == "All"
    assert table["A month"].iloc[1:].sum() == pytest.approx(table["A month"].iloc[0])
    page.selectbox(key="money_segment").set_value("Team").run()
    assert len([text for text in words(page.caption) if "Shown: **Team**" in text]) > 5


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    dataset = dataset_of(
        tmp_path_factory.mktemp("mixed"),
        subscriptions=[
            ("ann", "2025-01-10", "", {"price": 10, "currency": "EUR"}),
            ("bob", "2025-01-20", "", {"price": 30, "currency": "EUR"}),
            ("cat", "2025-01-20", "2025-03-01", {"price": 50, "currency": ""}),
            ("dan", "2025-03-20", "", {"price": "", "currency": "EUR"}),
        ],
    )
    dataset.close()
    return dataset.path.parent.parent


def test_several_currencies_are_a_choice_and_what_is_left_out_is_said(app, mixed):
    page = open_page(app, mixed, "money")
    assert page.selectbox(key="money_currency").options == [
        *("Usual (EUR)", "EUR", "(none)")
    ]
    said = words(page.caption)
    assert any("left out: 1 customer in (none)." in text for text in said)
    assert any("1 customer has a paid subscription without" in text for text in said)
    page.selectbox(key="money_currency").set_value("(none)").run()
    assert not page.exception
    # March runs: at the end of February cat still paid
    said = words([*page.caption, *page.markdown, *page.metric])
    assert page.metric[0].value == "50"
    assert not [text for text in said if re.search(r"\b(nan|inf)\b", text, re.I)]


def test_a_currency_of_a_link_that_nothing_is_paid_in_is_said_once(app, mixed):
    page = open_page(app, mixed, "money", currency="CHF")
    assert words(page.warning) == [
        "Money in: the link asks for CHF, which cannot be set here. It is in the usual"
        " one."
    ]
    assert page.selectbox(key="money_currency").value == ""
    assert "EUR" in page.metric[0].label


def test_without_prices_the_page_says_what_to_load(app, tmp_path):
    dataset = dataset_of(tmp_path, subscriptions=[("ann", "2025-01-10", "")])
    dataset.close()
    page = open_page(app, dataset.path.parent.parent, "money")
    assert page.error[0].value.startswith("No subscription in the data has a price")

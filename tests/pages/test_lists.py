"""Who is behind a figure: a list that one can act on."""

from datetime import date

import pandas as pd
import pytest

from holdfast.ui.drill import file_stem, known_attributes, with_attributes
from tests.pages.test_journeys import open_page
from tests.worlds import dataset_of


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            {
                "customer_id": "ann",
                "signed_up_at": "2025-01-01",
                "country": "DE",
                "seats": 3,
                "email": "ann@a.example",
                "renews_on": "2025-06-01",
            },
            {
                "customer_id": "bob",
                "signed_up_at": "2025-01-02",
                "country": "",
                "seats": 12,
                "email": "bob@b.example",
                "renews_on": "",
            },
        ],
        events=[("ann", "x", "2025-01-02"), ("bob", "x", "2025-02-03")],
    )


def test_a_list_says_what_is_known_of_each_customer(town):
    rows = pd.DataFrame({"id": ["bob", "ann"], "joined_on": ["2025-01-02", None]})
    names = known_attributes(town)
    assert names[0] == "email"
    listed = with_attributes(town, rows, [*names, "nothing"])
    assert list(listed.columns) == [
        *("id", "email", "country", "seats", "renews_on", "joined_on"),
    ]
    ann = listed.set_index("id").loc["ann"]
    assert (ann["email"], ann["country"], ann["seats"]) == ("ann@a.example", "DE", 3)
    assert ann["renews_on"] == date(2025, 6, 1)
    assert list(listed["id"]) == ["bob", "ann"]


def test_a_list_without_rows_stays_empty(town):
    rows = pd.DataFrame({"id": []})
    assert with_attributes(town, rows, known_attributes(town)).empty


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("retained", "2026-03", "month 1", ""), "retained-2026-03-month-1"),
        (("not retained", "all-cohorts", "week 4 or later", "Pro / Team"), None),
        (("new", "../../etc", "", "x" * 90), None),
    ],
)
def test_a_file_is_named_after_what_it_holds(parts, name):
    stem = file_stem(*parts)
    assert name is None or stem == name
    assert not set(stem) & set("/\\. ")
    assert len(stem) < 130


def test_a_click_on_a_cell_lists_customers_with_their_attributes(app, demo_workspace):
    page = open_page(app, demo_workspace, "retention")
    page.session_state["retention_triangle"] = {
        "selection": {"cell": [{"cohort_key": "2025-03-01", "interval": 1}]}
    }
    page.run()
    assert not page.exception
    headings = [text.value.replace("\\", "") for text in page.markdown]
    assert "**Retained in month 1, cohort Mar 2025**" in headings
    assert "**Not retained in month 1, cohort Mar 2025**" in headings
    retained = page.dataframe[0].value
    assert list(retained.columns) == [
        *("id", "email", "company", "plan", "country", "channel", "role"),
        *("company_size", "language", "joined_on", "last_seen_on"),
    ]


def test_a_click_on_a_bar_says_when(app, demo_workspace):
    page = open_page(app, demo_workspace, "lifecycle")
    page.segmented_control(key="lifecycle_interval").set_value("day").run()
    page.session_state["lifecycle_bars"] = {
        "selection": {"bar": [{"period_key": "2025-03-03", "status": "new"}]}
    }
    page.run()
    headings = [text.value.replace("\\", "") for text in page.markdown]
    assert "**New on 3 Mar 2025**" in headings


def test_accounts_are_listed_by_their_ids(app, demo_workspace):
    page = open_page(app, demo_workspace, "lifecycle")
    page.toggle(key="lifecycle_unit").set_value(True).run()
    page.session_state["lifecycle_bars"] = {
        "selection": {"bar": [{"period_key": "2025-03-01", "status": "dormant"}]}
    }
    page.run()
    assert not page.exception
    listed = page.dataframe[0].value
    assert list(listed.columns) == ["id", "joined_on", "last_seen_on"]
    assert listed["id"].str.startswith("a_").all()


def test_who_has_left_is_listed_when_it_is_asked_for(app, tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-01"), ("bob", "2025-01-01")],
        subscriptions=[("ann", "2025-01-10", "2025-03-01"), ("bob", "2025-02-10", "")],
        events=[("ann", "x", "2025-03-20")],
    )
    dataset.close()
    page = open_page(app, dataset.path.parent.parent, "survival")
    assert not page.dataframe[1:]
    page.session_state["survival_left"] = True
    page.run()
    assert not page.exception
    assert page.dataframe[-1].value["id"].tolist() == ["ann"]
    assert any(text.value == "1 in the list, as in the chart." for text in page.caption)

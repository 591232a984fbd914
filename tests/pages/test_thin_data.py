"""Data that carry only part of what the pages ask for."""

import pytest

from holdfast import cli
from tests.pages.test_journeys import open_page
from tests.worlds import dataset_of


@pytest.fixture(scope="module")
def tenures(tmp_path_factory):
    """Return a workspace whose customers have a tenure and no dates."""
    rows = [(4, "Yes", "x"), (5, "No", "y"), (7, "No", "y")]
    names = ("tenure_months", "has_churned", "plan")
    dataset = dataset_of(
        tmp_path_factory.mktemp("tenures"),
        customers=[
            {"customer_id": f"c{i}", **dict(zip(names, row, strict=True))}
            for i, row in enumerate(rows)
        ],
    )
    dataset.close()
    return dataset.path.parent.parent


NO_DATES = "3 customers. The data carry no dates, so there is no day of their end."


def test_survival_of_tenures_without_dates_is_a_page(app, tenures):
    page = open_page(app, tenures, "survival")
    assert not page.error
    assert any(text.value.startswith(NO_DATES) for text in page.caption)


def test_survival_of_tenures_without_dates_is_printed(tenures, capsys):
    assert cli.main(["ask", "survival", "--workspace", str(tenures)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == NO_DATES
    assert cli.main(["ask", "survival", "--json", "--workspace", str(tenures)]) == 0
    assert '"as_of": null' in capsys.readouterr().out


@pytest.mark.parametrize("name", ["overview", "retention", "lifecycle", "stages"])
def test_tenures_alone_lead_on_to_survival(app, tenures, name):
    page = open_page(app, tenures, name)
    assert page.error[0].value.startswith(
        "The data have no events, orders or subscriptions with a time"
    )
    links = [link.proto.page for link in page.get("page_link")]
    assert links == ["survival"]


@pytest.fixture(scope="module")
def subscribers(tmp_path_factory):
    dataset = dataset_of(
        tmp_path_factory.mktemp("subscribers"),
        subscriptions=[
            ("ann", "2025-01-10", "2025-03-05"),
            ("bob", "2025-01-20", ""),
            ("cat", "2025-03-20", ""),
        ],
    )
    dataset.close()
    return dataset.path.parent.parent


PAGES = ("overview", "retention", "lifecycle", "survival", "stages", "churn")


@pytest.mark.parametrize("name", PAGES)
def test_subscriptions_alone_are_enough_for_every_page(app, subscribers, name):
    page = open_page(app, subscribers, name)
    assert not page.error
    assert page.get("vega_lite_chart")


def test_what_a_page_can_do_without_shows_its_reason_in_its_own_place(app, subscribers):
    page = open_page(app, subscribers, "retention")
    titles = [title.value for title in page.subheader]
    assert titles == ["Retention curves", "Cohorts", "Survival", "Rhythm of use"]
    assert [info.value.replace("\\", "") for info in page.info] == [
        "The data have no events or orders, so there is no rhythm of use."
        " Load an export of events or orders."
    ]


def test_a_day_that_only_the_main_answer_knows_leaves_the_page_whole(app, tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[("ann", "login", "2024-11-05"), ("ann", "login", "2025-02-05")],
        subscriptions=[("ann", "2025-02-01", "")],
    )
    dataset.close()
    folder = dataset.path.parent.parent
    page = open_page(app, folder, "retention", as_of="2024-12-20")
    assert not page.error
    assert "cannot be read as of 2024-12-20" in page.info[0].value.replace("\\", "")
    assert [title.value for title in page.subheader][-2:] == [
        "Survival",
        "Rhythm of use",
    ]


def test_without_events_or_orders_there_is_no_success_to_reach(app, subscribers):
    page = open_page(app, subscribers, "first_success")
    assert page.error[0].value.replace("\\", "") == (
        "The data have no events or orders, so there is no success to reach."
        " Load an export of events or orders."
    )

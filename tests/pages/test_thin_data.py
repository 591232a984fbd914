"""Data that carry only part of what the pages ask for."""

import pytest

from tests.conftest import holdfast
from tests.pages.test_journeys import open_page
from tests.worlds import dataset_of


@pytest.fixture
def tenures(tmp_path):
    """Return a workspace whose customers have a tenure and no dates."""
    rows = [(4, "Yes", "x"), (5, "No", "y"), (7, "No", "y")]
    names = ("tenure_months", "has_churned", "plan")
    dataset = dataset_of(
        tmp_path,
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


def test_survival_of_tenures_without_dates_is_printed(tenures):
    lines = holdfast("ask", "survival", workspace=tenures).splitlines()
    assert lines[-1] == NO_DATES
    assert '"as_of": null' in holdfast("ask", "survival", "--json", workspace=tenures)

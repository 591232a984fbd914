"""Pages on churn and money say what the loaded data can tell, and what not."""

import pytest

from tests.pages.test_journeys import open_page
from tests.worlds import loaded

CHARGES = (
    "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID\n"
    + "".join(
        f"ch_{who}{month},2024-{month:02}-05,10,0,eur,Paid,{who}\n"
        for who, last in (("ann", 6), ("bob", 3), ("cat", 6))
        for month in range(1, last + 1)
    )
)
ORDERS = "user_id,order_id,ordered_at,amount\na,1,2024-01-01,5\nb,2,2024-02-02,5\n"


def workspace_of(folder, text):
    (folder / "file.csv").write_text(text)
    loaded(folder / "workspace", [folder / "file.csv"]).close()
    return folder / "workspace"


@pytest.fixture(scope="module")
def charged(tmp_path_factory):
    return workspace_of(tmp_path_factory.mktemp("charges"), CHARGES)


def told(page):
    (box,) = [
        each for each in page.expander if each.label == "What these data can tell"
    ]
    return box.proto.expanded, box.markdown[0].value.replace("\\", "").splitlines()


def test_from_charges_alone_churn_is_told_as_inferred(app, charged):
    page = open_page(app, charged, "churn")
    assert not page.error
    is_open, lines = told(page)
    assert not is_open
    assert lines[0].startswith("- :material/function: **Inferred.** From when to when")
    assert lines[-1].endswith(
        "*Load subscriptions, such as Stripe's, with their start and end.*"
    )
    assert any(
        "Paid access is inferred from payments" in each.value for each in page.caption
    )


def test_from_charges_alone_money_is_told_as_inferred(app, charged):
    page = open_page(app, charged, "money")
    assert not page.error
    assert [line.split("**")[1] for line in told(page)[1]] == [
        "Inferred.",
        "Not known.",
    ]


def test_where_there_is_no_answer_it_is_said_at_once_what_to_load(app, tmp_path):
    page = open_page(app, workspace_of(tmp_path, ORDERS), "money")
    assert len(page.error) == 1
    is_open, lines = told(page)
    assert is_open
    assert lines == [
        "- :material/help: **Not known.** What customers pay a month, and what changed"
        " it: orders are no promise to pay again; the page Value shows them. *Load"
        " subscriptions with a price, regular payments, or a table of customer, month"
        " and MRR.*"
    ]

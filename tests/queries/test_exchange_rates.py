"""A file of exchange rates: what it is taken for, and the table it becomes."""

import pytest

from holdfast.dataset import Dataset
from holdfast.exports.recognition import recognise
from holdfast.workspace import Workspace
from tests.worlds import loaded, made_earlier

PAID = "customer_id,started_at,ended_at,price,currency\na,2024-01-01,,10,EUR\n"
RATES = """Currency,Target,Rate,Valid from
usd,EUR,0.90,2024-01-01
USD,eur,0.95,2024-07-01
GBP,EUR,1.17,2024-01-01
SEK,EUR,0,2024-01-01
NOK,EUR,,2024-01-01
,EUR,1,2024-01-01
USD,EUR,0.92,2099-01-01
"""


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    """Load subscriptions, rates, and newer rates of one day; return the dataset."""
    folder = tmp_path_factory.mktemp("rates")
    files = []
    newer = "currency,rate,to,date\nUSD,0.91,EUR,2024-01-01\nJPY,0.006,,\n"
    for name, text in (("paid", PAID), ("rates", RATES), ("newer", newer)):
        files.append(folder / f"{name}.csv")
        files[-1].write_text(text)
    return loaded(folder / "workspace", files)


def test_rates_are_in_capitals_the_latest_of_a_day_counts_and_nonsense_is_refused(
    rated,
):
    found = rated.frame(
        "select * replace (from_on::text as from_on) from exchange_rates"
    )
    assert found.astype(object).where(found.notna(), None).values.tolist() == [
        ["GBP", 1.17, "EUR", "2024-01-01"],
        ["JPY", 0.006, None, None],
        # The file loaded last has another rate of this day; a rate may lie ahead.
        ["USD", 0.91, "EUR", "2024-01-01"],
        ["USD", 0.95, "EUR", "2024-07-01"],
        ["USD", 0.92, "EUR", "2099-01-01"],
    ]
    refused = rated.frame("select line, reason from rejected order by line")
    assert refused.values.tolist() == [
        [5, '"Rate" is not above zero'],
        [6, '"Rate" is empty'],
        [7, '"Currency" is empty'],
    ]
    assert rated.knows_rates
    assert rated.customers == 1


@pytest.mark.parametrize(
    "text",
    [
        # A price list, a customer's rate and a table without a code are no rates.
        "currency,rate,customer_id\nEUR,1.1,a\nUSD,1.0,b\n",
        "currency,rate,plan\nEUR,1.1,Pro\nUSD,1.0,Solo\n",
        "currency,rate\nEuro,1.1\nDollar,1.0\n",
        "currency,amount\nEUR,1.1\nUSD,1.0\n",
    ],
)
def test_what_only_looks_like_rates_is_not_taken_for_them(text):
    header, *rows = [line.split(",") for line in text.splitlines()]
    sample = {name: [row[at] for row in rows] for at, name in enumerate(header)}
    mapping = recognise(header, sample).mapping
    assert mapping is None or mapping.feeds[0].feed != "exchange_rates"


def test_a_dataset_of_before_knows_no_rates(tmp_path):
    (tmp_path / "paid.csv").write_text(PAID)
    workspace = Workspace.create(tmp_path / "workspace")
    workspace.load([tmp_path / "paid.csv"])
    made_earlier(workspace)
    path = workspace.dataset_path()
    assert path is not None
    assert not Dataset(path).knows_rates

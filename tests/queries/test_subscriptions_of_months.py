"""Paid access that follows from a table of customer, month and MRR."""

import random

import pandas as pd
import pytest

from holdfast.exports.recognition import recognise
from holdfast.questions.asking import inferred_caveat
from tests.reference import reference_data
from tests.worlds import loaded, table

LONG = [
    ("ann", "2024-01", 10, "eur", "Pro"),
    ("ann", "2024-02", 10, "eur", "Pro"),
    ("ann", "2024-03", 12.5, "eur", "Pro"),
    # Bob's March is 0 and Cat's is missing: neither paid. Cat pays in dollars.
    ("bob", "2024-01", 20, "eur", "Solo"),
    ("bob", "2024-02", 20, "eur", "Solo"),
    ("bob", "2024-03", 0, "eur", "Solo"),
    ("bob", "2024-04", 20, "eur", "Solo"),
    ("cat", "2024-02", 30, "usd", "Solo"),
    ("cat", "2024-04", 30, "usd", "Solo"),
    # Dan has two plans, and Eve never paid.
    ("dan", "2023-12", 5, "eur", "Solo"),
    ("dan", "2023-12", 7, "eur", "Pro"),
    ("dan", "2024-01", 5, "eur", "Solo"),
    ("eve", "2024-02", "", "eur", "Solo"),
]
EXPECTED = [
    ("ann", "2024-01-01", "2024-03-01", 10.0, "EUR", "Pro"),
    ("ann", "2024-03-01", "2024-04-01", 12.5, "EUR", "Pro"),
    ("bob", "2024-01-01", "2024-03-01", 20.0, "EUR", "Solo"),
    ("bob", "2024-04-01", None, 20.0, "EUR", "Solo"),
    ("cat", "2024-02-01", "2024-03-01", 30.0, "USD", "Solo"),
    ("cat", "2024-04-01", None, 30.0, "USD", "Solo"),
    ("dan", "2023-12-01", "2024-01-01", 7.0, "EUR", "Pro"),
    ("dan", "2023-12-01", "2024-02-01", 5.0, "EUR", "Solo"),
]


def written(folder, name, header, rows):
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def subscriptions(dataset):
    frame = dataset.frame(
        "select customer_id, subscriptions.* exclude (plan), subscriptions.plan as item"
        " from subscriptions inner join customers using (customer_no)"
        " order by customer_id, started_on, price desc"
    )
    columns = ("customer_id", "started_on", "ended_on", "price", "currency", "item")
    return table(frame, *columns)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Rows in any order, twice, in a zone where a day begins late."""
    folder = tmp_path_factory.mktemp("months")
    rows = list(LONG)
    random.Random(5).shuffle(rows)
    header = "customer,month,mrr,currency,plan"
    files = [written(folder, f"{each}.csv", header, rows) for each in ("one", "two")]
    return loaded(folder / "workspace", files, zone="America/New_York")


def test_months_of_one_mrr_are_one_run_and_a_gap_is_a_gap(told):
    assert subscriptions(told) == EXPECTED
    frame = told.frame(
        "select min(started_at) as started_at, min(interval_months) as months,"
        " bool_and(paid_from_on = started_on) as is_paid from subscriptions"
    )
    # Midnight of 1 December is five hours later in UTC.
    assert str(frame["started_at"][0]) == "2023-12-01 05:00:00"
    assert (frame["months"][0], frame["is_paid"][0]) == (1.0, True)


def test_the_last_month_is_observed_to_its_end(told):
    seen = told.observed["subscriptions"]
    assert (str(seen.from_on), str(seen.as_of)) == ("2023-12-01", "2024-05-01")
    first_seen = told.frame("select customer_id, first_seen_on from customers")
    assert table(first_seen, "customer_id", "first_seen_on") == [
        ("dan", "2023-12-01"),
        ("ann", "2024-01-01"),
        ("bob", "2024-01-01"),
        ("cat", "2024-02-01"),
        ("eve", None),
    ]
    (caveat,) = inferred_caveat(told)
    assert caveat.text.startswith("Paid access is inferred from a table of months: ")


def test_a_later_file_tells_a_month_anew_and_subscriptions_go_first(tmp_path):
    header = "customer,month,mrr"
    first = [
        ("ann", "2024-01-31", 10),
        ("ann", "2024-02-29", 10),
        ("bob", "2024-02-29", 5),
    ]
    later = [
        ("ann", "2024-02-29", 15),
        ("ann", "2024-03-31", 15),
        ("cat", "2024-03-31", 9),
    ]
    own = [("cat", "2024-01-10", "", 8)]
    files = [
        written(tmp_path, "first.csv", header, first),
        written(tmp_path, "later.csv", header, later),
        written(tmp_path, "own.csv", "customer_id,started_at,ended_at,price", own),
    ]
    dataset = loaded(tmp_path / "workspace", files)
    assert [row[:4] for row in subscriptions(dataset)] == [
        ("ann", "2024-01-01", "2024-02-01", 10.0),
        ("ann", "2024-02-01", None, 15.0),
        ("bob", "2024-02-01", "2024-03-01", 5.0),
        ("cat", "2024-01-10", None, 8.0),
    ]
    rows = dataset.frame(
        "select name, imported, duplicates from source_rows order by 1"
    )
    assert rows.values.tolist() == [
        ["first.csv", 2, 1],
        ["later.csv", 3, 0],
        ["own.csv", 1, 0],
    ]


def test_a_column_for_each_month_says_the_same(tmp_path):
    months = ("2023-12", "2024-01", "2024-02", "2024-03", "2024-04")
    cells = {
        who: {month: mrr for name, month, mrr, *_ in LONG if name == who}
        for who in ("ann", "bob", "cat", "eve")
    }
    rows = [
        (who, *(paid.get(month, "") for month in months)) for who, paid in cells.items()
    ]
    path = written(tmp_path, "wide.csv", ",".join(("Customer ID", *months)), rows)
    dataset = loaded(tmp_path / "workspace", [path])
    assert [row[:4] for row in subscriptions(dataset)] == [
        row[:4] for row in EXPECTED if row[0] != "dan"
    ]
    assert dataset.frame(
        "select rows_read, imported from source_rows"
    ).values.tolist() == [[4, 4]]


WRITTEN = {
    "iso": ("2024-03", "2024-04", "2024-06"),
    "slash": ("2024/3", "2024/4", "2024/6"),
    "dot": ("03.2024", "04.2024", "06.2024"),
    "month first": ("03/2024", "04/2024", "06/2024"),
    "short": ("Mar 2024", "Apr 2024", "Jun 2024"),
    "long": ("March 2024", "April 2024", "June 2024"),
    "excel": ("Mar-24", "Apr-24", "Jun-24"),
    "bare": ("202403", "202404", "202406"),
    "last day": ("31/03/2024", "30/04/2024", "30/06/2024"),
}


def test_a_month_may_be_written_in_many_ways(tmp_path):
    files = [
        written(
            tmp_path,
            f"{name}.csv",
            "customer,month,mrr",
            [
                (name, month, mrr)
                for month, mrr in zip(months, (10, 10, 12), strict=True)
            ],
        )
        for name, months in WRITTEN.items()
    ]
    # without a row May was not paid
    assert [row[:4] for row in subscriptions(loaded(tmp_path / "w", files))] == [
        (name, *span)
        for name in sorted(WRITTEN)
        for span in (("2024-03-01", "2024-05-01", 10), ("2024-06-01", None, 12))
    ]


def test_rows_of_one_month_are_added_and_less_than_nothing_is_not_paid(tmp_path):
    rows = [
        # what is given back in a month is taken off it; a month of it alone is not paid
        *(("ann", "2024-01", 10), ("ann", "2024-01", -4), ("ann", "2024-02", -5)),
        *(("ann", "2024-03", 6), ("bob", "2024-01", 10), ("bob", "2024-01", 10)),
        *(("bob", "2024-02", 20), ("cat", "2024-01", "n/a"), ("cat", "2024-02", 3)),
        ("dan", "2024-04", 1),
    ]
    path = written(tmp_path, "months.csv", "customer,month,mrr", rows)
    dataset = loaded(tmp_path / "workspace", [path])
    assert [row[:4] for row in subscriptions(dataset)] == [
        ("ann", "2024-01-01", "2024-02-01", 6),
        ("ann", "2024-03-01", "2024-04-01", 6),
        ("bob", "2024-01-01", "2024-03-01", 20),
        ("cat", "2024-02-01", "2024-03-01", 3),
        ("dan", "2024-04-01", None, 1),
    ]
    refused = dataset.frame("select line, reason from rejected")
    assert refused.values.tolist() == [[9, '"mrr" is not an amount']]


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("account_id,period,MRR\na,2024-01-01,5\na,2024-02-01,5\n", True),
        ("Kunde,Monat,Umsatz\na,2024-01-31,5\na,2024-02-29,5\n", True),
        ("customer,date,mrr\na,2024-01-01,5\na,2024-02-01,5\n", True),
        # Purchases on any day, and on firsts that nobody calls a month.
        ("customer,month,amount\na,2024-01-13,5\na,2024-02-07,5\n", False),
        ("customer,date,amount\na,2024-01-01,5\na,2024-02-01,5\n", False),
        # One month alone, amounts that are words, and two columns of months only.
        ("customer,month,mrr\na,2024-01-01,5\nb,2024-01-01,5\n", False),
        ("customer,month,mrr\na,2024-01-01,much\na,2024-02-01,more\n", False),
        ("customer,2024-01,2024-02\na,5,5\nb,5,5\n", False),
        # An order has an id of its own, and more besides.
        ("order_id,customer,date,revenue\n1,a,2024-01-01,5\n2,a,2024-02-01,5\n", False),
    ],
)
def test_what_is_taken_for_a_table_of_months(text, is_told):
    header, *rows = [line.split(",") for line in text.splitlines()]
    sample = {name: [row[at] for row in rows] for at, name in enumerate(header)}
    mapping = recognise(header, sample).mapping
    found = {part.feed for part in mapping.feeds} if mapping else set()
    assert ("mrr_months" in found) == is_told


def test_the_months_of_the_playbook_give_its_customers_and_its_mrr(tmp_path):
    periods = pd.read_csv(reference_data("mrr_playbook/subscription_periods.csv"))
    expected = pd.read_csv(reference_data("mrr_playbook/expected_mrr_movements.csv"))
    rows = [
        (row.customer_id, month, row.monthly_amount)
        for row in periods.itertuples()
        for month in expected["month"]
        if str(row.start_date)[:7] <= month < str(row.end_date)[:7]
    ]
    path = written(tmp_path, "months.csv", "customer_id,month,mrr", rows)
    dataset = loaded(tmp_path / "workspace", [path])
    found = dataset.frame(
        "select strftime(month_on, '%Y-%m') as month, sum(price)::double as mrr,"
        " count(distinct customer_no) as customers from subscriptions, unnest("
        "generate_series(timestamp '2017-09-01', timestamp '2020-01-01',"
        " interval 1 month)) as months (month_on) where started_on <= month_on"
        " and coalesce(ended_on, date '9999-12-31') > month_on"
        " group by all order by all"
    )
    paid = expected[expected["n_active"] > 0]
    assert table(found, "month", "mrr", "customers") == table(
        paid.astype({"end": float}), "month", "end", "n_active"
    )

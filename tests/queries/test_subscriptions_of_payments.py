"""Paid access that follows from payments alone."""

import random
from pathlib import Path
from typing import Any

import pytest

from holdfast.dataset import Dataset
from holdfast.questions.asking import inferred_caveat
from tests.conftest import PROJECT
from tests.worlds import loaded, table

CHARGES = (
    "id,Created (UTC),Amount,Amount Refunded,Currency,Status,Customer ID,Description"
)
INVOICES = (
    "id,Customer,Number,Status,Amount Due,Amount Paid,Currency,Date (UTC),"
    "Minimum Line Item Period Start (UTC),Maximum Line Item Period End (UTC)"
)
USUAL: tuple[Any, ...] = ("Paid", 0, "")
COLUMNS = ("customer_id", "started_on", "ended_on", "price", "interval_months")


def monthly(who, first, last, amount=10, day=5, year=2024):
    return [
        (who, f"{year}-{month:02}-{day:02}", amount) for month in range(first, last + 1)
    ]


# Who, day, amount; and, where it is not so, the status, what was paid back, the words.
PAYMENTS: list[tuple[Any, ...]] = [
    # Ann pays to the end; Bob stops: his access ends a month after his last payment.
    *monthly("ann", 1, 6),
    *monthly("bob", 1, 3),
    # Cat's fourth payment failed for good; Dan's arrived nine days late.
    *monthly("cat", 1, 3),
    ("cat", "2024-04-05", 10, "Failed"),
    ("cat", "2024-04-12", 10, "Failed"),
    *monthly("dan", 1, 2),
    ("dan", "2024-03-05", 10, "Failed"),
    ("dan", "2024-03-14", 10),
    *monthly("dan", 4, 6),
    # Eve misses two months and comes back. Fay pays more from April.
    *monthly("eve", 1, 2),
    *monthly("eve", 5, 6),
    *monthly("fay", 1, 3),
    *monthly("fay", 4, 6, 25),
    # Gus got his third payment back, and half of the second.
    ("gus", "2024-01-05", 10),
    ("gus", "2024-02-05", 10, "Paid", 5),
    ("gus", "2024-03-05", 10, "Refunded", 10),
    # Hal pays by the year. Ida paid once, as much as Hal; Jon once, as nobody else.
    ("hal", "2023-03-01", 100),
    ("hal", "2024-03-01", 100),
    ("ida", "2024-02-01", 100),
    ("jon", "2024-02-01", 33),
    # Kim paid once, and the description says for how long.
    ("kim", "2024-02-01", 44, "Paid", 0, "Pro, billed annually"),
    # Lea has two subscriptions that overlap.
    *monthly("lea", 1, 6, 10, 5),
    *monthly("lea", 1, 3, 30, 20),
    # Max's payment is 13 days late on the last day, Ned's 14: too late.
    *monthly("max", 4, 5, 10, 18),
    *monthly("ned", 4, 5, 10, 17),
    # Nothing of Ono arrived.
    ("ono", "2024-02-05", 10, "Failed"),
    ("end", "2024-07-01", 10, "Failed"),
]
EXPECTED = [
    ("ann", "2024-01-05", None, 10.0, 1.0),
    ("bob", "2024-01-05", "2024-04-05", 10.0, 1.0),
    ("cat", "2024-01-05", "2024-04-05", 10.0, 1.0),
    ("dan", "2024-01-05", None, 10.0, 1.0),
    ("eve", "2024-01-05", "2024-03-05", 10.0, 1.0),
    ("eve", "2024-05-05", None, 10.0, 1.0),
    ("fay", "2024-01-05", "2024-04-05", 10.0, 1.0),
    ("fay", "2024-04-05", None, 25.0, 1.0),
    ("gus", "2024-01-05", "2024-02-05", 10.0, 1.0),
    ("gus", "2024-02-05", "2024-03-05", 5.0, 1.0),
    ("hal", "2023-03-01", None, 100.0, 12.0),
    ("ida", "2024-02-01", None, 100.0, 12.0),
    ("jon", "2024-02-01", "2024-03-01", 33.0, 1.0),
    ("kim", "2024-02-01", None, 44.0, 12.0),
    ("lea", "2024-01-05", None, 10.0, 1.0),
    ("lea", "2024-01-20", "2024-04-20", 30.0, 1.0),
    ("max", "2024-04-18", None, 10.0, 1.0),
    ("ned", "2024-04-17", "2024-06-17", 10.0, 1.0),
]


def charges(folder: Path, payments: list[tuple[Any, ...]]) -> Path:
    lines = [CHARGES]
    for number, (who, day, amount, *further) in enumerate(payments):
        status, refunded, words = (*further, *USUAL[len(further) :])
        lines.append(
            f"ch_{number},{day} 12:00:00,{amount},{refunded},eur,{status},{who},"
            f'"{words}"'
        )
    path = folder / "charges.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def world(folder: Path, payments: Any, *further: Path, **settings) -> Dataset:
    folder.mkdir(exist_ok=True)
    files = [charges(folder, payments), *further]
    return loaded(folder / "workspace", files, **settings)


def subscriptions(dataset: Dataset):
    frame = dataset.frame(
        "select customer_id, subscriptions.* from subscriptions"
        " inner join customers using (customer_no)"
        " order by customer_id, started_on, price"
    )
    return table(frame, *COLUMNS)


@pytest.fixture(scope="module")
def paid(tmp_path_factory):
    return world(tmp_path_factory.mktemp("payments") / "paid", PAYMENTS)


def test_each_payment_gives_access_for_what_was_paid(paid):
    assert subscriptions(paid) == EXPECTED


def test_what_follows_from_payments_is_told_as_such(paid):
    frame = paid.frame(
        "select distinct status, currency, paid_from_on = started_on as is_paid,"
        " started_at::time = time '12:00:00' as is_at_noon from subscriptions"
    )
    assert frame.values.tolist() == [["from payments", "EUR", True, True]]
    told = paid.derivations["subscriptions"]
    assert (told.derived_from, told.rows) == ("payments", len(EXPECTED))
    # Of Ida and Jon, who paid once and without a word, others tell for how long.
    assert told.guessed_rows == 2
    (caveat,) = inferred_caveat(paid)
    assert caveat.code == "inferred_access"
    assert caveat.text.startswith("Paid access is inferred from payments: ")
    assert "11% of 18 paid times" in caveat.text


def test_only_who_could_not_pay_left_for_a_failed_payment(paid):
    frame = paid.frame(
        "select customer_id, cancel_reason from subscriptions"
        " inner join customers using (customer_no) where cancel_reason is not null"
    )
    assert frame.values.tolist() == [["cat", "payment_failed"]]


def test_neither_the_order_of_payments_nor_a_file_given_twice_matters(tmp_path):
    payments = list(PAYMENTS)
    random.Random(7).shuffle(payments)
    (tmp_path / "again").mkdir()
    again = charges(tmp_path / "again", payments)
    dataset = world(tmp_path / "shuffled", payments, again)
    assert subscriptions(dataset) == EXPECTED


def test_the_invoiced_period_counts_and_not_the_day_of_payment(tmp_path):
    def invoice(number, who, day, start, end, amount=10, status="paid"):
        sums = f"{status},{amount},{amount},eur"
        return f"in_{number},{who},N{number},{sums},{day},{start},{end}"

    lines = [
        INVOICES,
        # Paid late and early; the periods follow one another all the same.
        invoice(1, "ann", "2024-01-09", "2024-01-01", "2024-02-01"),
        invoice(2, "ann", "2024-01-28", "2024-02-01", "2024-03-01"),
        invoice(3, "ann", "2024-03-20", "2024-03-01", "2024-04-01"),
        # A quarter, once; a draft and a voided invoice are none.
        invoice(4, "bob", "2024-01-01", "2024-01-01", "2024-04-01", 27),
        invoice(5, "bob", "2024-04-01", "2024-04-01", "2024-07-01", 27, "void"),
        invoice(6, "bob", "2024-04-01", "2024-04-01", "2024-07-01", 27, "draft"),
        # Money given back, and an invoice of nothing, pay for nothing.
        invoice(7, "cat", "2024-01-01", "2024-01-01", "2024-02-01", -10),
        invoice(8, "cat", "2024-05-20", "2024-05-20", "2024-06-20", 0),
    ]
    path = tmp_path / "invoices.csv"
    path.write_text("\n".join(lines) + "\n")
    dataset = loaded(tmp_path / "workspace", [path])
    assert subscriptions(dataset) == [
        ("ann", "2024-01-01", "2024-04-01", 10.0, 1.0),
        ("bob", "2024-01-01", "2024-04-01", 27.0, 3.0),
    ]


def test_purchases_now_and_then_are_no_subscriptions(tmp_path):
    draw = random.Random(3)
    shop = [
        (
            f"c{who}",
            f"2024-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}",
            draw.randint(5, 9),
        )
        for who in range(60)
        for _ in range(draw.randint(1, 6))
    ]
    dataset = world(tmp_path / "shop", shop)
    assert subscriptions(dataset) == []
    told = dataset.derivations["subscriptions"]
    assert told.rows == 0
    assert told.customers > 40
    # Chance alone makes a part of them look regular.
    assert told.regular_customers < 0.5 * told.customers
    assert inferred_caveat(dataset) == []


def test_loaded_subscriptions_stay_as_they_are(tmp_path):
    path = tmp_path / "subscriptions.csv"
    path.write_text(
        "customer_id,started_at,ended_at,price\nann,2024-01-05,2024-02-01,7\n"
    )
    dataset = world(tmp_path / "both", PAYMENTS[:9], path)
    assert subscriptions(dataset) == [("ann", "2024-01-05", "2024-02-01", 7.0, 1.0)]
    assert dataset.derivations == {}


@pytest.fixture(scope="module")
def both_ways(tmp_path_factory):
    """The sample's charges alone, and its subscriptions alone: paid access of each."""
    folder = tmp_path_factory.mktemp("both ways")
    return [
        loaded(folder / name, [PROJECT / "sample_data" / f"stripe_{name}.csv"])
        for name in ("charges", "subscriptions")
    ]


# Customers at the end of each month, and what they pay a month. The charges do not
# know discounts of one invoice, and who pays two weeks late has access all the same.
AT_MONTHS_END = """
select
    last_day(month_on) as month_on,
    count(distinct customer_no) as customers,
    sum(
        (price * quantity - coalesce(discount, 0)) / interval_months
    )::double as mrr
from subscriptions, unnest(
    generate_series(timestamp '2024-07-01', timestamp '2026-05-01', interval 1 month)
) as months (month_on)
where
    paid_from_on <= last_day(month_on)
    and coalesce(ended_on, date '9999-12-31') > last_day(month_on)
group by all
order by all
"""


def test_charges_alone_tell_nearly_what_subscriptions_tell(both_ways):
    of_charges, of_subscriptions = (each.frame(AT_MONTHS_END) for each in both_ways)
    assert len(of_charges) == len(of_subscriptions) == 23
    customers = of_charges["customers"] / of_subscriptions["customers"]
    assert customers.between(0.94, 1.01).all()
    money = of_charges["mrr"] / of_subscriptions["mrr"]
    assert money.between(0.93, 1.01).all()
    # Whoever left did so by both, and within a month.
    ended = [
        each.frame(
            "select count(*) as n from (select customer_no, max(coalesce(ended_on,"
            " date '9999-12-31')) as ended_on from subscriptions where paid_from_on"
            " is not null group by customer_no) where ended_on < '2026-06-01'"
        )["n"][0]
        for each in both_ways
    ]
    assert abs(ended[0] / ended[1] - 1) < 0.05

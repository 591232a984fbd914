"""UCI Online Retail as order lines: cohorts published in many places."""

import csv
from datetime import date

import pytest

from holdfast.filters import AttributeIn, Filters
from holdfast.occurrence import ORDER, read_occurrence
from holdfast.questions import ask
from holdfast.questions.purchases import Purchases
from holdfast.questions.retention import Retention, members
from tests.reference import reference_data
from tests.worlds import table

DECEMBER = date(2010, 12, 1)


@pytest.fixture
def shop(online_retail):
    return online_retail


def counts(frame):
    rows = frame[frame["scope"] == "cohort"]
    rows = rows.assign(cohort=rows["cohort"].dt.strftime("%Y-%m"))
    return {
        (row.cohort, row.interval): row.retained_customers for row in rows.itertuples()
    }


def test_the_whole_published_table_of_cohorts(shop):
    file = reference_data("online_retail/expected_cohort_counts.csv")
    with file.open() as stream:
        expected = {
            (row["cohort"], int(k)): int(count)
            for row in csv.DictReader(stream)
            for k, count in row.items()
            if k != "cohort" and count
        }
    frame = ask(shop, Retention(ORDER, ORDER)).frame
    assert counts(frame) == expected
    sizes = frame[frame["scope"] == "cohort"].groupby("cohort")["customers"].unique()
    assert [int(size) for (size,) in sizes] == [
        expected[f"{cohort:%Y-%m}", 0] for cohort in sizes.index
    ]


def test_every_row_is_an_order_line_or_refused(shop):
    rows = shop.frame("from source_rows")
    assert table(rows, "rows_read", "imported", "rejected") == [
        (541_909, 406_829, 135_080)
    ]
    december = "ordered_on between '2010-12-01' and '2010-12-31'"
    buyers = shop.frame(
        "select count(distinct customer_no) filter (not is_return) as bought,"
        f" count(distinct customer_no) as came from orders where {december}"
    )
    assert table(buyers, "bought", "came") == [(885, 948)]


def test_the_december_cohort_as_percentages(shop):
    frame = ask(shop, Retention(ORDER, ORDER)).frame
    row = frame[frame["cohort"] == "2010-12-01"]
    # 885 customers; the last month, December 2011, is not over
    assert [round(100 * rate, 1) for rate in row["retention_rate"][1:12]] == [
        *(36.6, 32.3, 38.4, 36.3, 39.8, 36.3, 34.9, 35.4, 39.5, 37.4, 50.3)
    ]
    assert list(row["is_complete"]) == [True] * 12 + [False]


def test_with_returned_goods_counted_the_cohort_is_948(shop):
    either = read_occurrence("order+returns")
    frame = ask(shop, Retention(either, either)).frame
    assert set(frame[frame["cohort"] == "2010-12-01"]["customers"]) == {948}


def test_the_customers_behind_a_cell_are_as_many_as_it_says(shop):
    listed = members(shop, Retention(ORDER, ORDER), Filters(), DECEMBER, 1)
    assert len(listed) == 885
    assert listed["retained_cohorts"].sum() == 324


def test_a_filter_by_country_and_its_opposite_add_up(shop):
    def december(*filters):
        frame = ask(shop, Retention(ORDER, ORDER), Filters(filters)).frame
        rows = frame[frame["cohort"] == "2010-12-01"]
        return rows[["customers", "retained_customers"]].reset_index(drop=True)

    home = AttributeIn("Country", ("United Kingdom",))
    abroad = AttributeIn("Country", ("United Kingdom",), is_excluded=True)
    assert (december(home) + december(abroad)).equals(december())


def test_bank_holidays_are_holes_and_saturdays_are_not(shop):
    assert [(str(first), str(until)) for first, until in shop.holes] == [
        ("2010-12-24", "2011-01-04"),
        ("2011-04-22", "2011-04-26"),
        ("2011-04-29", "2011-04-30"),
        ("2011-05-02", "2011-05-03"),
        ("2011-05-30", "2011-05-31"),
        ("2011-08-29", "2011-08-30"),
    ]


def test_revenue_is_the_published_one_from_as_many_lines(shop):
    frame = ask(shop, Purchases(net=False)).frame
    # 8,911,407.904: some prices have three decimals
    assert round(frame["revenue_amount"].sum(), 2) == 8_911_407.90
    assert frame["lines"].sum() == 397_884


def test_revenue_orders_and_customers_of_every_month(shop):
    with reference_data("online_retail/expected_months.csv").open() as stream:
        expected = [
            (row["m"], float(row["revenue"]), int(row["orders"]), int(row["customers"]))
            for row in csv.DictReader(stream)
        ]
    frame = ask(shop, Purchases(net=False)).frame
    frame = frame.assign(
        month=frame["period"].dt.strftime("%Y-%m"),
        revenue=frame["revenue_amount"].round(2),
    )
    assert table(frame, "month", "revenue", "orders", "customers") == expected

from tests.reference import reference_data
from tests.worlds import dataset_of, loaded, table


def test_a_period_that_is_told_anew_each_month_is_one_subscription(tmp_path):
    # One column more than is mapped: the month of which each row tells.
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            ("a", "2024-01-01", "", {"month": "2024-01"}),
            ("b", "2024-01-15", "", {"month": "2024-01"}),
            ("a", "2024-01-01", "2024-02-20", {"month": "2024-02"}),
            ("b", "2024-01-15", "", {"month": "2024-02"}),
            ("a", "2024-06-01", "", {"month": "2024-06"}),
        ],
    )
    frame = dataset.frame(
        "select customer_id, started_on, ended_on from subscriptions"
        " inner join customers using (customer_no) order by all"
    )
    assert table(frame, "customer_id", "started_on", "ended_on") == [
        ("a", "2024-01-01", "2024-02-20"),
        ("a", "2024-06-01", None),
        ("b", "2024-01-15", None),
    ]
    counted = dataset.frame("select rows_read, imported, duplicates from source_rows")
    assert table(counted, "rows_read", "imported", "duplicates") == [(5, 3, 2)]


def test_the_published_spells_come_out_of_monthly_rows(tmp_path):
    file = reference_data("turnover_spells/employee_months.csv.gz")
    dataset = loaded(tmp_path / "workspace", [file])
    frame = dataset.frame(
        "select count(*) as spells, count(ended_on) as ended,"
        " count(distinct customer_no) as customers from subscriptions"
    )
    assert table(frame, "spells", "ended", "customers") == [(607, 311, 537)]

"""Employees who come, leave, return and change: head-count and leavers as published."""

import csv
import gzip
from datetime import datetime, timedelta

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.churn import Churn
from tests.reference import reference_data
from tests.worlds import dataset_of

BY_SITE = Filters(breakdown="site", segments=8)


def day(text):
    return datetime.strptime(text, "%d/%m/%Y").date()


@pytest.fixture(scope="module")
def staff(tmp_path_factory):
    file = reference_data("turnover_spells/employee_months.csv.gz")
    with gzip.open(file, "rt", encoding="utf-8-sig") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda r: day(r["month_end_date"]))
    # Only the last row of a spell says when it ended, if it did.
    leaving = {
        (f"{row['dc_nbr']} {row['employee_id']}", row["hire_date"]): row["leave_date"]
        for row in rows
    }
    assert len(leaving) == 607
    assert sum(map(bool, leaving.values())) == 311
    # The last day at work is one with access; it is the day of the cancellation.
    spells = [
        {
            "customer_id": name,
            "started_at": f"{day(hired)}",
            "ended_at": left and f"{day(left) + timedelta(1)}",
            "cancelled_at": left and f"{day(left)}",
        }
        for (name, hired), left in leaving.items()
    ]
    names = sorted({name for name, _ in leaving})
    people = [{"customer_id": name, "site": name.split()[0]} for name in names]
    seen = [(names[0], "seen", "2023-06-30")]
    folder = tmp_path_factory.mktemp("staff")
    return dataset_of(folder, people, seen, subscriptions=spells)


@pytest.fixture(scope="module")
def published():
    file = reference_data("turnover_spells/expected_turnover.csv")
    with file.open() as stream:
        found = {
            (row["dc_nbr"], day(row["month_end_date"]).replace(day=1)): row
            for row in csv.DictReader(stream)
        }
    assert len(found) == 315
    return found


def figures(answer):
    rows = answer.frame.to_dict("records")
    return {(row["segment"], row["period"].date()): row for row in rows}


def test_head_counts_at_the_ends_of_all_months(staff, published):
    found = figures(ask(staff, Churn(), BY_SITE))
    counts = {key: found[key]["customers_at_end"] for key in published}
    assert counts == {key: int(row["ee_count"]) for key, row in published.items()}


def test_leavers_of_all_months(staff, published):
    """There the last day itself is the day of leaving, and nobody is left out."""
    found = figures(ask(staff, Churn(ending="cancellation"), BY_SITE))
    leavers = {
        key: found[key]["lost"] + found[key]["joined_and_left"] for key in published
    }
    assert leavers == {key: int(row["ee_leaving"]) for key, row in published.items()}

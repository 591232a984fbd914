from datetime import date

import pandas as pd
import pytest

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.ticket_days import TicketDays, outside
from holdfast.questions.ticket_growth import TicketGrowth, peaks
from tests.reference import reference_data
from tests.worlds import dataset_of, mapped, opened, table

SOLVED = "2025-02-03"
DAYS = [3, 1, 0, 2, 9]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("desk"),
        tickets=[
            (f"{day}.{number}", "ann", f"2025-01-{30 + day}", SOLVED, {"tags": "a,b"})
            if day < 2
            else (
                f"{day}.{number}",
                "ann",
                f"2025-02-0{day - 1}",
                SOLVED,
                {"tags": "b"},
            )
            for day, number in (
                (day, number)
                for day, tickets in enumerate(DAYS)
                for number in range(tickets)
            )
        ],
    )


def test_days_without_tickets_count_as_none(desk):
    found = ask(desk, TicketDays(spread="sd", times=1))
    # mean 15 / 5 = 3; squares 0 + 4 + 9 + 1 + 36 = 50, / 4 = 12.5
    assert table(found.frame, "day", "tickets", "mean", "sd", "is_outside") == [
        ("2025-01-30", 3, 3.0, 3.5355, False),
        ("2025-01-31", 1, 3.0, 3.5355, False),
        ("2025-02-01", 0, 3.0, 3.5355, False),
        ("2025-02-02", 2, 3.0, 3.5355, False),
        ("2025-02-03", 9, 3.0, 3.5355, True),
    ]
    assert found.sentence == (
        "1 day of 5 days lie outside of the limits; the farthest is 3 Feb 2025 with 9"
        " tickets, usual are 3.0."
    )


def test_by_neighbours_the_spread_is_their_mean_difference(desk):
    frame = ask(desk, TicketDays()).frame
    # Neighbours differ by 2, 1, 2 and 7, so by 3 in the mean: 3 / 1.128.
    assert table(frame.head(1), "sd", "upper") == [(2.6596, 10.9787)]
    assert not frame["is_outside"].any()


def test_windows_and_values_have_limits_of_their_own(desk):
    frame = ask(desk, TicketDays(by="tag", window="month", spread="sd")).frame
    firsts = frame[frame["day"].isin(pd.to_datetime(["2025-01-30", "2025-02-01"]))]
    assert table(firsts, "segment", "day", "tickets", "mean") == [
        ("All", "2025-01-30", 3, 2.0),
        ("All", "2025-02-01", 0, 3.6667),
        ("b", "2025-01-30", 3, 2.0),
        ("b", "2025-02-01", 0, 3.6667),
        ("a", "2025-01-30", 3, 2.0),
        ("a", "2025-02-01", 0, 0.0),
    ]


def test_limits_need_a_number_of_spreads(desk):
    with pytest.raises(SpecError, match="not above 0"):
        TicketDays(times=0)


@pytest.mark.parametrize(("times", "expected"), [(1, 24), (2, 5), (3, 2)])
def test_the_published_outliers_of_complaints_are_found(complaints, times, expected):
    dataset, folder = complaints
    spec = TicketDays(
        by="channel", window="week", spread="sd", times=times, together=True
    )
    rows = outside(ask(dataset, spec).frame)
    published = pd.read_csv(folder / f"expected_outliers_{times}sd.csv")
    assert len(published) == expected
    names = ["Date", "Department", "Complaints", "Mean", "Standard Deviation"]
    wanted = {
        (day, name.lower(), count, round(mean, 6), round(sd, 6))
        for day, name, count, mean, sd in published[names].itertuples(index=False)
    }
    found = {
        (f"{day:%Y-%m-%d}", name, count, round(mean, 6), round(sd, 6))
        for day, name, count, mean, sd in rows[
            ["day", "segment", "tickets", "mean", "sd"]
        ].itertuples(index=False)
    }
    assert found == wanted


@pytest.fixture(scope="module")
def complaints(tmp_path_factory):
    """Daily complaints of three departments: one ticket a complaint."""
    folder = reference_data("complaints_control_chart")
    days = pd.read_csv(folder / "complaints.csv")
    each = days.loc[days.index.repeat(days["Complaints"])].reset_index(drop=True)
    text = pd.DataFrame(
        {
            "id": each.index,
            "day": pd.to_datetime(each["Date"], dayfirst=True).dt.strftime("%Y-%m-%d"),
            "department": each["Department"],
        }
    ).to_csv(index=False)
    columns = {"id": "ticket_id", "day": "opened_at", "department": "channel"}
    workspace = mapped(
        tmp_path_factory.mktemp("complaints"),
        [("complaints.csv", "tickets", columns, text)],
    )
    return opened(workspace), folder


def test_a_period_is_set_against_the_mean_of_those_before(desk):
    frame = ask(desk, TicketGrowth(span="day")).frame
    # 9 against 6 in four days: six times as many
    names = ("segment", "tickets", "before_tickets", "before_mean", "growth_ratio")
    assert table(frame, *names, "is_growing") == [
        ("b", 9, 6, 1.5, 6.0, True),
        ("All", 9, 6, 1.5, 6.0, True),
        ("a", 0, 4, 1.0, 0.0, False),
    ] or table(frame, *names, "is_growing") == [
        ("All", 9, 6, 1.5, 6.0, True),
        ("b", 9, 6, 1.5, 6.0, True),
        ("a", 0, 4, 1.0, 0.0, False),
    ]


def test_the_failed_payments_of_march_are_the_theme_that_grows(demo_workspace):
    dataset = Dataset(next((demo_workspace / "datasets").glob("*.duckdb")))
    found = ask(dataset, TicketGrowth(period=date(2026, 3, 1)))
    row = found.frame.iloc[0]
    assert (row["segment"], row["tickets"], bool(row["is_growing"])) == (
        "failed_payment",
        79,
        True,
    )
    assert found.sentence.startswith(
        "In Mar 2026, failed_payment has 79 tickets, 3.5 a"
    )
    # Nobody has to know the month.
    latest = peaks(ask(dataset, TicketGrowth(), Filters()))
    first = latest.sort_values("p_adjusted").iloc[0]
    assert (first["segment"], f"{first['period']:%Y-%m}") == (
        "failed_payment",
        "2026-03",
    )
    dataset.close()


def test_nothing_is_compared_with_nothing(desk):
    found = ask(desk, TicketGrowth(span="day", period=date(2025, 1, 30)))
    assert found.sentence.startswith("On 30 Jan 2025, there is no complete day before")
    assert ask(desk, TicketGrowth(span="year")).sentence.startswith("No year is")
    with pytest.raises(SpecError, match="not between 1 and"):
        TicketGrowth(before=0)

from datetime import date
from typing import Any

import pandas as pd
import pytest

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask, support
from holdfast.questions.support import Support
from tests.reference import reference_data
from tests.worlds import dataset_of, mapped, opened, table

COUNTS = (
    *("segment", "period", "opened", "unknown_opened", "solved", "backlog"),
    *("active", "customers", "active_with_ticket", "reopened", "is_complete"),
)
CUSTOMERS = [
    ("ann", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
    ("bob", "2025-01-01", {"plan": "pro", "account_id": "acme"}),
    ("cat", "2025-01-01", {"plan": "free"}),
]
EVENTS = [
    ("ann", "use", "2025-01-02 08:00:00"),
    ("bob", "use", "2025-01-03 08:00:00"),
    ("ann", "use", "2025-02-03 08:00:00"),
    ("ann", "use", "2025-03-03 08:00:00"),
]
TICKETS: list[tuple[Any, ...]] = [
    # ann waits 2 hours for an answer and 4 for a solution, twice as long the next time
    (
        "1",
        "ann",
        "2025-01-10 08:00:00",
        "2025-01-10 12:00:00",
        {"first_responded_at": "2025-01-10 10:00:00", "tags": "bug", "reopens": 1},
    ),
    (
        "2",
        "ann",
        "2025-01-20 08:00:00",
        "2025-01-20 16:00:00",
        {"first_responded_at": "2025-01-20 12:00:00", "tags": "Bug Billing"},
    ),
    # open in the end; cat was never seen
    ("3", "cat", "2025-01-31 08:00:00", "", {"status": "open", "subject": "<b>Hi"}),
    # solved before it was opened, solved nobody knows when, and of unknown people
    ("4", "bob", "2025-02-05 08:00:00", "2025-02-04 08:00:00", {"tags": "billing"}),
    ("5", "bob", "2025-02-06 08:00:00", "", {"status": "solved"}),
    ("6", "", "2025-02-07 08:00:00", "2025-03-01 08:00:00", {"priority": "High"}),
    ("7", "stranger", "2025-02-08 08:00:00", "2025-02-08 09:00:00"),
    # the fifth of March has begun
    ("8", "ann", "2025-03-05 08:00:00", ""),
]
ALL = [
    ("All", "2025-01-01", 3, 0, 2, 1, 2, 2, 1, 1, True),
    # 1 + 4 opened - 2 solved - 1 that is not open any more
    ("All", "2025-02-01", 4, 2, 2, 2, 1, 1, 0, 0, True),
    ("All", "2025-03-01", 0, 0, 1, 1, 1, 0, 0, 0, False),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("desk"),
        customers=CUSTOMERS,
        events=EVENTS,
        tickets=TICKETS,
    )


def test_tickets_are_counted_by_period_and_so_is_who_wrote_them(desk):
    found = ask(desk, Support())
    assert table(found.frame, *COUNTS) == ALL
    codes = {caveat.code for caveat in found.caveats}
    assert {"incomplete", "undated", "solved_before", "unknown_people"} <= codes
    rates = ("tickets_per_100", "ticket_share", "reopen_rate", "told_reopens")
    assert table(found.frame, *rates) == [
        (150.0, 0.5, 1.0, 1),
        (400.0, 0.0, None, 0),
        (None, None, None, 0),
    ]
    assert found.sentence == (
        "In Feb 2025, 4 tickets came in and 2 were solved; 2 were open in the end. That"
        " is 400.0 for 100 active customers; half were solved within 60 min."
    )


def test_open_tickets_count_as_long_as_seen(desk):
    frame = ask(desk, Support()).frame
    names = ("n", "ended", "median", "p90", "mean")
    # Of 4 and 8 hours, and one that is open: half are solved after 8, two thirds ever.
    assert table(frame, *(f"resolution_{name}" for name in names)) == [
        (3, 2, 8.0, None, 6.0),
        # an hour, and 22 days: what has no order or no end is in no time
        (2, 2, 1.0, 528.0, 264.5),
        (0, 0, None, None, None),
    ]
    assert table(frame, *(f"response_{name}" for name in names)) == [
        (3, 2, 4.0, None, 3.0),
        (4, 0, None, None, None),
        (0, 0, None, None, None),
    ]


def test_segments_and_unknown_people_add_up_to_all_tickets(desk):
    frame = ask(desk, Support(), Filters(breakdown="plan")).frame
    assert table(frame[frame["segment"] == "All"], *COUNTS) == ALL
    february = frame[frame["period"] == "2025-02-01"]
    assert table(february, "segment", "opened", "solved", "backlog", "active") == [
        ("All", 4, 2, 2, 1),
        ("pro", 2, 1, 0, 1),
        ("free", 0, 0, 1, 0),
        ("(unknown people)", 2, 1, 1, 0),
    ]


def test_with_a_filter_tickets_of_unknown_people_are_out_of_view(desk):
    pro = Filters((AttributeIn("plan", ("pro",)),))
    found = ask(desk, Support(), pro)
    assert table(found.frame, "opened", "unknown_opened", "backlog") == [
        (2, 0, 0),
        (2, 0, 0),
        (0, 0, 0),
    ]
    assert "known_only" in {caveat.code for caveat in found.caveats}


def test_a_ticket_with_two_tags_counts_for_both(desk):
    found = ask(desk, Support(by="tag"))
    january = found.frame[found.frame["period"] == "2025-01-01"]
    assert table(january, "segment", "opened", "active", "tickets_per_100") == [
        ("All", 3, 2, 150.0),
        ("billing", 1, 2, 50.0),
        ("bug", 2, 2, 100.0),
        ("(none)", 1, 2, 50.0),
    ]
    assert "tags_overlap" in {caveat.code for caveat in found.caveats}


def test_rare_tags_are_folded_and_their_tickets_count_once(desk, monkeypatch):
    monkeypatch.setattr(support, "_MOST_GROUPS", 0)
    frame = support.answer(desk, Support(by="tag"), Filters()).frame
    january = frame[frame["period"] == "2025-01-01"]
    assert table(january, "segment", "opened") == [
        ("All", 3),
        ("Other", 2),
        ("(none)", 1),
    ]


@pytest.mark.parametrize("by", ["priority", "channel", "status"])
def test_each_ticket_has_one_value_of_a_field(desk, by):
    frame = ask(desk, Support(by=by)).frame
    parts = frame[frame["segment"] != "All"].groupby("period")["opened"].sum()
    assert list(parts) == [3, 4, 0]


def test_accounts_have_the_tickets_of_their_customers(desk):
    frame = ask(desk, Support(unit="account")).frame
    assert table(frame, "opened", "unknown_opened", "active", "customers") == [
        (3, 1, 1, 1),
        (4, 2, 1, 1),
        (0, 0, 1, 0),
    ]


def test_what_comes_later_changes_no_complete_period(desk):
    early = ask(desk, Support(as_of=date(2025, 2, 1))).frame
    assert table(early, *COUNTS) == ALL[:1]
    assert table(early, "resolution_n", "resolution_median") == [(3, 8.0)]
    with pytest.raises(SpecError, match="cannot be read as of"):
        ask(desk, Support(as_of=date(2026, 2, 1)))


def test_neither_the_order_of_rows_nor_the_separator_of_tags_matters(tmp_path):
    told = [
        (*row[:4], {**row[4], "tags": row[4].get("tags", "").replace(" ", " ; ")})
        if len(row) > 4
        else row
        for row in TICKETS[::-1]
    ]
    other = dataset_of(tmp_path, customers=CUSTOMERS, events=EVENTS[::-1], tickets=told)
    frame = ask(other, Support(by="tag")).frame
    assert table(frame[frame["segment"] == "All"], *COUNTS) == ALL
    assert list(frame["segment"].unique()) == ["All", "billing", "bug", "(none)"]


def test_twice_the_tickets_are_twice_the_counts_in_the_same_time(tmp_path):
    twice = [(name + row[0], *row[1:]) for row in TICKETS for name in "ab"]
    other = dataset_of(tmp_path, customers=CUSTOMERS, events=EVENTS, tickets=twice)
    frame = ask(other, Support()).frame
    assert table(frame, "opened", "solved", "backlog", "active", "customers") == [
        (6, 4, 2, 2, 2),
        (8, 4, 4, 1, 1),
        (0, 2, 2, 1, 0),
    ]
    assert table(frame, "resolution_median", "resolution_mean") == [
        (8.0, 6.0),
        (1.0, 264.5),
        (None, None),
    ]


def test_without_tickets_it_says_what_to_load(onboarding):
    with pytest.raises(SpecError, match="no support tickets"):
        ask(onboarding, Support())


def test_tickets_alone_have_no_rates(tmp_path):
    dataset = dataset_of(tmp_path, tickets=[("1", "ann", "2025-01-10", "2025-01-12")])
    found = ask(dataset, Support(span="day"))
    assert table(found.frame, "opened", "backlog", "active", "tickets_per_100") == [
        (1, 1, 0, None),
        (0, 1, 0, None),
        (0, 0, 0, None),
    ]
    assert "nobody_active" in {caveat.code for caveat in found.caveats}


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory):
    """The event log of a help desk: first and last event of each case."""
    folder = reference_data("helpdesk_tickets")
    log = pd.read_csv(folder / "helpdesk_events.csv.gz")
    when = pd.to_datetime(log["completeTime"])
    cases = when.groupby(log["case"]).agg(["min", "max"]).reset_index()
    workspace = mapped(
        tmp_path_factory.mktemp("helpdesk"),
        [
            (
                "cases.csv",
                "tickets",
                {"case": "ticket_id", "min": "opened_at", "max": "solved_at"},
                cases.to_csv(index=False),
            )
        ],
    )
    return opened(workspace), pd.read_csv(folder / "expected_by_month.csv")


def test_the_help_desk_has_its_published_tickets_and_times(helpdesk):
    dataset, expected = helpdesk
    found = ask(dataset, Support())
    frame = found.frame
    assert frame["period"].dt.strftime("%Y-%m").to_list() == expected["month"].to_list()
    assert frame["opened"].to_list() == expected["opened"].to_list()
    ended = expected["ended"].to_list()
    # The last of them on the last day, which may not be over.
    assert frame["solved"].to_list()[:-1] == ended[:-1]
    everything = ask(dataset, Support(span="year", as_of=date(2014, 1, 4))).frame
    total = everything["opened"].sum()
    assert total == 4580
    mean = (everything["resolution_mean"] * everything["resolution_ended"]).sum()
    assert mean / everything["resolution_ended"].sum() / 24 == pytest.approx(
        40.8584, abs=0.001
    )


def test_the_failed_payments_of_march_stand_in_their_month(demo_workspace):
    dataset = Dataset(next((demo_workspace / "datasets").glob("*.duckdb")))
    frame = ask(dataset, Support(by="tag")).frame
    failed = frame[frame["segment"] == "failed_payment"].set_index("period")["opened"]
    assert failed["2026-03-01"] == 79
    assert failed.sum() - 79 == 66
    march = support.members(
        dataset,
        Support(by="tag"),
        Filters(),
        date(2026, 3, 9),
        "opened",
        "failed_payment",
    )
    assert len(march) == 79
    dataset.close()

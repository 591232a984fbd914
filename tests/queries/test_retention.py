from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, DidEvent, Filters
from holdfast.occurrence import (
    ORDER,
    SIGNUP,
    SUBSCRIPTION,
    Occurrence,
    read_occurrence,
)
from holdfast.questions import ask
from holdfast.questions.cadence import Cadence
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.retention import Retention
from holdfast.questions.survival import Survival
from holdfast.report.text import answer_lines
from tests.worlds import dataset_of, figures, table

LOGIN = Occurrence("event", ("login",))
START = Occurrence("event", ("start",))
BACK = Occurrence("event", ("back",))

COLUMNS = (
    *("scope", "segment", "cohort", "interval", "last_interval", "customers"),
    *("retained_customers", "retention_rate", "rate_lower", "rate_upper", "mean_rate"),
    *("cohorts", "is_complete", "is_small"),
)


def codes(answer) -> list[str]:
    return [caveat.code for caveat in answer.caveats]


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    """Return three months of four people; the last event is at noon on 10 March."""
    return dataset_of(
        tmp_path_factory.mktemp("quarter"),
        customers=[
            ("ann", "2025-01-05 00:00:00", {"plan": "pro", "company": "acme"}),
            ("bob", "2025-01-20 00:00:00", {"plan": "free"}),
            ("cat", "2025-02-10 00:00:00", {"plan": "pro"}),
            ("dan", "2025-02-11 00:00:00"),
        ],
        events=[
            ("ann", "login", "2025-01-05 08:00:00"),
            ("ann", "login", "2025-02-01 00:00:00"),
            ("ann", "export", "2025-02-02 10:00:00"),
            ("ann", "login", "2025-03-10 12:00:00"),
            ("bob", "login", "2025-02-28 23:59:59"),
            ("cat", "login", "2025-02-10 09:00:00"),
            ("dan", "export", "2025-03-01 09:00:00"),
        ],
    )


def test_every_column_of_the_answer(quarter):
    frame = ask(quarter, Retention()).frame
    assert tuple(frame.columns) == COLUMNS
    # January: ann and bob. Month 0: only ann was active. Month 1: both. Month 2: ann.
    # February: cat and dan. Month 0: cat. Month 1 (March): dan.
    # March runs until the 10th, so what lies in it is incomplete.
    # Wilson: 1 of 2 is 0.0945 to 0.9055, 2 of 2 is 0.3424 to 1, 2 of 4 is .15 to .85.
    half, both = (0.5, 0.0945, 0.9055), (1.0, 0.3424, 1.0)
    assert table(frame, *COLUMNS) == [
        *(
            ("cohort", "All", cohort, k, k, 2, kept, *rates, None, 1, over, True)
            for cohort, k, kept, rates, over in (
                ("2025-01-01", 0, 1, half, True),
                ("2025-01-01", 1, 2, both, True),
                ("2025-01-01", 2, 1, half, False),
                ("2025-02-01", 0, 1, half, True),
                ("2025-02-01", 1, 1, half, False),
            )
        ),
        ("pooled", "All", None, 0, 0, 4, 2, 0.5, 0.15, 0.85, 0.5, 2, True, True),
        ("pooled", "All", None, 1, 1, 2, 2, *both, 1.0, 1, True, True),
    ]


def test_pooled_weighs_complete_cohorts_by_size_and_the_simple_mean_does_not(tmp_path):
    # 1000 -> 500, 500 -> 400, 700 -> 10 (incomplete)
    # pooled (500 + 400) / (1000 + 500) = 60.0 %; simple (50 % + 80 %) / 2 = 65.0 %
    sizes = {"01": (1000, 500), "02": (500, 400), "03": (700, 10)}
    customers = [
        (f"{month}-{i}", f"2025-{month}-10")
        for month, (size, _) in sizes.items()
        for i in range(size)
    ]
    events = [
        (f"{month}-{i}", "login", f"2025-{int(month) + 1:02}-15 10:00:00")
        for month, (_, kept) in sizes.items()
        for i in range(kept)
    ]
    frame = ask(dataset_of(tmp_path, customers, events), Retention()).frame
    later = frame[frame["interval"] == 1]
    assert table(
        later, "cohort", "customers", "retained_customers", "is_complete", "is_small"
    ) == [
        ("2025-01-01", 1000, 500, True, False),
        ("2025-02-01", 500, 400, True, False),
        ("2025-03-01", 700, 10, False, False),
        (None, 1500, 900, True, False),
    ]
    pooled = later[later["scope"] == "pooled"]
    assert table(pooled, "retention_rate", "mean_rate", "cohorts") == [(0.6, 0.65, 2)]


def test_a_cohort_at_nought_percent_counts_in_the_pooled_row(tmp_path):
    # 10 at 20 % and 100 at 0 %: (2 + 0) / 110 = 1.8 %; the simple mean is 10 %
    customers = [(f"a{i}", "2025-01-10") for i in range(10)]
    customers += [(f"b{i}", "2025-02-10") for i in range(100)]
    events = [("a0", "login", "2025-02-15"), ("a1", "login", "2025-02-15")]
    # March is over and April has begun
    events += [("a9", "login", "2025-04-02")]
    frame = ask(dataset_of(tmp_path, customers, events), Retention()).frame
    pooled = frame[(frame["scope"] == "pooled") & (frame["interval"] == 1)]
    assert table(pooled, "customers", "retained_customers", "mean_rate", "cohorts") == [
        (110, 2, 0.1, 2)
    ]
    assert round(100 * pooled["retention_rate"].iloc[0], 1) == 1.8


def test_a_calendar_day_ends_at_midnight_and_a_rolling_day_after_24_hours(tmp_path):
    # 8 pm Monday to 6 am Tuesday: calendar day 1, rolling day 0
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "start", "2025-01-06 20:00:00"),
            ("ann", "back", "2025-01-07 06:00:00"),
            ("bob", "noise", "2025-01-09 00:00:00"),
        ],
    )
    spec = Retention(START, BACK, interval="day")
    assert figures(ask(dataset, spec).frame) == [
        ("2025-01-06", 0, 1, 0, True),
        ("2025-01-06", 1, 1, 1, True),
        ("2025-01-06", 2, 1, 0, True),
        ("2025-01-06", 3, 1, 0, False),
        ("pooled", 0, 1, 0, True),
        ("pooled", 1, 1, 1, True),
        ("pooled", 2, 1, 0, True),
    ]
    # Rolling day 2 runs until 20:00 on the 9th, and all is observed until midnight of
    # the 8th; rolling day 3 begins at 20:00 on the 9th, still inside the last day.
    assert figures(ask(dataset, replace(spec, rolling=True)).frame) == [
        ("2025-01-06", 0, 1, 1, True),
        ("2025-01-06", 1, 1, 0, True),
        ("2025-01-06", 2, 1, 0, False),
        ("2025-01-06", 3, 1, 0, False),
        ("pooled", 0, 1, 1, True),
        ("pooled", 1, 1, 0, True),
    ]


def test_a_rolling_day_begins_to_the_second(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "start", "2025-01-06 20:00:00"),
            ("ann", "back", "2025-01-07 19:59:59"),
            ("bob", "start", "2025-01-06 20:00:00"),
            ("bob", "back", "2025-01-07 20:00:00"),
            ("cat", "start", "2025-01-06 20:00:00"),
            ("cat", "back", "2025-01-06 19:59:59"),
            ("cat", "noise", "2025-01-20 00:00:00"),
        ],
    )
    spec = Retention(START, BACK, interval="day", rolling=True, intervals=2)
    # ann returns 23:59:59 later, bob after exactly 24 h; cat's came before the start
    assert figures(ask(dataset, spec).frame)[:3] == [
        ("2025-01-06", 0, 3, 1, True),
        ("2025-01-06", 1, 3, 1, True),
        ("2025-01-06", 2, 3, 0, True),
    ]


def test_late_february_to_early_march_is_calendar_month_1_and_rolling_month_0(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "start", "2025-02-25 12:00:00"),
            ("ann", "back", "2025-03-03 12:00:00"),
            ("bob", "noise", "2025-04-02 12:00:00"),
        ],
    )
    spec = Retention(START, BACK)
    assert figures(ask(dataset, spec).frame) == [
        ("2025-02-01", 0, 1, 0, True),
        ("2025-02-01", 1, 1, 1, True),
        ("2025-02-01", 2, 1, 0, False),
        ("pooled", 0, 1, 0, True),
        ("pooled", 1, 1, 1, True),
    ]
    # 30 days after 25 February is 27 March, 60 days after it is 26 April
    assert figures(ask(dataset, replace(spec, rolling=True)).frame) == [
        ("2025-02-01", 0, 1, 1, True),
        ("2025-02-01", 1, 1, 0, False),
        ("pooled", 0, 1, 1, True),
    ]


def test_without_a_sign_up_a_story_starts_where_it_is_first_seen(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-02"), ("never seen", "")],
        events=[("ann", "login", "2025-02-03"), ("bob", "login", "2025-02-04")],
        orders=[("cat", "o1", "2025-01-30", 5)],
    )
    # ann signed up in January, cat ordered in January, bob is first seen in February;
    # who neither signed up nor did anything has no start. Events begin in February.
    assert figures(ask(dataset, Retention()).frame) == [
        ("2025-01-01", 1, 2, 1, False),
        ("2025-02-01", 0, 1, 1, False),
    ]


RHYTHM = [
    # cohort of 1 January: a on days 0, 2 and 5; b on day 1; c never again
    ("a", "start", "2025-01-01 10:00:00"),
    ("a", "back", "2025-01-01 11:00:00"),
    ("a", "back", "2025-01-03 11:00:00"),
    ("a", "back", "2025-01-06 11:00:00"),
    ("b", "start", "2025-01-01 10:00:00"),
    ("b", "back", "2025-01-02 11:00:00"),
    ("c", "start", "2025-01-01 10:00:00"),
    # cohort of 4 January: d on day 2; a starts again
    ("d", "start", "2025-01-04 10:00:00"),
    ("d", "back", "2025-01-06 11:00:00"),
    ("a", "start", "2025-01-04 10:00:00"),
    ("z", "noise", "2025-01-07 10:00:00"),
]


@pytest.fixture(scope="module")
def rhythm(tmp_path_factory):
    return dataset_of(tmp_path_factory.mktemp("rhythm"), events=RHYTHM)


def rhythm_of(dataset, **settings):
    spec = Retention(START, BACK, interval="day", **settings)
    return figures(ask(dataset, spec).frame)


def test_on_an_interval(rhythm):
    assert rhythm_of(rhythm) == [
        *(("2025-01-01", k, 3, n, k < 6) for k, n in enumerate([1, 1, 1, 0, 0, 1, 0])),
        *(("2025-01-04", k, 1, n, k < 3) for k, n in enumerate([0, 0, 1, 0])),
        ("pooled", 0, 4, 1, True),
        ("pooled", 1, 4, 1, True),
        ("pooled", 2, 4, 2, True),
        ("pooled", 3, 3, 0, True),
        ("pooled", 4, 3, 0, True),
        ("pooled", 5, 3, 1, True),
    ]


def test_on_or_after_an_interval(rhythm):
    # day 1 or later: a and b; from day 2 on only a
    assert rhythm_of(rhythm, mode="on_or_after")[:11] == [
        *(("2025-01-01", k, 3, n, k < 6) for k, n in enumerate([2, 2, 1, 1, 1, 1, 0])),
        *(("2025-01-04", k, 1, n, k < 3) for k, n in enumerate([1, 1, 1, 0])),
    ]
    spec = Retention(START, BACK, interval="day", mode="on_or_after")
    answer = ask(rhythm, spec)
    assert answer.frame["last_interval"].isna().all()
    assert "not_comparable" in codes(answer)


def test_between_an_interval_and_the_horizon(rhythm):
    # between k and 3: cohort 1 is complete since the 4th is over, cohort 2 ends on the
    # 7th, which still runs
    assert rhythm_of(rhythm, mode="between", horizon=3) == [
        *(("2025-01-01", k, 3, n, True) for k, n in enumerate([2, 2, 1, 0])),
        *(("2025-01-04", k, 1, n, False) for k, n in enumerate([1, 1, 1, 0])),
        *(("pooled", k, 3, n, True) for k, n in enumerate([2, 2, 1, 0])),
    ]


def test_custom_brackets(rhythm):
    # any return in [0, 0], [1, 2], [3, 6]
    assert rhythm_of(rhythm, mode="brackets", brackets=((0, 0), (1, 2), (3, 6))) == [
        ("2025-01-01", 0, 3, 1, True),
        ("2025-01-01", 1, 3, 2, True),
        ("2025-01-01", 3, 3, 1, False),
        ("2025-01-04", 0, 1, 0, True),
        ("2025-01-04", 1, 1, 1, True),
        ("2025-01-04", 3, 1, 0, False),
        ("pooled", 0, 4, 1, True),
        ("pooled", 1, 4, 3, True),
    ]


def test_brackets_may_overlap(rhythm):
    # a returns on days 0, 2 and 5, b on day 1
    spec = Retention(
        START,
        BACK,
        interval="day",
        mode="brackets",
        brackets=((1, 3), (2, 6), (3, 4)),
        last_cohort=date(2025, 1, 1),
    )
    frame = ask(rhythm, spec).frame
    cells = frame[frame["scope"] == "cohort"]
    assert table(cells, "interval", "last_interval", "retained_customers") == [
        (1, 3, 2),
        (2, 6, 1),
        (3, 4, 0),
    ]


def test_recurring_entry_puts_a_customer_into_every_cohort_with_a_start(rhythm):
    # a starts again on the 4th and comes back on the 6th, as d does
    assert rhythm_of(rhythm, entry="recurring")[7:11] == [
        ("2025-01-04", 0, 2, 0, True),
        ("2025-01-04", 1, 2, 0, True),
        ("2025-01-04", 2, 2, 2, True),
        ("2025-01-04", 3, 2, 0, False),
    ]
    spec = Retention(START, BACK, interval="day", entry="recurring")
    assert "recurring" in codes(ask(rhythm, spec))


def test_interval_nought_is_computed_and_not_assumed(rhythm):
    assert rhythm_of(rhythm)[0] == ("2025-01-01", 0, 3, 1, True)
    same = ask(rhythm, Retention(START, START, interval="day")).frame
    assert figures(same)[0] == ("2025-01-01", 0, 3, 3, True)


def test_cohorts_can_be_limited_to_days(rhythm):
    limited = rhythm_of(rhythm, first_cohort=date(2025, 1, 2))
    assert limited == [
        *(("2025-01-04", k, 1, n, k < 3) for k, n in enumerate([0, 0, 1, 0])),
        ("pooled", 0, 1, 0, True),
        ("pooled", 1, 1, 0, True),
        ("pooled", 2, 1, 1, True),
    ]
    earlier = rhythm_of(rhythm, last_cohort=date(2025, 1, 3))
    assert {cohort for cohort, *_ in earlier} == {"2025-01-01", "pooled"}


def test_first_entry_is_the_first_in_all_history_not_in_the_range(rhythm):
    # a's first start was on the 1st, so the range from the 2nd holds d alone
    in_range = {"first_cohort": date(2025, 1, 2)}
    assert rhythm_of(rhythm, **in_range)[0][2] == 1
    assert rhythm_of(rhythm, **in_range, entry="recurring")[0][2] == 2


def test_cells_that_have_not_begun_are_absent(rhythm):
    frame = ask(rhythm, Retention(START, BACK, interval="day")).frame
    cells = frame[frame["scope"] == "cohort"]
    last = cells.groupby("cohort")["interval"].max()
    # the last observed day is the 7th
    assert list(last) == [6, 3]
    assert "incomplete" in codes(ask(rhythm, Retention(START, BACK, interval="day")))


def test_weeks_start_on_the_day_that_the_workspace_says(tmp_path):
    # Saturday 4, Sunday 5 and Monday 6 January 2025
    events = [
        ("ann", "start", "2025-01-04"),
        ("ann", "back", "2025-01-05"),
        ("bob", "start", "2025-01-05"),
        ("bob", "back", "2025-01-06"),
        ("cat", "noise", "2025-01-12"),
    ]
    spec = Retention(START, BACK, interval="week")

    def cells(week_start):
        dataset = dataset_of(tmp_path, events=events, week_start=week_start)
        return [row for row in figures(ask(dataset, spec).frame) if row[0] != "pooled"]

    assert cells("monday") == [
        ("2024-12-30", 0, 2, 1, True),
        ("2024-12-30", 1, 2, 1, True),
    ]
    assert cells("sunday") == [
        ("2024-12-29", 0, 1, 0, True),
        ("2024-12-29", 1, 1, 1, True),
        ("2024-12-29", 2, 1, 0, False),
        ("2025-01-05", 0, 1, 1, True),
        ("2025-01-05", 1, 1, 0, False),
    ]
    assert cells("saturday") == [
        ("2025-01-04", 0, 2, 2, True),
        ("2025-01-04", 1, 2, 0, False),
    ]


def test_days_are_those_of_the_zone_even_where_one_has_25_hours(tmp_path):
    # In Berlin 26 October 2025 lasts from 22:00 to 23:00 UTC the next day: 25 hours.
    events = [
        ("ann", "start", "2025-10-25 21:59:59Z"),  # 23:59:59 on the 25th
        ("ann", "back", "2025-10-25 22:00:00Z"),  # midnight: the 26th, day 1
        ("bob", "start", "2025-10-25 22:00:00Z"),  # the 26th
        ("bob", "back", "2025-10-26 22:59:59Z"),  # still the 26th: day 0
        ("cat", "start", "2025-10-25 22:00:00Z"),
        ("cat", "back", "2025-10-26 23:00:00Z"),  # the 27th: day 1, 25 hours later
        ("dan", "noise", "2025-10-28 10:00:00Z"),
    ]
    dataset = dataset_of(tmp_path, events=events, zone="Europe/Berlin")
    calendar = ask(dataset, Retention(START, BACK, interval="day")).frame
    assert figures(calendar) == [
        ("2025-10-25", 0, 1, 0, True),
        ("2025-10-25", 1, 1, 1, True),
        ("2025-10-25", 2, 1, 0, True),
        ("2025-10-25", 3, 1, 0, False),
        ("2025-10-26", 0, 2, 1, True),
        ("2025-10-26", 1, 2, 1, True),
        ("2025-10-26", 2, 2, 0, False),
        ("pooled", 0, 3, 1, True),
        ("pooled", 1, 3, 2, True),
        ("pooled", 2, 1, 0, True),
    ]
    # Rolling days last 24 hours: 24:59:59 and 25:00:00 are both day 1. Day 1 ends at
    # 22:00 UTC on the 27th, an hour before the last observed midnight of Berlin.
    rolling = ask(dataset, Retention(START, BACK, interval="day", rolling=True)).frame
    assert [row for row in figures(rolling) if row[0] == "2025-10-26"] == [
        ("2025-10-26", 0, 2, 0, True),
        ("2025-10-26", 1, 2, 2, True),
        ("2025-10-26", 2, 2, 0, False),
        ("2025-10-26", 3, 2, 0, False),
    ]


def test_accounts_are_counted_instead_of_customers(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[
            ("ann", "2025-01-05", {"account_id": "acme"}),
            ("bob", "2025-02-05", {"account_id": "acme"}),
            ("cat", "2025-01-06", {"account_id": "zeta"}),
            ("dan", "2025-01-07"),
        ],
        events=[
            ("bob", "login", "2025-02-06"),
            ("bob", "login", "2025-03-31"),
            ("dan", "login", "2025-02-07"),
        ],
    )
    # acme starts with ann in January; bob's visits keep it. dan has no account.
    answer = ask(dataset, Retention(unit="account"))
    assert figures(answer.frame) == [
        # events begin in February, so January is not known
        ("2025-01-01", 1, 2, 1, True),
        ("2025-01-01", 2, 2, 1, True),
        ("pooled", 1, 2, 1, True),
        ("pooled", 2, 2, 1, True),
    ]
    assert "no_account" in codes(answer)


def test_orders_count_and_returned_goods_only_by_choice(tmp_path):
    dataset = dataset_of(
        tmp_path,
        orders=[
            ("ann", "o1", "2025-01-05", 10),
            ("ann", "o2", "2025-02-05", -10),
            ("bob", "o3", "2025-01-06", -5),
            ("bob", "o4", "2025-02-06", 7),
            ("bob", "o5", "2025-03-31", 7),
        ],
    )
    assert figures(ask(dataset, Retention(ORDER, ORDER)).frame)[:5] == [
        ("2025-01-01", 0, 1, 1, True),
        ("2025-01-01", 1, 1, 0, True),
        ("2025-01-01", 2, 1, 0, True),
        ("2025-02-01", 0, 1, 1, True),
        ("2025-02-01", 1, 1, 1, True),
    ]
    either = read_occurrence("order+returns")
    assert figures(ask(dataset, Retention(either, either)).frame)[:3] == [
        ("2025-01-01", 0, 2, 2, True),
        ("2025-01-01", 1, 2, 2, True),
        ("2025-01-01", 2, 2, 1, True),
    ]


def test_a_subscription_is_paid_access_at_the_end_of_an_interval(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            # ended_on is the first day without access
            ("ann", "2025-01-10", "2025-03-01"),  # has 31 January and 28 February
            ("bob", "2025-01-10", "2025-02-28"),  # misses 28 February by a day
            ("cat", "2025-01-10", ""),  # still runs
            ("dan", "2025-01-10", "2025-01-20"),  # gone within the first month
            ("dan", "2025-03-05", ""),  # and back in March
            ("eve", "2025-02-01", "2030-01-01"),  # ends beyond all data
        ],
        events=[("ann", "noise", "2025-04-10 09:00:00")],
    )
    frame = ask(dataset, Retention(SUBSCRIPTION, SUBSCRIPTION)).frame
    assert figures(frame) == [
        ("2025-01-01", 0, 4, 3, True),  # ann, bob, cat
        ("2025-01-01", 1, 4, 2, True),  # ann, cat
        ("2025-01-01", 2, 4, 2, True),  # cat, dan
        ("2025-01-01", 3, 4, 2, False),
        ("2025-02-01", 0, 1, 1, True),
        ("2025-02-01", 1, 1, 1, True),
        ("2025-02-01", 2, 1, 1, False),
        ("pooled", 0, 5, 4, True),
        ("pooled", 1, 5, 3, True),
        ("pooled", 2, 4, 2, True),
    ]


def test_a_subscription_that_was_never_paid_starts_nothing(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            {
                "customer_id": name,
                "started_at": "2025-01-10",
                "trial_ended_at": "2025-02-10",
                "ended_at": ended,
            }
            for name, ended in (("ann", ""), ("bob", "2025-02-01"))
        ],
        events=[("ann", "noise", "2025-03-31")],
    )
    # ann's first paid day is 10 February; bob left in the trial
    assert figures(ask(dataset, Retention(SUBSCRIPTION, SUBSCRIPTION)).frame) == [
        ("2025-02-01", 0, 1, 1, True),
        ("2025-02-01", 1, 1, 1, True),
        ("pooled", 0, 1, 1, True),
        ("pooled", 1, 1, 1, True),
    ]


def test_a_rolling_subscription_counts_from_the_customers_own_first_day(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            ("ann", "2025-01-10", "2025-01-17"),  # seven days: day 7 is not covered
            ("bob", "2025-01-10", "2025-01-16"),
            ("cat", "2025-01-10", ""),
        ],
        events=[("ann", "noise", "2025-01-31")],
    )
    spec = Retention(SUBSCRIPTION, SUBSCRIPTION, interval="week", rolling=True)
    # week 0 ends after 16 January, week 1 after the 23rd, week 2 after the 30th;
    # week 3 begins on the 31st
    assert figures(ask(dataset, spec).frame) == [
        ("2025-01-06", 0, 3, 2, True),
        ("2025-01-06", 1, 3, 1, True),
        ("2025-01-06", 2, 3, 1, True),
        ("2025-01-06", 3, 3, 1, False),
        ("pooled", 0, 3, 2, True),
        ("pooled", 1, 3, 1, True),
        ("pooled", 2, 3, 1, True),
    ]


@pytest.fixture(scope="module")
def devices(tmp_path_factory):
    at = "2025-01-0{} 10:00:00"
    return dataset_of(
        tmp_path_factory.mktemp("devices"),
        events=[
            ("ann", "open", at.format(1), {"device": "phone", "amount": "5"}),
            ("ann", "read", at.format(2), {"device": "phone", "amount": "7.5"}),
            ("ann", "read", at.format(3), {"device": "desk"}),
            ("bob", "open", at.format(1), {"device": "desk"}),
            ("bob", "write", at.format(2), {"device": "phone", "amount": "5"}),
            ("cat", "open", at.format(1)),
            ("cat", "read", at.format(3)),
            ("cat", "open", at.format(4)),
        ],
    )


@pytest.mark.parametrize(
    ("returning", "kept"),
    [
        # days 0, 1, 2; the fourth still runs
        ("event:open", [3, 0, 0]),
        ("event:read", [0, 1, 2]),
        ("event:read,write", [0, 2, 2]),
        ("event:read,write,open", [3, 2, 2]),
        ("event:read?device=phone", [0, 1, 0]),
        ("event:read,write?device=phone", [0, 2, 0]),
        ('event:read?device="(none)"', [0, 0, 1]),
        ("event:read,write?device=phone&amount=5", [0, 1, 0]),
        ("activity", [3, 2, 2]),
    ],
)
def test_events_by_name_and_property(devices, returning, kept):
    spec = Retention(returning=read_occurrence(returning), interval="day")
    cells = figures(ask(devices, spec).frame)
    assert cells[:3] == [("2025-01-01", k, 3, n, True) for k, n in enumerate(kept)]


def test_a_start_with_a_property_leaves_the_return_free(devices):
    spec = Retention(
        read_occurrence("event:open?device=phone"),
        read_occurrence("event:read"),
        interval="day",
    )
    assert figures(ask(devices, spec).frame)[:3] == [
        ("2025-01-01", 0, 1, 0, True),
        ("2025-01-01", 1, 1, 1, True),
        ("2025-01-01", 2, 1, 1, True),
    ]


def test_more_events_than_fit_into_a_bit_set(tmp_path):
    names = [f"event {i}" for i in range(80)]
    events = [(f"c{i}", name, "2025-01-01") for i, name in enumerate(names)]
    events += [("c0", "event 79", "2025-01-02"), ("c1", "else", "2025-01-02")]
    dataset = dataset_of(tmp_path, events=events)
    spec = Retention(returning=Occurrence("event", tuple(names)), interval="day")
    assert figures(ask(dataset, spec).frame)[:2] == [
        ("2025-01-01", 0, 80, 80, True),
        ("2025-01-01", 1, 80, 1, True),
    ]


def test_an_earlier_as_of_equals_loading_the_earlier_rows_only(tmp_path):
    customers = [("ann", "2025-01-05"), ("bob", "2025-02-03"), ("cat", "2025-03-02")]
    events = [
        ("ann", "login", "2025-01-05 10:00:00"),
        ("ann", "login", "2025-02-14 10:00:00"),
        ("bob", "login", "2025-02-14 23:00:00"),
        ("bob", "login", "2025-02-15 00:00:00"),
        ("ann", "login", "2025-03-03 10:00:00"),
        ("cat", "login", "2025-03-04 10:00:00"),
    ]
    end = "2025-02-15"
    whole = dataset_of(tmp_path, customers, events)
    part = dataset_of(
        tmp_path,
        [row for row in customers if row[1] < end],
        [row for row in events if row[2] < end],
    )
    for spec in (
        Retention(),
        Retention(interval="day", intervals=50),
        Retention(interval="week", mode="on_or_after"),
        Retention(interval="week", rolling=True),
        Retention(LOGIN, LOGIN, entry="recurring"),
    ):
        asked = replace(spec, as_of=date(2025, 2, 15))
        # in the part, 15 February is the end of the last day: as_of moved forward
        pd.testing.assert_frame_equal(ask(whole, asked).frame, ask(part, asked).frame)


def test_as_of_can_be_moved_to_the_end_of_the_last_day(quarter):
    # All of 10 March is declared observed, yet March is not over.
    before = ask(quarter, Retention(interval="day", intervals=70))
    after = ask(
        quarter, Retention(interval="day", intervals=70, as_of=date(2025, 3, 11))
    )
    assert (before.as_of, after.as_of) == (date(2025, 3, 10), date(2025, 3, 11))
    assert not before.frame["is_complete"].all()
    assert after.frame["is_complete"].all()


@pytest.mark.parametrize("day", [date(2025, 1, 5), date(2025, 3, 12)])
def test_as_of_outside_of_the_data_is_refused(quarter, day):
    with pytest.raises(SpecError, match="from 2025-01-05 to 2025-03-10"):
        ask(quarter, Retention(as_of=day))


def test_pure_dates_are_complete_to_the_last_day(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[("ann", "login", "2025-01-30"), ("ann", "login", "2025-01-31")],
    )
    answer = ask(dataset, Retention())
    assert answer.as_of == date(2025, 2, 1)
    assert figures(answer.frame) == [
        ("2025-01-01", 0, 1, 1, True),
        ("pooled", 0, 1, 1, True),
    ]


def test_segments_are_shown_by_size_with_the_missing_last(quarter):
    frame = ask(quarter, Retention(intervals=1), Filters(breakdown="plan")).frame
    assert list(dict.fromkeys(frame["segment"])) == ["All", "pro", "free", "(none)"]
    assert figures(frame, "pro") == [
        ("2025-01-01", 0, 1, 1, True),
        ("2025-01-01", 1, 1, 1, True),
        ("2025-02-01", 0, 1, 1, True),
        ("2025-02-01", 1, 1, 0, False),
        ("pooled", 0, 2, 2, True),
        ("pooled", 1, 1, 1, True),
    ]
    assert figures(frame, "(none)") == [
        ("2025-02-01", 0, 1, 0, True),
        ("2025-02-01", 1, 1, 1, False),
        ("pooled", 0, 1, 0, True),
    ]
    assert figures(frame) == figures(ask(quarter, Retention(intervals=1)).frame)


def test_the_total_is_the_same_with_segments_that_start_at_different_times(tmp_path):
    # b starts 20 days after a, so a's rolling week 3 has begun and b's has not
    dataset = dataset_of(
        tmp_path,
        customers=[
            ("a", "2025-01-01 00:00:00", {"plan": "pro"}),
            ("b", "2025-01-21 00:00:00", {"plan": "free"}),
        ],
        events=[("a", "login", "2025-02-03 10:00:00")],
    )
    spec = Retention(rolling=True)
    alone = figures(ask(dataset, spec).frame)
    assert alone == [
        ("2025-01-01", 0, 2, 0, False),
        ("2025-01-01", 1, 2, 1, False),
    ]
    assert figures(ask(dataset, spec, Filters(breakdown="plan")).frame) == alone


def test_few_customers_are_marked_by_the_workspaces_own_limit(tmp_path):
    customers = [(f"c{i}", "2025-01-01") for i in range(5)]
    events = [("c0", "login", "2025-01-01")]
    small = ask(dataset_of(tmp_path, customers, events, min_n=6), Retention())
    enough = ask(dataset_of(tmp_path, customers, events, min_n=5), Retention())
    assert small.frame["is_small"].all()
    assert "small_n" in codes(small)
    assert not enough.frame["is_small"].any()
    assert "small_n" not in codes(enough)


@pytest.fixture(scope="module")
def holed(tmp_path_factory):
    """Return two months of ten people a day, but for 13 to 15 January."""
    days = [date(2025, 1, 1) + timedelta(k) for k in range(59) if k not in (12, 13, 14)]
    return dataset_of(
        tmp_path_factory.mktemp("holed"),
        events=[(f"c{i}", "x", str(day)) for day in days for i in range(10)],
    )


@pytest.mark.parametrize(
    "spec", [Retention(), Lifecycle(), Cadence(), Survival(sign="activity")], ids=str
)
def test_days_without_anybody_are_told_by_every_question_of_behaviour(holed, spec):
    texts = {caveat.code: caveat.text for caveat in ask(holed, spec).caveats}
    assert "13 Jan 2025 to 15 Jan 2025" in texts["hole"]
    assert "hole" not in codes(ask(holed, replace(spec, as_of=date(2025, 1, 5))))
    shorter = ask(holed, replace(spec, as_of=date(2025, 1, 15))).caveats
    assert "13 Jan 2025 to 14 Jan 2025" in {c.code: c.text for c in shorter}["hole"]


def test_nobody_in_view_gives_no_rows_and_says_so(quarter):
    answer = ask(quarter, Retention(), Filters((AttributeIn("plan", ("gold",)),)))
    assert answer.frame.empty
    assert tuple(answer.frame.columns) == COLUMNS
    assert answer.n == 0
    assert answer.sentence == "No customers in view started with a sign-up."


def test_the_sentence_names_numerator_denominator_and_interval(quarter):
    answer = ask(quarter, Retention())
    assert answer.n == 4
    assert "month 1" in answer.sentence
    assert "2 of 2" in answer.sentence


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"brackets": ((3, 1),)}, "bracket_backwards"),
        ({"brackets": ((1, 2), (1, 2))}, "brackets_begin_alike"),
        ({"brackets": ((0, 1), (3, 3), (0, 4))}, "brackets_begin_alike"),
        ({"brackets": ((0, 401),)}, "too_many_intervals"),
        ({"intervals": 401}, "too_many_intervals"),
        ({"mode": "brackets", "brackets": ()}, "no_brackets"),
        ({"mode": "between", "horizon": 401}, "too_many_intervals"),
    ],
)
def test_a_spec_without_meaning_is_refused(settings, code):
    with pytest.raises(SpecError) as refusal:
        Retention(**settings)
    assert refusal.value.code == code


def test_an_event_that_is_not_there_is_refused_with_a_near_name(quarter):
    spec = Retention(returning=Occurrence("event", ("logn",)))
    with pytest.raises(SpecError, match="login"):
        ask(quarter, spec)


def test_orders_are_refused_where_there_are_none(quarter):
    with pytest.raises(SpecError) as refusal:
        ask(quarter, Retention(returning=ORDER))
    assert refusal.value.code == "no_orders"


def test_cells_before_the_data_begin_are_no_evidence_of_absence(tmp_path):
    # Events were recorded from March on; the sign-ups of January cannot have been
    # seen coming back in January or February.
    dataset = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-05"), ("bob", "2025-03-02")],
        events=[("ann", "login", "2025-03-01"), ("bob", "login", "2025-03-31")],
    )
    assert figures(ask(dataset, Retention()).frame) == [
        ("2025-01-01", 2, 1, 1, True),
        ("2025-03-01", 0, 1, 1, True),
        ("pooled", 0, 1, 1, True),
        ("pooled", 2, 1, 1, True),
    ]


def test_a_rolling_subscription_begins_at_its_local_midnight(tmp_path):
    # In New York 2 January lasts until 05:00 UTC on the 3rd.
    dataset = dataset_of(
        tmp_path,
        zone="America/New_York",
        customers=[("ann", "2025-01-02 02:00:00Z")],  # 9 pm on the 1st
        subscriptions=[
            ("ann", "2025-01-02 05:00:00Z", "2025-01-08 05:00:00Z"),
            ("bob", "2025-01-02 05:00:00Z", "2025-01-09 05:00:00Z"),
        ],
        events=[
            ("ann", "x", "2025-01-03 01:00:00Z"),  # 20 hours after that midnight
            ("ann", "y", "2025-01-30 12:00:00Z"),
        ],
    )
    visit = Occurrence("event", ("x",))
    spec = Retention(SUBSCRIPTION, visit, "day", rolling=True, intervals=1)
    assert figures(ask(dataset, spec).frame)[:2] == [
        ("2025-01-02", 0, 2, 1, True),
        ("2025-01-02", 1, 2, 0, True),
    ]
    # Week 0 of ann runs from the 1st to the 7th, and she has paid for the 7th; that of
    # bob, first seen on the 2nd, to the 8th.
    spec = Retention(SIGNUP, SUBSCRIPTION, "week", rolling=True, intervals=1)
    assert figures(ask(dataset, spec).frame)[:2] == [
        ("2024-12-30", 0, 2, 2, True),
        ("2024-12-30", 1, 2, 0, True),
    ]


def test_a_filter_by_events_sees_nothing_after_an_earlier_as_of(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "login", "2025-01-01"),
            ("ann", "export", "2025-02-20"),
            ("bob", "login", "2025-02-01"),
        ],
    )
    exported = Filters((DidEvent("export"),))
    spec = Retention(as_of=date(2025, 2, 2))
    assert ask(dataset, spec, exported).frame.empty


def test_subscriptions_show_who_is_there_where_nothing_else_does(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            ("ann", "2025-01-10", "2025-02-05"),
            ("bob", "2025-01-20", ""),
            ("cat", "2025-03-20", ""),
        ],
    )
    answer = ask(dataset, Retention())
    # at the end of January both have access, at the end of February only bob
    assert figures(answer.frame)[:2] == [
        ("2025-01-01", 0, 2, 2, True),
        ("2025-01-01", 1, 2, 1, True),
    ]
    assert "1 of 2) of the customers" in answer.sentence
    assert "had an active subscription in month 1" in answer.sentence


def test_the_sentence_says_orders_where_activity_is_orders(tmp_path):
    dates = ("2025-01-05", "2025-02-05", "2025-03-31")
    orders = [("ann", f"o{day}", day, 1) for day in dates]
    answer = ask(dataset_of(tmp_path, orders=orders), Retention())
    assert "placed an order in month" in answer.sentence


def test_where_nothing_can_be_counted_all_that_would_do_is_named(tmp_path):
    dataset = dataset_of(tmp_path, customers=[("ann", "2025-01-05")])
    with pytest.raises(SpecError, match="no events, orders or subscriptions"):
        ask(dataset, Retention())


def test_a_trial_that_outlasts_the_data_has_started_nothing_yet(tmp_path):
    rows = [("ann", "2025-01-10", "2025-02-01"), ("bob", "2025-01-10", "2025-04-01")]
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            {"customer_id": name, "started_at": began, "trial_ended_at": trial_end}
            for name, began, trial_end in rows
        ],
        events=[("ann", "noise", "2025-03-10")],
    )
    for rolling in (False, True):
        spec = Retention(SUBSCRIPTION, SUBSCRIPTION, rolling=rolling)
        assert {row[0] for row in figures(ask(dataset, spec).frame)} <= {
            *("2025-02-01", "pooled")
        }
    assert ask(dataset, Retention(SUBSCRIPTION, SUBSCRIPTION)).n == 1


def test_a_property_takes_the_place_of_the_breakdown(devices):
    spec = Retention(Occurrence("event", ("open",)), by_property="device")
    answer = ask(devices, spec, Filters(breakdown="joined_on"))
    assert answer.filters == Filters()
    (unused,) = [c.text for c in answer.caveats if c.code == "breakdown_unused"]
    assert unused.startswith("The segments are the device of the start event")
    assert "All complete cohorts, by device" in answer_lines(answer)


def test_rolling_intervals_of_pure_dates_count_days_over_the_change_of_time(tmp_path):
    # In Berlin 30 March 2025 lasts 23 hours.
    days = {"ann": ("03-30", "03-31"), "bob": ("03-29", "04-05"), "cat": ("04-12",)}
    orders = [
        (name, f"{name}{day}", f"2025-{day}", 5)
        for name, all_ in days.items()
        for day in all_
    ]
    dataset = dataset_of(tmp_path, orders=orders, zone="Europe/Berlin")

    def cells(interval):
        spec = Retention(ORDER, ORDER, interval, rolling=True, intervals=2)
        rows = figures(ask(dataset, spec).frame)
        return [row for row in rows if row[0] < "2025-04"]

    # ann comes back on the next day and bob after seven
    assert cells("day") == [
        *(("2025-03-29", k, 1, n, True) for k, n in enumerate([1, 0, 0])),
        *(("2025-03-30", k, 1, n, True) for k, n in enumerate([1, 1, 0])),
    ]
    # both are in the week from 24 March; week 1 is over on 12 April, the last day
    assert cells("week") == [
        ("2025-03-24", 0, 2, 2, True),
        ("2025-03-24", 1, 2, 1, True),
        ("2025-03-24", 2, 2, 0, False),
    ]


def test_subscriptions_count_days_over_the_change_of_time(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[("ann", "2025-03-29", "2025-04-05"), ("bob", "2025-04-05", "")],
        zone="Europe/Berlin",
    )
    spec = Retention(SUBSCRIPTION, SUBSCRIPTION, "week", rolling=True, intervals=1)
    # 29 March to 4 April is a whole week, observed to the end of 5 April
    assert figures(ask(dataset, spec).frame)[:2] == [
        ("2025-03-24", 0, 1, 1, True),
        ("2025-03-24", 1, 1, 0, False),
    ]


def test_without_sign_ups_the_sentence_names_what_was_seen_first(tmp_path):
    dates = ("2025-01-05", "2025-02-05", "2025-03-31")
    orders = [("ann", f"o{day}", day, 1) for day in dates]
    alone = ask(dataset_of(tmp_path, orders=orders), Retention()).sentence
    assert "of the customers who started with their first order placed an" in alone
    events = [("ann", "x", "2025-03-31")]
    both = ask(dataset_of(tmp_path, orders=orders, events=events), Retention())
    assert "started with their first event or order" in both.sentence


def test_with_a_breakdown_the_sentence_names_the_lowest_and_the_highest(tmp_path):
    # month 1: pro 8 of 10, free 1 of 10, tiny 0 of 2
    sizes = {"pro": (10, 8), "free": (10, 1), "tiny": (2, 0)}
    dataset = dataset_of(
        tmp_path,
        customers=[
            (f"{plan}{i}", "2025-01-05", {"plan": plan})
            for plan, (size, _) in sizes.items()
            for i in range(size)
        ],
        events=[
            *(("pro9", "x", day) for day in ("2025-01-05", "2025-02-28")),
            *(
                (f"{plan}{i}", "x", "2025-02-05")
                for plan, (_, kept) in sizes.items()
                for i in range(kept - (plan == "pro"))
            ),
        ],
        min_n=5,
    )
    by_plan = ask(dataset, Retention(), Filters(breakdown="plan")).sentence
    # Wilson: 1 of 10 is 2 to 40 %, 8 of 10 is 49 to 94 %
    assert by_plan.endswith(
        "Lowest: free 10% (1 of 10); highest: pro 80% (8 of 10); their 95% intervals do"
        " not overlap."
    )
    assert "Lowest" not in ask(dataset, Retention()).sentence

"""Churn by period, by literal subscriptions, orders and events."""

from datetime import date

import numpy as np
import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.churn import Churn, members
from tests.worlds import dataset_of, table

COUNTS = (
    *("customers_at_start", "joined", "came_back", "lost"),
    *("customers_at_end", "joined_and_left"),
)
KINDS = ("lost_involuntary", "lost_voluntary", "lost_unexplained")


def paid(name, start, end="", cancelled="", reason=""):
    return {
        "customer_id": name,
        "started_at": f"2025-{start}",
        "ended_at": end and f"2025-{end}",
        "cancelled_at": cancelled and f"2025-{cancelled}",
        "cancellation_reason": reason,
    }


PAID = [
    paid("ann", "01-05", "03-05", "02-20", "too dear"),
    paid("ann", "04-10"),
    # away for ten days inside of March: nothing of it is seen at an end
    paid("bob", "01-10", "03-10", "03-01", "unused"),
    paid("bob", "03-20"),
    # inside of February, and again, and from April on
    paid("cat", "02-02", "02-05"),
    paid("cat", "02-10", "02-20"),
    paid("cat", "04-01", "05-31", "", "payment_failed"),
    # ends before it starts: was never one
    paid("dan", "05-01", "04-01"),
    # lost in the month that still runs; and one whose end is not seen yet
    paid("eve", "02-01", "06-02"),
    paid("fay", "02-01", "06-15", "04-30", "moved"),
]
PEOPLE = [
    {"customer_id": name, "signed_up_at": "2025-01-01", "plan": plan}
    for name, plan in zip(
        ("ann", "bob", "cat", "dan", "eve", "fay"),
        ("pro", "pro", "free", "free", "free", ""),
        strict=True,
    )
]
# Observed to the end of 9 June.
SEEN = [("ann", "login", "2025-01-05"), ("bob", "login", "2025-06-09")]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    return dataset_of(folder, PEOPLE, SEEN, subscriptions=PAID)


def counts(answer, segment="All"):
    rows = answer.frame[answer.frame["segment"] == segment]
    return table(rows, "period", *COUNTS)


def test_each_month_says_who_was_there_left_joined_and_came_back(town):
    answer = ask(town, Churn())
    assert counts(answer) == [
        # start, joined, back, lost, end, inside
        ("2025-01-01", 0, 2, 0, 0, 2, 0),
        ("2025-02-01", 2, 2, 0, 0, 4, 1),
        ("2025-03-01", 4, 0, 0, 1, 3, 0),
        ("2025-04-01", 3, 0, 2, 0, 5, 0),
        ("2025-05-01", 5, 0, 0, 1, 4, 0),
        ("2025-06-01", 4, 0, 0, 1, 3, 0),
    ]
    rates = table(answer.frame, "churn_rate", "average_rate", "loss_ratio")
    assert rates == [
        (None, 0, 0),
        (0, 0, 0),
        (0.25, round(1 / 3.5, 4), None),
        (0, 0, None),
        (0.2, round(1 / 4.5, 4), None),
        (0.25, round(1 / 3.5, 4), None),
    ]
    assert table(answer.frame, "is_complete") == [(True,)] * 5 + [(False,)]
    assert answer.sentence == (
        "In May 2025, 20% (1 of 5) of the customers at the start left, 95% interval 4%"
        " to 62%; in the 3 complete months before it was 11%, which lies within that"
        " interval."
    )
    assert [each.code for each in answer.caveats] == [
        *("sign_of_life", "incomplete", "no_start", "joined_and_left"),
        *("left_and_back", "small_n", "backwards"),
    ]


def test_a_failed_payment_is_told_from_a_reason_and_from_none(town):
    lost = ask(town, Churn()).frame
    assert table(lost[lost["lost"] > 0], "period", *KINDS) == [
        ("2025-03-01", 0, 1, 0),
        ("2025-05-01", 1, 0, 0),
        ("2025-06-01", 0, 0, 1),
    ]


def test_who_is_back_before_the_month_is_over_is_counted_apart(town):
    frame = ask(town, Churn()).frame
    # cat left on 5 February and was back on the 10th, bob for ten days of March
    assert table(frame[frame["left_and_back"] > 0], "period", "left_and_back") == [
        ("2025-02-01", 1),
        ("2025-03-01", 1),
    ]
    back = members(town, Churn(), Filters(), date(2025, 3, 9), "left_and_back")
    assert table(back, "id", "customer_until_on") == [("bob", "2025-03-10")]


def test_a_cancellation_ends_it_sooner_where_that_is_chosen(town):
    answer = ask(town, Churn(ending="cancellation", first=date(2025, 2, 1)))
    assert counts(answer) == [
        ("2025-02-01", 2, 2, 0, 1, 3, 1),
        # bob cancelled on the first of March and had a new one on the 20th
        ("2025-03-01", 3, 0, 0, 0, 3, 0),
        ("2025-04-01", 3, 0, 2, 1, 4, 0),
        ("2025-05-01", 4, 0, 0, 1, 3, 0),
        ("2025-06-01", 3, 0, 0, 1, 2, 0),
    ]


def test_segments_add_up_to_the_whole_and_each_row_in_itself(town):
    for span in ("day", "week", "month", "quarter", "year"):
        frame = ask(town, Churn(span=span), Filters(breakdown="plan")).frame
        assert set(frame["segment"]) == {"All", "pro", "free", "(none)"}
        parts = frame["joined"] + frame["came_back"] - frame["lost"]
        ends = frame["customers_at_start"] + parts
        assert (ends == frame["customers_at_end"]).all()
        assert (frame[list(KINDS)].sum(axis=1) == frame["lost"]).all()
        starts = frame.groupby("segment")["customers_at_end"].shift()
        known = starts.notna()
        assert (starts[known] == frame["customers_at_start"][known]).all()
        whole = frame[frame["segment"] == "All"].set_index("period")[list(COUNTS)]
        summed = frame[frame["segment"] != "All"].groupby("period")[list(COUNTS)].sum()
        assert (summed == whole).all(axis=None)


def test_quarters_and_years_have_their_own_ends(town):
    assert counts(ask(town, Churn(span="quarter"))) == [
        # ann and cat came and went in the first, cat in the second again
        ("2025-01-01", 0, 3, 0, 0, 3, 2),
        ("2025-04-01", 3, 0, 1, 1, 3, 1),
    ]


def test_an_earlier_end_of_the_data_is_as_if_they_ended_there(town):
    then = ask(town, Churn(as_of=date(2025, 4, 15)))
    assert counts(then)[:3] == counts(ask(town, Churn()))[:3]
    assert counts(then)[3:] == [("2025-04-01", 3, 0, 2, 0, 5, 0)]
    assert not then.frame["is_complete"].iloc[-1]


def test_silence_loses_customers_on_the_day_it_gets_too_long(tmp_path):
    shop = dataset_of(
        tmp_path,
        orders=[
            ("ann", "a1", "2025-01-10", 5),
            ("ann", "a2", "2025-02-05", 5),
            # 31 days later: one day too late, and within the same month
            ("bob", "b1", "2025-01-01", 5),
            ("bob", "b2", "2025-02-01", 5),
            ("bob", "b3", "2025-04-02", 5),
            ("cat", "c1", "2025-04-30", 5),
        ],
    )
    answer = ask(shop, Churn(lapse_days=30))
    assert counts(answer) == [
        # bob: 31 January is the 30th day of silence, the order of 1 February comes back
        ("2025-01-01", 0, 1, 0, 0, 1, 1),
        ("2025-02-01", 1, 0, 1, 0, 2, 0),
        ("2025-03-01", 2, 0, 0, 2, 0, 0),
        ("2025-04-01", 0, 1, 1, 0, 2, 0),
    ]
    # January begins before anybody could have been silent for 30 days
    assert table(answer.frame, "churn_rate", "loss_ratio", "is_judged") == [
        (None, None, False),
        (0, None, True),
        (1, None, True),
        (None, 0, True),
    ]
    assert answer.frame["lost_unexplained"].tolist() == [0, 0, 2, 0]
    assert answer.sentence == (
        "In Apr 2025 there were no customers at the start, so there is no churn rate;"
        " 1 joined."
    )


def test_data_shorter_than_the_silence_tell_of_no_loss(tmp_path):
    orders = [("ann", "a1", "2025-01-10", 5), ("bob", "b1", "2025-02-28", 5)]
    answer = ask(dataset_of(tmp_path, orders=orders), Churn(lapse_days=60))
    assert answer.sentence == (
        "The data are too short to see who was lost in Feb 2025: a customer counts as"
        " one for 60 days after the last sign of life."
    )
    assert answer.frame["churn_upper"].isna().all()


def test_lost_of_start_is_churn_and_lost_of_acquired_is_not(tmp_path):
    """The check of the definitions: lost 12, start 200, acquired 30."""
    rows = [(f"old{each}", "2025-01-01", "") for each in range(188)]
    rows += [(f"gone{each}", "2025-01-01", "2025-02-10") for each in range(12)]
    rows += [(f"new{each}", "2025-02-03", "") for each in range(30)]
    rows += [("last", "2025-03-31", "")]
    town = dataset_of(tmp_path, subscriptions=rows)
    frame = ask(town, Churn(last=date(2025, 2, 1))).frame
    assert table(frame.tail(1), "customers_at_start", "lost", "joined") == [
        (200, 12, 30)
    ]
    assert table(frame.tail(1), "churn_rate", "loss_ratio") == [(0.06, 0.4)]
    # Wilson (1927) for 12 of 200, by hand
    assert table(frame.tail(1), "churn_lower", "churn_upper") == [
        # (12 + 1.92 ± 1.96 √(11.28 + 0.96)) / 203.84, after Wilson
        (0.0347, 0.1019)
    ]


def test_nobody_left_to_start_with_is_said_and_gives_no_rate(tmp_path):
    rows = [
        ("ann", "2025-01-05", "2025-02-10"),
        ("bob", "2025-01-06", "2025-02-20"),
        # shows that March was observed
        ("cat", "2025-03-31", "2025-01-01"),
    ]
    town = dataset_of(tmp_path, events=[("ann", "x", "2025-03-31")], subscriptions=rows)
    answer = ask(town, Churn())
    assert table(answer.frame, "churn_rate", "churn_upper", "is_complete") == [
        (None, None, True),
        (1, 1, True),
        (None, None, True),
    ]
    assert answer.sentence == (
        "In Mar 2025 there were no customers at the start, so there is no churn rate;"
        " nobody joined."
    )
    assert not np.isinf(answer.frame.select_dtypes("number")).any(axis=None)


def test_a_flag_without_dates_has_no_rate_of_a_month(tmp_path):
    flags = [{"customer_id": "ann", "tenure_months": 3, "has_churned": "yes"}]
    with pytest.raises(SpecError) as refused:
        ask(dataset_of(tmp_path, customers=flags), Churn())
    assert refused.value.code == "no_dates"
    assert "Look at Churn" in refused.value.remedy


def test_what_happens_later_changes_no_closed_period(tmp_path, town):
    later = [paid("gus", "07-01"), paid("eve", "06-20"), paid("ann", "06-25", "07-01")]
    more = dataset_of(
        tmp_path,
        PEOPLE,
        [*SEEN, ("gus", "login", "2025-07-20"), ("ann", "login", "2025-06-25")],
        subscriptions=[*PAID, *later],
    )
    assert counts(ask(more, Churn()))[:5] == counts(ask(town, Churn()))[:5]
    silent = Churn(sign="activity", lapse_days=20)
    assert counts(ask(more, silent))[:5] == counts(ask(town, silent))[:5]


def test_a_filter_counts_only_who_meets_it(town):
    answer = ask(town, Churn(), Filters((AttributeIn("plan", ("pro",)),)))
    assert counts(answer)[2:4] == [
        ("2025-03-01", 2, 0, 0, 1, 1, 0),
        ("2025-04-01", 1, 0, 1, 0, 2, 0),
    ]
    assert answer.n == 2


def test_every_list_is_as_long_as_its_figure(town):
    by_plan = Filters(breakdown="plan")
    for spec in (Churn(), Churn(sign="activity", lapse_days=20, span="week")):
        frame = ask(town, spec, by_plan).frame
        moves = ("joined", "came_back", "joined_and_left", "left_and_back", "lost")
        for kind in (*moves, *KINDS):
            for row in frame[frame[kind] > 0].head(3).to_dict("records"):
                period, segment = row["period"].date(), row["segment"]
                found = members(town, spec, by_plan, period, kind, segment)
                assert len(found) == row[kind], (kind, row)

from datetime import date

import numpy as np
import pandas as pd
import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, DidEvent, Filters
from holdfast.occurrence import ORDER, SUBSCRIPTION, Occurrence
from holdfast.questions import ask, first_success
from holdfast.questions.first_success import FirstSuccess
from holdfast.questions.milestones import suggested_milestone
from tests.worlds import dataset_of, table

DONE = Occurrence("event", ("done",))
COUNTS = ("segment", "day", "at_risk", "reached", "censored", "reached_rate")


def codes(answer):
    return {caveat.code for caveat in answer.caveats}


def caveat(answer, code):
    (text,) = [each.text for each in answer.caveats if each.code == code]
    return text


def test_the_share_that_reached_it_counts_everyone_for_as_long_as_observed(onboarding):
    answer = ask(onboarding, FirstSuccess(milestone=DONE, horizon=4))
    # ann after 1 day, bob after 4, cat after 28; dan never in 86 days; eve is observed
    # for 1.5 days only and leaves the curve after day 1. Day 1: 1 of 5 reached; day 4:
    # 1 of the 3 left, 1 - 4/5 x 2/3 = 7/15
    assert table(answer.frame, *COUNTS) == [
        ("All", 0, 5, 0, 0, 0.0),
        ("All", 1, 5, 1, 1, 0.2),
        ("All", 2, 3, 1, 1, 0.2),
        ("All", 3, 3, 1, 1, 0.2),
        ("All", 4, 3, 2, 1, 0.4667),
    ]
    summary = table(
        answer.extras["summary"],
        *("segment", "customers", "reached", "p25_days", "median_days", "p75_days"),
        *("p90_days", "horizon", "by_horizon_rate"),
    )
    # 28 days: 1 - 8/15 x 1/2 = 11/15, the first day at which one half is reached
    assert summary == [("All", 5, 3, 4.0, 28.0, None, None, 4, 0.4667)]
    assert answer.n == 5


def test_it_can_have_to_happen_several_times(onboarding):
    answer = ask(onboarding, FirstSuccess(milestone=DONE, times=2, horizon=14))
    # ann's second time is 14 days to the second after the start
    assert answer.extras["summary"]["reached"].tolist() == [1]
    assert table(answer.frame.tail(2), "day", "reached") == [(13, 0), (14, 1)]
    assert "did done twice" in answer.sentence


def test_accounts_succeed_when_any_of_their_people_does(onboarding):
    answer = ask(onboarding, FirstSuccess(milestone=DONE, unit="account"))
    assert table(answer.extras["summary"], "customers", "reached") == [(2, 2)]
    assert "no_account" in codes(answer)
    listed = first_success.members(
        onboarding, FirstSuccess(milestone=DONE, unit="account"), Filters(), 1
    )
    assert table(listed, "id", "days", "has_reached") == [
        ("acme", 1, True),
        ("zeta", 28, False),
    ]


def test_segments_add_up_to_the_whole(onboarding):
    spec = FirstSuccess(milestone=DONE)
    by_plan = ask(onboarding, spec, Filters(breakdown="plan"))
    for frame, keys, figures in (
        (by_plan.frame, ["day"], ["reached"]),
        (by_plan.extras["deadlines"], ["within_days"], ["made", "missed"]),
        (by_plan.extras["summary"], [], ["customers", "reached"]),
    ):
        total = frame[frame["segment"] == "All"]
        parts = frame[frame["segment"] != "All"]
        if keys:
            last = parts.groupby("segment")[keys[0]].max().min()
            total, parts = total[total[keys[0]] <= last], parts[parts[keys[0]] <= last]
            parts = parts.groupby(keys)[figures].sum()
            total = total.set_index(keys)[figures]
            pd.testing.assert_frame_equal(parts, total)
        else:
            assert parts[figures].sum().tolist() == total[figures].iloc[0].tolist()


def test_what_is_known_by_the_day_is_counted_in_days(tmp_path):
    world = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-06 22:00:00"), ("bob", "2025-01-06 08:00:00")],
        events=[("ann", "x", "2025-01-01 08:00:00"), ("bob", "x", "2025-03-30 08:00")],
        subscriptions=[("ann", "2025-01-06", ""), ("bob", "2025-01-07", "")],
    )
    answer = ask(world, FirstSuccess(milestone=SUBSCRIPTION, horizon=2))
    # ann paid from the day of the sign-up on, whose first moment lies before it
    assert table(answer.frame, "day", "reached") == [(0, 1), (1, 2), (2, 2)]
    assert "by_days" in codes(answer)
    assert "began to pay" in answer.sentence


def test_a_first_order_that_is_the_start_needs_a_second_one(tmp_path):
    orders = [("ann", "o1", "2025-01-06"), ("ann", "o2", "2025-01-09")]
    world = dataset_of(
        tmp_path, orders=[(*row, 5) for row in [*orders, ("bob", "o3", "2025-02-01")]]
    )
    assert suggested_milestone(world) == ORDER
    answer = ask(world, FirstSuccess(horizon=5))
    assert "placed a second order" in answer.sentence
    assert table(answer.frame.tail(3), "day", "reached") == [(3, 1), (4, 1), (5, 1)]
    once = ask(world, FirstSuccess(times=1, horizon=5))
    assert once.frame["reached"].iloc[0] == 2


@pytest.mark.parametrize(
    ("names", "suggested"),
    [
        (["login", "activated", "onboarding_completed"], "onboarding_completed"),
        (["login", "first_project", "Setup finished"], "Setup finished"),
        (["login", "page_view", "shared_file"], "shared_file"),
        (["login"], "login"),
    ],
)
def test_a_milestone_is_suggested_by_its_name(tmp_path, names, suggested):
    world = dataset_of(
        tmp_path, events=[("ann", name, "2025-01-06 10:00:00") for name in names]
    )
    assert suggested_milestone(world) == Occurrence("event", (suggested,))


def test_a_table_that_ends_before_an_earlier_end_is_no_reason_to_refuse(tmp_path):
    world = dataset_of(
        tmp_path,
        events=[
            (name, "use", f"2025-{month:02}-{day} 10:00")
            for month in range(1, 8)
            for name, day in (("ann", 10), ("bob", 12))
        ],
        orders=[("ann", "o1", "2025-01-15", 5), ("bob", "o2", "2025-03-20", 5)],
    )
    whole = ask(world, FirstSuccess(milestone=ORDER))
    earlier = ask(world, FirstSuccess(milestone=ORDER, as_of=date(2025, 6, 1)))
    assert whole.as_of == earlier.as_of == date(2025, 3, 21)
    pd.testing.assert_frame_equal(whole.frame, earlier.frame)
    assert caveat(whole, "ends_early") == caveat(earlier, "ends_early")
    assert "observed to 20 Mar 2025 only" in caveat(whole, "ends_early")
    first = ask(world, FirstSuccess(milestone=ORDER, as_of=date(2025, 2, 1)))
    assert first.as_of == date(2025, 2, 1)
    assert "ends_early" not in codes(first)
    # what is done after that day is seen by no filter either
    late = Filters((DidEvent("use", at_least=4),))
    cut = FirstSuccess(milestone=ORDER, as_of=date(2025, 3, 21))
    assert "No customers in view" in ask(world, cut, late).sentence


def test_without_anything_to_reach_it_says_what_to_load(tmp_path):
    world = dataset_of(tmp_path, subscriptions=[("ann", "2025-01-06", "")])
    with pytest.raises(SpecError, match="no success to reach"):
        ask(world, FirstSuccess())


def test_plain_sentences_where_there_is_nothing(onboarding):
    nobody = Filters((AttributeIn("plan", ("gold",)),))
    answer = ask(onboarding, FirstSuccess(milestone=DONE), nobody)
    assert answer.sentence == "No customers in view started in the observed time."
    assert answer.frame.empty
    opened = FirstSuccess(milestone=Occurrence("event", ("opened",)), times=9)
    assert ask(onboarding, opened).sentence == (
        "None of the 5 customers did opened 9 times after the start."
    )
    with pytest.raises(SpecError, match="no event 'don'") as refused:
        ask(onboarding, FirstSuccess(milestone=Occurrence("event", ("don",))))
    assert refused.value.remedy == "Did you mean done?"
    open_end = FirstSuccess(milestone=DONE, retained_at=12)
    assert "For nobody month 12 after the start is over yet" in (
        ask(onboarding, open_end).sentence
    )


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"retained_at": 1}, "measured_too_early"),
        ({"horizon": 0}, "horizon_out_of_range"),
        ({"times": 101}, "times_out_of_range"),
    ],
)
def test_what_leaves_no_deadline_is_refused(settings, code):
    with pytest.raises(SpecError) as refused:
        FirstSuccess(**settings)
    assert refused.value.code == code


def test_curves_are_those_of_a_slow_count(tmp_path):
    random, end = np.random.default_rng(4), 50
    days = [pd.Timestamp("2025-01-01") + pd.Timedelta(days=day) for day in range(51)]
    starts = random.integers(0, 45, 60)
    log = list(zip(random.integers(0, 60, 80), random.integers(0, 50, 80), strict=True))
    world = dataset_of(
        tmp_path,
        customers=[
            (f"c{i}", f"{days[day]:%F} 12:00:00") for i, day in enumerate(starts)
        ],
        events=[
            ("nobody", "x", f"{days[0]:%F} 00:00:00"),
            ("nobody", "x", f"{days[end]:%F} 00:00:00"),
            *((f"c{i}", "done", f"{days[day]:%F} 18:00:00") for i, day in log),
        ],
    )
    answer = ask(world, FirstSuccess(milestone=DONE, horizon=60))
    # 18 o'clock is 6 hours after noon: within one day more than the days between. The
    # start of nobody is the first event, at midnight.
    lives = [(99, end)]
    for i, start in enumerate(starts):
        waits = [day - start + 1 for j, day in log if j == i and day >= start]
        lives.append((min(waits, default=99), end - 1 - start))
    survival = 1.0
    for row in answer.frame.to_dict("records"):
        day = row["day"]
        at_risk = sum(min(wait, seen) >= day for wait, seen in lives)
        now = sum(wait == day and wait <= seen for wait, seen in lives)
        survival *= 1 - now / at_risk if at_risk else 1
        assert row["at_risk"] == at_risk
        assert row["reached_rate"] == pytest.approx(1 - survival)
    reached = sum(wait <= seen for wait, seen in lives)
    assert reached > 20
    assert answer.frame["reached"].iloc[-1] == reached

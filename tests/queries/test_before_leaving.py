from datetime import date, timedelta

import pytest

from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.before_leaving import BeforeLeaving
from tests.worlds import dataset_of, table

COUNTS = (
    *("event", "left_customers", "left_did", "left_last_did"),
    *("stayed_customers", "stayed_did", "stayed_last_did"),
)


def days(first: str, *offsets: int) -> list[str]:
    begin = date.fromisoformat(first)
    return [f"{begin + timedelta(offset)} 10:00:00" for offset in offsets]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    # Data until 30 June; whoever was silent for more than 30 days has left.
    # gus left after 10 days, hal after 20; ann stayed 150 days, bob 170. By length of
    # stay ann stands beside gus and bob beside hal, so ann is looked at up to the last
    # sign of life by day 10, which is day 8, and bob by day 20, which is day 20.
    visits = {
        "ann": [(d, "use") for d in days("2025-01-31", 0, 8, 11, 40, 120, 150)],
        "bob": [(d, "use") for d in days("2025-01-10", 0, 20, 25, 90, 150, 170)],
        "gus": [(d, "use") for d in days("2025-01-01", 0, 10)],
        "hal": [(d, "use") for d in days("2025-01-01", 0, 20)],
    }
    visits["gus"] += [("2025-01-10 12:00:00", "ask")]
    visits["hal"] += [("2025-01-18 12:00:00", "ask"), ("2025-01-02 12:00:00", "set")]
    # ann asks only after the day up to which she is looked at
    visits["ann"] += [("2025-02-11 12:00:00", "ask"), ("2025-02-01 12:00:00", "set")]
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            (name, "2025-01-01", {"plan": plan})
            for name, plan in zip(visits, ("pro", "free", "pro", "free"), strict=True)
        ],
        events=[
            (name, event, when) for name, done in visits.items() for when, event in done
        ]
        + [("bob", "use", "2025-06-30 09:00:00")],
    )


ACTIVITY = BeforeLeaving("activity", days=7, lapse_days=30)


def test_who_left_is_set_against_who_stayed_at_the_same_length_of_stay(town):
    answer = ask(town, ACTIVITY)
    assert table(answer.frame, *COUNTS) == [
        ("ask", 2, 2, 2, 2, 0, 0),
        ("use", 2, 2, 2, 2, 2, 2),
    ]
    row = answer.frame.iloc[0]
    assert (row["left_tenure_days"], row["stayed_tenure_days"]) == (15.0, 15.0)
    # 2 of 2 against 0 of 2: Wilson 0.3424 to 1 and 0 to 0.6576, so Newcombe's lower
    # end is 1 - sqrt(0.6576² + 0.6576²) = 0.07; chi-square is 4 on 1 degree
    assert round(row["excess"], 4) == 1.0
    assert round(row["excess_lower"], 2) == 0.07
    assert round(row["p_value"], 4) == 0.0455
    # two things were compared, so the smallest of them counts twice
    assert round(row["p_adjusted"], 4) == 0.091
    assert answer.sentence == (
        "Nothing that the 2 customers who left did in their last 7 days tells them from"
        " those who stayed: what differs may be chance."
    )
    assert {"who_left", "no_cause", "tenure"} <= {each.code for each in answer.caveats}


def test_the_largest_difference_that_is_more_than_chance_is_said(tmp_path):
    # Of 40 each: page 24 against 16 is the larger difference, and may be chance; bill
    # 6 against 0 is not: chi-square 6.49, p 0.0109, times 3 things 0.0326.
    left, stayed = ([f"{who}{n}" for n in range(40)] for who in ("left", "stayed"))
    begun = [(name, "use", "2025-01-01 10:00:00") for name in (*left, *stayed)]
    done = [(name, "page") for name in (*left[:24], *stayed[:16])]
    done += [(name, "bill") for name in left[:6]]
    world = dataset_of(
        tmp_path,
        events=begun
        + [(name, event, "2025-01-05 10:00:00") for name, event in done]
        + [(name, "use", "2025-01-05 11:00:00") for name in (*left, *stayed)]
        + [(name, "use", "2025-06-20 10:00:00") for name in stayed]
        + [("stayed0", "use", "2025-06-30 10:00:00")],
    )
    answer = ask(world, BeforeLeaving("activity", lapse_days=100))
    assert table(answer.frame, "event", "left_did", "stayed_did", "p_adjusted") == [
        ("page", 24, 16, 0.1105),
        ("bill", 6, 0, 0.0326),
        ("use", 40, 40, 1.0),
    ]
    assert answer.sentence.startswith(
        "Of the 40 customers who left, 15% did bill in their last 30 days, and 0% of"
        " those who stayed"
    )


def test_a_longer_time_and_fewer_last_things_show_more_and_less(town):
    frame = ask(town, BeforeLeaving("activity", 60, things=1, lapse_days=30)).frame
    assert table(frame.sort_values("event"), *COUNTS) == [
        ("ask", 2, 2, 0, 2, 0, 0),
        ("set", 2, 1, 0, 2, 1, 0),
        ("use", 2, 2, 2, 2, 2, 2),
    ]


def test_a_breakdown_adds_up_to_the_total(town):
    frame = ask(town, ACTIVITY, Filters(breakdown="plan")).frame
    columns = ["left_did", "stayed_did", "left_last_did", "stayed_last_did"]
    parts = frame[frame["segment"] != "All"].groupby("event")[columns].sum()
    total = frame[frame["segment"] == "All"].set_index("event")[columns]
    assert parts.sort_index().equals(total.sort_index())


def test_it_is_said_that_a_segments_lengths_of_stay_can_differ(town):
    texts = [
        next(each.text for each in answer.caveats if each.code == "who_left")
        for answer in (
            ask(town, ACTIVITY),
            ask(town, ACTIVITY, Filters(breakdown="plan")),
        )
    ]
    said = "within one segment the lengths of stay can differ"
    assert [said in text for text in texts] == [False, True]


def test_an_ended_subscription_is_leaving_too(tmp_path):
    dataset = dataset_of(
        tmp_path,
        subscriptions=[
            ("ann", "2025-01-01", ""),
            ("gus", "2025-01-01", "2025-02-01"),
        ],
        events=[
            ("ann", "use", "2025-01-30 10:00:00"),
            ("ann", "ask", "2025-02-02 10:00:00"),
            ("gus", "ask", "2025-01-31 10:00:00"),
            # after the last paid day, 31 January
            ("gus", "use", "2025-02-01 10:00:00"),
            ("ann", "use", "2025-03-01 10:00:00"),
        ],
    )
    frame = ask(dataset, BeforeLeaving()).frame
    assert table(frame, *COUNTS) == [
        ("ask", 1, 1, 1, 1, 0, 0),
        ("use", 1, 0, 0, 1, 1, 1),
    ]


def test_an_account_has_left_when_the_last_of_it_has(tmp_path):
    people = {"ann": "acme", "bob": "acme", "gus": "zeta"}
    dataset = dataset_of(
        tmp_path,
        customers=[(n, "2025-01-01", {"account_id": a}) for n, a in people.items()],
        events=[
            ("ann", "ask", "2025-01-01 10:00:00"),
            ("gus", "use", "2025-01-01 10:00:00"),
            ("bob", "use", "2025-03-01 10:00:00"),
            ("bob", "use", "2025-03-02 10:00:00"),
        ],
    )
    frame = ask(dataset, BeforeLeaving("activity", lapse_days=9, unit="account")).frame
    assert table(frame, *COUNTS) == [
        ("use", 1, 1, 1, 1, 0, 0),
        ("ask", 1, 0, 0, 1, 1, 1),
    ]


def test_where_nobody_left_or_nobody_stayed_it_is_said(town, tmp_path):
    nobody = ask(town, BeforeLeaving("activity", lapse_days=366))
    assert nobody.sentence == "No customers in view are known to have left."
    # the orders tell that the silence since 1 March is one
    alone = dataset_of(
        tmp_path,
        events=[
            ("gus", "use", "2025-01-01 10:00:00"),
            ("gus", "use", "2025-03-01 10:00:00"),
        ],
        orders=[("gus", "o1", "2025-04-01 10:00:00", 5)],
    )
    gone = ask(alone, BeforeLeaving("activity", lapse_days=9))
    assert gone.sentence == ("1 customer left, and nobody has stayed to be compared.")


def test_what_cannot_be_asked_is_refused(town):
    with pytest.raises(SpecError, match="days: 0 is not between 1 and 366"):
        BeforeLeaving(days=0)
    with pytest.raises(SpecError, match="no subscription"):
        ask(town, BeforeLeaving("subscription"))


def test_those_who_leave_the_sample_company_ask_for_help_and_look_at_bills(
    demo_workspace,
):
    # None of the planted truths: the generator lets those who are in trouble ask more.
    from holdfast.dataset import Dataset
    from holdfast.workspace import Workspace

    path = Workspace.open(demo_workspace).dataset_path()
    assert path is not None
    frame = ask(Dataset(path), BeforeLeaving("activity")).frame
    row = frame[frame["event"] == "contacted_support"].iloc[0]
    assert row["excess_lower"] > 0
    assert row["p_adjusted"] < 0.001
    assert row["left_tenure_days"] == row["stayed_tenure_days"]

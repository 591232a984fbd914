from datetime import date

import pytest

from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.funnel import Funnel
from holdfast.steps import read_exclusions, read_steps
from tests.worlds import dataset_of, table

HOUR = Duration(1, "h")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Observed to the end of 10 January: the day after it is not over."""
    return dataset_of(
        tmp_path_factory.mktemp("shop"),
        customers=[
            {"customer_id": name, "signed_up_at": "2025-01-01", "plan": plan}
            for name, plan in (
                *(("ann", "pro"), ("bob", "pro"), ("cat", "free")),
                *(("dan", "free"), ("eve", "")),
            )
        ],
        events=[
            ("ann", "view", "2025-01-01 10:00:00", {"visit": "a1", "page": "home"}),
            ("ann", "cart", "2025-01-01 10:10:00", {"visit": "a1"}),
            ("ann", "buy", "2025-01-01 10:20:00", {"visit": "a2"}),
            ("bob", "view", "2025-01-02 10:00:00", {"visit": "b1", "page": "sale"}),
            ("bob", "help", "2025-01-02 10:05:00", {"visit": "b1"}),
            ("bob", "cart", "2025-01-02 10:10:00", {"visit": "b1"}),
            ("cat", "view", "2025-01-03 10:00:00", {"visit": "c1", "page": "sale"}),
            ("cat", "cart", "2025-01-03 11:00:00", {"visit": "c1"}),
            ("cat", "buy", "2025-01-03 11:00:01", {"visit": "c1"}),
            ("dan", "view", "2025-01-10 22:00:00", {"visit": "d1", "page": "home"}),
            ("dan", "cart", "2025-01-10 22:30:00", {"visit": "d1"}),
            ("eve", "buy", "2025-01-10 23:59:59"),
            ("eve", "help", "2025-01-11 12:00:00"),
        ],
    )


STEPS = read_steps("event:view > event:cart > event:buy")


def counted(dataset, filters=None, **asked):
    frame = ask(dataset, Funnel(**{"steps": STEPS, **asked}), filters).frame
    return table(frame, "segment", "customers", "open_customers")


def test_the_whole_table(shop):
    frame = ask(
        shop, Funnel(STEPS, window=Duration(3, "h")), Filters(breakdown="plan")
    ).frame
    counts = table(
        frame,
        *("segment", "step", "label", "entered_customers", "previous_customers"),
        *("customers", "dropped_customers", "open_customers", "is_small"),
    )
    assert counts == [
        ("All", 1, "view", 3, 3, 3, 0, 0, True),
        ("All", 2, "cart", 3, 3, 3, 1, 1, True),
        ("All", 3, "buy", 3, 3, 2, None, 0, True),
        ("free", 1, "view", 1, 1, 1, 0, 0, True),
        ("free", 2, "cart", 1, 1, 1, 0, 1, True),
        ("free", 3, "buy", 1, 1, 1, None, 0, True),
        ("pro", 1, "view", 2, 2, 2, 0, 0, True),
        ("pro", 2, "cart", 2, 2, 2, 1, 0, True),
        ("pro", 3, "buy", 2, 2, 1, None, 0, True),
    ]
    rates = frame[frame["segment"] == "All"].iloc[2]
    # Wilson's interval of 2 of 3, and 1 of 2 against 1 of 1 by Newcombe's method
    assert rates["rate_of_first"] == pytest.approx(2 / 3)
    assert rates[["first_lower", "first_upper"]].tolist() == pytest.approx(
        [0.2077, 0.9385], abs=1e-4
    )
    pro = frame[frame["segment"] == "pro"].iloc[2]
    assert pro["difference"] == pytest.approx(-0.5)
    assert pro[["difference_lower", "difference_upper"]].tolist() == pytest.approx(
        [-0.9055, 0.3911], abs=1e-4
    )


def test_the_end_of_the_window_is_in_it(shop):
    assert counted(shop, window=HOUR) == [("All", 4, 0), ("All", 4, 0), ("All", 1, 0)]
    short = Duration(59, "min")
    assert counted(shop, window=short) == [("All", 4, 0), ("All", 3, 0), ("All", 1, 0)]


def test_who_still_has_time_is_apart_left_out_or_dropped(shop):
    window = Duration(3, "h")
    assert counted(shop, window=window, judged="all") == [
        ("All", 4, 0),
        ("All", 4, 1),
        ("All", 2, 0),
    ]
    assert counted(shop, window=window, judged="matured") == [
        ("All", 3, 0),
        ("All", 3, 0),
        ("All", 2, 0),
    ]


def test_first_entry_reaches_b_and_best_attempt_converts(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("u", "A", "2025-01-01 01:00:00"),
            ("u", "A", "2025-01-01 01:30:00"),
            ("u", "B", "2025-01-01 01:45:00"),
            ("u", "C", "2025-01-01 02:15:00"),
            ("z", "other", "2025-01-02 12:00:00"),
        ],
    )
    steps = read_steps("event:A > event:B > event:C")

    def reached(entry):
        return list(
            ask(dataset, Funnel(steps, window=HOUR, entry=entry)).frame["customers"]
        )

    assert reached("first") == [1, 1, 0]
    assert reached("best") == [1, 1, 1]


def test_an_exclusion_ends_the_attempt_and_keeps_its_steps(shop):
    window = Duration(2, "h")
    assert counted(shop, window=window, exclusions=read_exclusions("event:help")) == [
        ("All", 4, 0),
        ("All", 3, 0),
        ("All", 2, 0),
    ]
    later = read_exclusions("event:help@2-3")
    assert counted(shop, window=window, exclusions=later) == [
        ("All", 4, 0),
        ("All", 4, 0),
        ("All", 2, 0),
    ]


def test_a_step_can_have_a_limit_of_its_own(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("u", "A", "2025-01-01 00:00:00"),
            ("u", "B", "2025-01-01 01:00:00"),
            ("u", "B", "2025-01-01 05:00:00"),
            ("u", "C", "2025-01-01 06:00:00"),
            ("v", "A", "2025-01-01 00:00:00"),
            ("v", "B", "2025-01-01 01:00:00"),
            ("v", "C", "2025-01-01 06:00:00"),
            ("z", "other", "2025-01-02 12:00:00"),
        ],
    )
    steps = read_steps("event:A > event:B > event:C@1h")
    # u did B again: the later one is near enough to C
    assert list(ask(dataset, Funnel(steps)).frame["customers"]) == [2, 2, 1]


def test_who_can_still_go_another_way_within_the_limits_has_time(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("u", "A", "2025-01-01 10:00:00"),
            ("u", "B", "2025-01-01 10:10:00"),
            ("u", "B", "2025-01-01 23:30:00"),
            ("v", "A", "2025-01-01 10:00:00"),
            ("v", "B", "2025-01-01 10:10:00"),
            ("z", "C", "2025-01-02 12:00:00"),
        ],
    )
    # u's second B leads to C for half an hour yet; v can do B again until 10:00
    steps = read_steps("event:A > event:B > event:C@1h")
    assert counted(dataset, steps=steps) == [
        ("All", 1, 0),
        ("All", 1, 1),
        ("All", 0, 0),
    ]
    steps = read_steps("event:A > event:B@1d > event:C@1h")
    assert counted(dataset, steps=steps) == [
        ("All", 0, 0),
        ("All", 0, 2),
        ("All", 0, 0),
    ]


def test_a_property_held_constant_parts_a_customers_way(shop):
    window = Duration(3, "h")
    assert counted(shop, window=window, holding="visit") == [
        ("All", 3, 0),
        ("All", 3, 1),
        ("All", 1, 0),
    ]
    assert counted(shop, window=window, holding="visit", each="value") == [
        ("All", 3, 0),
        ("All", 3, 1),
        ("All", 1, 0),
    ]


def test_segments_can_be_what_the_entrys_event_says(shop):
    rows = counted(shop, window=Duration(3, "h"), by_property="page")
    assert rows == [
        *(("All", 3, 0), ("All", 3, 1), ("All", 2, 0)),
        *(("home", 1, 0), ("home", 1, 1), ("home", 1, 0)),
        *(("sale", 2, 0), ("sale", 2, 0), ("sale", 1, 0)),
    ]


def test_entries_can_be_bounded(shop):
    rows = counted(
        shop,
        window=Duration(3, "h"),
        first_entry=date(2025, 1, 2),
        last_entry=date(2025, 1, 9),
    )
    assert rows == [("All", 2, 0), ("All", 2, 0), ("All", 1, 0)]


def test_steps_come_from_several_tables(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-01"), ("bob", "2025-01-02"), ("cat", "2025-01-02")],
        orders=[
            ("ann", "o1", "2025-01-05 10:00:00", 10),
            ("ann", "o2", "2025-01-06 09:00:00", 10),
            ("bob", "o3", "2025-01-08 12:00:00", 10),
            ("cat", "o4", "2025-01-30 12:00:00", 10),
        ],
    )
    answer = ask(dataset, Funnel(read_steps("signup > order > order")))
    assert table(answer.frame, "label", "customers") == [
        ("sign-up", 3),
        ("order", 2),
        ("order (2)", 1),
    ]
    assert "whole_days" in [caveat.code for caveat in answer.caveats]


def test_without_events_any_activity_is_an_order_and_fills_one_step(tmp_path):
    instant = "2025-01-01 10:00:00"
    dataset = dataset_of(
        tmp_path,
        orders=[
            ("ann", "o1", instant, 10),
            *(("bob", "o2", instant, 10), ("bob", "o3", instant, 10)),
        ],
    )
    steps = read_steps("activity > order")
    for order in ("ordered", "any_order"):
        rows = counted(dataset, steps=steps, order=order, judged="all")
        assert [row[1] for row in rows] == [2, 1]
    with pytest.raises(SpecError, match="is excluded and a step too"):
        counted(dataset, steps=steps, exclusions=read_exclusions("activity"))


def test_an_account_goes_the_way_together(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": name, "signed_up_at": "2025-01-01", "account_id": account}
            for name, account in (("ann", "acme"), ("bob", "acme"), ("cat", "zeta"))
        ],
        events=[
            ("ann", "view", "2025-01-02 10:00:00"),
            ("bob", "buy", "2025-01-02 11:00:00"),
            ("cat", "view", "2025-01-02 11:00:00"),
            ("cat", "view", "2025-01-30 11:00:00"),
        ],
    )
    steps = read_steps("event:view > event:buy")
    frame = ask(dataset, Funnel(steps, unit="account", judged="all")).frame
    assert list(frame["customers"]) == [2, 1]
    frame = ask(dataset, Funnel(steps, judged="all")).frame
    assert list(frame["customers"]) == [2, 0]


def test_the_sentence_says_who_went_on_and_where_most_stop(shop):
    spec = Funnel(STEPS, window=Duration(3, "h"))
    assert ask(shop, spec).sentence == (
        "67% (2 of 3) of the customers who did view went on to buy within 3 hours (95%"
        " interval 21% to 94%). Most stop between cart and buy: 33% (1 of 3)."
        " 1 customer still has time."
    )


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            {
                "steps": read_steps("event:help > event:view"),
                "last_entry": date(2025, 1, 1),
            },
            "No customers in view did help in the days chosen, which is the first"
            " step.",
        ),
        (
            {"steps": read_steps("event:buy > event:help"), "window": HOUR},
            "None of the 2 customers who did buy got to step 2, help within 1 hour."
            " 1 customer still has time.",
        ),
        (
            {"steps": STEPS, "first_entry": date(2025, 1, 10)},
            "The time of nobody who did view is over yet. 1 customer still has time.",
        ),
    ],
)
def test_nobody_is_said_in_plain_words(shop, asked, sentence):
    assert ask(shop, Funnel(**asked)).sentence == sentence


def test_where_everybody_goes_all_the_way_nobody_stops_most(shop):
    spec = Funnel(
        STEPS, window=Duration(3, "h"), last_entry=date(2025, 1, 1), judged="all"
    )
    assert ask(shop, spec).sentence == (
        "100% (1 of 1) of the customers who did view went on to buy within 3 hours (95%"
        " interval 21% to 100%)."
    )


def test_in_any_order_steps_are_counted_not_named(shop):
    spec = Funnel(STEPS[::-1], "any_order", window=Duration(3, "h"), judged="all")
    answer = ask(shop, spec)
    assert table(answer.frame, "label", "customers") == [
        ("any step", 5),
        ("any 2 steps", 4),
        ("all 3 steps", 2),
    ]
    assert answer.sentence.startswith(
        "40% (2 of 5) of the customers who did any of the steps went on to all 3 steps"
    )


def test_an_entry_without_the_property_is_none_of_its_values(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "view", "2025-01-01 11:00:00", {"page": "home"}),
            ("bob", "view", "2025-01-01 10:00:00", {"page": "home"}),
        ],
        orders=[("ann", "o1", "2025-01-01 10:00:00", 10)],
    )
    rows = counted(
        dataset,
        steps=read_steps("event:view > order"),
        order="any_order",
        by_property="page",
        judged="all",
    )
    assert rows == [
        *(("All", 2, 1), ("All", 1, 0)),
        *(("home", 1, 1), ("home", 0, 0)),
        *(("(none)", 1, 0), ("(none)", 1, 0)),
    ]


@pytest.mark.parametrize(("days", "still_open"), [(13, 0), (14, 1)])
def test_the_last_day_of_a_window_of_whole_days_has_to_be_over(
    tmp_path, days, still_open
):
    """Observed to the end of 14 January; 15 January is the 14th day from the first."""
    dataset = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-01"), ("bob", "2025-01-14")],
        orders=[("cat", "o1", "2025-01-14", 10), ("cat", "o2", "2025-01-01", 10)],
    )
    asked = {
        "steps": read_steps("signup > order"),
        "window": Duration(days),
        "last_entry": date(2025, 1, 1),
    }
    whole = 2 - still_open
    assert counted(dataset, **asked) == [("All", whole, still_open), ("All", 1, 0)]
    matured = counted(dataset, **asked, judged="matured")
    assert matured == ([("All", 2, 0), ("All", 1, 0)] if not still_open else [])


def test_only_entries_whose_limits_are_over_can_be_counted(shop):
    steps = read_steps("event:view > event:cart@2d > event:buy@1d")
    assert counted(shop, steps=steps, judged="matured") == [
        ("All", 3, 0),
        ("All", 3, 0),
        ("All", 2, 0),
    ]


def test_a_step_that_was_not_recorded_yet_is_said(tmp_path):
    dataset = dataset_of(
        tmp_path,
        customers=[("ann", "2023-01-01"), ("bob", "2025-01-01")],
        events=[("bob", "view", "2025-01-01"), ("bob", "view", "2025-03-01")],
    )

    def said(**asked):
        answer = ask(dataset, Funnel(read_steps("signup > event:view"), **asked))
        return [each.text for each in answer.caveats if each.code == "left_edge"]

    assert said() == [
        "Nothing is known of “view” before 1 Jan 2025, so who entered long before that"
        " counts as stopped although they may have gone on. Let entries begin with that"
        " day."
    ]
    assert said(first_entry=date(2025, 1, 1)) == []


def test_a_window_longer_than_the_data_is_said(shop):
    answer = ask(shop, Funnel(STEPS, window=Duration(40)))
    (caveat,) = (c for c in answer.caveats if c.code == "window_longer_than_data")
    assert caveat.text.startswith("The window of 40 days is longer than the observed")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"steps": read_steps("event:veiw > event:buy")}, "no event 'veiw'"),
        ({"exclusions": read_exclusions("event:cart")}, "is excluded and a step too"),
        ({"exclusions": read_exclusions("event:help@5-6")}, "no step after step 5"),
        ({"holding": "colour"}, "no property 'colour'"),
        ({"steps": read_steps("order > event:buy")}, "no orders"),
        (
            {"steps": read_steps("event:view > event:buy@1h"), "order": "strict"},
            "Limits of single steps need the order",
        ),
        (
            {"steps": read_steps("event:view,cart > event:cart"), "order": "any_order"},
            "One event could be both view or cart and cart",
        ),
        ({"order": "any_order", "ties": "strict"}, "Strictly later steps need steps"),
    ],
)
def test_rules_without_a_meaning_are_refused(shop, asked, sentence):
    with pytest.raises(SpecError, match=sentence):
        ask(shop, Funnel(**{"steps": STEPS, **asked}))


def test_a_rate_that_the_quick_ones_raise_is_set_beside_that_of_those_over(tmp_path):
    # Each of the second week has time; who of them is quick counts already.
    dataset = dataset_of(
        tmp_path,
        events=[
            row
            for number in range(40)
            for row in (
                (f"u{number}", "view", f"2025-01-{1 + number // 2:02} 10:00:00"),
                *(
                    [(f"u{number}", "buy", f"2025-01-{1 + number // 2:02} 11:00:00")]
                    if number % 2
                    else []
                ),
            )
        ]
        + [("z", "end", "2025-01-21 12:00:00")],
    )
    spec = Funnel(read_steps("event:view > event:buy"), window=Duration(10))
    assert ask(dataset, spec).sentence == (
        "67% (20 of 30) of the customers who did view went on to buy within 10 days"
        " (95% interval 49% to 81%). 10 customers still have time. Of entries whose"
        " time is over alone, it is 50% (10 of 20)."
    )


def test_steps_are_suggested_where_none_are_named(shop):
    answer = ask(shop, Funnel())
    (caveat,) = (each for each in answer.caveats if each.code == "suggested")
    assert caveat.text == (
        "No steps were named, so the data suggested signup > event:cart > event:buy."
    )
    assert answer.frame["label"].tolist() == ["sign-up", "cart", "buy"]


def test_a_near_name_is_offered_for_a_step_that_is_not_there(shop):
    with pytest.raises(SpecError) as refused:
        ask(shop, Funnel(read_steps("event:veiw > event:buy")))
    assert refused.value.remedy == "Did you mean view?"


def test_what_is_counted_does_not_depend_on_the_order_of_the_rows(tmp_path, shop):
    events = [
        ("u", name, f"2025-01-01 0{hour}:00:00")
        for hour, name in ((1, "buy"), (1, "cart"), (1, "view"), (2, "cart"))
    ]
    found = [
        counted(dataset_of(tmp_path, events=rows), judged="all")
        for rows in (events, events[::-1], [*events[2:], *events[:2]])
    ]
    assert found[0] == [("All", 1, 0), ("All", 1, 0), ("All", 1, 0)]
    assert found[1:] == found[:1] * 2

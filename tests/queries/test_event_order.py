import pytest

from holdfast.questions import ask
from holdfast.questions.funnel import Funnel
from holdfast.questions.suggested_steps import event_order, suggested_steps
from holdfast.steps import write_steps
from tests.worlds import dataset_of, table

PEOPLE = [("ann", "2025-01-01"), ("bob", "2025-01-02"), ("cat", "2025-01-03")]
COLUMNS = ("kind", "event", "customers", "median_days", "p75_days")


def suggested(dataset):
    steps, window = suggested_steps(dataset)
    return write_steps(steps), str(window)


def test_how_many_did_what_and_how_soon(tmp_path):
    town = dataset_of(
        tmp_path,
        customers=PEOPLE,
        events=[
            ("ann", "paint", "2025-01-02"),
            ("ann", "paint", "2025-01-09"),
            ("bob", "paint", "2025-01-05"),
        ],
        orders=[("ann", "1", "2025-01-03", 9), ("ann", "2", "2025-01-13", 9)],
        subscriptions=[("cat", "2025-01-03", "")],
    )
    # paint: 1 and 3 days after joining; the second paint of ann is not her first
    assert table(event_order(town), *COLUMNS) == [
        ("event", "paint", 2, 2.0, 2.5),
        ("order", None, 1, 2.0, 2.0),
        ("reorder", None, 1, 12.0, 12.0),
        ("subscription", None, 1, 0.0, 0.0),
    ]


def test_early_events_stand_in_the_order_in_which_they_are_usually_done(tmp_path):
    days = {"export": 20, "invite": 3, "setup_done": 5, "login": 1, "late": 60}
    town = dataset_of(
        tmp_path,
        customers=PEOPLE,
        events=[
            (name, event, f"2025-{1 + day // 31:02}-{1 + day % 31:02}")
            for name, _ in PEOPLE
            for event, day in days.items()
            if (name, event) != ("cat", "export")
        ],
    )
    # looking in is no step, late is late; setup_done by its name, invite by its number
    assert suggested(town) == ("signup > event:invite > event:setup_done", "14d")


@pytest.mark.parametrize(
    ("world", "steps", "window"),
    [
        (
            {"orders": [("a", "1", "2025-01-01", 9), ("a", "2", "2025-02-10", 9)]},
            "order > order",
            "60d",
        ),
        (
            {"customers": PEOPLE, "orders": [("ann", "1", "2025-01-08", 9)]},
            "signup > order > order",
            "14d",
        ),
        ({"customers": PEOPLE}, "", "14d"),
        (
            {"customers": PEOPLE, "subscriptions": [("ann", "2025-01-30", "")]},
            "signup > subscription",
            "60d",
        ),
        ({"subscriptions": [("ann", "2025-01-30", "")]}, "subscription", "14d"),
        ({"events": [("ann", "login", "2025-01-30")]}, "event:login", "14d"),
    ],
)
def test_what_is_suggested_where_there_is_little(tmp_path, world, steps, window):
    assert suggested(dataset_of(tmp_path, **world)) == (steps, window)


def test_the_suggestion_can_be_asked(tmp_path):
    town = dataset_of(
        tmp_path, customers=PEOPLE, orders=[("ann", "1", "2025-01-08", 9)]
    )
    steps, window = suggested_steps(town)
    frame = ask(town, Funnel(steps, window=window, judged="all")).frame
    assert table(frame, "step", "customers") == [(1, 3), (2, 1), (3, 0)]

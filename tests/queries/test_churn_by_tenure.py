"""In which month of their time customers leave, month by month by hand."""

from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.churn_by_tenure import ChurnByTenure, members
from tests.worlds import dataset_of, table

PAID = [
    # one month to the day: the last day as a customer lies in month 1
    ("ann", "2025-01-05", "2025-02-05"),
    # a day more: in month 2; what came later is not the first time
    ("bob", "2025-01-05", "2025-02-06"),
    ("bob", "2025-03-01", ""),
    ("cat", "2025-01-31", "2025-03-31"),
    ("dan", "2025-02-01", ""),
    # month 1 is over, month 2 is not, though the end is seen
    ("eve", "2025-03-20", "2025-05-01"),
    ("fay", "2025-04-30", ""),
]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    # Observed to the end of 9 May.
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        [(name, "2025-01-01", {"plan": "pro"}) for name in ("ann", "bob", "cat")],
        [("ann", "login", "2025-05-09")],
        subscriptions=PAID,
    )


def test_of_those_who_reached_a_month_that_is_over_so_many_left_in_it(town):
    answer = ask(town, ChurnByTenure())
    assert table(
        answer.frame, "month", "at_risk", "lost", "hazard_rate", "still_rate"
    ) == [
        # all but fay; ann
        (1, 5, 1, 0.2, 0.8),
        # bob, cat, dan: eve's second month runs until 19 May
        (2, 3, 2, 0.6667, 0.2667),
        (3, 1, 0, 0, 0.2667),
    ]
    assert answer.sentence == (
        "Customers leave most often in month 2 of their time: 67% (2 of 3) of those who"
        " reached it, 95% interval 21% to 94%. After 3 months, 27% are still there."
    )


def test_segments_add_up_and_every_list_is_as_long_as_its_figure(town):
    by_plan = Filters(breakdown="plan")
    frame = ask(town, ChurnByTenure(), by_plan).frame
    parts = frame[frame["segment"] != "All"].groupby("month")[["at_risk", "lost"]]
    whole = frame[frame["segment"] == "All"].set_index("month")[["at_risk", "lost"]]
    assert (parts.sum() == whole).all(axis=None)
    for row in frame.to_dict("records"):
        listed = members(town, ChurnByTenure(), by_plan, row["month"], row["segment"])
        assert len(listed) == row["lost"]


def test_an_earlier_end_of_the_data_leaves_out_months_that_were_not_over(town):
    frame = ask(town, ChurnByTenure(as_of=date(2025, 2, 7))).frame
    # dan's and cat's first month was not over
    assert table(frame, "month", "at_risk", "lost") == [(1, 2, 1)]


def test_who_fell_silent_left_with_the_last_sign_of_life(tmp_path):
    days = {"ann": ("01-01", "01-20", "02-10"), "bob": ("01-01",), "cat": ("03-01",)}
    shop = dataset_of(
        tmp_path,
        orders=[
            (name, f"{name}{day}", f"2025-{day}", 1)
            for name, seen in days.items()
            for day in seen
        ]
        + [("dan", "d", "2025-04-30", 1)],
    )
    frame = ask(shop, ChurnByTenure(lapse_days=30)).frame
    # known to the end of 31 March: of cat month 1 is over, of dan nothing is known
    assert table(frame, "month", "at_risk", "lost") == [(1, 3, 2), (2, 1, 1)]


def test_nobody_for_a_whole_month_is_said(tmp_path):
    town = dataset_of(tmp_path, subscriptions=[("ann", "2025-01-05", "")])
    answer = ask(town, ChurnByTenure())
    assert answer.frame.empty
    assert answer.sentence == (
        "No customer in view has been one for a whole month, so it cannot be told when"
        " they leave."
    )

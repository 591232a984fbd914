import math
from dataclasses import replace
from datetime import date

import pytest

from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.conversion_time import ConversionTime, members
from holdfast.steps import read_steps
from tests.worlds import dataset_of, table

STEPS = read_steps("event:view > event:cart > event:buy")
HOUR = 3600


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Observed to the end of 10 January."""
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        events=[
            ("ann", "view", "2025-01-01 10:00:00"),
            ("ann", "cart", "2025-01-01 11:00:00"),
            ("ann", "buy", "2025-01-01 13:00:00"),
            ("bob", "view", "2025-01-02 10:00:00"),
            ("bob", "cart", "2025-01-02 12:00:00"),
            ("cat", "view", "2025-01-10 22:00:00"),
            ("dan", "view", "2025-01-03 10:00:00"),
            ("dan", "cart", "2025-01-03 15:00:00"),
            ("dan", "buy", "2025-01-03 16:00:00"),
            ("eve", "other", "2025-01-11 12:00:00"),
        ],
    )


def test_the_whole_curve_with_those_who_are_not_done_censored(town):
    answer = ask(town, ConversionTime(STEPS, window=Duration(10, "h")))
    # cat was seen for two hours, bob for the whole window
    assert table(answer.frame, "segment", "duration", "at_risk") == [
        ("All", 0.0, 4),
        ("All", 3.0 * HOUR, 3),
        ("All", 6.0 * HOUR, 2),
        ("All", 10.0 * HOUR, 1),
    ]
    assert list(answer.frame["share"]) == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])


def test_the_summary_tells_of_all_and_of_those_who_are_done(town):
    answer = ask(town, ConversionTime(STEPS, window=Duration(10, "h")))
    (row,) = answer.extras["summary"].to_dict("records")
    assert (row["customers"], row["converted_customers"]) == (4, 2)
    assert row["p25_seconds"] == 3 * HOUR
    assert row["median_seconds"] == 6 * HOUR
    assert math.isnan(row["p90_seconds"])
    assert row["median_of_converted"] == 4.5 * HOUR
    assert answer.sentence == (
        "Of the 4 customers who did view, 2 got to buy; half of these took up to 4.5 h,"
        " nine of ten up to 5.7 h. Half of all had got there after 6 h."
    )


def test_the_time_to_a_step_between_can_be_asked(town):
    answer = ask(town, ConversionTime(STEPS, window=Duration(10, "h"), to_step=2))
    (row,) = answer.extras["summary"].to_dict("records")
    assert row["converted_customers"] == 3
    assert row["median_of_converted"] == 2 * HOUR


def test_nobody_done_and_nobody_there_are_said(town):
    spec = ConversionTime(read_steps("event:other > event:buy"))
    assert ask(town, spec).sentence == (
        "Not even the 1 customer who did other got to buy."
    )
    nobody = ConversionTime(STEPS, first_entry=date(2025, 1, 11))
    assert ask(town, nobody).sentence == (
        "No customers in view did view in the days chosen, which is the first step."
    )


def test_the_steps_that_the_data_suggest_can_be_timed_and_listed(tmp_path):
    town = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-01"), ("bob", "2025-01-01")],
        events=[
            *(("ann", "cart", "2025-01-02"), ("ann", "buy", "2025-01-03")),
            ("bob", "cart", "2025-01-04"),
        ],
    )
    suggested = "signup > event:cart > event:buy"
    assert suggested in ask(town, ConversionTime()).caveats[0].text
    for step in (0, 2):
        spec = ConversionTime(to_step=step)
        named = replace(spec, steps=read_steps(suggested))
        assert ask(town, spec).sentence == ask(town, named).sentence
        listed = [members(town, each, Filters()) for each in (spec, named)]
        assert list(listed[0]["id"]) == list(listed[1]["id"]) != []


def test_one_step_has_no_time(town):
    with pytest.raises(SpecError, match="there is one step"):
        ask(town, ConversionTime(read_steps("event:view")))


@pytest.mark.parametrize("step", [-1, 1, 4])
def test_a_step_that_is_none_is_refused(town, step):
    with pytest.raises(SpecError, match=f"no step {step} to measure"):
        ask(town, ConversionTime(STEPS, to_step=step))

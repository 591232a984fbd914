"""Segments side by side, and the change of the whole split into mix and behaviour."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.churn import Churn
from holdfast.questions.churn_segments import (
    ChurnSegments,
    change_parts,
    change_sentence,
    members,
)
from tests.worlds import dataset_of, table

BY_PLAN = Filters(breakdown="plan")
MARCH = ChurnSegments(first=date(2025, 3, 1), last=date(2025, 3, 31))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Of 100 old ones 10 left in February, 9 of 90 in March; new ones are worse.

    At the start of February 100 are on basic; of March 90 on basic and 90 on trial, of
    whom 27 leave.
    """
    basic = [(f"b{each}", "2025-01-05", "") for each in range(81)]
    basic += [(f"bf{each}", "2025-01-05", "2025-02-10") for each in range(10)]
    basic += [(f"bm{each}", "2025-01-05", "2025-03-10") for each in range(9)]
    trial = [(f"t{each}", "2025-02-05", "") for each in range(63)]
    trial += [(f"tm{each}", "2025-02-05", "2025-03-10") for each in range(27)]
    people = [
        {"customer_id": row[0], "plan": plan}
        for plan, rows in (("basic", basic), ("trial", trial))
        for row in rows
    ]
    seen = [("b1", "login", "2025-03-31")]
    folder = tmp_path_factory.mktemp("town")
    return dataset_of(folder, people, seen, subscriptions=[*basic, *trial])


def test_each_segment_is_set_against_all_others(town):
    answer = ask(town, MARCH, BY_PLAN)
    assert table(
        answer.frame,
        *("segment", "customers", "lost", "churn_rate", "share_of_lost"),
        *("share_of_customers", "difference", "differs"),
    ) == [
        ("All", 180, 36, 0.2, 1, 1, None, False),
        ("basic", 90, 9, 0.1, 0.25, 0.5, -0.2, True),
        ("trial", 90, 27, 0.3, 0.75, 0.5, 0.2, True),
    ]
    assert answer.sentence == (
        "In Mar 2025, 20.0% left (36 of 180). Of trial 30.0% left, 20.0 points more"
        " than of all others (95% interval 8.4 to 31.1): 75% of all who left, 50% of"
        " the customers."
    )
    assert len(members(town, MARCH, BY_PLAN, "trial")) == 27


def test_a_worse_mix_is_told_from_worse_behaviour(town):
    answer = ask(town, MARCH, BY_PLAN)
    change = answer.extras["change"]
    # basic left as often as before; all of the ten points came with the new ones
    assert table(
        change, "segment", "rate_before", "rate_now", "mix_part", "rate_part", "change"
    ) == [
        ("All", 0.1, 0.2, 0.1, 0, 0.1),
        # (0.5 - 1) x (0.1 - 0.15); the whole's mean of both times is 0.15
        ("basic", 0.1, 0.1, 0.025, 0, 0.025),
        # (0.5 - 0) x (0.3 - 0.15)
        ("trial", None, 0.3, 0.075, 0, 0.075),
    ]
    assert change_sentence(answer) == (
        "From 10.0% (Feb 2025) to 20.0% (Mar 2025): +10.00 points, of which 0"
        " points because the same kinds of customers left more or less often and"
        " +10.00 points because there were other customers."
    )


def test_the_parts_add_up_to_the_change_whatever_the_counts():
    chance = np.random.default_rng(7)
    for _ in range(20):
        times = []
        for _ in range(2):
            customers = chance.integers(0, 50, 5)
            lost = (customers * chance.random(5)).astype(int)
            rows = {"segment": list("abcde"), "customers": customers, "lost": lost}
            parts = pd.DataFrame(rows)
            whole = pd.DataFrame(
                {"segment": ["All"], "customers": customers.sum(), "lost": lost.sum()}
            )
            times.append(pd.concat([whole, parts], ignore_index=True))
        change = change_parts(*times).set_index("segment")
        rates = [time["lost"].iloc[0] / time["customers"].iloc[0] for time in times]
        summed = change.loc[list("abcde"), ["mix_part", "rate_part"]].to_numpy().sum()
        assert summed == pytest.approx(rates[0] - rates[1])
        assert change.loc["All", "change"] == pytest.approx(rates[0] - rates[1])


def test_by_default_the_last_three_complete_months_are_added_up(town):
    frame = ask(town, ChurnSegments()).frame
    # none at the start of January, 100, 180
    assert table(frame, "customers", "lost") == [(280, 46)]
    whole = ask(town, Churn()).frame
    assert whole["lost"].sum() == 46
    assert change_sentence(ask(town, ChurnSegments())) == (
        "There are no earlier complete months with customers to compare with, so no"
        " change can be told."
    )


def test_a_year_before_is_the_same_months(tmp_path):
    rows = [("a", "2024-01-05", "2024-03-10"), ("b", "2024-01-05", "2025-03-10")]
    rows += [("c", "2024-02-05", ""), ("d", "2025-03-31", "")]
    town = dataset_of(tmp_path, subscriptions=rows)
    spec = ChurnSegments(first=date(2025, 3, 1), against="year_before")
    change = ask(town, spec).extras["change"]
    assert table(change, "customers_before", "lost_before", "customers_now") == [
        (3, 1, 2)
    ]
    assert table(change, "change", "rate_part", "mix_part") == [(0.1667, 0.1667, 0)]


def test_a_time_without_data_is_said(town):
    found = ask(town, ChurnSegments(first=date(2090, 1, 1)))
    assert found.sentence == "No complete month lies in the time asked for."

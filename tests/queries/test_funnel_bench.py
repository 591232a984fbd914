"""The rules of several tools on the same rows, as docs/definitions.md has them."""

from datetime import date

import pytest

from holdfast.durations import Duration
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.funnel import Funnel
from holdfast.questions.funnel_bench import OURS, FunnelBench
from holdfast.steps import read_exclusions, read_steps
from tests.worlds import dataset_of

ABC = read_steps("event:a > event:b > event:c")
HOUR = Duration(1, "h")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Observed to the end of 2 January; zoe still has time within a week only."""
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[("ann", "2025-01-01", {"plan": "pro"}), ("bob", "2025-01-01")],
        events=[
            # the second entry goes all the way within the hour, the first does not
            ("ann", "a", "2025-01-01 01:00:00"),
            ("ann", "a", "2025-01-01 01:30:00"),
            ("ann", "b", "2025-01-01 01:45:00"),
            ("ann", "c", "2025-01-01 02:15:00"),
            # a foreign event between
            ("bob", "a", "2025-01-01 05:00:00"),
            ("bob", "x", "2025-01-01 05:01:00"),
            ("bob", "b", "2025-01-01 05:02:00"),
            ("bob", "c", "2025-01-01 05:03:00"),
            # in another order
            ("cat", "c", "2025-01-01 06:00:00"),
            ("cat", "b", "2025-01-01 06:10:00"),
            ("cat", "a", "2025-01-01 06:20:00"),
            # the end after two days
            ("zoe", "a", "2025-01-01 07:00:00"),
            ("zoe", "b", "2025-01-01 07:01:00"),
            ("zoe", "c", "2025-01-02 23:00:00"),
            ("zoe", "x", "2025-01-03 01:00:00"),
        ],
    )


def counts(answer):
    rows = answer.frame.sort_values(["tool", "rule", "step"], kind="stable")
    return {
        key: list(part["customers"])
        for key, part in rows.groupby(["tool", "rule"], sort=False)
    }


def reasons(answer):
    rules = answer.extras["bench"]
    return {(row.tool, row.rule): row.reason for row in rules.itertuples()}


def test_customers_at_each_step_by_every_rule(town):
    assert counts(ask(town, FunnelBench(ABC, window=HOUR))) == {
        # ann's first a is followed by an a, her second one by b and c
        ("Amplitude", "Exact order"): [4, 2, 1],
        ("Amplitude", "This order"): [4, 3, 2],
        ("ClickHouse", "windowFunnel, default"): [4, 3, 2],
        (OURS, "As set above"): [4, 3, 2],
        # cat began with c, and went all the way from there
        ("Mixpanel", "Uniques, any order"): [4, 4, 2],
        # ann's first a is more than an hour before her c
        ("Mixpanel", "Uniques, specific order"): [4, 3, 1],
        ("PostHog", "Any order"): [4, 4, 3],
        ("PostHog", "Sequential"): [4, 3, 2],
        ("PostHog", "Strict"): [4, 2, 1],
    }


def test_nobody_in_the_funnel_is_said(town):
    answer = ask(town, FunnelBench(ABC, window=HOUR, first_entry=date(2025, 1, 3)))
    assert answer.sentence == "Nobody did the first step, so all rules agree."
    rules = answer.extras["bench"]
    assert set(rules.loc[rules["is_computed"], "entered_customers"]) == {0}


def test_a_window_of_ones_own_is_kept_where_the_steps_are_suggested(town):
    told = ask(town, FunnelBench(window=HOUR)).extras["bench"]
    assert "the window is 1 hour" in told["settings"].iloc[0]


def test_the_reason_names_the_setting_and_whom_it_moves(town):
    told = reasons(ask(town, FunnelBench(ABC, window=HOUR)))
    assert told["PostHog", "Sequential"] == (
        "Who still has time counts as stopped (moves nobody at either end)."
    )
    assert told["Mixpanel", "Uniques, specific order"].startswith(
        "Only the first entry counts (+0 entered, -1 at the last step); who still"
    )
    assert told["PostHog", "Any order"].startswith(
        "The steps may come in any order (+0 entered, +1 at the last step)"
    )


def test_each_tool_has_a_window_of_its_own(town):
    spec = FunnelBench(ABC, window=HOUR, windows="own", judged="all")
    found = ask(town, spec)
    # within a day everybody but zoe, within a week zoe too
    assert counts(found)["Amplitude", "This order"] == [4, 3, 2]
    assert counts(found)["PostHog", "Sequential"] == [4, 3, 3]
    assert reasons(found)["PostHog", "Sequential"] == (
        "The window is 14 days (+0 entered, +1 at the last step)."
    )
    assert reasons(found)["ClickHouse", "windowFunnel, default"] == "The same rule."


def test_what_cannot_be_expressed_is_said_and_not_counted(town):
    barred = FunnelBench(ABC, window=HOUR, exclusions=read_exclusions("event:x"))
    found = ask(town, barred)
    assert ("PostHog", "Sequential") not in counts(found)
    assert "out of the whole funnel" in reasons(found)["PostHog", "Sequential"]
    # bob's x ends the attempt after his a
    assert counts(found)[OURS, "As set above"] == [4, 2, 1]
    alike = ask(town, FunnelBench(read_steps("event:a > event:a,b"), window=HOUR))
    assert "fill several steps" in reasons(alike)["ClickHouse", "windowFunnel, default"]
    assert ("Mixpanel", "Totals, Sessions") in reasons(alike)


def test_ours_is_what_the_funnel_says_and_segments_are_left_out(town):
    plans = Filters(breakdown="plan")
    frame = ask(town, Funnel(ABC, window=HOUR), plans).frame
    ours = list(frame.loc[frame["segment"] == "All", "customers"])
    found = ask(town, FunnelBench(ABC, window=HOUR), plans)
    assert counts(found)[OURS, "As set above"] == ours
    assert found.sentence == (
        "The same steps, 50% by the rules set above, are 25% by those of PostHog"
        " (Strict) and 75% by those of PostHog (Any order)."
    )

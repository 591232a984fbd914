import json

import pytest

from holdfast.dataset import Dataset
from holdfast.occurrence import Occurrence
from holdfast.periods import Interval
from holdfast.questions import ask, first_success
from holdfast.questions.first_success import FirstSuccess
from holdfast.questions.retention import Retention
from tests.conftest import PROJECT
from tests.worlds import table

DONE = Occurrence("event", ("done",))
SIDES = (
    *("segment", "within_days", "made", "made_retained", "missed"),
    *("missed_retained", "difference", "is_best", "is_small"),
)


def test_deadlines_compare_only_whom_the_interval_is_over_for(onboarding):
    answer = ask(onboarding, FirstSuccess(milestone=DONE, horizon=5))
    # Month 3 of January is April: over at 30 April; that of February is not. Of ann,
    # bob and cat, ann and bob were there in April.
    assert table(answer.extras["deadlines"], *SIDES) == [
        ("All", 1, 1, 1, 2, 1, 0.5, False, True),
        ("All", 2, 1, 1, 2, 1, 0.5, False, True),
        ("All", 3, 1, 1, 2, 1, 0.5, False, True),
        ("All", 4, 2, 2, 1, 0, 1.0, False, True),
        ("All", 5, 2, 2, 1, 0, 1.0, False, True),
    ]
    assert "No deadline tells apart who stays" in answer.sentence


@pytest.mark.parametrize(
    ("interval", "number", "latest"),
    # January and February may lie between the last of December and March: 59 days
    [("day", 8, 7), ("week", 4, 21), ("month", 2, 28), ("month", 3, 56)],
)
def test_every_deadline_ends_before_the_interval_measured(interval, number, latest):
    spec = FirstSuccess(interval=interval, retained_at=number, horizon=365)
    assert spec.deadlines[-1] == latest


def test_who_stays_is_what_retention_says(demo_workspace):
    dataset = demo(demo_workspace)
    asked: list[tuple[Interval, int]] = [("month", 3), ("week", 5)]
    for interval, number in asked:
        pooled = ask(dataset, Retention(interval=interval)).frame
        (row,) = pooled[
            (pooled["scope"] == "pooled") & (pooled["interval"] == number)
        ].to_dict("records")
        spec = FirstSuccess(interval=interval, retained_at=number)
        deadlines = ask(dataset, spec).extras["deadlines"]
        sums = deadlines["made"] + deadlines["missed"]
        kept = deadlines["made_retained"] + deadlines["missed_retained"]
        assert sums.unique().tolist() == [row["customers"]]
        assert kept.unique().tolist() == [row["retained_customers"]]
    dataset.close()


def test_the_deadline_that_was_planted_in_the_sample_is_found(demo_workspace):
    # Truth 1: who finishes onboarding within 3 days stays longer.
    dataset = demo(demo_workspace)
    answer = ask(dataset, FirstSuccess())
    dataset.close()
    best = first_success.best_deadline(answer.extras["deadlines"])
    assert best is not None
    truth = json.loads((PROJECT / "sample_data/truths.json").read_text())
    planted = truth["fast_onboarding"]
    assert best["within_days"] == 3
    for group, name in (("made", "fast"), ("missed", "others")):
        assert best[group] == planted[f"{name}_customers_month_3"]
        assert best[f"{group}_retained"] == planted[f"{name}_active_month_3"]
    assert (
        "The deadline that tells most is 3 days: of those who made it, 56%"
        " (1,140 of 2,051) were active in month 3; of the others 29% (911 of 3,093)."
        " That is 26 points more (95% interval 23 to 29)." in answer.sentence
    )
    texts = {each.code: each.text for each in answer.caveats}
    assert "did onboarding_completed" in texts["milestone_suggested"]
    assert "those from 2 to 5 days do about as well" in texts["best_of_many"]
    assert {"association", "landmark"} <= set(texts)


def test_a_milestone_of_those_who_leave_is_not_praised(demo_workspace):
    dataset = demo(demo_workspace)
    answer = ask(
        dataset, FirstSuccess(milestone=Occurrence("event", ("contacted_support",)))
    )
    dataset.close()
    assert first_success.best_deadline(answer.extras["deadlines"]) is None
    assert (
        "Those who made it stayed less often: of those within 5 days, 21% were active"
        " in month 3, of the others 40%." in answer.sentence
    )


def demo(folder):
    return Dataset(next((folder / "datasets").glob("*.duckdb")))

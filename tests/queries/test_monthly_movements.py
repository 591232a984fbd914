import random
from datetime import date, timedelta

import pandas as pd
import pytest

from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.questions import ask, mrr
from holdfast.questions.mrr import Mrr
from holdfast.questions.revenue_cohorts import RevenueCohorts
from tests.worlds import dataset_of

BY_PLAN = Filters(breakdown="plan")


def subscriptions():
    """Times that touch, overlap, lie in one month, run, end the day before they begin
    and begin after the end of the data."""
    drawn = random.Random(5)
    rows = []
    for number in range(90):
        began = date(2024, 1, 1) + timedelta(drawn.randrange(400))
        for _ in range(drawn.choice((1, 1, 2, 4))):
            ended = began + timedelta(drawn.choice((-1, 9, 31, 60, 200)))
            paid = {
                "price": drawn.choice((10, 20, 0, 33.3)),
                "interval_months": drawn.choice((1, 12)),
                "currency": "EUR",
            }
            end = "" if drawn.random() < 0.2 else str(ended)
            rows.append((f"c{number:02}", str(began), end, paid))
            began = max(ended, began) + timedelta(drawn.choice((-5, 0, 3, 70)))
    return rows


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """One dataset twice: as it is, and as if its movements had not been kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("holdfast.exports.moving._MANY", 1)
        kept = dataset_of(
            tmp_path_factory.mktemp("kept"),
            customers=[
                {"customer_id": f"c{number:02}", "plan": ("a", "b")[number % 2]}
                for number in range(90)
            ],
            events=[("c00", "x", "2025-02-11 12:00:00")],
            subscriptions=subscriptions(),
        )
    told = Dataset(kept.path)
    told.movements_of = None
    yield kept, told
    told.close()


@pytest.mark.parametrize(
    "spec",
    [
        Mrr(),
        Mrr(as_of=date(2024, 8, 20)),
        Mrr("quarter"),
        RevenueCohorts(),
    ],
)
def test_movements_that_are_kept_are_those_that_are_told(both, spec):
    kept, told = (ask(each, spec, BY_PLAN) for each in both)
    pd.testing.assert_frame_equal(kept.frame, told.frame)
    assert kept.sentence == told.sentence
    assert [each.text for each in kept.caveats] == [each.text for each in told.caveats]
    assert both[0].movements_of == ("EUR", ask(both[0], Mrr()).as_of)


@pytest.mark.parametrize("movement", mrr.MOVEMENTS)
def test_the_same_people_are_behind_movements_that_are_kept(both, movement):
    frame = ask(both[0], Mrr()).frame
    moved = {
        "new": "new_customers",
        "reactivation": "reactivated_customers",
        "expansion": "expanded_customers",
        "contraction": "contracted_customers",
        "churn": "churned_customers",
    }[movement]
    busiest = frame.iloc[frame[moved].argmax()]
    month = busiest["period"].date()
    kept, told = (mrr.members(each, Mrr(), Filters(), month, movement) for each in both)
    pd.testing.assert_frame_equal(kept, told)
    assert len(kept) == busiest[moved] > 0


def test_sums_that_are_too_large_to_keep_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr("holdfast.exports.moving._MANY", 1)
    paid = {"price": 99_000_000_000, "interval_months": 1, "currency": "EUR"}
    firm = dataset_of(
        tmp_path,
        events=[("ann", "look", "2025-05-02")],
        subscriptions=[("ann", "2025-01-01", "2025-04-01", paid)] * 20
        + [("ann", f"2025-02-{day:02}", "2025-04-01", paid) for day in range(1, 21)],
    )
    assert firm.movements_of is None
    # in February twenty begin; rows that are alike are one subscription
    assert ask(firm, Mrr()).frame["mrr_end"][1] == 21 * 99_000_000_000

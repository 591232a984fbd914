from datetime import date

import pandas as pd
import pytest

from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.questions import ask, revenue_cohorts
from holdfast.questions.mrr import Mrr
from holdfast.questions.revenue_cohorts import RevenueCohorts
from tests.queries.revenue_oracle import error_of, random_subscriptions, states
from tests.worlds import dataset_of, table

COLUMNS = (
    *("cohort", "interval", "customers", "paying_customers"),
    *("mrr_first", "mrr_now", "revenue_rate", "is_complete"),
)


def shown(dataset, *columns, scope="cohort", segment="All", spec=None, filters=None):
    frame = ask(dataset, spec or RevenueCohorts(), filters or Filters()).frame
    rows = frame[(frame["scope"] == scope) & (frame["segment"] == segment)]
    return table(rows, *(columns or COLUMNS))


def test_each_cohort_month_by_month(firm):
    # January: ann 100, later 120; bob 10, gone in February, back in April with 30.
    # February: cat 50, 70, 50 and kim 160, 160, 0. March: eve. April still runs.
    assert shown(firm) == [
        ("2025-01-01", 0, 2, 2, 110, 110, 1, True),
        ("2025-01-01", 1, 2, 1, 110, 100, 0.9091, True),
        ("2025-01-01", 2, 2, 1, 110, 120, 1.0909, True),
        ("2025-01-01", 3, 2, 2, 110, 150, 1.3636, False),
        ("2025-02-01", 0, 2, 2, 210, 210, 1, True),
        ("2025-02-01", 1, 2, 2, 210, 230, 1.0952, True),
        ("2025-02-01", 2, 2, 1, 210, 50, 0.2381, False),
        ("2025-03-01", 0, 1, 1, 15, 15, 1, True),
        ("2025-03-01", 1, 1, 1, 15, 15, 1, False),
    ]


def test_pooled_are_the_cohorts_that_were_over(firm):
    names = ("interval", "cohorts", "customers", "paying_customers", "mrr_first")
    assert shown(firm, *names, "mrr_now", "payer_rate", scope="pooled") == [
        (0, 3, 5, 5, 335, 335, 1),
        (1, 2, 4, 3, 320, 330, 0.75),
        (2, 1, 2, 1, 110, 120, 0.5),
    ]


def test_segments_have_triangles_of_their_own(firm):
    plans = Filters(breakdown="plan")
    spec = RevenueCohorts(intervals=1, last_cohort=date(2025, 2, 2))
    names = ("cohort", "interval", "mrr_first", "mrr_now")
    found = {
        segment: shown(firm, *names, segment=segment, spec=spec, filters=plans)
        for segment in ("All", "pro", "free", "(none)")
    }
    assert found == {
        "All": [
            ("2025-01-01", 0, 110, 110),
            ("2025-01-01", 1, 110, 100),
            ("2025-02-01", 0, 210, 210),
            ("2025-02-01", 1, 210, 230),
        ],
        "pro": [("2025-01-01", 0, 110, 110), ("2025-01-01", 1, 110, 100)],
        "free": [("2025-02-01", 0, 50, 50), ("2025-02-01", 1, 50, 70)],
        "(none)": [("2025-02-01", 0, 160, 160), ("2025-02-01", 1, 160, 160)],
    }


def test_who_is_behind_a_cell_and_what_they_pay(firm):
    def listed(cohort, interval):
        frame = revenue_cohorts.members(
            firm, RevenueCohorts(), Filters(), cohort, interval
        )
        return table(frame, "id", "mrr_first", "mrr_now")

    assert listed(date(2025, 1, 1), 3) == [("ann", 100, 120), ("bob", 10, 30)]
    # pooled, of the cohorts that were over
    assert listed(None, 2) == [("ann", 100, 120), ("bob", 10, 0)]


def test_the_sentence_tells_the_oldest_interval(firm):
    # 120 / 110 = 1.0909; each is 10.909 off, so 1.96 sqrt(2 * 2 * 10.909 ** 2) / 110
    assert ask(firm, RevenueCohorts()).sentence == (
        "In month 2 after their first, 50% (1 of 2) of the customers pay, and together"
        " 109% (95% interval 70% to 148%) of what all paid at first: 120 USD of 110 USD"
        " a month, over 1 cohort."
    )
    later = RevenueCohorts(first_cohort=date(2025, 4, 1))
    assert ask(firm, later).sentence.startswith("No customers in view paid in the obs")
    early = RevenueCohorts(as_of=date(2025, 1, 12))
    assert ask(firm, early).sentence.startswith("No cohort of customers is complete")
    with pytest.raises(SpecError, match="401 intervals are too many"):
        RevenueCohorts(intervals=401)


@pytest.mark.parametrize("interval", ["week", "month", "quarter"])
def test_it_agrees_with_states_written_out_customer_by_customer(
    interval, tmp_path_factory
):
    rows, as_of = random_subscriptions(60), date(2025, 6, 21)
    world = dataset_of(tmp_path_factory.mktemp("crowd"), subscriptions=rows)
    spec = RevenueCohorts(interval=interval, intervals=400, as_of=as_of)
    found = ask(world, spec).frame
    ends = states(rows, interval, as_of)
    first = {
        name: next((at for at, end in enumerate(ends) if end[name]), None)
        for name in ends[0]
    }
    expected = []
    for cohort in sorted({at for at in first.values() if at is not None}):
        names = [name for name, at in first.items() if at == cohort]
        for at in range(cohort, len(ends)):
            pairs = [(ends[cohort][name], ends[at][name]) for name in names]
            expected.append(
                (
                    at - cohort,
                    len(names),
                    sum(1 for _, now in pairs if now),
                    sum(then for then, _ in pairs),
                    sum(now for _, now in pairs),
                    error_of(pairs),
                )
            )
    cells = found[found["scope"] == "cohort"]
    columns = ("interval", "customers", "paying_customers", "mrr_first", "mrr_now")
    assert table(cells, *columns) == [row[:-1] for row in expected]
    errors = (cells["revenue_upper"] - cells["revenue_rate"]) / 1.959964
    for error, row in zip(errors, expected, strict=True):
        assert (pd.isna(error) and row[-1] is None) or error == pytest.approx(row[-1])


def test_new_revenue_is_the_first_of_a_cohort(firm):
    new = ask(firm, Mrr()).frame.set_index("period")["mrr_new"]
    cells = ask(firm, RevenueCohorts()).frame
    first = cells[(cells["scope"] == "cohort") & (cells["interval"] == 0)]
    assert dict(zip(first["cohort"], first["mrr_first"], strict=True)) == {
        period: amount for period, amount in new.items() if amount
    }

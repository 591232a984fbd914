from datetime import date, timedelta

from holdfast.cohorts import presence_relations
from holdfast.filters import Filters
from holdfast.happenings import Clock
from holdfast.occurrence import ACTIVITY, ORDER
from holdfast.population import population
from holdfast.questions import asking
from holdfast.questions.survival import lapse_days
from tests.worlds import dataset_of, table


def gaps(dataset, shown_by):
    everyone = population(dataset, Filters())
    relations = presence_relations(dataset, everyone, shown_by, Clock("day"))
    frame = asking.run(dataset, "gaps", everyone, relations, {}, None)
    return table(frame, "gaps", "median_days", "lapse_days")


def test_gaps_lie_between_two_active_days_of_one_customer(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[
            ("ann", "x", "2025-01-01 01:00:00"),
            ("ann", "y", "2025-01-01 23:00:00"),
            ("ann", "x", "2025-01-03 05:00:00"),
            ("ann", "x", "2025-01-04 05:00:00"),
            ("bob", "x", "2025-01-05 05:00:00"),
            ("bob", "x", "2025-01-15 05:00:00"),
        ],
    )
    # ann 2 and 1 days, bob 10: sorted 1, 2, 10; 95 of 100 are no longer than 10
    assert gaps(dataset, ACTIVITY) == [(3, 2, 10)]
    assert lapse_days(dataset, ACTIVITY) == 10


def test_the_95th_percentile_is_a_gap_that_was_seen(tmp_path):
    # 40 gaps: 38 of one day, one of 5 and one of 60 days; the 38th of 40 is 1 day
    orders, day = [("ann", "o0", "2025-01-01", 1)], 0
    for number, gap in enumerate([1] * 38 + [5, 60], start=1):
        day += gap
        orders.append(("ann", f"o{number}", f"2025-{_date(day)}", 1))
    assert gaps(dataset_of(tmp_path, orders=orders), ORDER) == [(40, 1, 1)]


def _date(day):
    return f"{date(2025, 1, 1) + timedelta(days=day):%m-%d}"


def test_without_gaps_the_threshold_is_thirty_days(tmp_path):
    dataset = dataset_of(tmp_path, events=[("ann", "x", "2025-01-01")])
    assert gaps(dataset, ACTIVITY) == [(0, None, None)]
    assert lapse_days(dataset, ACTIVITY) == 30

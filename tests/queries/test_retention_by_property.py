"""Segments by what the start event says, not by what the customer is."""

import pytest

from holdfast.errors import SpecError
from holdfast.occurrence import read_occurrence
from holdfast.questions import ask
from holdfast.questions.retention import Retention, members
from tests.worlds import dataset_of

EVENTS = [
    # ann starts on ios and comes back on web: she stays in the segment ios.
    ("ann", "login", "2025-01-05 08:00:00", {"platform": "ios"}),
    ("ann", "login", "2025-02-05 08:00:00", {"platform": "web"}),
    # bob does not come back.
    ("bob", "login", "2025-01-06 08:00:00", {"platform": "web"}),
    # cat starts without a platform, and with two at one instant: the smaller one.
    ("cat", "login", "2025-01-07 08:00:00", {}),
    ("dan", "login", "2025-01-08 08:00:00", {"platform": "web"}),
    ("dan", "login", "2025-01-08 08:00:00", {"platform": "android"}),
    ("dan", "login", "2025-02-08 08:00:00", {"platform": "ios"}),
    ("eve", "login", "2025-03-02 08:00:00", {"platform": "web"}),
]
SPEC = Retention(
    start=read_occurrence("event:login"), by_property="platform", intervals=1
)


def pooled(frame, interval):
    rows = frame[(frame["scope"] == "pooled") & (frame["interval"] == interval)]
    columns = ["segment", "customers", "retained_customers"]
    return list(rows[columns].itertuples(index=False, name=None))


def test_a_customer_stays_in_the_segment_of_the_first_start(tmp_path):
    frame = ask(dataset_of(tmp_path, [], EVENTS), SPEC).frame
    # January: ann ios, bob web, cat none, dan android. Back in February: ann and dan.
    # Web comes first, as eve starts with it too; her month 1 lies ahead.
    assert pooled(frame, 1) == [
        ("All", 4, 2),
        ("web", 1, 0),
        ("android", 1, 1),
        ("ios", 1, 1),
        ("(none)", 1, 0),
    ]


def test_those_behind_a_segment_are_as_many_as_it_says(tmp_path):
    dataset = dataset_of(tmp_path, [], EVENTS)
    answer = ask(dataset, SPEC)
    rows = members(dataset, SPEC, answer.filters, None, 1, "ios")
    assert list(rows["id"]) == ["ann"]
    assert list(rows["retained_cohorts"]) == [1]


def test_a_sign_up_has_no_properties():
    with pytest.raises(SpecError) as refused:
        Retention(by_property="platform")
    assert refused.value.code == "no_start_event"


def test_a_property_that_is_not_in_the_data_is_refused(tmp_path):
    spec = Retention(start=read_occurrence("event:login"), by_property="platfrom")
    with pytest.raises(SpecError) as refused:
        ask(dataset_of(tmp_path, [], EVENTS), spec)
    assert refused.value.code == "unknown_property"
    assert refused.value.remedy == "Did you mean platform?"

import pytest

from holdfast.durations import Duration
from holdfast.filters import Filters
from holdfast.questions import ask, funnel
from holdfast.questions.funnel import Funnel
from holdfast.steps import read_steps
from tests.worlds import dataset_of, table

SPEC = Funnel(read_steps("event:view > event:buy"), window=Duration(2))
COUNTS = {
    "reached": "customers",
    "dropped": "dropped_customers",
    "open": "open_customers",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return dataset_of(
        tmp_path_factory.mktemp("town"),
        customers=[
            ("ann", "2025-01-01", {"plan": "pro"}),
            ("bob", "2025-01-01", {"plan": "free"}),
            ("cat", "2025-01-01", {"plan": "pro"}),
            ("dan", "2025-01-01", {"plan": "pro"}),
        ],
        events=[
            ("ann", "view", "2025-01-02 10:00:00", {"visit": "1"}),
            ("ann", "buy", "2025-01-03 10:00:00", {"visit": "1"}),
            ("ann", "view", "2025-01-04 10:00:00", {"visit": "2"}),
            ("bob", "view", "2025-01-05 10:00:00", {"visit": "3"}),
            ("cat", "view", "2025-01-05 10:00:00", {"visit": "4"}),
            ("dan", "view", "2025-01-09 10:00:00", {"visit": "5"}),
            ("dan", "view", "2025-01-11 10:00:00", {"visit": "6"}),
        ],
    )


def listed(dataset, step, state, segment="All", spec=SPEC):
    filters = Filters(breakdown="plan")
    frame = funnel.members(dataset, spec, filters, step, state, segment)
    return table(frame, "id", "segment", "joined_on", "last_seen_on", "steps_done")


def test_who_got_to_a_step_who_stopped_there_and_who_has_time(town):
    assert listed(town, 1, "reached") == [
        ("ann", "pro", "2025-01-01", "2025-01-04", 2),
        ("bob", "free", "2025-01-01", "2025-01-05", 1),
        ("cat", "pro", "2025-01-01", "2025-01-05", 1),
    ]
    assert listed(town, 1, "dropped", "pro") == [
        ("cat", "pro", "2025-01-01", "2025-01-05", 1)
    ]
    assert listed(town, 1, "open") == [("dan", "pro", "2025-01-01", "2025-01-11", 1)]
    assert listed(town, 2, "reached", "free") == []


@pytest.mark.parametrize("judged", ["closed", "matured", "all"])
@pytest.mark.parametrize("each", ["unit", "value"])
def test_every_list_is_as_long_as_its_figure(town, judged, each):
    spec = Funnel(
        SPEC.steps, window=SPEC.window, judged=judged, each=each, holding="visit"
    )
    frame = ask(town, spec, Filters(breakdown="plan")).frame
    assert frame["customers"].sum() > 0
    for _, row in frame.iterrows():
        for state, column in COUNTS.items():
            if state == "dropped" and row["step"] == 2:
                continue
            found = listed(town, int(row["step"]), state, row["segment"], spec)
            assert len(found) == row[column]

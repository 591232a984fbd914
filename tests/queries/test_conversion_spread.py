from dataclasses import replace

import pytest

from holdfast.durations import Duration
from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.conversion_time import ConversionTime
from holdfast.steps import read_steps
from tests.worlds import dataset_of, table

SPEC = ConversionTime(read_steps("event:view > event:buy"), window=Duration(1))


def test_bins_begin_at_the_shortest_time_and_one_closes_them(tmp_path):
    minutes = (10, 10, 12, 40)
    dataset = dataset_of(
        tmp_path,
        customers=[("c0", "2025-01-01", {"plan": "pro"}), ("c1", "2025-01-01")],
        events=[
            event
            for number, minute in enumerate(minutes)
            for event in (
                (f"c{number}", "view", "2025-01-01 10:00:00"),
                (f"c{number}", "buy", f"2025-01-01 10:{minute}:00"),
            )
        ],
    )
    spread = ask(dataset, SPEC, Filters(breakdown="plan")).extras["spread"]
    rows = spread[spread["segment"] == "All"]
    # 30 minutes in 30 bins of a minute, and the one that closes them
    assert len(rows) == 31
    filled = rows[rows["customers"] > 0]
    assert table(filled, "from_seconds", "until_seconds", "customers") == [
        (600, 660, 2),
        (720, 780, 1),
        (2400, 2460, 1),
    ]
    parts = spread[spread["segment"] != "All"]
    assert parts["customers"].sum() == rows["customers"].sum()
    assert set(parts["from_seconds"]) == set(rows["from_seconds"])


def test_the_number_of_bins_can_be_chosen(tmp_path):
    minutes = (0, 10, 25)
    dataset = dataset_of(
        tmp_path,
        events=[
            event
            for number, minute in enumerate(minutes)
            for event in (
                (f"c{number}", "view", "2025-01-01 10:00:00"),
                (f"c{number}", "buy", f"2025-01-01 10:{minute:02}:30"),
            )
        ],
    )
    spread = ask(dataset, replace(SPEC, bins=4)).extras["spread"]
    # 1500 seconds in four bins of 375, and the one that closes them
    assert table(spread, "from_seconds", "until_seconds", "customers") == [
        (30, 405, 1),
        (405, 780, 1),
        (780, 1155, 0),
        (1155, 1530, 0),
        (1530, 1905, 1),
    ]


@pytest.mark.parametrize("bins", [0, 201])
def test_bins_that_show_nothing_are_refused(bins):
    with pytest.raises(SpecError, match=f"over {bins} bins"):
        replace(SPEC, bins=bins)


def test_nobody_there_leaves_no_bins(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[("a", "view", "2025-01-01"), ("b", "buy", "2025-01-02")],
    )
    assert ask(dataset, SPEC).extras["spread"].empty

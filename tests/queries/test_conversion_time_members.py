import pytest

from holdfast.durations import Duration
from holdfast.filters import Filters
from holdfast.questions import ask, conversion_time
from holdfast.questions.conversion_time import ConversionTime
from tests.queries.test_conversion_time import HOUR, STEPS, town
from tests.worlds import table

__all__ = ["town"]
SPEC = ConversionTime(STEPS, window=Duration(10, "h"))


def test_who_got_there_in_how_long_and_who_did_not(town):
    there = conversion_time.members(town, SPEC, Filters())
    assert table(there, "id", "segment", "joined_on", "steps_done", "seconds") == [
        ("ann", "All", "2025-01-01", 3, 3.0 * HOUR),
        ("dan", "All", "2025-01-03", 3, 6.0 * HOUR),
    ]
    others = conversion_time.members(town, SPEC, Filters(), is_there=False)
    assert table(others, "id", "last_seen_on", "steps_done", "seconds") == [
        ("bob", "2025-01-02", 2, None),
        ("cat", "2025-01-10", 1, None),
    ]


@pytest.mark.parametrize("to_step", [0, 2])
def test_every_bin_lists_as_many_as_it_counts(town, to_step):
    spec = ConversionTime(STEPS, window=Duration(10, "h"), to_step=to_step)
    answer = ask(town, spec)
    for _, row in answer.extras["spread"].iterrows():
        between = (int(row["from_seconds"]), int(row["until_seconds"]))
        rows = conversion_time.members(town, spec, Filters(), between=between)
        assert len(rows) == row["customers"]
    (summary,) = answer.extras["summary"].to_dict("records")
    there = conversion_time.members(town, spec, Filters())
    assert len(there) == summary["converted_customers"] > 0

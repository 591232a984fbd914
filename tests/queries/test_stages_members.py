from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask, stages
from holdfast.questions.stages import Stages
from holdfast.stage_rules import read_stage_rules

RULES = read_stage_rules("Land;Adopt:did use>=2/31d;Gone:silent>40d")


@pytest.mark.parametrize("unit", ["customer", "account"])
def test_lists_are_as_long_as_every_figure_says(road, unit):
    spec, filters = Stages(RULES, unit=unit), Filters(breakdown="plan")
    answer = ask(road, spec, filters)

    def listed(row, stage, before=None):
        rows = stages.members(
            road, spec, filters, row["ends_on"].date(), stage, before, row["segment"]
        )
        assert rows["id"].is_unique
        return len(rows)

    for frame in (answer.frame, answer.extras["now"]):
        for row in frame[frame["segment"] != "free"].to_dict("records"):
            assert listed(row, row["stage"]) == row["customers"]
    for row in answer.extras["flow"].to_dict("records"):
        assert listed(row, row["to_stage"], row["from_stage"]) == row["customers"]


def test_who_moved_is_told_with_where_they_came_from(road):
    end = date(2025, 2, 28)
    rows = stages.members(road, Stages(RULES), Filters(), end)
    found = rows[["id", "stage", "stage_before"]].fillna("").values.tolist()
    assert found == [
        ["ann", "Land", "Adopt"],
        ["bob", "Adopt", "Land"],
        ["cat", "Land", ""],
    ]

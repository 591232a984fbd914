from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.occurrence import Occurrence
from holdfast.questions import ask, first_success
from holdfast.questions.first_success import FirstSuccess

DONE = Occurrence("event", ("done",))


@pytest.mark.parametrize(
    "spec",
    [
        FirstSuccess(milestone=DONE, horizon=2),
        FirstSuccess(milestone=DONE, horizon=4, interval="week"),
        FirstSuccess(milestone=DONE, horizon=1, unit="account"),
        FirstSuccess(milestone=DONE, horizon=4, as_of=date(2025, 4, 1), retained_at=2),
    ],
    ids=["month", "week", "account", "as of"],
)
def test_lists_are_as_long_as_every_figure_says(onboarding, spec):
    filters = Filters(breakdown="plan")
    answer = ask(onboarding, spec, filters)

    def listed(within, segment, **more):
        rows = first_success.members(
            onboarding, spec, filters, within, segment=segment, **more
        )
        assert rows["id"].is_unique
        return rows

    for row in answer.frame.to_dict("records"):
        rows = listed(row["day"], row["segment"])
        assert rows["has_reached"].sum() == row["reached"]
    cells = answer.extras["cohorts"]
    for row in cells[cells["within_days"].isin([1, 7])].to_dict("records"):
        if row["scope"] == "cohort":
            cohorts = (row["cohort"].date(),)
            rows = listed(row["within_days"], row["segment"], cohorts=cohorts)
            assert len(rows) == row["customers"]
            assert rows["has_reached"].sum() == row["reached"]
    for row in answer.extras["deadlines"].to_dict("records"):
        rows = listed(row["within_days"], row["segment"], is_measured=True)
        for group, part in (
            ("made", rows[rows["has_reached"]]),
            ("missed", rows[~rows["has_reached"]]),
        ):
            assert len(part) == row[group]
            assert part["is_retained"].sum() == row[f"{group}_retained"]

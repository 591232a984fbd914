from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.questions import ask, mrr
from holdfast.questions.mrr import MOVEMENTS, Mrr
from tests.worlds import table

APRIL = date(2025, 4, 1)
NAMES = ("reactivated", "expanded", "contracted", "churned")


def listed(dataset, period, movement, segment="All", spec=None, filters=None):
    frame = mrr.members(
        dataset, spec or Mrr(), filters or Filters(), period, movement, segment
    )
    return table(frame, "id", "mrr_before", "mrr_after", "mrr_change", "paying_since")


def test_who_moved_and_by_how_much(firm):
    assert listed(firm, APRIL, "churn") == [("kim", 160, 0, -160, "2025-02-20")]
    assert listed(firm, APRIL, "contraction") == [("cat", 70, 50, -20, "2025-02-01")]
    assert listed(firm, APRIL, "reactivation") == [("bob", 0, 30, 30, "2025-01-10")]
    assert listed(firm, APRIL, "new") == []
    # eve's trial ends on 10 March
    assert listed(firm, date(2025, 3, 9), "new") == [("eve", 0, 15, 15, "2025-03-10")]


def test_who_pays_at_the_end_whether_they_moved_or_not(firm):
    assert listed(firm, APRIL, "paying") == [
        ("bob", 0, 30, 30, "2025-01-10"),
        ("cat", 70, 50, -20, "2025-02-01"),
        ("ann", 120, 120, 0, "2025-01-05"),
        ("eve", 15, 15, 0, "2025-03-10"),
    ]


def test_accounts_and_segments_have_lists_too(firm):
    assert listed(firm, APRIL, "expansion", spec=Mrr(unit="account")) == [
        ("acme", 120, 150, 30, "2025-01-05")
    ]
    plans = Filters(breakdown="plan")
    assert listed(firm, date(2025, 3, 1), "expansion", "free", filters=plans) == [
        ("cat", 50, 70, 20, "2025-02-01")
    ]


def test_every_list_is_as_long_and_worth_as_much_as_its_figure(firm):
    plans, spec = Filters(breakdown="plan"), Mrr()
    frame = ask(firm, spec, plans).frame
    moved = frame[frame["mrr_start"] != frame["mrr_end"]]
    assert len(moved) > 5
    for row in moved.to_dict("records"):
        for movement, count in zip(
            (*MOVEMENTS, "paying"), ("new", *NAMES, "paying"), strict=True
        ):
            found = mrr.members(
                firm, spec, plans, row["period"].date(), movement, row["segment"]
            )
            assert len(found) == row[f"{count}_customers"]
            amounts = found["mrr_after" if movement == "paying" else "mrr_change"]
            figure = row["mrr_end" if movement == "paying" else f"mrr_{movement}"]
            assert abs(amounts.sum()) == pytest.approx(figure)

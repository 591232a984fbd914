from holdfast.filters import Filters
from holdfast.questions import ask, win_back
from holdfast.questions.win_back import WinBack
from tests.worlds import table


def listed(dataset, *columns, filters=None, **figure):
    rows = win_back.members(dataset, WinBack(), filters or Filters(), **figure)
    return table(rows, *columns)


def test_whom_to_win_back_is_ranked_by_what_was_lost(leavers):
    columns = (
        *("id", "reason", "kind", "monthly_lost", "tenure_days", "left_on"),
        *("days_since", "nps_score"),
    )
    assert listed(leavers, *columns) == [
        ("dan", "unused", "cancelled", 50.0, 120, "2025-06-10", 20, None),
        ("cat", "(no reason given)", "not said", 45.0, 31, "2025-06-16", 14, 10.0),
        ("bob", "too expensive", "cancelled", 30.0, 64, "2025-03-10", 112, 9.0),
        ("eve", "(no reason given)", "not said", None, 45, "2025-02-15", 135, None),
    ]


def test_who_is_back_comes_with_what_they_pay(leavers):
    columns = ("id", "left_on", "back_on", "monthly_lost", "monthly_back")
    assert listed(leavers, *columns, outcome="back") == [
        ("cat", "2025-04-01", "2025-05-16", 40.0, 45.0),
        ("ann", "2025-03-05", "2025-03-20", 10.0, 20.0),
    ]
    assert listed(leavers, "id", outcome="back", within=30) == [("ann",)]


def test_the_lists_are_those_behind_the_figures(leavers):
    plans = Filters(breakdown="plan")
    frame = ask(leavers, WinBack(), plans).frame
    for row in frame.to_dict("records"):
        of = {"filters": plans, "reason": row["reason"], "segment": row["segment"]}
        assert len(listed(leavers, "id", outcome="lost", **of)) == row["lost"]
        assert len(listed(leavers, "id", outcome="back", **of)) == row["back"]
        for days in (30, 90):
            late = {"within": days, **of}
            assert (
                len(listed(leavers, "id", outcome="lost", **late))
                == (row[f"lost_{days}"])
            )
            assert (
                len(listed(leavers, "id", outcome="back", **late))
                == (row[f"back_{days}"])
            )

from datetime import date

from holdfast.filters import Filters
from holdfast.questions import ask, exit_reasons
from holdfast.questions.exit_reasons import ExitReasons
from tests.worlds import table


def listed(dataset, *columns, filters=None, **figure):
    rows = exit_reasons.members(dataset, ExitReasons(), filters or Filters(), **figure)
    return table(rows, *columns)


def test_the_list_says_what_is_known_of_each_loss(leavers):
    columns = (
        *("id", "reason", "joined_on", "left_on", "tenure_days", "monthly_lost"),
        *("nps_score", "tickets", "back_on"),
    )
    failed, no, no_one = "payment failed", "(no reason given)", None
    dear = "too expensive"
    assert listed(leavers, *columns) == [
        ("eve", no, "2025-01-01", "2025-02-15", 45, None, None, 0, no_one),
        ("ann", dear, "2025-01-01", "2025-03-05", 59, 10.0, 8.0, 2, "2025-03-20"),
        ("bob", dear, "2025-01-02", "2025-03-10", 64, 30.0, 9.0, 0, no_one),
        ("cat", failed, "2025-01-03", "2025-04-01", 59, 40.0, 10.0, 1, "2025-05-16"),
        ("dan", "unused", "2025-01-04", "2025-06-10", 120, 50.0, None, 0, no_one),
        ("cat", no, "2025-01-03", "2025-06-16", 31, 45.0, 10.0, 0, no_one),
    ]


def test_the_lists_are_those_behind_the_figures(leavers):
    plans = Filters(breakdown="plan")
    answer = ask(leavers, ExitReasons(), plans)
    for segment, reason, lost in table(answer.frame, "segment", "reason", "lost"):
        found = listed(leavers, "id", filters=plans, reason=reason, segment=segment)
        assert len(found) == lost
    trend = answer.extras["trend"]
    june = trend[(trend["month"] == "2025-06-01") & (trend["segment"] == "free")]
    for reason, lost in table(june, "reason", "lost"):
        month = {"month": date(2025, 6, 1), "segment": "free"}
        found = listed(leavers, "id", filters=plans, reason=reason, **month)
        assert len(found) == lost

from dataclasses import replace

from holdfast.filters import Filters
from holdfast.questions import exit_reasons
from holdfast.questions.exit_reasons import ExitReasons
from tests.worlds import table

COLUMNS = ("id", "told_on", "comment", "asked", "score", "reason", "left_on")


def test_what_was_written_on_leaving_stands_beside_its_reason(leavers):
    rows = exit_reasons.comments(leavers, ExitReasons(), Filters())
    assert table(rows, *COLUMNS, "tenure_days", "monthly_lost") == [
        (
            *("dan", "2025-06-01", "Nobody here used it", None, None),
            *("unused", "2025-06-10", 120, 50.0),
        ),
        (
            *("ann", "2025-02-25", "Too <b>dear</b>", None, None),
            *("too expensive", "2025-03-05", 59, 10.0),
        ),
    ]
    of_dear = exit_reasons.comments(
        leavers, ExitReasons(), Filters(), reason="too expensive"
    )
    assert table(of_dear, "id") == [("ann",)]


def test_what_was_written_in_surveys_counts_for_thirty_days(leavers):
    rows = exit_reasons.comments(leavers, ExitReasons(), Filters(), on_leaving=False)
    # bob wrote 37 days before, and again when he was gone
    assert table(rows, *COLUMNS) == [
        ("cat", "2025-03-15", "**Good**", "nps", 10.0, "payment failed", "2025-04-01"),
        ("ann", "2025-02-21", "Slow", "csat", 2.0, "too expensive", "2025-03-05"),
    ]
    of_silence = replace(ExitReasons(), sign="activity", lapse_days=30)
    assert exit_reasons.comments(leavers, of_silence, Filters()).empty


def test_an_earlier_dataset_knows_no_comments_on_leaving(leavers, monkeypatch):
    monkeypatch.setattr(leavers, "knows_exit_comments", False)
    spec = ExitReasons()
    assert exit_reasons.comments(leavers, spec, Filters()).empty
    assert len(exit_reasons.comments(leavers, spec, Filters(), on_leaving=False)) == 2

from datetime import date

from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.exit_reasons import ExitReasons
from tests.worlds import table

COLUMNS = ("month", "reason", "kind", "lost", "of_lost", "monthly_lost", "is_complete")


def test_every_month_has_every_reason(leavers):
    spec = ExitReasons(first=date(2025, 2, 1), last=date(2025, 4, 1))
    assert table(ask(leavers, spec).extras["trend"], *COLUMNS) == [
        ("2025-02-01", "too expensive", "cancelled", 0, 1, None, True),
        ("2025-02-01", "payment failed", "failed payment", 0, 1, None, True),
        ("2025-02-01", "(no reason given)", "not said", 1, 1, None, True),
        ("2025-03-01", "too expensive", "cancelled", 2, 2, 40.0, True),
        ("2025-03-01", "payment failed", "failed payment", 0, 2, None, True),
        ("2025-03-01", "(no reason given)", "not said", 0, 2, None, True),
        ("2025-04-01", "too expensive", "cancelled", 0, 1, None, True),
        ("2025-04-01", "payment failed", "failed payment", 1, 1, 40.0, True),
        ("2025-04-01", "(no reason given)", "not said", 0, 1, None, True),
    ]


def test_the_month_that_runs_is_shown_and_in_no_figure(leavers):
    answer = ask(leavers, ExitReasons(as_of=date(2025, 6, 12)))
    months = answer.extras["trend"].groupby("month", as_index=False)
    last = months.agg({"lost": "sum", "is_complete": "all"}).tail(2)
    # dan, and not yet cat
    assert table(last, "month", "lost", "is_complete") == [
        ("2025-05-01", 0, True),
        ("2025-06-01", 1, False),
    ]
    assert answer.frame["lost"].sum() == 4
    assert "incomplete" in {caveat.code for caveat in answer.caveats}


def test_segments_add_up_to_everyone(leavers):
    trend = ask(leavers, ExitReasons(), Filters(breakdown="plan")).extras["trend"]
    everyone = trend["segment"] == "All"
    keys = ["month", "reason"]
    whole = trend[everyone].groupby(keys)["lost"].sum()
    parts = trend[~everyone].groupby(keys)["lost"].sum()
    assert whole.sum() == 6
    assert whole.to_dict() == parts.to_dict()

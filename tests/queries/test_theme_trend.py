from datetime import date

from holdfast.questions import ask
from holdfast.questions.themes import Themes
from tests.worlds import table


def test_months_without_the_term_count_the_comments_there_were(talkers):
    trend = ask(talkers, Themes(least=2)).extras["trend"]
    failed = trend[trend["term"] == "failed"]
    # the last answer came on 8 March, so March still runs
    assert table(failed, "month", "comments", "of_comments", "is_complete") == [
        ("2025-01-01", 1, 4, True),
        ("2025-02-01", 0, 2, True),
        ("2025-03-01", 3, 4, False),
    ]


def test_days_can_be_bounded(talkers):
    spec = Themes(least=2, first=date(2025, 1, 11), last=date(2025, 2, 10))
    trend = ask(talkers, spec).extras["trend"]
    # from gus to dan
    assert table(trend, "term", "month", "comments", "of_comments") == [
        ("great", "2025-01-01", 2, 3),
        ("great", "2025-02-01", 0, 1),
        ("templates", "2025-01-01", 1, 3),
        ("templates", "2025-02-01", 1, 1),
    ]

from datetime import date

import pytest

from holdfast.filters import Filters
from holdfast.questions import scores
from holdfast.questions.scores import Scores
from tests.worlds import table


@pytest.mark.parametrize(
    ("group", "score", "period", "campaign", "found"),
    [
        (None, None, None, None, 6),
        ("promoters", None, None, None, 2),
        (None, 7, None, None, 1),
        ("detractors", None, date(2025, 3, 31), None, 2),
        ("unscored", None, None, None, 1),
        ("off_scale", None, None, None, 2),
        (None, None, None, "winter", 3),
        (None, None, None, "(none)", 1),
    ],
)
def test_the_list_is_as_long_as_its_figure(
    surveyed, group, score, period, campaign, found
):
    rows = scores.members(
        surveyed, Scores(), Filters(), group, score, period, campaign=campaign
    )
    assert len(rows) == found


def test_the_list_has_the_words_letter_by_letter(surveyed):
    rows = scores.members(surveyed, Scores(), Filters(), "promoters")
    assert table(rows, "id", "answered_on", "score", "comment") == [
        (None, "2025-03-09", 9.0, None),
        ("ann", "2025-03-05", 10.0, "<b>x</b>"),
    ]

from holdfast.filters import Filters
from holdfast.questions import scores
from holdfast.questions.scores import Scores
from tests.worlds import table


def test_who_moved_is_listed_with_both_answers(surveyed):
    rows = scores.moved(surveyed, Scores(), Filters(), "promoters", "detractors")
    assert table(rows, "id", "from_on", "from_score", "to_on", "to_score") == [
        ("bob", "2025-01-10", 10.0, "2025-03-06", 6.0),
        ("ann", "2025-01-10", 9.0, "2025-01-20", 3.0),
    ]

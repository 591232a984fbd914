from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.scores import Scores
from tests.worlds import table

PLANS = Filters(breakdown="plan")


def test_each_point_has_its_answers_and_nought_is_a_figure(surveyed):
    found = ask(surveyed, Scores(), PLANS).extras["distribution"]
    rows = found[found["segment"] == "All"]
    assert table(rows, "score", "score_group", "answers", "of_answers") == [
        (0, "detractors", 1, 6),
        (1, "detractors", 0, 6),
        (2, "detractors", 1, 6),
        (3, "detractors", 0, 6),
        (4, "detractors", 0, 6),
        (5, "detractors", 0, 6),
        (6, "detractors", 1, 6),
        (7, "passives", 1, 6),
        (8, "passives", 0, 6),
        (9, "promoters", 1, 6),
        (10, "promoters", 1, 6),
    ]
    summed = found.groupby("segment", sort=False)["answers"].sum()
    assert summed.to_dict() == {
        "All": 6,
        "free": 2,
        "pro": 2,
        "(none)": 0,
        "(unknown people)": 2,
    }

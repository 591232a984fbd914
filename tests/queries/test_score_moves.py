from holdfast.questions import ask
from holdfast.questions.scores import Scores
from tests.worlds import table


def test_moves_go_from_one_answer_to_the_next_with_the_unscored_in_them(surveyed):
    answer = ask(surveyed, Scores())
    assert table(
        answer.extras["moves"], "from_group", "to_group", "moves", "of_moves"
    ) == [
        ("promoters", "detractors", 2, 2),
        ("passives", "unscored", 1, 1),
        ("detractors", "promoters", 1, 1),
        ("unscored", "detractors", 1, 2),
        ("unscored", "unscored", 1, 2),
    ]

from holdfast.questions import ask
from holdfast.questions.scores import Scores
from tests.worlds import table


def whole(answer):
    return answer.frame[answer.frame["period"].isna()]


def test_campaigns_have_their_own_latest_answers(surveyed):
    answer = ask(surveyed, Scores())
    assert table(
        answer.extras["campaigns"], "campaign", "n", "score", "delivered", "answered"
    ) == [
        # ann 3, bob 10 and cat 7; eve did not answer, dan was not reached
        ("winter", 3, 0.0, 4, 3),
        ("spring", 4, 0.0, 2, 1),
        ("(none)", 1, -100.0, None, None),
    ]
    spring = ask(surveyed, Scores(campaign="spring"))
    assert table(whole(spring), "n", "superseded", "score") == [(4, 1, 0.0)]

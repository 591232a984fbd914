from holdfast.questions import ask
from holdfast.questions.score_words import response_sentence
from holdfast.questions.scores import Scores
from tests.worlds import table


def test_the_last_invitation_before_an_answer_is_answered(surveyed):
    answer = ask(surveyed, Scores())
    assert table(answer.extras["response"], "scope", "invited", "unknown_invited") == [
        ("all", 7, 1),
        ("campaign", 2, 1),
        ("campaign", 5, 0),
        ("period", 5, 0),
        ("period", 2, 1),
    ]
    assert response_sentence(answer) == (
        "66.7% answered (4 of 6 invitations delivered), 95% interval 30% to 90%. 1"
        " invitation did not arrive. 1 invitation to people who are in no other file"
        " are left out."
    )


def test_without_invitations_the_response_rate_cannot_be_known(surveyed):
    answer = ask(surveyed, Scores("csat"))
    assert answer.extras["response"].empty
    assert "cannot be known" in response_sentence(answer)

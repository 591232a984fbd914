from holdfast.filters import Filters
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


def test_each_segment_has_its_own_rate_and_together_they_are_all(surveyed):
    found = ask(surveyed, Scores(), Filters(breakdown="plan")).extras["response"]
    rows = found[found["scope"].isin(["all", "segment"])]
    names = ("segment", "invited", "delivered", "answered", "response_rate")
    assert table(rows, *names) == [
        (None, 7, 6, 4, 0.6667),
        # cat answered; what was sent to dan did not arrive
        ("free", 2, 1, 1, 1.0),
        # ann answered two of three, bob one
        ("pro", 4, 4, 3, 0.75),
        ("(none)", 1, 1, 0, 0.0),
    ]


def test_without_invitations_the_response_rate_cannot_be_known(surveyed):
    answer = ask(surveyed, Scores("csat"))
    assert answer.extras["response"].empty
    assert "cannot be known" in response_sentence(answer)

from holdfast.questions import ask
from holdfast.questions.scores import Scores
from tests.worlds import table


def whole(answer):
    return answer.frame[answer.frame["period"].isna()]


def test_several_questions_are_not_mixed_and_codes_are_kept_apart(surveyed):
    spec = Scores("csat", blank="0", not_applicable="6")
    answer = ask(surveyed, spec)
    assert table(
        whole(answer), "answers", "n", "satisfied", "unscored", "not_applicable", "mean"
    ) == [(5, 3, 2, 1, 1, 3.6667)]
    scale = answer.extras["scale"].iloc[0]
    assert (scale["question"], scale["scale"]) == ("How was the help?", "1-5")
    assert "several_questions" in {caveat.code for caveat in answer.caveats}
    # Without codes they are reported as scores beyond the scale, not clipped.
    told = ask(surveyed, Scores("csat", scale="1-5"))
    assert table(whole(told), "n", "off_scale", "mean") == [(3, 2, 3.6667)]
    price = ask(surveyed, Scores("csat", question="How was the price?"))
    assert table(whole(price), "n", "dissatisfied") == [(1, 1)]

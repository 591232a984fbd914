from holdfast.questions import ask
from holdfast.questions.score_behaviour import ScoreBehaviour
from tests.worlds import table


def test_lives_are_followed_from_the_answer_as_far_as_they_were_seen(voices):
    found = ask(voices, ScoreBehaviour())
    curves = found.extras["curves"]
    shown = ("days", "at_risk", "lost", "censored", "stay_rate")
    low = curves[curves["group"] == "Detractors"]
    # jon is seen for 10 days; bob leaves in the 29th, cat at the end of the 90th
    assert table(low, *shown) == [
        (0, 3, 0, 0, 1.0),
        (10, 3, 0, 1, 1.0),
        (29, 2, 1, 0, 0.5),
        (90, 1, 1, 0, 0.0),
    ]
    middle = curves[curves["group"] == "Passives"]
    assert table(middle, "days", "lost") == [(0, 0), (91, 1)]
    assert table(found.extras["logrank"], "segment", "degrees_of_freedom") == [
        ("All", 2)
    ]

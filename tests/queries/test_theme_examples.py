from holdfast.questions import ask
from holdfast.questions.themes import Themes
from tests.worlds import table


def test_examples_are_letter_by_letter_the_most_frequent_first(talkers):
    answer = ask(talkers, Themes(least=2))
    number = answer.frame.set_index("term")["term_no"].to_dict()
    rows = answer.extras["examples"]
    assert table(
        rows[rows["term_no"] == number["great"]],
        *("place", "comment", "comments", "score_mean"),
    ) == [
        # the score 11 is not on the scale
        (1, "Great templates", 2, 10.0),
        (2, "![Great](http://x.com/a.png) <b>=1+1</b>", 1, 7.0),
    ]
    assert table(rows[rows["term_no"] == number["failed"]], "place", "comment") == [
        (1, "PAYMENT FAILED!!"),
        (2, "My payment failed; card declined"),
        (3, "Payment failed again"),
    ]

from holdfast.questions import ask
from holdfast.questions.themes import Themes
from tests.worlds import table


def test_words_of_the_same_comments_are_a_topic(talkers):
    topics = ask(talkers, Themes(least=2)).extras["topics"]
    assert table(
        topics, "language", "terms", "comments", "of_comments", "score_mean"
    ) == [
        # two of them: ann, bob, the unknown one and fay
        ("en", "payment, failed, payment failed", 4, 10, 3.25),
        # cat and gus, whose 11 is not on the scale
        ("en", "great, templates, great templates", 2, 10, 10.0),
        ("th", "บัตร, ปฏิเสธ", 2, 2, 9.5),
    ]

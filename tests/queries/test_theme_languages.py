from holdfast.questions import ask
from holdfast.questions.themes import Themes
from tests.worlds import table


def test_languages_come_from_the_export_or_the_script(talkers):
    rows = ask(talkers, Themes(least=2)).extras["languages"]
    # en-GB is English; nobody said that Thai is Thai
    assert table(rows, "language", "comments", "people", "unknown_people") == [
        ("en", 10, 7, 1),
        ("th", 2, 2, 0),
        ("zh", 2, 2, 0),
    ]

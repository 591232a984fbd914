from datetime import date

from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask, themes
from holdfast.questions.themes import Themes, searched
from tests.worlds import table

ALL = Themes(least=2)
COLUMNS = ("id", "written_on", "score", "band")


def test_a_figure_lists_the_comments_behind_it(talkers):
    answer = ask(talkers, ALL)
    number = answer.frame.set_index("term")["term_no"].to_dict()["failed"]
    rows = themes.members(talkers, ALL, Filters(), number, "Detractors")
    assert table(rows, *COLUMNS) == [
        (None, "2025-03-07", 1.0, "Detractors"),
        ("bob", "2025-03-06", 3.0, "Detractors"),
        ("ann", "2025-03-05", 2.0, "Detractors"),
    ]
    march = themes.members(talkers, ALL, Filters(), number, month=date(2025, 1, 9))
    assert table(march, "id", "of_found") == [("fay", 1)]
    # letter by letter, however long
    assert march["comment"].iloc[0] == "Payment " + "x" * 9_980 + " failed"


def test_search_takes_words_as_they_are_in_any_script(talkers):
    def found(text, filters=Filters()):  # noqa: B008
        return sorted(
            table(themes.members(talkers, ALL, filters, search=text), "id", "score"),
            key=str,
        )

    assert found("FAILED payment") == [
        *[("ann", 2.0), ("bob", 3.0), ("fay", 7.0), (None, 1.0)]
    ]
    assert found('"payment failed"') == [("ann", 2.0), ("bob", 3.0), (None, 1.0)]
    assert found("บัตร") == [("ann", 10.0), ("bob", 9.0)]
    assert found("付款失敗") == [("cat", 0.0), ("dan", 4.0)]
    assert found("<b>=1+1") == [("eve", 7.0)]
    assert found("%") == []
    pro = Filters((AttributeIn("plan", ("pro",)),))
    assert found("failed", pro) == [("ann", 2.0), ("bob", 3.0), ("fay", 7.0)]
    assert len(themes.members(talkers, ALL, Filters(), most=2)) == 2


def test_quotes_hold_words_together():
    assert searched('Slow "mobile  app" slow " ') == ["slow", "mobile  app"]

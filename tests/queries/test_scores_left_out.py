from datetime import date

from holdfast.filters import Filters
from holdfast.questions import ask, asking, score_behaviour
from holdfast.questions.score_behaviour import ScoreBehaviour
from tests.worlds import table


def test_answers_that_no_life_follows_are_counted(voices):
    question = score_behaviour._prepare(voices, ScoreBehaviour(), Filters(), None)
    rows = asking.run(
        voices,
        "scores_left_out",
        question.spells.members,
        question.relations,
        {"survey": "nps", "as_of_on": date(2025, 7, 1)},
        None,
    )
    assert table(rows, *rows.columns) == [(11, 1, 0, 9, 1)]


def test_what_is_later_than_the_end_is_in_no_count(voices):
    found = ask(voices, ScoreBehaviour(as_of=date(2025, 6, 1)))
    said = {caveat.code: caveat.text for caveat in found.caveats}
    assert said["unknown_people"].startswith("Of 9 answers, 1 is of somebody")

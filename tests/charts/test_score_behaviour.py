import pytest

from holdfast.charts.score_behaviour import leaving_rates, staying_curves
from holdfast.questions import ask
from holdfast.questions.score_behaviour import ScoreBehaviour
from tests.queries.conftest import VOICES, voices_of
from tests.worlds import table


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    world = voices_of(tmp_path_factory.mktemp("voices"), VOICES)
    return ask(world, ScoreBehaviour())


def test_every_group_has_a_dot_with_its_counts(answer):
    drawing = leaving_rates(answer.frame)
    assert table(drawing.rows["rows"], "group", "words", "is_small") == [
        ("Promoters", "0% (0 of 1)", True),
        ("Passives", "0% (0 of 1)", True),
        ("Detractors", "100% (2 of 2)", True),
        ("Unscored", "0% (0 of 2)", True),
        ("Never answered", "50% (1 of 2)", True),
    ]
    assert "Detractors 100%" in drawing.description
    assert drawing.to_dict()
    assert leaving_rates(answer.frame.head(0)).to_dict()


def test_curves_start_whole_and_end_where_they_are_cut(answer):
    drawing = staying_curves(answer.extras["curves"], 60)
    rows = drawing.rows["rows"]
    low = rows[rows["segment"] == "Detractors"]
    assert table(low, "days", "stay_rate") == [(0, 1.0), (10, 1.0), (29, 0.5)]
    assert drawing.to_dict()
    assert staying_curves(answer.extras["curves"].head(0), 60).to_dict()

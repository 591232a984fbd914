import pytest

from holdfast.charts.win_back import return_curves, return_rates
from holdfast.questions import ask
from holdfast.questions.win_back import WinBack
from tests.queries.conftest import LEFT, leavers_of
from tests.worlds import table


@pytest.fixture(scope="module")
def answer(tmp_path_factory):
    world = leavers_of(tmp_path_factory.mktemp("leavers"), LEFT)
    return ask(world, WinBack())


def test_a_curve_reaches_as_far_as_is_drawn(answer):
    curves = answer.extras["curves"]
    every = curves[curves["reason"] == "All reasons"]
    drawing = return_curves(every, days=60)
    rows = drawing.rows["rows"]
    assert table(rows, "days", "back_rate", "back") == [
        (0, 0.0, 0),
        (14, 0.0, 0),
        (15, 0.2, 1),
        (20, 0.2, 0),
        (45, 0.4667, 1),
        (60, 0.4667, 0),
    ]
    assert list(drawing.rows["horizons"]["days"]) == [30, 60]
    assert drawing.description == (
        "Curves of the share back after leaving: All 47% after 90 days."
    )
    drawing.to_dict()
    assert return_curves(every.head(0)).to_dict()


def test_only_reasons_with_somebody_lost_long_enough_ago_have_a_dot(answer):
    drawing = return_rates(answer.frame, 90)
    assert table(drawing.rows["rows"], "reason", "words", "is_small") == [
        ("All reasons", "50% (2 of 4)", True),
        ("too expensive", "50% (1 of 2)", True),
        ("payment failed", "100% (1 of 1)", True),
        ("(no reason given)", "0% (0 of 1)", True),
    ]
    drawing.to_dict()
    nobody = return_rates(answer.frame.head(0), 90)
    assert "without anybody" in nobody.description

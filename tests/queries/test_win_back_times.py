from holdfast.questions import ask
from holdfast.questions.win_back import WinBack
from tests.worlds import table


def test_who_is_not_back_counts_as_long_as_seen(leavers):
    curves = ask(leavers, WinBack()).extras["curves"]
    every = curves[curves["reason"] == "All reasons"]
    columns = ("days", "at_risk", "back", "censored", "back_rate")
    assert table(every, *columns) == [
        (0, 6, 0, 0, 0.0),
        (14, 6, 0, 1, 0.0),
        # 1 - 4/5
        (15, 5, 1, 0, 0.2),
        (20, 4, 0, 1, 0.2),
        # 1 - 4/5 * 2/3
        (45, 3, 1, 0, 0.4667),
        (112, 2, 0, 1, 0.4667),
        (135, 1, 0, 1, 0.4667),
    ]
    dear = curves[curves["reason"] == "too expensive"]
    assert table(dear, *columns, "rate_lower", "rate_upper") == [
        (0, 2, 0, 0, 0.0, 0.0, 0.0),
        (15, 2, 1, 0, 0.5, 0.0896, 0.994),
        (112, 1, 0, 1, 0.5, 0.0896, 0.994),
    ]

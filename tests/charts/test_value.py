import pandas as pd
import pytest

from holdfast.charts.value import gap_bars
from holdfast.charts.what_if import difference_bars


def gaps_of(counts):
    return pd.DataFrame(
        [("All", days, number) for days, number in counts.items()],
        columns=["segment", "gap_days", "gaps"],
    )


def test_every_gap_is_in_one_bar_and_the_longest_share_the_last():
    rows = gap_bars(gaps_of({1: 10, 2: 5, 3: 84, 400: 1})).rows["rows"]
    assert list(zip(rows["days"], rows["gaps"], strict=True)) == [
        ("1", 10),
        ("2", 5),
        ("3", 84),
        ("4 or more", 1),
    ]
    assert rows["share"].tolist() == pytest.approx([0.1, 0.05, 0.84, 0.01])


def test_long_gaps_are_drawn_in_twenty_bars_of_one_width():
    counts = dict.fromkeys(range(1, 101), 1)
    rows = gap_bars(gaps_of(counts)).rows["rows"]
    assert list(rows["days"][:2]) == ["1–5", "6–10"]
    assert rows["days"].iloc[-1] == "96 or more"
    assert rows["gaps"].tolist() == [5] * 20


def test_the_difference_is_that_of_profits_so_far():
    frame = pd.DataFrame(
        {
            "month": [1, 2, 1, 2],
            "scenario": ["baseline", "baseline", "changed", "changed"],
            "profit_so_far": [10.0, 20.0, 11.0, 24.0],
        }
    )
    drawing = difference_bars(frame, "EUR")
    rows = drawing.rows["rows"]
    assert list(zip(rows["month"], rows["value"], strict=True)) == [(1, 1.0), (2, 4.0)]
    assert drawing.description.endswith("in month 2 4 EUR in all.")

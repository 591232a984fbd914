import pandas as pd
import pytest

from holdfast.charts import export
from holdfast.charts.before_leaving import last_things, last_things_alt_text


@pytest.fixture(scope="module")
def frame():
    rows = [
        ("asked", 0.4, 0.1, 0.001),
        ("used", 0.5, 0.52, 0.8),
        ("won", 0.1, 0.6, 0.0),
    ]
    frame = pd.DataFrame(
        rows, columns=["event", "left_rate", "stayed_rate", "p_adjusted"]
    )
    for who in ("left", "stayed"):
        frame[f"{who}_customers"] = 50
        frame[f"{who}_did"] = (frame[f"{who}_rate"] * 50).astype(int)
        frame[f"{who}_lower"] = frame[f"{who}_rate"] - 0.05
        frame[f"{who}_upper"] = frame[f"{who}_rate"] + 0.05
        frame[f"{who}_last_rate"] = 0.05
    frame["excess"] = frame["left_rate"] - frame["stayed_rate"]
    frame["excess_lower"], frame["excess_upper"] = (
        frame["excess"] - 0.1,
        frame["excess"] + 0.1,
    )
    return frame.assign(segment="All")


def test_two_dots_an_event_in_the_order_of_the_answer(frame):
    drawn = last_things(frame, 30)
    dots = drawn.rows["rows"]
    assert dots[["event", "who", "rate"]].to_numpy().tolist() == [
        ["asked", "Left", 0.4],
        ["used", "Left", 0.5],
        ["won", "Left", 0.1],
        ["asked", "Stayed", 0.1],
        ["used", "Stayed", 0.52],
        ["won", "Stayed", 0.6],
    ]
    assert dots["place"].tolist() == [0, 1, 2, 0, 1, 2]
    sort = drawn.to_dict()["layer"][-1]["encoding"]["y"]["sort"]
    assert sort == {"field": "place", "order": "ascending"}


def test_points_of_difference_carry_their_interval_and_chance_is_faded(frame):
    links = last_things(frame, 30).rows["links"]
    assert links["difference_label"].tolist() == [
        "+30 (+20 to +40)",
        "−2 (−12 to +8)",
        "−50 (−60 to −40)",
    ]
    assert links["is_certain"].tolist() == [True, False, True]


def test_a_click_selects_what_was_done_and_who(frame):
    spec = last_things(frame, 30).to_dict()
    (param,) = spec["params"]
    assert param["name"] == "thing"
    assert param["select"] == {"type": "point", "fields": ["event", "who"]}


def test_it_is_drawn_and_told(frame):
    assert b"asked" in export.svg(last_things(frame, 30))
    assert last_things_alt_text(frame) == (
        "Shares of 50 who left and 50 who stayed, for 3 things done; they differ most"
        " in won: 10% against 60%."
    )
    assert "without anybody" in last_things_alt_text(frame.head(0))

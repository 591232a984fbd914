import pandas as pd
import pytest

from holdfast.charts.score_mix import group_mix, score_bars, score_moves
from holdfast.charts.scores import score_lines, segment_scores
from holdfast.questions.score_figures import (
    named_groups,
    with_differences,
    with_scores,
)

PERIODS = [pd.NaT, *pd.date_range("2025-01-01", periods=3, freq="MS")]


@pytest.fixture(scope="module")
def frame():
    counts = {
        "All": [(40, 30, 30), (20, 15, 15), (0, 0, 0), (20, 15, 15)],
        "pro": [(35, 10, 5), (20, 5, 0), (0, 0, 0), (15, 5, 5)],
        "free": [(5, 20, 25), (0, 10, 15), (0, 0, 0), (5, 10, 10)],
    }
    made = pd.DataFrame(
        [
            {
                "segment": segment,
                "period": period,
                **dict(zip(("high", "middle", "low"), parts, strict=True)),
                "n": sum(parts),
                "score_sum": 10.0 * parts[0] + 7 * parts[1],
                "score_squares": 100.0 * parts[0] + 49 * parts[1],
                "is_complete": period != PERIODS[3],
                "is_small": sum(parts) < 30,
            }
            for segment, rows in counts.items()
            for period, parts in zip(PERIODS, rows, strict=True)
        ]
    )
    scored = with_scores(made, "nps")
    whole = with_differences(scored[scored["period"].isna()], "nps", 30)
    return named_groups(scored.join(whole[["verdict", "differs"]]), "nps")


def rows(drawing):
    return pd.DataFrame(drawing.to_dict()["datasets"]["rows"])


def test_a_period_without_scores_has_no_point_and_the_last_one_still_runs(frame):
    drawing = score_lines(frame, "nps", "month")
    drawn = rows(drawing)
    assert list(drawn["period_label"]) == ["Jan 2025", "Mar 2025"]
    # A filled mark's colour only fills it; without an outline nothing is hollow.
    points = drawing.to_dict()["layer"][-1]["encoding"]
    assert points["stroke"] == points["fill"]
    # The layer that orders the axis leaves no period out.
    assert "transform" not in drawing.to_dict()["layer"][0]
    assert list(drawn["status"]) == ["complete", "incomplete"]
    assert drawn["score"].round(9).tolist() == [10.0, 10.0]
    assert drawn["range"].tolist() == ["-13.0 to 33.0"] * 2
    assert drawing.description.endswith("in Mar 2025 10.0 of 50 scores.")


def test_the_mix_adds_up_to_one_in_every_segment(frame):
    drawn = rows(group_mix(frame, "nps"))
    assert drawn.groupby("segment")["share"].sum().round(9).tolist() == [1, 1, 1]
    assert list(drawn["segment"].drop_duplicates()) == ["All", "pro", "free"]


def test_a_segment_says_whether_it_stands_apart(frame):
    drawing = segment_scores(frame, "nps")
    drawn = rows(drawing)
    told = drawn[["segment", "score", "verdict", "everyone"]]
    assert told.round(9).to_numpy().tolist() == [
        ["pro", 60.0, "Above the others", 10.0],
        ["free", -40.0, "Below the others", 10.0],
    ]
    assert "2 of them differ" in drawing.description


def test_bars_and_moves_say_how_many():
    spread = pd.DataFrame(
        {
            "segment": "All",
            "score": [1, 2],
            "score_group": ["dissatisfied", "dissatisfied"],
            "answers": [0, 3],
            "share": [0.0, 1.0],
            "share_lower": [0.0, 0.4],
            "share_upper": [0.6, 1.0],
        }
    )
    bars = score_bars(spread, "csat")
    assert bars.description == "Bars of the scores given; most often 2: 3 of 3."
    moves = pd.DataFrame(
        {
            "segment": "All",
            "from_group": ["easy", "easy"],
            "to_group": ["easy", "unscored"],
            "moves": [3, 1],
            "of_moves": 4,
            "share": [0.75, 0.25],
            "share_lower": [0.3, 0.05],
            "share_upper": [0.95, 0.7],
        }
    )
    drawing = score_moves(moves, "ces")
    assert rows(drawing)["text"].tolist() == ["75% (3)", "25% (1)"]
    assert drawing.description.endswith("3 of 4 stayed in their group.")

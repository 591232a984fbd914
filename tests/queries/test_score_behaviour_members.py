from holdfast.filters import Filters
from holdfast.questions import ask, score_behaviour
from holdfast.questions.score_behaviour import ScoreBehaviour
from tests.worlds import table


def members(dataset, group, outcome=None, filters=None, **figure):
    spec = ScoreBehaviour()
    return score_behaviour.members(
        dataset, spec, filters or Filters(), group, outcome, **figure
    )


def test_the_list_has_who_is_counted_and_who_pays_most_first(voices):
    rows = members(voices, "low")
    shown = ("id", "score", "days_left", "monthly_before", "monthly_after")
    assert table(rows, *shown) == [
        ("jon", 2.0, None, 50.0, None),
        ("cat", 6.0, 90, 30.0, 0.0),
        ("bob", 3.0, 29, 20.0, 0.0),
    ]
    assert str(rows["told_at"].iloc[1]) == "2025-02-01 12:00:00"
    assert list(members(voices, "low", "open")["id"]) == ["jon"]
    assert list(members(voices, "silent", "stayed")["id"]) == ["eve"]


def test_every_figure_is_as_long_as_its_list(voices):
    plans = Filters(breakdown="plan")
    for _, row in ask(voices, ScoreBehaviour(), plans).frame.iterrows():
        group, segment = row["score_group"], row["segment"]
        figures = {
            None: row["moments"],
            "left": row["lost"],
            "stayed": row["mature"] - row["lost"],
            "open": row["moments"] - row["mature"],
        }
        for outcome, total in figures.items():
            rows = members(voices, group, outcome, plans, segment=segment)
            assert len(rows) == total

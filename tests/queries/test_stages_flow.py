from holdfast.questions import ask
from holdfast.questions.stages import Stages
from holdfast.stage_rules import read_stage_rules
from tests.worlds import table

MOVES = ("ends_on", "from_stage", "to_stage", "customers")


def test_who_went_where_month_by_month(road):
    rules = read_stage_rules("Land;Adopt:did use>=2/31d;Gone:silent>40d")
    answer = ask(road, Stages(rules))
    # February: cat is new, ann falls back, bob adopts. March: dan is new, ann and cat
    # were last there on 20 January and 10 February, bob on 25 February.
    assert table(answer.extras["flow"], *MOVES) == [
        ("2025-02-28", "New", "Land", 1),
        ("2025-02-28", "Land", "Adopt", 1),
        ("2025-02-28", "Adopt", "Land", 1),
        ("2025-03-31", "New", "Land", 1),
        ("2025-03-31", "Land", "Gone", 2),
        ("2025-03-31", "Adopt", "Land", 1),
    ]


def test_moves_sum_to_what_came_and_went(road):
    rules = read_stage_rules("Land;Pays:paying;Used:did use>=1/31d")
    answer = ask(road, Stages(rules))
    flow = answer.extras["flow"]
    for row in answer.frame.dropna(subset=["at_start"]).to_dict("records"):
        moves = flow[flow["ends_on"] == row["ends_on"]]
        to = moves[moves["to_stage"] == row["stage"]]
        away = moves[moves["from_stage"] == row["stage"]]
        is_new = to["from_stage"] == "New"
        is_stay = to["from_stage"] == row["stage"]
        assert to["customers"].sum() == row["customers"]
        assert to.loc[is_new, "customers"].sum() == row["new"]
        assert to.loc[~is_new & ~is_stay, "customers"].sum() == row["came"]
        assert away["customers"].sum() == row["at_start"]
        stays = away["to_stage"] == row["stage"]
        assert away.loc[~stays, "customers"].sum() == row["went"]

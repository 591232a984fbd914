"""Scores of surveys: what counts, how sure it is, and what moved it."""

import numpy as np
import pandas as pd
import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.score_figures import score_change, with_scores
from holdfast.questions.score_words import change_sentence
from holdfast.questions.scores import Scores
from tests.queries.conftest import SURVEY_ANSWERS, SURVEYED
from tests.worlds import dataset_of, table

PLANS = Filters(breakdown="plan")
COUNTS = ("answers", "n", "superseded", "unscored", "off_scale")
GROUPS = ("n", "promoters", "passives", "detractors", "score")


def whole(answer):
    return answer.frame[answer.frame["period"].isna()]


def test_the_latest_score_of_a_person_counts_and_every_answer_is_accounted_for(
    surveyed,
):
    answer = ask(surveyed, Scores())
    assert table(answer.frame, "period", *COUNTS, "is_complete") == [
        (None, 13, 6, 4, 1, 2, True),
        ("2025-01-01", 5, 3, 1, 0, 1, True),
        ("2025-02-01", 0, 0, 0, 0, 0, True),
        ("2025-03-01", 7, 4, 1, 1, 1, True),
        ("2025-04-01", 1, 1, 0, 0, 0, False),
    ]
    # ann 10, bob 6, cat 7, dan 0, and two whom nobody knows, 9 and 2
    assert table(whole(answer), *GROUPS) == [(6, 2, 1, 3, -16.6667)]
    assert answer.sentence == (
        "NPS is -16.7, give or take 71.8 (95%): 33% promoters less 50% detractors, of 6"
        " scores."
    )
    codes = {caveat.code for caveat in answer.caveats}
    assert {"left_out", "superseded", "unknown_people", "incomplete"} <= codes


def test_every_answer_counts_where_all_are_asked_for(surveyed):
    answer = ask(surveyed, Scores(per_customer="all", span="quarter"))
    assert table(answer.frame, "period", "n", "superseded", "promoters") == [
        (None, 10, 0, 5),
        ("2025-01-01", 9, 0, 5),
        ("2025-04-01", 1, 0, 0),
    ]


def test_unknown_people_are_a_segment_of_their_own_and_no_filter_finds_them(surveyed):
    answer = ask(surveyed, Scores(), PLANS)
    assert table(whole(answer), "segment", "n", "promoters", "detractors") == [
        ("All", 6, 2, 3),
        ("free", 2, 0, 1),
        ("pro", 2, 1, 1),
        ("(none)", 0, 0, 0),
        ("(unknown people)", 2, 1, 1),
    ]
    pro = Filters((AttributeIn("plan", ("pro",)),))
    filtered = ask(surveyed, Scores(), pro)
    assert table(whole(filtered), "segment", "answers", "n") == [("All", 6, 2)]
    (said,) = [each for each in filtered.caveats if each.code == "unknown_people"]
    assert said.text == (
        "2 answers of people who are in no other file are left out: nothing is known of"
        " them to filter by."
    )


def test_effort_is_a_mean_on_seven_points(surveyed):
    answer = ask(surveyed, Scores("ces"))
    assert table(whole(answer), "n", "easy", "neutral", "score") == [(2, 1, 1, 5.5)]
    wide = ask(surveyed, Scores("ces", scale="1-10"))
    assert table(whole(wide), "easy", "neutral", "hard") == [(1, 0, 1)]


def test_the_parts_of_a_change_add_up_to_it(surveyed):
    answer = ask(surveyed, Scores(), PLANS)
    change = answer.extras["change"].set_index("segment")
    # January: 3, 10 and 7; March: 10, 6, and unknown 9 and 2.
    assert (change["score_before"]["All"], change["score_now"]["All"]) == (0.0, 0.0)
    parts = change.drop(index="All")[["mix_part", "score_part"]].to_numpy().sum()
    assert parts == pytest.approx(0.0, abs=1e-9)
    assert change_sentence(answer).startswith("From 0.0 (Jan 2025) to 0.0 (Mar 2025)")


def test_neither_the_order_of_rows_nor_the_names_of_segments_change_a_figure(
    surveyed, tmp_path
):
    people = [
        {"customer_id": name, "signed_up_at": "2024-12-01", "plan": f"x{plan}"}
        for name, plan in SURVEYED.items()
        if plan
    ]
    other = dataset_of(
        tmp_path, [*people, ("eve", "2024-12-01")], responses=SURVEY_ANSWERS[::-1]
    )
    told = [ask(each, Scores(), PLANS) for each in (surveyed, other)]
    columns = ("segment", "period", *COUNTS, *GROUPS, "score_lower", "difference")
    one, same = (table(each.frame, *columns) for each in told)
    names = {"free": "xfree", "pro": "xpro"}
    assert same == [(names.get(row[0], row[0]), *row[1:]) for row in one]
    moved = ("segment", "from_group", "to_group", "moves")
    one, same = (table(each.extras["moves"], *moved) for each in told)
    assert same == [(names.get(row[0], row[0]), *row[1:]) for row in one]


def test_a_refusal_says_what_there_is(surveyed, tmp_path):
    with pytest.raises(SpecError, match="no campaign 'summer'"):
        ask(surveyed, Scores(campaign="summer"))
    with pytest.raises(SpecError, match="on a scale of 0 to 10"):
        ask(surveyed, Scores(scale="1-5"))
    empty = dataset_of(tmp_path, events=[("ann", "login", "2025-01-01")])
    with pytest.raises(SpecError, match="no answers to surveys") as refusal:
        ask(empty, Scores())
    assert refusal.value.code == "no_answers"


def counts(high, middle, low, *, scores=(10, 7, 0)):
    """Return the sums of so many answers of each group, as a query gives them."""
    values = np.repeat(scores, (high, middle, low)).astype(float)
    return {
        "n": len(values),
        "high": high,
        "middle": middle,
        "low": low,
        "score_sum": values.sum(),
        "score_squares": (values**2).sum(),
    }


def test_the_margin_is_the_published_one_and_agrees_with_a_bootstrap():
    rows = with_scores(pd.DataFrame([counts(66, 30, 24)]), "nps")
    assert table(rows, "score") == [(35.0,)]
    margin = float(rows["margin"].iloc[0])
    assert margin == pytest.approx(14.2, abs=0.05)
    # The same answers drawn anew, 20 000 times.
    drawn = np.random.default_rng(7).multinomial(120, [66 / 120, 0.25, 0.2], 20_000)
    points = (drawn[:, 0] - drawn[:, 2]) / 1.2
    assert 1.96 * points.std() == pytest.approx(margin, rel=0.02)
    # Twice as many answers alike: the same score, the margin by the root of two less.
    twice = with_scores(pd.DataFrame([counts(132, 60, 48)]), "nps")
    assert float(twice["score"].iloc[0]) == 35.0
    assert float(twice["margin"].iloc[0]) == pytest.approx(margin / 2**0.5)


def test_the_parts_of_any_change_add_up():
    draw = np.random.default_rng(3)
    for kind in ("nps", "csat", "ces"):
        times = []
        for _ in range(2):
            parts = [counts(*draw.integers(0, 9, 3)) for _ in range(4)]
            total = {name: sum(part[name] for part in parts) for name in parts[0]}
            rows = pd.DataFrame([total, *parts])
            times.append(rows.assign(segment=["All", *"abcd"]))
        found = score_change(times[0], times[1], kind).set_index("segment")
        parts = found.loc[list("abcd"), ["mix_part", "score_part"]].to_numpy().sum()
        whole_change = found["score_now"]["All"] - found["score_before"]["All"]
        assert parts == pytest.approx(whole_change)

"""Customers told apart by what they last answered, and on which scale that is read."""

from dataclasses import replace
from datetime import date

import pytest

from holdfast.errors import SpecError
from holdfast.filters import Filters, read_filters
from holdfast.population import check_filters, population
from holdfast.questions import ask, funnel
from holdfast.questions.funnel import Funnel
from holdfast.questions.lifecycle import Lifecycle
from holdfast.questions.mrr_at_risk import MrrAtRisk
from holdfast.questions.scores import Scores
from holdfast.questions.themes import Themes, members
from holdfast.steps import read_steps
from holdfast.survey_scales import Reading
from tests.unit.test_population import in_view
from tests.worlds import dataset_of, table

STEPS = read_steps("event:open > event:share")
BY_NPS = Filters(breakdown="nps_group")
# On a scale of 1 to 10 the two best points are satisfied, the two worst are not.
CSAT = [10] * 9 + [9] * 9 + [6, 2, 2, 1]


def come(name):
    return (name, "come", "2025-06-20 12:00:00")


LAST = ("gil", "come", "2025-06-22 12:00:00")


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    opened = [(name, "open", f"2025-03-01 0{at}:00:00") for at, name in OPENED]
    shared = [(name, "share", "2025-03-02 10:00:00") for name in ("ann", "cat", "eve")]
    return dataset_of(
        tmp_path_factory.mktemp("asked"),
        customers=[
            {"customer_id": name, "signed_up_at": "2025-01-01", "account_id": account}
            for name, account in PEOPLE
        ],
        events=[*opened, *shared, *(come(f"c{at}") for at in range(len(CSAT))), LAST],
        responses=[
            ("ann", "nps", 9, "2025-02-01 10:00:00"),
            # after the entry, a detractor
            ("ann", "nps", 2, "2025-05-01 10:00:00"),
            ("bob", "nps", 10, "2025-02-01 10:00:00"),
            # of two at one instant the lower counts
            ("bob", "nps", 6, "2025-02-01 10:00:00"),
            ("cat", "nps", "", "2025-02-01 10:00:00"),
            # at the instant of the entry is not before it
            ("dan", "nps", 8, "2025-03-01 04:00:00"),
            # off the scale is no score: the one before counts
            ("eve", "nps", 7, "2025-01-05 10:00:00"),
            ("eve", "nps", 11, "2025-02-05 10:00:00"),
            ("fay", "nps", 9, "2025-06-01 10:00:00"),
            *(
                (f"c{number}", "csat", score, "2025-02-01", {"comment": "too slow"})
                for number, score in enumerate(CSAT)
            ),
        ],
    )


PEOPLE = [
    *(("ann", "acme"), ("bob", "acme"), ("cat", ""), ("dan", "zeta"), ("eve", "")),
    *(("fay", "zeta"), ("gil", "")),
    *((f"c{number}", "") for number in range(len(CSAT))),
]
OPENED = enumerate(["ann", "bob", "cat", "dan", "eve", "gil"], 1)


def test_the_latest_scored_answer_says_in_which_group_a_customer_is(asked):
    groups = in_view(asked, BY_NPS)
    silent = groups.pop("Never answered")
    assert groups == {
        "Promoters": ["fay"],
        "Passives": ["dan", "eve"],
        "Detractors": ["ann", "bob"],
        "Unscored": ["cat"],
    }
    assert silent == [*sorted(f"c{number}" for number in range(len(CSAT))), "gil"]


@pytest.mark.parametrize(
    ("texts", "before", "names"),
    [
        (["nps_group=Detractors"], None, "ab"),
        (["nps_group=Promoters,Passives"], None, "def"),
        # as of April ann is a promoter still
        (["nps_group=Promoters"], date(2025, 4, 1), "a"),
        (["nps_group=Detractors"], date(2025, 4, 1), "b"),
    ],
)
def test_a_group_filters_by_what_may_be_seen(asked, texts, before, names):
    (found,) = in_view(asked, read_filters(texts), before=before).values()
    assert "".join(name[0] for name in found) == names


def test_of_an_account_one_customer_has_to_be_in_the_group(asked):
    filters = read_filters(["nps_group=Promoters"])
    assert population(asked, filters, "account").units == 1
    assert population(asked, filters, "account").without_account == 0


def test_a_funnel_takes_the_last_answer_before_the_entry(asked):
    found = ask(asked, Funnel(STEPS), BY_NPS)
    assert table(found.frame, "segment", "step", "customers") == [
        ("All", 1, 6),
        ("All", 2, 3),
        ("Promoters", 1, 1),
        ("Promoters", 2, 1),
        ("Passives", 1, 1),
        ("Passives", 2, 1),
        ("Detractors", 1, 1),
        ("Detractors", 2, 0),
        ("Unscored", 1, 1),
        ("Unscored", 2, 1),
        # dan answered at the very instant, gil never
        ("Never answered", 1, 2),
        ("Never answered", 2, 0),
    ]
    codes = {caveat.code for caveat in found.caveats}
    assert {"group_before", "group_of_best"} <= codes
    first = ask(asked, Funnel(STEPS, entry="first"), BY_NPS)
    assert "group_of_best" not in {caveat.code for caveat in first.caveats}
    assert "group_looks_back" not in codes
    behind = funnel.members(
        asked, Funnel(STEPS), found.filters, 1, segment="Never answered"
    )
    assert sorted(behind["id"]) == ["dan", "gil"]


def test_where_nothing_is_before_it_says_that_the_group_looks_back(asked):
    found = ask(asked, Lifecycle(), read_filters(["nps_group=Detractors"]))
    (told,) = [each for each in found.caveats if each.code == "group_looks_back"]
    assert told.text.startswith("NPS groups are those of each customer's latest")
    plain = ask(asked, Lifecycle())
    assert all(each.code != "group_looks_back" for each in plain.caveats)


def test_a_group_of_a_survey_that_nobody_answered_is_no_attribute(asked):
    problem = check_filters(asked, Filters(breakdown="ces_group"))
    assert problem is not None
    assert problem.code == "unknown_attribute"
    assert "csat_group or nps_group" in problem.remedy


def test_the_scale_is_the_same_in_scores_groups_themes_and_behaviour(asked):
    row = ask(asked, Scores(kind="csat")).frame.iloc[0]
    assert (row["satisfied"], row["neutral"], row["dissatisfied"]) == (18, 1, 3)
    sizes = population(asked, Filters(breakdown="csat_group"))
    assert sizes.segments == ("Satisfied", "Neutral", "Dissatisfied", "Never answered")
    of_everyone = MrrAtRisk("activity", lapse_days=300, survey="csat", recent_days=999)
    risk = ask(asked, of_everyone)
    assert table(risk.frame, "group", "units")[:3] == [
        ("Satisfied", 18),
        ("Neutral", 1),
        ("Dissatisfied", 3),
    ]
    bands = members(asked, Themes("csat"), Filters())["band"].value_counts()
    assert dict(bands) == {"Satisfied": 18, "Neutral": 1, "Dissatisfied": 3}
    # On 1 to 5, chosen, ten of them have no score on the scale.
    chosen = members(asked, Themes("csat", scale="1-5"), Filters())["band"]
    assert dict(chosen.value_counts()) == {"Dissatisfied": 3}


def test_codes_that_the_workspace_keeps_are_no_scores_anywhere(asked):
    filters = Filters(breakdown="csat_group")
    spec = MrrAtRisk("activity", lapse_days=300, survey="csat", recent_days=999)
    tens = replace(spec, scale="1-10", blank="10")
    chosen = ask(asked, tens).frame
    before = population(asked, filters).segments
    asked.take_readings({"csat": Reading("1-10", blank="10", not_applicable="2")})
    try:
        row = ask(asked, Scores(kind="csat")).frame.iloc[0]
        told = ("n", "satisfied", "unscored", "not_applicable")
        assert [row[name] for name in told] == [11, 9, 9, 2]
        groups = {name: len(ids) for name, ids in in_view(asked, filters).items()}
        assert groups == {
            "Satisfied": 9,
            "Neutral": 1,
            "Dissatisfied": 1,
            "Unscored": 11,
            "Never answered": 7,
        }
        risk = ask(asked, spec).frame
        assert table(risk, "group", "units")[:4] == [
            ("Satisfied", 9),
            ("Neutral", 1),
            ("Dissatisfied", 1),
            ("No recent score", 11),
        ]
        bands = members(asked, Themes("csat"), Filters())["band"].value_counts()
        assert dict(bands) == {"Satisfied": 9, "Neutral": 1, "Dissatisfied": 1}
        # What a question says itself goes before.
        other = ask(asked, Scores(kind="csat", not_applicable="1")).frame.iloc[0]
        assert (other["unscored"], other["not_applicable"]) == (9, 1)
    finally:
        asked.take_readings({})
    assert population(asked, filters).segments == before
    assert table(chosen, "group", "units")[:3] == [
        ("Satisfied", 9),
        ("Neutral", 1),
        ("Dissatisfied", 3),
    ]


def test_a_question_that_was_not_asked_is_refused(asked):
    with pytest.raises(SpecError, match="Nobody answered the question 'Why'"):
        ask(asked, Themes("csat", question="Why"))

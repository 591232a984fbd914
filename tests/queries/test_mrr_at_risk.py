import pytest

from holdfast.errors import SpecError
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.mrr_at_risk import MrrAtRisk
from tests.worlds import table

SHOWN = ("group", "units", "of_units", "paying", "monthly", "risk_share")


def test_mrr_is_told_by_the_latest_score_that_is_not_too_old(voices):
    found = ask(voices, MrrAtRisk())
    assert table(found.frame, *SHOWN) == [
        ("Promoters", 2, 5, 2, 15.0, 0.2206),
        ("Detractors", 1, 5, 1, 50.0, 0.7353),
        ("No recent score", 2, 5, 2, 3.0, 0.0441),
    ]
    assert found.sentence == (
        "1 of 5 customers is among the detractors by the latest score of the last 180"
        " days. They pay 50 EUR a month, 74% of all MRR."
    )
    fresh = ask(voices, MrrAtRisk(recent_days=100)).frame
    assert table(fresh, "group", "units", "monthly") == [
        ("Promoters", 1, 5.0),
        ("Detractors", 1, 50.0),
        ("No recent score", 3, 13.0),
    ]


def test_segments_have_their_own_mrr(voices):
    frame = ask(voices, MrrAtRisk(), Filters(breakdown="plan")).frame
    parts = frame[frame["segment"] != "All"]
    assert table(parts, "segment", "group", "units", "of_monthly", "risk_share") == [
        ("free", "Promoters", 1, 58.0, 0.0862),
        ("free", "Detractors", 1, 58.0, 0.8621),
        ("free", "No recent score", 2, 58.0, 0.0517),
        ("pro", "Promoters", 1, 10.0, 1.0),
    ]


def test_without_subscriptions_nothing_is_told_in_money(voices):
    found = ask(voices, MrrAtRisk(sign="activity", lapse_days=121))
    # dan, bob and fay were last seen at most 121 days before
    assert table(found.frame, *SHOWN) == [
        ("Passives", 1, 3, 0, None, None),
        ("Detractors", 1, 3, 0, None, None),
        ("Never answered", 1, 3, 0, None, None),
    ]
    assert "MRR" not in found.sentence


def test_an_age_that_is_none_is_refused():
    with pytest.raises(SpecError, match="0 days old"):
        MrrAtRisk(recent_days=0)

import json
from datetime import date

import pytest

from holdfast.dataset import Dataset
from holdfast.errors import SpecError
from holdfast.filters import Filters, InSegment
from holdfast.questions import ask
from holdfast.questions.score_behaviour import ScoreBehaviour
from tests.conftest import PROJECT
from tests.queries.conftest import VOICES, voices_of
from tests.worlds import segment_of, table

COUNTS = ("group", "moments", "units", "mature", "lost")
MONEY = (
    *("group", "priced", "monthly_before", "monthly_after"),
    *("expansion", "contraction", "monthly_lost"),
)
AROUND = (
    *("group", "seen", "active", "ticket_moments", "tickets_before"),
    *("tickets_after", "with_before", "with_after"),
)


def codes(found):
    return {caveat.code: caveat.text for caveat in found.caveats}


def test_who_left_within_90_days_is_counted_to_the_second(voices):
    found = ask(voices, ScoreBehaviour())
    assert table(found.frame, *COUNTS) == [
        # eve's answer is not old enough
        ("Promoters", 2, 2, 1, 0),
        ("Passives", 1, 1, 1, 0),
        # neither is jon's
        ("Detractors", 3, 3, 2, 2),
        ("Unscored", 2, 2, 2, 0),
        # eve and fay on 1 April
        ("Never answered", 2, 2, 2, 1),
    ]
    rates = ("loss_rate", "loss_lower", "loss_upper")
    # Wilson for 2 of 2: 2 / (2 + 1.96²) = 0.3424
    assert table(found.frame[found.frame["lost"] > 0], *rates) == [
        (1.0, 0.3424, 1.0),
        (0.5, 0.0945, 0.9055),
    ]
    assert found.sentence == (
        "100% (2 of 2) of the detractors, 0% (0 of 1) of the passives and 0% (0 of 1)"
        " of the promoters left within 90 days of their answer: 100.0 points more of"
        " the detractors than of the promoters (95% interval of the difference -3.1 to"
        " 100.0, so it may be chance)."
    )


def test_money_is_told_of_those_who_paid_and_are_old_enough(voices):
    assert table(ask(voices, ScoreBehaviour()).frame, *MONEY) == [
        ("Promoters", 1, 10.0, 10.0, 0.0, 0.0, 0.0),
        # left a second after the 90 days: it still paid on their last day
        ("Passives", 1, 15.0, 15.0, 0.0, 0.0, 0.0),
        ("Detractors", 2, 50.0, 0.0, 0.0, 0.0, 50.0),
        ("Unscored", 2, 3.0, 3.0, 0.0, 0.0, 0.0),
        ("Never answered", 2, 13.0, 5.0, 0.0, 0.0, 8.0),
    ]
    # within 60 days of the answer cat pays 40 instead of 30, and bob has left
    low = ask(voices, ScoreBehaviour(horizon=60)).frame.iloc[2:3]
    assert table(low, *MONEY[1:], "group_nrr", "group_grr") == [
        (2, 50.0, 40.0, 10.0, 0.0, 20.0, 0.8, 0.6)
    ]


def test_activity_and_tickets_of_30_days_are_told_where_they_were_observed(voices):
    assert table(ask(voices, ScoreBehaviour()).frame, *AROUND) == [
        ("Promoters", 1, 1, 1, 0, 0, 0, 0),
        ("Passives", 1, 1, 1, 0, 0, 0, 0),
        # bob came on the 31st day only, cat on the day of the answer only
        ("Detractors", 2, 0, 2, 1, 1, 1, 1),
        ("Unscored", 2, 0, 2, 0, 0, 0, 0),
        ("Never answered", 2, 1, 2, 0, 0, 0, 0),
    ]


def test_still_active_is_who_came_in_the_last_30_days_of_the_horizon(voices):
    found = ask(voices, ScoreBehaviour(horizon=60)).frame
    kept = ("group", "retained_seen", "retained", "retained_rate")
    assert table(found, *kept) == [
        ("Promoters", 1, 0, 0.0),
        # dan came on day 30
        ("Passives", 1, 0, 0.0),
        # bob on day 31
        ("Detractors", 2, 1, 0.5),
        ("Unscored", 2, 0, 0.0),
        # fay on day 29 of 1 April
        ("Never answered", 2, 0, 0.0),
    ]
    month = ask(voices, ScoreBehaviour(horizon=30)).frame
    assert list(month["retained"]) == list(month["active"])


def test_who_is_left_out_is_counted(voices):
    said = codes(ask(voices, ScoreBehaviour()))
    assert said["unknown_people"].startswith("Of 11 answers, 1 is of somebody")
    assert said["not_customers"].startswith("1 answer was given by somebody who was no")
    assert said["incomplete"].startswith("Observed until 30 Jun 2025: 2 moments (20%)")


def test_a_group_at_a_day_is_that_of_the_answer_before(voices):
    found = ask(voices, ScoreBehaviour(moment="period", horizon=30))
    assert table(found.frame, *COUNTS) == [
        ("Promoters", 1, 1, 1, 0),
        # it has until 2 May, 31 days after
        ("Passives", 1, 1, 1, 0),
        ("Detractors", 1, 1, 1, 0),
        ("Unscored", 2, 2, 2, 0),
        ("Never answered", 2, 2, 2, 1),
    ]


def test_the_latest_answer_of_a_period_is_one(voices):
    every, latest = (
        ask(voices, ScoreBehaviour(moment=moment, span="year")).frame
        for moment in ("answer", "latest")
    )
    # nobody answered at two times, and no year begins in the time
    assert table(latest, *COUNTS) == table(every, *COUNTS)
    assert "Never answered" not in set(latest["group"])


def test_what_comes_later_changes_no_share_that_was_known(voices):
    last = date(2025, 3, 1)
    spec = ScoreBehaviour(horizon=60, last=last)
    early = ask(voices, ScoreBehaviour(horizon=60, last=last, as_of=date(2025, 4, 15)))
    known = (*COUNTS, "loss_rate", "monthly_after", "active")
    assert table(early.frame, *known) == table(ask(voices, spec).frame, *known)


def test_segments_add_up_to_everyone(voices):
    frame = ask(voices, ScoreBehaviour(), Filters(breakdown="plan")).frame
    sums = frame.groupby(["group", "segment"])[["moments", "mature", "lost"]].sum()
    every = sums.xs("All", level="segment")
    parts = sums.drop("All", level="segment").groupby("group").sum()
    assert every["moments"].to_dict() == parts["moments"].to_dict()
    assert every["lost"].to_dict() == parts["lost"].to_dict()
    assert every["moments"].sum() == 10


def test_the_answer_of_anybody_is_that_of_the_account(voices):
    frame = ask(voices, ScoreBehaviour(unit="account")).frame
    # of acme, ann and bob answered at one instant: 3 is the lower one, and ann stays
    assert table(frame.iloc[[0, 2]], *COUNTS) == [
        ("Promoters", 1, 1, 0, 0),
        ("Detractors", 3, 3, 2, 1),
    ]


def test_without_subscriptions_silence_is_leaving(voices):
    found = ask(voices, ScoreBehaviour(sign="activity", lapse_days=40, horizon=60))
    # Only who was there in the 40 days before counts: ann, later silent, to 22 March;
    # cat from the day of the answer; bob and dan came later
    assert table(found.frame[found.frame["score_group"] == "low"], *COUNTS) == [
        ("Detractors", 2, 2, 2, 2)
    ]
    assert found.frame["monthly_before"].isna().all()
    assert {"no_subscriptions", "sign_of_life"} <= codes(found).keys()


def test_nobody_answered_is_said(voices):
    with pytest.raises(SpecError, match="no dated answers of known customers"):
        ask(voices, ScoreBehaviour(survey="csat"))
    with pytest.raises(SpecError, match="looked at for 0 days"):
        ScoreBehaviour(horizon=0)


def test_order_of_rows_changes_nothing_and_twice_as_many_are_twice_as_many(
    voices, tmp_path
):
    texts = {}
    for name, text in VOICES.items():
        head, *rows = text.splitlines()
        twins = [f"x{row}".replace("acme", "xacme") for row in rows]
        if name == "tickets":
            twins = [f"9{row}".replace(",", ",x", 1) for row in rows]
        texts[name] = "\n".join([head, *reversed(twins), *reversed(rows)]) + "\n"
    twice = ask(voices_of(tmp_path, texts), ScoreBehaviour()).frame
    numbers = [*COUNTS[1:], *MONEY[1:], *AROUND[1:]]
    once = ask(voices, ScoreBehaviour()).frame
    assert (twice[numbers] == 2 * once[numbers]).all().all()
    same = ["loss_rate", "group_nrr", "active_after_rate"]
    assert table(twice, *same) == table(once, *same)


def test_the_planted_truths_about_detractors_are_found(demo_workspace):
    dataset = Dataset(next((demo_workspace / "datasets").glob("*.duckdb")))
    truths = json.loads((PROJECT / "sample_data/truths.json").read_text())
    frame = ask(dataset, ScoreBehaviour()).frame
    truth = truths["detractors"]
    found = {row["group"].lower(): row for _, row in frame.iterrows()}
    for group, mature, lost in (
        ("detractors", 177, 32),
        ("passives", 352, 38),
        ("promoters", 314, 30),
    ):
        row = found[group]
        assert row["mature"] == truth[f"{group}_answers"] == mature
        assert row["lost"] == truth[f"{group}_left"] == lost
        assert round(row["loss_rate"], 4) == truth[f"{group}_rate"]
    # who is behind a failed payment of March leaves, whatever the score
    hit = dataset.frame(
        "select distinct customer_id as id from payments inner join customers using"
        " (customer_no) where status = 'failed' and charged_on between date"
        " '2026-03-01' and date '2026-03-31'"
    )
    dataset.take_segments([segment_of("hit", *hit["id"])])
    day = date(2026, 3, 3)
    spec = ScoreBehaviour(moment="period", span="day", first=day, last=day)
    for excluded, name in ((False, "hit"), (True, "not_hit")):
        filters = Filters((InSegment("hit", is_excluded=excluded),))
        row = ask(dataset, spec, filters).frame.iloc[0]
        truth = truths["promoters_hit"]
        assert row["mature"] == truth[f"{name}_customers"]
        assert row["lost"] == truth[f"{name}_left"]
        assert round(row["loss_rate"], 4) == truth[f"{name}_rate"]
    dataset.close()

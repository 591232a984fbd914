import json
from datetime import date

from holdfast.dataset import Dataset
from holdfast.filters import Filters
from holdfast.questions import ask
from holdfast.questions.win_back import WinBack
from tests.conftest import PROJECT
from tests.worlds import dataset_of, table

COUNTS = (
    *("reason", "lost", "lost_30", "back_30", "lost_60", "back_60", "lost_90"),
    *("back_90", "back", "median_days_back", "still_here"),
)
WORTH = ("reason", "priced_back", "monthly_before", "monthly_back", "worth_ratio")


def test_only_who_was_lost_long_enough_ago_is_in_a_share(leavers):
    found = ask(leavers, WinBack())
    assert table(found.frame, *COUNTS) == [
        # lost in June: dan, and cat for the second time
        ("All reasons", 6, 4, 1, 4, 2, 4, 2, 2, 30.0, 1),
        ("too expensive", 2, 2, 1, 2, 1, 2, 1, 1, 15.0, 1),
        ("unused", 1, 0, 0, 0, 0, 0, 0, 0, None, 0),
        # 90 days before the end: observed, to the day
        ("payment failed", 1, 1, 0, 1, 1, 1, 1, 1, 45.0, 0),
        ("(no reason given)", 2, 1, 0, 1, 0, 1, 0, 0, None, 0),
    ]
    rates = ("rate_30", "lower_30", "upper_30", "rate_90")
    assert table(found.frame.head(3), *rates) == [
        (0.25, 0.0456, 0.6994, 0.5),
        (0.5, 0.0945, 0.9055, 0.5),
        (None, None, None, None),
    ]
    assert found.sentence == (
        "Of those lost, 50% (2 of 4) came back within 90 days. Half of all who came"
        " back took 30 days or less; 1 of 2 are still here. They pay 65 EUR a month on"
        " their return, after 50 EUR before."
    )


def test_what_they_pay_is_compared_where_both_have_a_price(leavers):
    frame = ask(leavers, WinBack()).frame
    assert table(frame[frame["back"] > 0], *WORTH) == [
        ("All reasons", 2, 50.0, 65.0, 1.3),
        ("too expensive", 1, 10.0, 20.0, 2.0),
        ("payment failed", 1, 40.0, 45.0, 1.125),
    ]


def test_the_days_of_leaving_can_be_chosen(leavers):
    spec = WinBack(first=date(2025, 3, 5), last=date(2025, 3, 31))
    assert table(ask(leavers, spec).frame, "reason", "lost", "back") == [
        ("All reasons", 2, 1),
        ("too expensive", 2, 1),
    ]
    none = ask(leavers, WinBack(last=date(2025, 1, 31)))
    assert none.sentence == "No customer in view was lost in the time asked for."


def test_what_comes_later_changes_no_share_that_was_known(leavers):
    last = date(2025, 3, 10)
    early = ask(leavers, WinBack(last=last, as_of=date(2025, 4, 10))).frame
    later = ask(leavers, WinBack(last=last)).frame
    known = ("reason", "lost_30", "back_30", "rate_30")
    assert table(early, *known) == table(later, *known)


def test_segments_add_up_to_everyone(leavers):
    frame = ask(leavers, WinBack(), Filters(breakdown="plan")).frame
    sums = frame.groupby(["segment", "reason"])[["lost", "lost_30", "back"]].sum()
    every = sums.xs("All reasons", level="reason")
    assert table(every.reset_index(), "segment", "lost", "lost_30", "back") == [
        ("All", 6, 4, 2),
        ("free", 3, 1, 1),
        ("pro", 3, 3, 1),
    ]


def test_too_early_is_said(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[("ann", "use", "2025-02-20 10:00:00")],
        subscriptions=[("ann", "2025-01-01", "2025-02-01")],
    )
    found = ask(dataset, WinBack())
    assert found.sentence == (
        "1 customer left less than 30 days before the end of the data: too early to say"
        " who comes back."
    )
    assert found.frame["rate_30"].isna().all()
    assert "no_prices" in {caveat.code for caveat in found.caveats}


def test_a_day_longer_by_the_hour_is_a_day_more(tmp_path):
    dataset = dataset_of(
        tmp_path,
        events=[("ann", "use", "2025-12-31 10:00:00")],
        subscriptions=[
            # 30 days to the second, over the end of summer time; and a second more
            ("ann", "2025-09-01 10:00:00", "2025-10-10 10:00:00"),
            ("ann", "2025-11-09 11:00:00", ""),
            ("bob", "2025-09-01 10:00:00", "2025-10-10 10:00:00"),
            ("bob", "2025-11-09 11:00:01", ""),
        ],
        zone="Europe/Berlin",
    )
    assert table(ask(dataset, WinBack()).frame.head(1), *COUNTS[1:5]) == [(2, 2, 1, 2)]


def test_the_planted_win_backs_are_found(demo_workspace):
    dataset = Dataset(next((demo_workspace / "datasets").glob("*.duckdb")))
    truth = json.loads((PROJECT / "sample_data/truths.json").read_text())["win_backs"]
    # its losses are at least 90 days old for every horizon
    row = ask(dataset, WinBack(last=date(2026, 4, 1))).frame.iloc[0]
    assert row["lost"] == row["lost_90"] == truth["lost"] == 329
    for days, back in ((30, 19), (60, 34), (90, 37)):
        assert row[f"back_{days}"] == truth[f"back_within_{days}"] == back
        assert round(row[f"rate_{days}"], 4) == truth[f"rate_{days}"]
    dataset.close()


def test_the_last_day_of_all_is_as_none(leavers):
    whole = ask(leavers, WinBack()).frame
    assert ask(leavers, WinBack(last=date.max)).frame.equals(whole)

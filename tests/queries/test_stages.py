from datetime import date

import numpy as np
import pandas as pd
import pytest

from holdfast.errors import SpecError
from holdfast.filters import AttributeIn, Filters
from holdfast.questions import ask
from holdfast.questions.journey_stages import suggested_stages
from holdfast.questions.stages import Stages
from holdfast.stage_rules import read_stage_rules
from tests.worlds import dataset_of, table

COUNTS = ("ends_on", "stage", "customers", "at_start", "new", "came", "went")


def rules(text):
    return Stages(stages=read_stage_rules(text))


def months(answer, segment="All"):
    frame = answer.frame[answer.frame["segment"] == segment]
    return table(frame, *COUNTS)


def staged(dataset, text, *ids):
    """Say in which stage customers are at each snapshot, from the relation itself."""
    from holdfast.questions import stages

    answer = ask(dataset, rules(text))
    found: dict[str, list[str]] = {}
    ends = sorted({*answer.frame["ends_on"], *answer.extras["now"]["ends_on"]})
    for day in ends:
        rows = stages.members(dataset, rules(text), Filters(), day.date())
        for name, stage in zip(rows["id"], rows["stage"], strict=True):
            found.setdefault(name, []).append(stage)
    return [found.get(name, []) for name in ids]


def codes(answer):
    return {caveat.code for caveat in answer.caveats}


def test_everyone_is_in_the_last_stage_that_fits_at_each_months_end(road):
    answer = ask(road, rules("Land;Adopt:did use>=2/31d;Gone:silent>40d"))
    # January: ann used it twice, bob once. February: ann's uses are too long ago, bob
    # used it twice, cat has started. March: ann and bob were last there on 20 January
    # and 25 February: 70 and 34 days before 1 April. dan comes in March.
    assert months(answer) == [
        ("2025-01-31", "Land", 1, None, None, None, None),
        ("2025-01-31", "Adopt", 1, None, None, None, None),
        ("2025-01-31", "Gone", 0, None, None, None, None),
        ("2025-02-28", "Land", 2, 1, 1, 1, 1),
        ("2025-02-28", "Adopt", 1, 1, 0, 1, 1),
        ("2025-02-28", "Gone", 0, 0, 0, 0, 0),
        ("2025-03-31", "Land", 2, 2, 1, 1, 2),
        ("2025-03-31", "Adopt", 0, 1, 0, 0, 1),
        ("2025-03-31", "Gone", 2, 0, 0, 2, 0),
    ]
    now = table(answer.extras["now"], "ends_on", "stage", "customers", "total")
    assert now == [
        ("2025-04-09", "Land", 1, 4),
        ("2025-04-09", "Adopt", 0, 4),
        ("2025-04-09", "Gone", 3, 4),
    ]
    assert answer.sentence == (
        "Of 4 customers on 9 Apr 2025, 25% (1) in Land, 0% (0) in Adopt, 75% (3) in"
        " Gone. In Mar 2025, 1 started, 0 moved on and 1 fell back, 2 went to Gone, 0"
        " came back."
    )
    assert {"incomplete", "stage_rules"} <= codes(answer)


CASES = [
    # bob subscribes on 10 February, cat's price grows on 10 March, ann leaves then
    ("Land;Pays:paying", "ann", ["Pays", "Pays", "Land", "Land"]),
    ("Land;Pays:paying", "bob", ["Land", "Pays", "Pays", "Pays"]),
    ("Land;Grown:grown", "cat", ["Land", "Grown", "Grown"]),
    ("Land;Grown:grown", "bob", ["Land", "Land", "Land", "Land"]),
    # a calendar month after 10 January is 10 February, before the end of February
    ("Land;Renewed:paid>=1mo", "ann", ["Land", "Renewed", "Renewed", "Renewed"]),
    # two months after 10 February is 10 April, when 9 April is over
    ("Land;Renewed:paid>=2mo&paying", "bob", ["Land", "Land", "Land", "Renewed"]),
    # ann's order of January; a return is none
    ("Land;Buys:orders>=1", "ann", ["Buys"] * 4),
    ("Land;Buys:orders>=2", "ann", ["Land"] * 4),
    ("Land;Buys:orders>=1/31d", "ann", ["Buys", "Land", "Land", "Land"]),
    # bob was active on 4 January, 3 and 25 February: on the third day in February
    ("Land;Busy:active>=3", "bob", ["Land", "Busy", "Busy", "Busy"]),
    ("Land;Busy:active>=2/28d", "bob", ["Land", "Busy", "Land", "Land"]),
    # one count serves both: 1 in January, 2 in February, none after 3 March
    (
        "Land;Busy:active>=1/28d;Busier:active>=2/28d",
        "bob",
        ["Busy", "Busier", "Land", "Land"],
    ),
    # 59 days after 1 January is the end of February
    ("Land;Old:started>=59d", "ann", ["Land", "Old", "Old", "Old"]),
    ("Land;Used:did use>=3", "bob", ["Land", "Used", "Used", "Used"]),
    ("Young:!started>=40d;Quiet:!active>=1/30d", "cat", ["Young", "Quiet", "Quiet"]),
    ("Pays:paying", "dan", ["(none)", "(none)"]),
]


@pytest.mark.parametrize(("text", "who", "expected"), CASES, ids=str)
def test_each_condition_holds_when_it_says(road, text, who, expected):
    # at the ends of January, February and March, and of 9 April
    (found,) = staged(road, text, who)
    assert found == expected


def test_months_that_look_back_to_before_the_data_are_left_out(tmp_path):
    days = ("2025-01-01", "2025-03-01", "2025-04-10")
    orders = [(f"c{i}", f"o{i}", day, 5) for i, day in enumerate(days)]
    answer = ask(dataset_of(tmp_path, orders=orders), rules("Land;Busy:active>=2/40d"))
    assert answer.frame["ends_on"].dt.month.unique().tolist() == [2, 3]
    (text,) = [each.text for each in answer.caveats if each.code == "left_edge"]
    assert text.startswith("The first month of the data cannot be judged")


def test_a_month_that_cannot_be_judged_is_none_where_the_data_end_with_it(tmp_path):
    world = dataset_of(
        tmp_path, orders=[("a", "o1", "2025-01-01", 5), ("b", "o2", "2025-01-31", 5)]
    )
    answer = ask(world, rules("Land;Busy:active>=2/40d"))
    assert answer.frame.empty
    assert table(answer.extras["now"], "ends_on", "stage", "customers") == [
        ("2025-01-31", "Land", 2),
        ("2025-01-31", "Busy", 0),
    ]
    assert "left_edge" in codes(answer)


def test_who_first_pays_on_the_first_of_the_next_month_has_not_left(tmp_path):
    world = dataset_of(
        tmp_path,
        customers=[("ann", "2025-01-20"), ("bob", "2025-01-05"), ("cat", "2025-02-28")],
        subscriptions=[
            ("ann", "2025-02-01", ""),
            ("bob", "2025-01-05", "2025-01-20"),
            ("cat", "2025-02-28", ""),
        ],
    )
    text = "Land;Adopt:paying;Left:paid>=0mo&!paying"
    assert staged(world, text, "ann", "bob", "cat") == [
        ["Land", "Adopt"],
        ["Left", "Left"],
        ["Adopt"],
    ]
    meanings = ask(world, rules(text)).extras["rules"]["definition"]
    assert meanings.iloc[2] == "those who have paid and are not paying"


def test_customers_alone_are_in_the_stages_that_time_tells(tmp_path):
    world = dataset_of(
        tmp_path, customers=[("ann", "2025-01-01"), ("bob", "2025-02-27")]
    )
    assert ask(world, Stages()).sentence == (
        "Of 2 customers on 27 Feb 2025, 50% (1) in Land, 50% (1) in A month later."
    )


def test_stages_stop_where_one_of_the_tables_ends_also_with_an_earlier_end(tmp_path):
    world = dataset_of(
        tmp_path,
        events=[("ann", "use", f"2025-{month:02}-10 10:00") for month in range(1, 8)],
        orders=[("ann", "o1", "2025-01-05", 5), ("bob", "o2", "2025-03-20", 5)],
    )
    spec = read_stage_rules("Land;Buys:orders>=1;Uses:did use>=1")
    whole, earlier = (
        ask(world, Stages(spec)),
        ask(world, Stages(spec, as_of=date(2025, 6, 1))),
    )
    assert whole.as_of == earlier.as_of == date(2025, 3, 21)
    pd.testing.assert_frame_equal(whole.frame, earlier.frame)
    assert "ends_early" in codes(whole) & codes(earlier)
    assert "ends_early" not in codes(ask(world, Stages(spec, as_of=date(2025, 3, 1))))
    with pytest.raises(SpecError, match="cannot be read as of 2025-09-01"):
        ask(world, Stages(spec, as_of=date(2025, 9, 1)))


def test_segments_sum_to_the_whole_in_every_month_and_stage(road):
    spec = rules("Land;Adopt:did use>=2/31d;Gone:silent>40d")
    frame = ask(road, spec, Filters(breakdown="plan")).frame
    figures = ["customers", "at_start", "new", "came", "went"]
    parts = frame[frame["segment"] != "All"].groupby(["ends_on", "stage"])[figures]
    whole = frame[frame["segment"] == "All"].set_index(["ends_on", "stage"])[figures]
    summed = parts.sum(min_count=1).reindex(whole.index)
    pd.testing.assert_frame_equal(summed, whole)


def test_accounts_are_in_one_stage_whoever_of_them_did_it(road):
    spec = Stages(read_stage_rules("Land;Adopt:did use>=4/31d"), unit="account")
    assert months(ask(road, spec)) == [
        # ann twice and bob once in January: three; February: bob twice
        ("2025-01-31", "Land", 1, None, None, None, None),
        ("2025-01-31", "Adopt", 0, None, None, None, None),
        ("2025-02-28", "Land", 1, 1, 0, 0, 0),
        ("2025-02-28", "Adopt", 0, 0, 0, 0, 0),
        ("2025-03-31", "Land", 1, 1, 0, 0, 0),
        ("2025-03-31", "Adopt", 0, 0, 0, 0, 0),
    ]
    three = Stages(read_stage_rules("Land;Adopt:did use>=3/31d"), unit="account")
    assert ask(road, three).frame["customers"].tolist() == [0, 1, 1, 0, 1, 0]


def test_months_can_be_chosen_and_the_data_read_earlier(road):
    spec = read_stage_rules("Land;Pays:paying")
    shown = ask(road, Stages(spec, first=date(2025, 2, 1), last=date(2025, 2, 9)))
    assert shown.frame["ends_on"].dt.month.unique().tolist() == [2]
    assert shown.frame["at_start"].sum() == 2
    earlier = ask(road, Stages(spec, as_of=date(2025, 3, 1)))
    assert earlier.extras["now"]["ends_on"].dt.date.unique() == [date(2025, 2, 28)]
    assert "incomplete" not in codes(earlier)


def test_what_the_data_cannot_tell_is_refused(road, tmp_path):
    with pytest.raises(SpecError, match="no event 'usee'") as refused:
        ask(road, rules("Land;Adopt:did usee>=1"))
    assert refused.value.remedy == "Did you mean use?"
    world = dataset_of(tmp_path, events=[("ann", "x", "2025-01-01")])
    with pytest.raises(SpecError, match="no subscriptions"):
        ask(world, rules("Land;Pays:paying"))
    with pytest.raises(SpecError, match="No stage can be called 'new'"):
        rules("New;Pays:paying")
    nobody = Filters((AttributeIn("plan", ("gold",)),))
    assert ask(road, rules("Land"), nobody).sentence == (
        "No customers in view had started."
    )


def test_stages_are_suggested_by_what_the_data_have(road, tmp_path):
    assert str(suggested_stages(road)) == (
        "Land;Adopt:active>=4/30d;Expand:paying&grown;Renew:paying&paid>=3mo;"
        "Lapsed:silent&!paying"
    )
    shop = dataset_of(tmp_path, orders=[("ann", "o1", "2025-01-01", 5)])
    assert str(suggested_stages(shop)) == (
        "Land;Adopt:orders>=2;Expand:orders>=5;"
        "Renew:orders>=2&orders>=1/90d&started>=180d;Lapsed:silent"
    )
    app = dataset_of(tmp_path, events=[("ann", "x", "2025-01-01")])
    assert str(suggested_stages(app)) == (
        "Land;Adopt:active>=4/30d;Expand:active>=10/30d;"
        "Renew:active>=4/30d&started>=180d;Lapsed:silent"
    )
    paid = dataset_of(tmp_path, subscriptions=[("ann", "2025-01-01", "")])
    assert str(suggested_stages(paid)) == (
        "Land;Adopt:paying;Expand:paying&grown;Renew:paying&paid>=3mo;"
        "Left:paid>=0mo&!paying"
    )
    for world in (shop, app, paid):
        assert ask(world, Stages()).n in (0, 1)


def test_stages_are_those_of_a_slow_count(tmp_path):
    random = np.random.default_rng(8)
    first = date(2025, 1, 1)
    people = {f"c{i}": int(random.integers(0, 150)) for i in range(40)}
    log = [
        (f"c{random.integers(0, 40)}", str(random.choice(["use", "look"])), int(day))
        for day in random.integers(0, 180, 400)
    ]
    stamp = [str(day.date()) for day in pd.date_range(first, periods=181)]
    log += [("c0", "look", 0), ("c0", "look", 180)]
    world = dataset_of(
        tmp_path,
        customers=[(name, stamp[day]) for name, day in people.items()],
        events=[(name, event, stamp[day]) for name, event, day in log],
    )
    text = "Land;Adopt:did use>=2/20d&active>=3/30d;Deep:did use>=8;Gone:silent>25d"
    frame = ask(world, rules(text)).frame
    for end in sorted(frame["ends_on"].unique()):
        until = (end.date() - first).days + 1
        counts = dict.fromkeys(("Land", "Adopt", "Deep", "Gone"), 0)
        for name, start in people.items():
            if start >= until:
                continue
            mine = [(event, day) for who, event, day in log if who == name]
            past = [(event, day) for event, day in mine if day < until]
            uses = [day for event, day in past if event == "use"]
            recent = {day for _, day in past if day >= until - 30}
            stage = "Land"
            if sum(day >= until - 20 for day in uses) >= 2 and len(recent) >= 3:
                stage = "Adopt"
            if len(uses) >= 8:
                stage = "Deep"
            if max([start, *(day for _, day in past)]) < until - 25:
                stage = "Gone"
            counts[stage] += 1
        rows = frame[frame["ends_on"] == end]
        assert dict(zip(rows["stage"], rows["customers"], strict=True)) == counts
    assert len(frame) == 4 * 6

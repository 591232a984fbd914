import random
from datetime import date, timedelta

from holdfast.filters import Filters
from holdfast.happenings import Clock
from holdfast.population import population
from holdfast.spells import spell_relations
from tests.worlds import dataset_of

AS_OF = date(2025, 7, 1)


def spells(dataset, sign="subscription", unit="customer", as_of=AS_OF, **rules):
    found = population(dataset, Filters(), unit)
    relations = spell_relations(dataset, found, sign, Clock("month"), as_of, **rules)
    rows = dataset.frame(
        "select unit_no, spell_no, strftime(started_on, '%m-%d'),"
        " strftime(ended_on, '%m-%d'), strftime(next_started_on, '%m-%d'), reason"
        f" from {relations['unit_spells'].kept_as} order by unit_no, spell_no"
    )
    return [
        tuple(None if each != each else each for each in row)
        for row in rows.itertuples(index=False)
    ]


def paid(name, start, end, cancelled="", reason=""):
    return {
        "customer_id": name,
        "started_at": f"2025-{start}",
        "ended_at": end and f"2025-{end}",
        "cancelled_at": cancelled and f"2025-{cancelled}",
        "cancellation_reason": reason,
    }


PAID = [
    # a plan change on the day, then a pause of a day
    paid("ann", "01-05", "02-05"),
    paid("ann", "02-05", "03-05", "02-20", "too dear"),
    paid("ann", "03-06", ""),
    # two at once: who still has one has not left
    paid("bob", "01-10", "06-10", "05-01", "unused"),
    paid("bob", "02-10", "03-10", "03-01", "other"),
    # ends after the data, and one that ends before it starts
    paid("cat", "04-01", "12-01", "06-15", "moved"),
    paid("dan", "05-01", "04-01"),
]


def test_periods_that_meet_or_overlap_are_one_spell(tmp_path):
    town = dataset_of(tmp_path, subscriptions=PAID)
    assert spells(town) == [
        (0, 1, "01-05", "03-05", "03-06", "too dear"),
        (0, 2, "03-06", None, None, None),
        (1, 1, "01-10", "06-10", None, "unused"),
        (2, 1, "04-01", None, None, None),
    ]


def test_a_subscription_can_end_with_its_cancellation(tmp_path):
    town = dataset_of(tmp_path, subscriptions=PAID)
    assert spells(town, ending="cancellation") == [
        (0, 1, "01-05", "02-20", "03-06", "too dear"),
        (0, 2, "03-06", None, None, None),
        (1, 1, "01-10", "05-01", None, "unused"),
        (2, 1, "04-01", "06-15", None, "moved"),
    ]


def test_earlier_nothing_is_known_of_later_ends(tmp_path):
    town = dataset_of(tmp_path, subscriptions=PAID)
    assert spells(town, as_of=date(2025, 3, 5)) == [
        (0, 1, "01-05", "03-05", None, "too dear"),
        (1, 1, "01-10", None, None, None),
    ]


def test_silence_ends_a_spell_on_the_day_it_gets_too_long(tmp_path):
    days = ["01-01", "01-11", "02-01", "06-10", "06-21"]
    town = dataset_of(
        tmp_path,
        orders=[
            *(("ann", f"a{day}", f"2025-{day}", 1) for day in days),
            ("bob", "b", "2025-06-20", 1),
        ],
    )
    # 10 days of silence are not too long, 11 are
    assert spells(town, "order", lapse_days=10) == [
        (0, 1, "01-01", "01-21", "02-01", None),
        (0, 2, "02-01", "02-11", "06-10", None),
        (0, 3, "06-10", "06-20", "06-21", None),
        (0, 4, "06-21", None, None, None),
        (1, 1, "06-20", "06-30", None, None),
    ]


def test_an_account_is_there_while_anybody_of_it_is(tmp_path):
    town = dataset_of(
        tmp_path,
        customers=[
            {"customer_id": name, "account_id": "x"} for name in ("ann", "bob", "cat")
        ],
        subscriptions=PAID,
    )
    assert spells(town, unit="account") == [(0, 1, "01-05", None, None, None)]


def spells_by_hand(periods):
    """Walk through the days: a spell is a run of days with paid access."""
    told = []
    for unit in sorted({unit for unit, *_ in periods}):
        mine = [period for period in periods if period[0] == unit]
        days = {day for _, start, end, _ in mine for day in range(start, end)}
        starts = [day for day in sorted(days) if day - 1 not in days]
        for number, start in enumerate(starts):
            end = next(day for day in range(start, 400) if day not in days)
            reasons = [reason for _, _, last, reason in mine if last == end]
            after = starts[number + 1] if number + 1 < len(starts) else None
            told.append((unit, number + 1, start, end, after, max(reasons)))
    return told


def test_spells_are_runs_of_days_with_access_whatever_periods_overlap(tmp_path):
    dice = random.Random(20)
    starts = [
        (unit, dice.randrange(120)) for unit in range(60) for _ in range(unit % 5 + 1)
    ]
    periods = [
        (unit, start, start + 1 + dice.randrange(40), dice.choice(["", "a", "b"]))
        for unit, start in starts
    ]
    first = date(2025, 1, 1)

    def written(day):
        return None if day is None else f"{first + timedelta(day):%m-%d}"

    town = dataset_of(
        tmp_path,
        subscriptions=[
            paid(f"{unit}", written(start), written(end), "", reason)
            for unit, start, end, reason in dice.sample(periods, len(periods))
        ],
    )
    numbers = town.frame("select customer_id::integer, customer_no from customers")
    number_of: dict[int, int] = dict(numbers.itertuples(index=False, name=None))
    assert spells(town) == sorted(
        (number_of[unit], place, *map(written, days), reason or None)
        for unit, place, *days, reason in spells_by_hand(periods)
    )


def test_a_cancellation_that_is_planned_does_not_move_the_datas_clock(tmp_path):
    planned = paid("ann", "01-05", "12-01", "12-01") | {"status": "Active"}
    told = paid("bob", "02-01", "04-01", "03-20") | {"status": "canceled"}
    town = dataset_of(tmp_path, subscriptions=[planned, told])
    assert town.observed["subscriptions"].last_on == date(2025, 3, 20)
    assert spells(town, as_of=town.observed["subscriptions"].as_of) == [
        (0, 1, "01-05", None, None, None),
        (1, 1, "02-01", None, None, None),
    ]

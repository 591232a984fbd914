"""Departures: who left, who stayed to be set against them, and what both did last.

Composed beside ``population`` and by its rules.

- ``spans(customer_no, first_on, last_on)``: first and last day of life; kept.
- ``signs(customer_no, happened_on)``: the signs of life, where silence is judged.
- ``lives(unit_no, segment_no, first_on, tenure, has_left)``: one row per unit.
- ``drawn(unit_no, segment_no, has_left, last_on, tenure)``: all who left, and all who
  stayed, with the day up to which they are looked at.
- ``recents(unit_no, segment_no, has_left, last_on, event, place)``: the different
  things that they did in the days up to then, the latest first.
"""

from __future__ import annotations

from datetime import date

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.happenings import Clock, happened_days
from holdfast.lifetimes import spans_of_everyone
from holdfast.occurrence import ACTIVITY, ORDER
from holdfast.population import Relation

_SIGNS = {"activity": ACTIVITY, "order": ORDER}


def departure_relations(
    dataset: Dataset,
    sign: str,
    clock: Clock,
    as_of: date,
    lapse_days: int,
    days: int,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``recents`` and what it reads.

    Args:
        dataset: Whose lives.
        sign: The sign of life: ``subscription``, ``activity`` or ``order``.
        clock: The data that may be seen.
        as_of: End (exclusive) of the observed time.
        lapse_days: Silence longer than this ends a life; 0 for subscriptions.
        days: How many days up to the last one are looked at.
        cancellation: Lets another thread stop the work.
    """
    seen = dataset.observed["events"]
    relations = {
        "lives": Relation(_LIVES, {"as_of_on": as_of, "lapse_days": lapse_days}),
        "pairs": Relation(_PAIRS),
    }
    if sign == "subscription":
        # Who had access on the last complete day is not seen leaving.
        relations["lives"] = Relation(_LIVES, {"as_of_on": as_of, "lapse_days": 1})
        relations["spans"] = Relation(_SUBSCRIBED, {"as_of_on": as_of})
        relations["stayed"] = Relation(_STAYED_BY_DATE)
    else:
        relations["spans"] = spans_of_everyone(
            dataset, _SIGNS[sign], clock, as_of, cancellation
        )
        signs = happened_days(dataset, _SIGNS[sign], clock, "return")
        relations["signs"] = Relation(signs.text, signs.values)
        relations["stayed"] = Relation(_STAYED_BY_SIGN)
    relations["drawn"] = Relation(
        _DRAWN, {"seen_from_on": seen.from_on, "seen_until_on": min(as_of, seen.as_of)}
    )
    relations["recents"] = Relation(_RECENTS, {"days": days})
    return relations


_SUBSCRIBED = """select
    customer_no,
    min(paid_from_on) as first_on,
    max(coalesce(ended_on - 1, date '9999-12-31')) as last_on
from subscriptions
where paid_from_on < $as_of_on
group by customer_no"""

_LIVES = """select
    unit_no,
    segment_no,
    first_on,
    (least(last_on, $as_of_on - 1) - first_on)::integer as tenure,
    $as_of_on - last_on > $lapse_days as has_left
from (
    select
        population.unit_no,
        population.segment_no,
        min(spans.first_on) as first_on,
        max(spans.last_on) as last_on
    from spans
    inner join population
        on spans.customer_no = population.customer_no
    group by population.unit_no, population.segment_no
)"""

# Those who left and those who stayed stand in two lines by length of stay: each who
# stayed is looked at after as long a time as the one at the same place in the other.
_PAIRS = """select
    stayers.unit_no,
    least(leavers.tenure, stayers.tenure) as tenure
from (
    select
        unit_no,
        tenure,
        row_number() over (order by tenure, unit_no) - 1 as place,
        count(*) over () as number
    from lives
    where not has_left
) as stayers
inner join (
    select
        tenure,
        row_number() over (order by tenure, unit_no) - 1 as place,
        count(*) over () as number
    from lives
    where has_left
) as leavers
    on
        (stayers.place * 2 + 1) * leavers.number // (stayers.number * 2)
        = leavers.place"""

_STAYED_BY_DATE = """select
    pairs.unit_no,
    pairs.tenure,
    lives.first_on + pairs.tenure as last_on
from pairs
inner join lives
    on pairs.unit_no = lives.unit_no"""

# As who left is looked at up to a sign of life, so is who stayed.
_STAYED_BY_SIGN = """select
    pairs.unit_no,
    pairs.tenure,
    max(signs.happened_on) as last_on
from pairs
inner join lives
    on pairs.unit_no = lives.unit_no
inner join population
    on pairs.unit_no = population.unit_no
inner join signs
    on
        population.customer_no = signs.customer_no
        and signs.happened_on <= lives.first_on + pairs.tenure
group by pairs.unit_no, pairs.tenure"""

_DRAWN = """select *
from (
    select
        unit_no,
        segment_no,
        has_left,
        first_on + tenure as last_on,
        tenure
    from lives
    where has_left
    union all
    select
        stayed.unit_no,
        lives.segment_no,
        false as has_left,
        stayed.last_on,
        stayed.tenure
    from stayed
    inner join lives
        on stayed.unit_no = lives.unit_no
)
where last_on >= $seen_from_on and last_on < $seen_until_on"""

_RECENTS = """select
    unit_no,
    segment_no,
    has_left,
    last_on,
    event,
    row_number() over (
        partition by unit_no order by max(happened_at) desc, event
    ) as place
from (
    select
        drawn.unit_no,
        drawn.segment_no,
        drawn.has_left,
        drawn.last_on,
        events.event,
        events.happened_at
    from drawn
    inner join population
        on drawn.unit_no = population.unit_no
    inner join events
        on
            population.customer_no = events.customer_no
            and events.happened_on <= drawn.last_on
            and events.happened_on > drawn.last_on - $days::integer
)
group by unit_no, segment_no, has_left, last_on, event"""

"""Voices: what a customer last answered before a moment, and what came after it.

Composed beside ``population`` and by its rules. What somebody said, and did then,
depends on no filter: it is computed once for everyone and kept.

- ``survey_rows``: the answers to the survey, and to one question where one is chosen.
- ``survey_answers(unit_no, told_at, score)``: one row per unit and instant at which it
  answered a survey; null is no score on the scale. Of several at one instant the lowest
  counts. Answers of unknown people and without a date are in none.
- ``stays(unit_no, started_at, ended_at)``: from when to when a unit was a customer.
- ``moments(unit_no, told_at, score, score_group)``: the moments that lives are looked
  at from: answers, or first days of periods with the latest answer before.
  ``score_group`` is ``high``, ``middle``, ``low``, ``unscored`` or ``silent``.
- ``here``: those at which the unit was a customer.
- ``unit_moments``: the same with what came before and after; kept.
- ``score_moments``: the same with ``segment_no``, for the units in view.
- ``latest_voices(unit_no, segment_no, told_at, score, score_group, monthly)``: the
  customers in the end, with their latest answer and what they pay.

All instants are local times of the clock on the wall, so that a day has 24 hours.
Nothing that is after a moment says in which group it is: whoever never answered before
the first day of a period is silent in it, also where an answer came later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.filters import NONE
from holdfast.periods import Span, period_sql
from holdfast.population import Population, Relation
from holdfast.pricing import price_relation
from holdfast.query import Value, parameters
from holdfast.score_groups import GROUPS, is_scored, scale_values, scored_values
from holdfast.spells import Ending
from holdfast.survey_scales import Kind, Scale

Moment = Literal["answer", "latest", "period"]
"""Every answer, the latest of each customer and period, or periods' first days."""

AROUND_DAYS = 30
"""How many days before and after a moment tickets and activity are looked at."""


@dataclass(frozen=True)
class Voices:
    """From which moments which lives are looked at.

    Attributes:
        survey: nps, csat or ces.
        moment: What a moment is.
        span: The length of a period.
        starts: First days of the periods whose silent customers are looked at, and of
            ``period`` everyone.
        first_on: First local day of a moment.
        until_on: The day after the last one.
        horizon: Days after a moment that are looked at.
        sign: ``subscription``, ``activity`` or ``order``.
        ending: When a subscription ends.
        currency: The one that money is counted in; none for no money.
        as_of: End (exclusive) of the observed time.
        scale: What the scores mean.
        question: Its wording, ``(none)`` where none is said; empty for all of the kind.
    """

    survey: Kind
    moment: Moment
    span: Span
    starts: Sequence[date]
    first_on: date
    until_on: date
    horizon: int
    sign: str
    ending: Ending
    currency: str | None
    as_of: date
    scale: Scale
    question: str = ""


def voice_relations(
    dataset: Dataset,
    members: Population,
    spells: dict[str, Relation],
    voices: Voices,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``score_moments`` and what it reads.

    Args:
        dataset: Whose customers answered.
        members: Who is in view.
        spells: What ``spell_relations`` composed for them.
        voices: Which moments.
        cancellation: Lets another thread stop the work.
    """
    people = _people(members)
    made = _answers_and_stays(dataset, members, voices)
    moments = _PERIOD_MOMENTS
    if voices.moment != "period":
        kept = ""
        if voices.moment == "latest":
            period = period_sql("told_at::date", voices.span, dataset.week_start)
            kept = _LATEST.format(period=period)
        moments = f"{_ANSWER_MOMENTS}{kept}\nunion all\n{_SILENT_MOMENTS}"
    values: dict[str, Value] = {
        "starts": [f"{day}" for day in voices.starts],
        "moments_from_on": voices.first_on,
        "moments_until_on": voices.until_on,
        **scale_values(voices.scale),
    }
    made["moments"] = Relation(moments, values)
    made["here"] = Relation(
        _HERE, {"as_of_on": voices.as_of, "horizon": voices.horizon}
    )
    if voices.currency is not None:
        made["prices"] = price_relation(dataset, voices.currency, voices.as_of)
    text, bound = _moments_text(dataset, voices, people)
    made["unit_moments"] = _kept(
        dataset, "moments", made, Relation(text, bound), spells, cancellation
    )
    made["score_moments"] = Relation(_of_members(members, "unit_moments"))
    return {**spells, **made}


def latest_relations(
    dataset: Dataset,
    members: Population,
    spells: dict[str, Relation],
    voices: Voices,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``latest_voices`` and what it reads.

    Of ``voices`` the survey, the sign, the currency and the end are looked at, and
    ``first_on``: answers of earlier days are too old, their givers ``unscored``.
    """
    made = _answers_and_stays(dataset, members, voices)
    worth = _NO_PAY
    if voices.currency is not None:
        made["prices"] = price_relation(dataset, voices.currency, voices.as_of)
        worth = _PAY.format(people=_people(members))
    values: dict[str, Value] = {
        "as_of_on": voices.as_of,
        "heard_from_on": voices.first_on,
        **scale_values(voices.scale),
    }
    text = _LATEST_VOICES.format(worth=worth)
    made["unit_voices"] = _kept(
        dataset, "voices", made, Relation(text, values), spells, cancellation
    )
    made["latest_voices"] = Relation(_of_members(members, "unit_voices"))
    return {**spells, **made}


def surveys_of(dataset: Dataset) -> list[Kind]:
    """Return the kinds of surveys that known people answered."""
    kept = dataset.recall("kinds of surveys")
    if kept is None:
        kept = []
        if "responses" in dataset.observed:
            found = dataset.frame(
                "select distinct kind from responses where customer_no is not null"
                " and answered_at is not null"
            )
            kept = [kind for kind in GROUPS if kind in set(found["kind"])]
        dataset.keep("kinds of surveys", kept)
    return list(kept)


def _people(members: Population) -> str:
    """Select which customers a unit is made of."""
    unit = members.unit
    return (
        f"(select customer_no, {unit}_no as unit_no from customers"
        f" where {unit}_no is not null)"
    )


def _answers_and_stays(
    dataset: Dataset,
    members: Population,
    voices: Voices,
) -> dict[str, Relation]:
    people = _people(members)
    clock: dict[str, Value] = {"zone": dataset.zone, "as_of_on": voices.as_of}
    answers = _ANSWERS.format(
        people=people,
        scored=is_scored(voices.survey, "responses.score"),
    )
    heard = {**clock, **scored_values(voices.scale)}
    rows: dict[str, Value] = {"survey": voices.survey}
    of_question = ""
    if voices.question:
        of_question = "\n    and question is not distinct from $question"
        rows["question"] = None if voices.question == NONE else voices.question
    stays, stay_values = _DAY_STAYS, dict(clock)
    if voices.sign == "subscription":
        ended = _CANCELLED_AT if voices.ending == "cancellation" else "paid.ended_at"
        stays = _PAID_STAYS.format(people=people, ended_at=ended)
    else:
        del stay_values["zone"]
    return {
        "survey_rows": Relation(f"{_ROWS}{of_question}", rows),
        "survey_answers": Relation(answers, heard),
        "stays": Relation(stays, stay_values),
    }


def _kept(
    dataset: Dataset,
    name: str,
    parts: dict[str, Relation],
    made: Relation,
    spells: dict[str, Relation],
    cancellation: Cancellation | None,
) -> Relation:
    """Materialise a relation that depends on no filter."""
    ended = spells["unit_spells"].kept_as
    read = {"unit_spells": Relation(f"select * from {ended}"), **parts}
    named = ",\n".join(f"{each} as (\n{part.text}\n)" for each, part in read.items())
    bound = dict(made.values)
    for part in read.values():
        bound.update(part.values)
    text = f"with {named}\n{made.text}"
    wanted = parameters(text)
    bound = {name: value for name, value in bound.items() if name in wanted}
    key = f"{text} {sorted(bound.items(), key=lambda item: item[0])!r}"
    table = f"{name}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    dataset.materialise(table, text, bound, cancellation)
    return Relation(made.text, made.values, kept_as=table)


def _of_members(members: Population, source: str) -> str:
    """Join a relation with the units in view."""
    if members.is_everyone:
        return f"select\n    *,\n    0::utinyint as segment_no\nfrom {source}"
    population = "population"
    if members.unit == "account":
        population = "(select distinct unit_no, segment_no from population)"
    return (
        f"select\n    {source}.*,\n    members.segment_no\nfrom {source}"
        f"\ninner join {population} as members"
        f"\n    on {source}.unit_no = members.unit_no"
    )


def _moments_text(
    dataset: Dataset, voices: Voices, people: str
) -> tuple[str, dict[str, Value]]:
    """Write ``unit_moments``: what is not observed is null."""
    values: dict[str, Value] = {"horizon": voices.horizon}
    worth, tickets, activity = _NO_WORTH, _NO_TICKETS, _NO_ACTIVITY
    if voices.currency is not None:
        worth = _WORTH.format(people=people)
    opened = dataset.observed.get("tickets")
    if opened is not None:
        tickets = _TICKETS.format(people=people)
        values |= {
            "zone": dataset.zone,
            "tickets_from_on": opened.from_on,
            "tickets_until_on": min(opened.as_of, voices.as_of),
        }
    seen = dataset.observed.get("events")
    if seen is not None:
        activity = _ACTIVITY.format(people=people)
        values |= {
            "events_from_on": seen.from_on,
            "events_until_on": min(seen.as_of, voices.as_of),
        }
    text = _MOMENTS.format(worth=worth, tickets=tickets, activity=activity)
    return text, values


def _local(instant: str) -> str:
    return f"timezone($zone, timezone('UTC', {instant}))"


_ROWS = """select *
from responses
where
    kind = $survey"""

_ANSWERS = f"""select
    people.unit_no,
    {_local("responses.answered_at")} as told_at,
    min(responses.score) filter (where {{scored}}) as score
from survey_rows as responses
inner join {{people}} as people
    on responses.customer_no = people.customer_no
where responses.answered_on < $as_of_on
group by people.unit_no, told_at
having told_at is not null"""

# Paid access and its end to the second; days say which subscriptions are one spell.
_PAID_STAYS = f"""select
    unit_spells.unit_no,
    min({_local("greatest(paid.started_at, paid.trial_ended_at)")}) as started_at,
    case
        when unit_spells.ended_on is not null
            then max({_local("{ended_at}")})
    end as ended_at
from unit_spells
inner join {{people}} as people
    on unit_spells.unit_no = people.unit_no
inner join subscriptions as paid
    on
        people.customer_no = paid.customer_no
        and paid.paid_from_on >= unit_spells.started_on
        and paid.paid_from_on < coalesce(unit_spells.ended_on, $as_of_on)
        and coalesce(paid.ended_on, date '9999-12-31') > paid.paid_from_on
group by unit_spells.unit_no, unit_spells.spell_no, unit_spells.ended_on"""
_CANCELLED_AT = (
    "case when paid.cancelled_at is null then paid.ended_at"
    " else least(paid.ended_at, greatest(paid.cancelled_at,"
    " (paid.paid_from_on + 1)::timestamp)) end"
)

_DAY_STAYS = """select
    unit_no,
    started_on::timestamp as started_at,
    ended_on::timestamp as ended_at
from unit_spells
where started_on < $as_of_on"""

_GROUP = """case
        when score >= $high_from then 'high'
        when score <= $low_to then 'low'
        when score is not null then 'middle'
        else 'unscored'
    end"""

_ANSWER_MOMENTS = f"""select
    unit_no,
    told_at,
    score,
    {_GROUP} as score_group
from (
    select *
    from survey_answers
    where told_at >= $moments_from_on and told_at < $moments_until_on
)"""
_LATEST = """
qualify
    row_number() over (partition by unit_no, {period} order by told_at desc) = 1"""

_FIRST_DAYS = """(
    select unnest($starts::date[])::timestamp as told_at
) as starts
inner join stays
    on
        starts.told_at >= stays.started_at
        and starts.told_at < coalesce(stays.ended_at, timestamp '9999-12-31')"""

_SILENT_MOMENTS = f"""select
    stays.unit_no,
    starts.told_at,
    null::double as score,
    'silent' as score_group
from {_FIRST_DAYS}
left join (
    select
        unit_no,
        min(told_at) as first_told_at
    from survey_answers
    group by unit_no
) as heard
    on stays.unit_no = heard.unit_no and heard.first_told_at < starts.told_at
where heard.unit_no is null"""

_PERIOD_MOMENTS = f"""select
    unit_no,
    told_at,
    score,
    case when heard_at is null then 'silent' else {_GROUP} end as score_group
from (
    select
        stays.unit_no,
        starts.told_at,
        max(heard.told_at) as heard_at,
        (
            max({{'told_at': heard.told_at, 'score': heard.score}})
                filter (where heard.score is not null)
        ).score as score
    from {_FIRST_DAYS}
    left join survey_answers as heard
        on stays.unit_no = heard.unit_no and heard.told_at < starts.told_at
    group by stays.unit_no, starts.told_at
)"""

# Prices are told by days: of who leaves later on the horizon's last day, it is the day
# before that counts, on which something was paid all day.
_HERE = """select
    moments.*,
    moments.told_at::date as told_on,
    (moments.told_at + to_days($horizon::integer) - interval 1 microsecond)::date
    - coalesce(
        stays.ended_at > moments.told_at + to_days($horizon::integer)
        and stays.ended_at::date
        = (moments.told_at + to_days($horizon::integer))::date,
        false
    )::integer as after_on,
    floor(epoch($as_of_on::timestamp - moments.told_at) / 86400)::integer
        as days_seen,
    case
        when stays.ended_at <= $as_of_on::timestamp
            then ceil(epoch(stays.ended_at - moments.told_at) / 86400)::integer
    end as days_left
from moments
inner join stays
    on
        moments.unit_no = stays.unit_no
        and moments.told_at >= stays.started_at
        and moments.told_at < coalesce(stays.ended_at, timestamp '9999-12-31')"""

_MOMENTS = """select
    here.unit_no,
    here.told_at,
    here.told_on,
    here.score,
    here.score_group,
    here.days_seen,
    here.days_left,
    here.days_seen >= $horizon::integer as is_mature,
    coalesce(here.days_left <= $horizon::integer, false) as has_left,
    worth.monthly_before,
    case when here.days_seen >= $horizon::integer then worth.monthly_after end
        as monthly_after,
    tickets.tickets_before,
    tickets.tickets_after,
    activity.is_active,
    activity.is_retained
from here
left join ({worth}) as worth
    on here.unit_no = worth.unit_no and here.told_at = worth.told_at
left join ({tickets}) as tickets
    on here.unit_no = tickets.unit_no and here.told_at = tickets.told_at
left join ({activity}) as activity
    on here.unit_no = activity.unit_no and here.told_at = activity.told_at"""

_NO_WORTH = """
    select
        null::integer as unit_no,
        null::timestamp as told_at,
        null::double as monthly_before,
        null::double as monthly_after
"""

# What nobody pays on the last day of the horizon is nothing, and known to be.
_WORTH = """
    select
        here.unit_no,
        here.told_at,
        sum(prices.monthly) filter (
            where
            prices.started_on <= here.told_on
            and coalesce(prices.ended_on, date '9999-12-31') > here.told_on
        ) as monthly_before,
        coalesce(sum(prices.monthly) filter (
            where
            prices.started_on <= here.after_on
            and coalesce(prices.ended_on, date '9999-12-31') > here.after_on
        ), 0) as monthly_after
    from here
    inner join {people} as people
        on here.unit_no = people.unit_no
    inner join prices
        on people.customer_no = prices.customer_no
    group by here.unit_no, here.told_at
"""

_NO_TICKETS = """
    select
        null::integer as unit_no,
        null::timestamp as told_at,
        null::bigint as tickets_before,
        null::bigint as tickets_after
"""

# Nobody knows of tickets outside of the time that their export covers.
_TICKETS = f"""
    select
        here.unit_no,
        here.told_at,
        case
            when here.told_on - {AROUND_DAYS} >= $tickets_from_on
                then count(opened.at_local)
                    filter (where opened.at_local < here.told_at)
        end as tickets_before,
        case
            when here.told_on + {AROUND_DAYS} < $tickets_until_on
                then count(opened.at_local)
                    filter (where opened.at_local >= here.told_at)
        end as tickets_after
    from here
    left join (
        select
            people.unit_no,
            {_local("tickets.opened_at")} as at_local
        from tickets
        inner join {{people}} as people
            on tickets.customer_no = people.customer_no
    ) as opened
        on
            here.unit_no = opened.unit_no
            and opened.at_local >= here.told_at - interval {AROUND_DAYS} day
            and opened.at_local < here.told_at + interval {AROUND_DAYS} day
    where here.told_on <= $tickets_until_on
    group by here.unit_no, here.told_at, here.told_on
"""

_NO_ACTIVITY = """
    select
        null::integer as unit_no,
        null::timestamp as told_at,
        null::boolean as is_active,
        null::boolean as is_retained
"""

# The day of the moment itself is not looked at: who answers is there.
_ACTIVITY = f"""
    select
        here.unit_no,
        here.told_at,
        case
            when here.told_on + {AROUND_DAYS} < $events_until_on
                then
                    count(active.period) filter (
                        where active.period <= here.told_day + {AROUND_DAYS}
                    ) > 0
        end as is_active,
        case
            when here.told_on + $horizon::integer < $events_until_on
                then
                    count(active.period) filter (
                        where
                        active.period > here.told_day + $horizon - {AROUND_DAYS}
                        and active.period <= here.told_day + $horizon
                    ) > 0
        end as is_retained
    from (
        select
            *,
            told_on - date '1970-01-01' as told_day
        from here
    ) as here
    left join (
        select
            people.unit_no,
            activity_days.period
        from activity_days
        inner join {{people}} as people
            on activity_days.customer_no = people.customer_no
    ) as active
        on
            here.unit_no = active.unit_no
            and active.period > here.told_day
            and active.period <= here.told_day + greatest($horizon, {AROUND_DAYS})
    where here.told_on >= $events_from_on
    group by here.unit_no, here.told_at, here.told_on, here.told_day
"""

_NO_PAY = """
    select
        null::integer as unit_no,
        null::double as monthly
"""
_PAY = """
    select
        people.unit_no,
        sum(prices.monthly) as monthly
    from prices
    inner join {people} as people
        on prices.customer_no = people.customer_no
    where
        prices.started_on < $as_of_on
        and coalesce(prices.ended_on, date '9999-12-31') >= $as_of_on
    group by people.unit_no
"""

_LATEST_VOICES = f"""select
    unit_no,
    told_at,
    score,
    monthly,
    case when heard_at is null then 'silent' else {_GROUP} end as score_group
from (
    select
        here.unit_no,
        worth.monthly,
        max(heard.told_at) as heard_at,
        (
            max({{{{'told_at': heard.told_at, 'score': heard.score}}}}) filter (
                where heard.score is not null and heard.told_at >= $heard_from_on
            )
        ).score as score,
        max(heard.told_at) filter (
            where heard.score is not null and heard.told_at >= $heard_from_on
        ) as told_at
    from (
        select distinct unit_no
        from stays
        where
            started_at < $as_of_on
            and coalesce(ended_at, timestamp '9999-12-31') >= $as_of_on
    ) as here
    left join survey_answers as heard
        on here.unit_no = heard.unit_no
    left join ({{worth}}) as worth
        on here.unit_no = worth.unit_no
    group by here.unit_no, worth.monthly
)"""

"""Losses: every time that somebody stopped being a customer, and what is known of it.

Composed beside ``population`` and by its rules. What a loss was worth and what was
heard before it depend on no filter: that is computed once for everyone and kept.

- ``unit_losses``: one row per unit and spell that ended, of everyone; kept.
- ``losses(unit_no, segment_no, spell_no, left_on, tenure_days, reason, kind,
  monthly_lost, nps_score, tickets, back_on, days_back, monthly_back, is_here)``: the
  same for the units in view. ``left_on`` is the first local day on which the unit is no
  customer any more; ``reason`` is the one given, its spellings made one; ``kind`` is
  ``cancelled``, ``failed payment``, ``not said`` or ``fell silent``; ``monthly_lost``
  is what a month was worth on the day before, ``monthly_back`` on the day of coming
  back, null where it has no price; ``tickets`` were opened in the ``TICKET_DAYS`` days
  before, null where these were not observed; ``days_back`` counts days of 24 hours
  from leaving to coming back, a begun one as a whole; ``is_here`` says who is a
  customer in the end.
- ``exits``: the losses between two days, rare reasons folded together;
  ``is_counted`` where the time looked at is complete.
- ``comments(unit_no, spell_no, told_on, comment, score, is_exit)``: what they wrote
  when they left, and in surveys in the days before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.population import Population, Relation, Unit
from holdfast.pricing import price_relation
from holdfast.query import Value
from holdfast.reasons import FAILED_PAYMENT, NO_REASON
from holdfast.score_groups import is_scored, scale_asked, scored_values
from holdfast.spells import Ending

TICKET_DAYS = 30
"""How many days before leaving tickets and comments are looked at."""

SILENT = "(fell silent)"
OTHER_REASONS, OTHER_FAILED = "Other reasons", "Other failed payments"
CANCELLED, FAILED, NOT_SAID = "cancelled", "failed payment", "not said"


def loss_relations(
    dataset: Dataset,
    members: Population,
    spells: Mapping[str, Relation],
    sign: str,
    as_of: date,
    ending: Ending = "access",
    currency: str | None = None,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``losses`` and ``comments``, and what they read.

    Args:
        dataset: Whose customers.
        members: Who is in view.
        spells: What ``spell_relations`` composed for them.
        sign: ``subscription``, ``activity`` or ``order``.
        as_of: End (exclusive) of the observed time.
        ending: When a subscription ends.
        currency: The one that money is counted in; none for no money.
        cancellation: Lets another thread stop the work.
    """
    relations = dict(spells)
    scored = scored_values(scale_asked(dataset, "nps"))
    values: dict[str, Value] = {"as_of_on": as_of}
    values |= {name: scored[name] for name in ("lowest", "highest", "codes")}
    reason = f"'{SILENT}'"
    kind = "'fell silent'"
    if sign == "subscription":
        reason, kind = _REASON, _KIND
        values |= {"failed_payment": FAILED_PAYMENT, "no_reason": NO_REASON}
        values["zone"] = dataset.zone
        returns = _RETURNS[ending]
    else:
        returns = _NO_RETURNS
    worth = _NO_WORTH
    if currency is not None and sign == "subscription":
        worth = _WORTH
        relations["prices"] = price_relation(dataset, currency, as_of)
    tickets, seen = _NO_TICKETS, dataset.observed.get("tickets")
    if seen is not None:
        tickets = _TICKETS
        values |= {
            "tickets_from_on": seen.from_on,
            "tickets_until_on": min(seen.as_of, as_of),
        }
    people = _people(members.unit)
    text = _LOSSES.format(
        reason=reason,
        kind=kind,
        worth=worth.format(people=people),
        returns=returns.format(people=people),
        scores=_SCORES.format(
            people=people, scored=is_scored("nps", "responses.score")
        ),
        tickets=tickets.format(people=people),
    )
    ended = relations["unit_spells"].kept_as
    parts = {"unit_spells": Relation(f"select * from {ended}")}
    if "prices" in relations:
        parts["prices"] = relations["prices"]
    named = ",\n".join(f"{name} as ({part.text})" for name, part in parts.items())
    bound = dict(values)
    for part in parts.values():
        bound.update(part.values)
    key = f"{ended} {currency} {scored}"
    kept = f"losses_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    dataset.materialise(kept, f"with {named}\n{text}", bound, cancellation)
    relations["unit_losses"] = Relation(text, values, kept_as=kept)
    relations["losses"] = Relation(_of_members(members))
    relations["comments"] = _comments(dataset, members.unit, sign)
    return relations


def exit_relation(
    first_on: date, until_on: date, seen_until_on: date, reasons: int
) -> Relation:
    """Select ``exits``: losses between two days, with the rarest reasons folded.

    Args:
        first_on: The first day that is looked at.
        until_on: The day after the last one that is counted.
        seen_until_on: The day after the last one that is shown, not before
            ``until_on``.
        reasons: How many of the reasons given stand alone.
    """
    return Relation(
        _EXITS,
        {
            "first_on": first_on,
            "until_on": until_on,
            "seen_until_on": seen_until_on,
            "most_reasons": reasons,
        },
    )


def _of_members(members: Population) -> str:
    """Join the losses with the units in view."""
    segment, join = "0::utinyint as segment_no", ""
    if not members.is_everyone:
        segment = "members.segment_no"
        source = "population"
        if members.unit == "account":
            source = "(select distinct unit_no, segment_no from population)"
        join = (
            f"\ninner join {source} as members\n"
            "    on unit_losses.unit_no = members.unit_no"
        )
    return f"select\n    {segment},\n    unit_losses.*\nfrom unit_losses{join}"


def _people(unit: Unit) -> str:
    """Select which customers a unit is made of."""
    return f"(select customer_no, {unit}_no as unit_no from customers)"


def _comments(dataset: Dataset, unit: Unit, sign: str) -> Relation:
    """Select what was written; older datasets do not know comments on leaving."""
    parts = [_ANSWERS.format(people=_people(unit))]
    if sign == "subscription" and dataset.knows_exit_comments:
        parts.append(_EXIT_COMMENTS.format(people=_people(unit)))
    return Relation("\nunion all\n".join(parts))


# Spellings of one reason differ in case, blanks and underscores.
_SPELT = (
    r"trim(regexp_replace(nfc_normalize(lower(reason)), '[\s_\x{00a0}]+', ' ', 'g'))"
)
_REASON = f"coalesce({_SPELT}, $no_reason)"
_KIND = f"""case
        when reason is null then '{NOT_SAID}'
        when regexp_matches(reason, $failed_payment) then '{FAILED}'
        else '{CANCELLED}'
    end"""

_LOSSES = """select
    ended.unit_no,
    ended.spell_no,
    ended.ended_on as left_on,
    (ended.ended_on - ended.started_on)::integer as tenure_days,
    ended.reason,
    ended.kind,
    worth.monthly_lost,
    scores.nps_score,
    tickets.tickets,
    ended.next_started_on as back_on,
    coalesce(
        returns.days_back, ended.next_started_on - ended.ended_on
    )::integer as days_back,
    worth.monthly_back,
    ended.is_here
from (
    select
        unit_no,
        spell_no,
        started_on,
        ended_on,
        next_started_on,
        {reason} as reason,
        {kind} as kind,
        unit_no in (select unit_no from unit_spells where ended_on is null) as is_here
    from unit_spells
) as ended
left join ({worth}) as worth
    on ended.unit_no = worth.unit_no and ended.spell_no = worth.spell_no
left join ({returns}) as returns
    on ended.unit_no = returns.unit_no and ended.spell_no = returns.spell_no
left join ({scores}) as scores
    on ended.unit_no = scores.unit_no and ended.spell_no = scores.spell_no
left join ({tickets}) as tickets
    on ended.unit_no = tickets.unit_no and ended.spell_no = tickets.spell_no
where ended.ended_on < $as_of_on"""

_NO_WORTH = """
    select
        null::integer as unit_no,
        null::bigint as spell_no,
        null::decimal(38, 6) as monthly_lost,
        null::decimal(38, 6) as monthly_back
"""

_WORTH = """
    select
        unit_spells.unit_no,
        unit_spells.spell_no,
        sum(prices.monthly) filter (
            where
            prices.started_on < unit_spells.ended_on
            and coalesce(prices.ended_on, date '9999-12-31') >= unit_spells.ended_on
        ) as monthly_lost,
        sum(prices.monthly) filter (
            where
            prices.started_on <= unit_spells.next_started_on
            and coalesce(prices.ended_on, date '9999-12-31')
            > unit_spells.next_started_on
        ) as monthly_back
    from unit_spells
    inner join {people} as people
        on unit_spells.unit_no = people.unit_no
    inner join prices
        on people.customer_no = prices.customer_no
    where unit_spells.ended_on is not null
    group by unit_spells.unit_no, unit_spells.spell_no
"""

_NO_RETURNS = """
    select
        null::integer as unit_no,
        null::bigint as spell_no,
        null::integer as days_back
"""

# By the clock on the wall, days have 24 hours where summer time begins or ends too.
_DAYS_BACK = """
    select
        unit_spells.unit_no,
        unit_spells.spell_no,
        ceil(
            epoch(
                min(
                    timezone($zone, timezone(
                        'UTC', greatest(paid.started_at, paid.trial_ended_at)
                    ))
                ) filter (where paid.paid_from_on = unit_spells.next_started_on)
                - max(timezone($zone, timezone('UTC', {left_at}))) filter (
                    where {left_on} = unit_spells.ended_on
                )
            ) / 86400
        )::integer as days_back
    from unit_spells
    inner join {{people}} as people
        on unit_spells.unit_no = people.unit_no
    inner join subscriptions as paid
        on people.customer_no = paid.customer_no
    where unit_spells.next_started_on is not null
    group by unit_spells.unit_no, unit_spells.spell_no
"""
_RETURNS = {
    "access": _DAYS_BACK.format(left_at="paid.ended_at", left_on="paid.ended_on"),
    "cancellation": _DAYS_BACK.format(
        left_at="paid.cancelled_at", left_on="paid.cancelled_on"
    ),
}

# The latest answer before leaving; of several at one instant always the same.
_SCORES = """
    select
        unit_spells.unit_no,
        unit_spells.spell_no,
        max({{
            'told_at': responses.answered_at,
            'id': responses.response_id,
            'score': responses.score
        }}).score as nps_score
    from unit_spells
    inner join {people} as people
        on unit_spells.unit_no = people.unit_no
    inner join responses
        on
            people.customer_no = responses.customer_no
            and responses.answered_on < unit_spells.ended_on
    where responses.kind = 'nps' and {scored}
    group by unit_spells.unit_no, unit_spells.spell_no
"""

_NO_TICKETS = """
    select
        null::integer as unit_no,
        null::bigint as spell_no,
        null::bigint as tickets
"""

# Nobody knows of tickets outside of the time that their export covers.
_TICKETS = f"""
    select
        unit_spells.unit_no,
        unit_spells.spell_no,
        count(opened.customer_no) as tickets
    from unit_spells
    inner join {{people}} as people
        on unit_spells.unit_no = people.unit_no
    left join tickets as opened
        on
            people.customer_no = opened.customer_no
            and opened.opened_on < unit_spells.ended_on
            and opened.opened_on >= unit_spells.ended_on - {TICKET_DAYS}
    where
        unit_spells.ended_on - {TICKET_DAYS} >= $tickets_from_on
        and unit_spells.ended_on <= $tickets_until_on
    group by unit_spells.unit_no, unit_spells.spell_no
"""

_EXITS = f"""select
    losses.* replace (
        case
            when losses.kind in ('{NOT_SAID}', 'fell silent') then losses.reason
            when ranks.place <= $most_reasons then losses.reason
            when losses.kind = '{FAILED}' then '{OTHER_FAILED}'
            else '{OTHER_REASONS}'
        end as reason
    ),
    losses.left_on < $until_on as is_counted
from losses
left join (
    select
        reason,
        kind,
        row_number() over (order by count(*) desc, reason) as place
    from losses
    where
        left_on >= $first_on
        and left_on < $until_on
        and kind in ('{CANCELLED}', '{FAILED}')
    group by reason, kind
) as ranks
    on losses.reason = ranks.reason and losses.kind = ranks.kind
where losses.left_on >= $first_on and losses.left_on < $seen_until_on"""

_ANSWERS = f"""select
    unit_losses.unit_no,
    unit_losses.spell_no,
    responses.answered_on as told_on,
    trim(responses.comment) as comment,
    responses.kind as asked,
    responses.score,
    false as is_exit
from unit_losses
inner join {{people}} as people
    on unit_losses.unit_no = people.unit_no
inner join responses
    on
        people.customer_no = responses.customer_no
        and responses.answered_on < unit_losses.left_on
        and responses.answered_on >= unit_losses.left_on - {TICKET_DAYS}
where trim(responses.comment) != ''"""

_EXIT_COMMENTS = """select
    unit_losses.unit_no,
    unit_losses.spell_no,
    coalesce(subscriptions.cancelled_on, unit_losses.left_on) as told_on,
    trim(subscriptions.cancel_comment) as comment,
    null::varchar as asked,
    null::double as score,
    true as is_exit
from unit_losses
inner join {people} as people
    on unit_losses.unit_no = people.unit_no
inner join subscriptions
    on
        people.customer_no = subscriptions.customer_no
        and subscriptions.paid_from_on < unit_losses.left_on
        and subscriptions.paid_from_on
        >= unit_losses.left_on - unit_losses.tenure_days
where trim(subscriptions.cancel_comment) != ''"""

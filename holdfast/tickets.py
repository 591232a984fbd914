"""Tickets: when each was opened, answered and solved, and what it is about.

Composed beside ``population`` and by its rules. What a ticket says of itself depends on
no filter: that is computed once for all and kept.

- ``unit_tickets``: one row per ticket of everyone, of unknown people too; kept.
- ``shown_tickets(ticket_no, unit_no, segment_no, is_unknown, opened_period,
  solved_period, ...)``: those of the units in view. Tickets of unknown people belong
  to no segment and are in view only where nothing is filtered. ``opened_at``,
  ``first_responded_at`` and ``solved_at`` are UTC instants, null where it did not
  happen before the end of the observed time; ``is_undated`` says that a ticket is
  solved, nobody knows when; ``tags`` is a list without repetition, in lower case.
- ``ticket_groups(ticket_no, label)``: the segment or the value of a field that each
  belongs to; with two tags a ticket is in two groups, and once in ``Other``.
- ``group_labels(label, place)``: the groups in display order.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Literal

from holdfast.cancellation import Cancellation
from holdfast.dataset import Dataset
from holdfast.periods import Span, period_sql
from holdfast.population import OTHER, Population, Relation
from holdfast.query import Value

Field = Literal["tag", "priority", "channel", "status"]
"""What tickets can be told apart by, besides their customers' segments."""

UNKNOWN_PEOPLE = "(unknown people)"
UNTOLD = "(none)"

_SOLVED = ("solved", "closed", "resolved", "done", "completed", "complete", "fixed")
_OPEN = ("new", "open", "pending", "hold", "on-hold", "on hold", "in progress")


def ticket_relations(
    dataset: Dataset,
    members: Population,
    span: Span,
    as_of: date,
    *,
    by: Field | None = None,
    groups: int = 8,
    takes_unknown: bool = True,
    cancellation: Cancellation | None = None,
) -> dict[str, Relation]:
    """Compose ``shown_tickets`` and ``ticket_groups``, and what they read.

    Args:
        dataset: Whose tickets.
        members: Who is in view.
        span: The periods that tickets are counted by.
        as_of: End (exclusive) of the observed time; later things are not seen.
        by: The field whose values are the groups; none for the segments in view.
        groups: How many of the values stand alone, the most frequent first.
        takes_unknown: Tickets of unknown people are in view.
        cancellation: Lets another thread stop the work.
    """
    values: dict[str, Value] = {
        "seen_until_at": dataset.utc(as_of),
        "zone": dataset.zone,
        "solved_words": list(_SOLVED),
        "open_words": list(_OPEN),
    }
    unit = "tickets.customer_no"
    join = ""
    if members.unit == "account":
        unit = "customers.account_no"
        join = (
            "\nleft join customers\n    on tickets.customer_no = customers.customer_no"
        )
    text = _TICKETS.format(unit=unit, join=join)
    key = f"{as_of} {members.unit}"
    kept = f"tickets_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    dataset.materialise(kept, text, values, cancellation)
    shown = _SHOWN.format(
        opened_period=period_sql("unit_tickets.opened_on", span, dataset.week_start),
        solved_period=period_sql("unit_tickets.solved_on", span, dataset.week_start),
        kind="left" if takes_unknown else "inner",
    )
    relations = {
        "unit_tickets": Relation(text, values, kept_as=kept),
        "shown_tickets": Relation(shown),
    }
    if by is None:
        relations["ticket_groups"] = Relation(_BY_SEGMENT if members.segments else _NO)
        relations["group_labels"] = Relation(
            _SEGMENT_LABELS if members.segments else _NO_LABELS
        )
    else:
        relations["field_values"] = Relation(_VALUES[by])
        relations["ranked_values"] = Relation(_RANKED, {"most_groups": groups})
        relations["ticket_groups"] = Relation(_BY_FIELD)
        relations["group_labels"] = Relation(_FIELD_LABELS)
    return relations


def _folded(text: str) -> str:
    return f"nullif(trim(regexp_replace(lower({text}), '\\s+', ' ', 'g')), '')"


# Tools write tags as a list, or with commas, semicolons, bars or mere blanks between
# them; where any ticket has one of the former, a blank belongs to a tag.
_TAGS = r"""list_sort(list_distinct(list_filter(
            list_transform(
                regexp_split_to_array(
                    lower(
                        regexp_replace(coalesce(tickets.tags, ''), '[\[\]"]', '', 'g')
                    ),
                    case when separators.is_marked then '[,;|\n]+' else '\s+' end
                ),
                lambda tag: trim(tag, ' ''' || chr(9) || chr(160))
            ),
            lambda tag: tag != ''
        )))"""

_TICKETS = f"""select
    row_number() over (
        order by tickets.opened_at, tickets.ticket_id, tickets.subject
    ) as ticket_no,
    {{unit}} as unit_no,
    tickets.customer_no,
    tickets.ticket_id,
    tickets.opened_at,
    tickets.opened_on,
    case
        when tickets.first_responded_at >= tickets.opened_at
        and tickets.first_responded_at < $seen_until_at
            then tickets.first_responded_at
    end as first_responded_at,
    case when tickets.is_seen then tickets.solved_at end as solved_at,
    -- what was solved before it was opened counts as solved at once
    case
        when tickets.is_seen
            then greatest(
                timezone($zone, timezone('UTC', tickets.solved_at))::date,
                tickets.opened_on
            )
    end as solved_on,
    not tickets.is_seen and tickets.is_undated as is_undated,
    tickets.is_seen and tickets.solved_at < tickets.opened_at as is_solved_before,
    coalesce(tickets.first_responded_at < tickets.opened_at, false)
        as is_answered_before,
    tickets.reopens,
    tickets.subject,
    {_TAGS} as tags,
    tickets.status,
    {_folded("tickets.priority")} as priority,
    {_folded("tickets.channel")} as channel
from (
    select
        *,
        coalesce(
            solved_at < $seen_until_at
            and not list_contains($open_words, coalesce(status, '')),
            false
        ) as is_seen,
        solved_at is null and list_contains($solved_words, coalesce(status, ''))
            as is_undated
    from tickets
    where opened_at < $seen_until_at
) as tickets
cross join (
    select coalesce(bool_or(regexp_matches(tags, '[,;|]')), false) as is_marked
    from tickets
) as separators{{join}}"""

_SHOWN = """select
    unit_tickets.*,
    coalesce(members.segment_no, 255::utinyint) as segment_no,
    members.unit_no is null as is_unknown,
    {opened_period} as opened_period,
    {solved_period} as solved_period
from unit_tickets
{kind} join (select distinct unit_no, segment_no from population) as members
    on unit_tickets.unit_no = members.unit_no"""

_NO = "select ticket_no, ''::varchar as label from shown_tickets where false"
_NO_LABELS = "select ''::varchar as label, 0::bigint as place where false"

_BY_SEGMENT = f"""select
    shown_tickets.ticket_no,
    coalesce(names.segment, '{UNKNOWN_PEOPLE}') as label
from shown_tickets
left join (select distinct segment_no, segment from segments) as names
    on
        shown_tickets.segment_no = names.segment_no
        and not shown_tickets.is_unknown"""

_SEGMENT_LABELS = f"""select distinct
    segment as label,
    segment_no::bigint as place
from segments
union all
select distinct
    '{UNKNOWN_PEOPLE}' as label,
    999::bigint as place
from shown_tickets
where is_unknown"""

_VALUES: dict[str, str] = {
    "tag": f"""select
    ticket_no,
    unnest(case when len(tags) = 0 then ['{UNTOLD}'] else tags end) as value
from shown_tickets""",
    **{
        field: f"""select
    ticket_no,
    coalesce(nullif({field}, ''), '{UNTOLD}') as value
from shown_tickets"""
        for field in ("priority", "channel", "status")
    },
}

_RANKED = f"""select
    value,
    case
        when value = '{UNTOLD}' then value
        when place <= $most_groups then value
        else '{OTHER}'
    end as label,
    case
        when value = '{UNTOLD}' then 1000
        when place <= $most_groups then place
        else 999
    end as place
from (
    select
        value,
        row_number() over (
            order by value = '{UNTOLD}', count(*) desc, value
        ) as place
    from field_values
    group by value
)"""

_BY_FIELD = """select distinct
    field_values.ticket_no,
    ranked_values.label
from field_values
inner join ranked_values
    on field_values.value = ranked_values.value"""

_FIELD_LABELS = (
    "select label, min(place)::bigint as place from ranked_values group by label"
)

-- tickets_before_churn_members: Who left with a ticket in the days before.
-- grain: one row per customer or account and left_on
-- params:
--   days (INTEGER): how many days before are looked at
--   tickets_from_on (DATE): first day on which tickets were observed
--   tickets_until_on (DATE): end (exclusive) of the days on which they were
--   of_label (VARCHAR): what the tickets are about; null means any ticket
-- returns:
--   id (VARCHAR): id as in the exports
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   left_on (DATE): first local day as no customer any more
--   tickets (BIGINT): tickets in the days before
--   last_subject (VARCHAR): subject of the last of them, as given
-- source: docs/definitions.md, Tickets before leaving; the same relations as
--   tickets_before_churn
with chosen as (
    select
        shown_tickets.unit_no,
        shown_tickets.opened_on,
        shown_tickets.ticket_no,
        shown_tickets.subject
    from shown_tickets
    where
        not shown_tickets.is_unknown
        and (
            $of_label is null
            or shown_tickets.ticket_no in (
                select ticket_groups.ticket_no
                from ticket_groups
                where ticket_groups.label = $of_label
            )
        )
),

final as (
    select
        units.id,
        units.joined_on,
        units.last_seen_on,
        spells.ended_on as left_on,
        count(*) as tickets,
        max_by(chosen.subject, chosen.ticket_no) as last_subject
    from spells
    inner join chosen
        on
            spells.unit_no = chosen.unit_no
            and spells.ended_on > chosen.opened_on
            and spells.ended_on - $days <= chosen.opened_on
    inner join units
        on spells.unit_no = units.unit_no
    where
        spells.ended_on - $days >= $tickets_from_on
        and spells.ended_on <= $tickets_until_on
    group by all
)

select * from final
order by
    left_on desc,
    id asc

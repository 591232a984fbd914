-- support_members: The tickets behind a figure of support.
-- grain: one row per ticket_no
-- params:
--   of_first (INTEGER): first period
--   of_last (INTEGER): last period
--   of_kind (VARCHAR): opened, solved, backlog or reopened
--   of_label (VARCHAR): the segment or the value of the field; null means every ticket
-- returns:
--   ticket_no (BIGINT): the ticket's place by its opening
--   ticket_id (VARCHAR): the ticket's id
--   id (VARCHAR): id of who asked, as in the exports; null = unknown
--   opened_on (DATE): local day of the opening
--   solved_on (DATE): local day of the solution; null = open, or nobody knows when
--   subject (VARCHAR): subject as given
--   tags (VARCHAR): tags, with commas between them
--   priority (VARCHAR): priority
--   channel (VARCHAR): where it came in
--   status (VARCHAR): status at the end
--   response_hours (DOUBLE): hours to the first answer; null = none seen
--   resolution_hours (DOUBLE): hours to the solution; null = none seen
--   reopens (INTEGER): times reopened
-- source: docs/definitions.md, Support; the same relation as support
with chosen as (
    select
        shown_tickets.*,
        units.id
    from shown_tickets
    left join units
        on shown_tickets.unit_no = units.unit_no and not shown_tickets.is_unknown
    where
        case $of_kind
            when 'solved'
                then shown_tickets.solved_period between $of_first and $of_last
            -- open at the end of the last period
            when 'backlog'
                then
                    shown_tickets.opened_period <= $of_last
                    and not shown_tickets.is_undated
                    and coalesce(shown_tickets.solved_period > $of_last, true)
            when 'reopened'
                then
                    shown_tickets.opened_period between $of_first and $of_last
                    and shown_tickets.reopens > 0
            else shown_tickets.opened_period between $of_first and $of_last
        end
),

final as (
    select
        chosen.ticket_no,
        chosen.ticket_id,
        chosen.id,
        chosen.opened_on,
        chosen.solved_on,
        chosen.subject,
        nullif(array_to_string(chosen.tags, ', '), '') as tags,
        chosen.priority,
        chosen.channel,
        chosen.status,
        epoch(chosen.first_responded_at - chosen.opened_at) / 3600 as response_hours,
        epoch(chosen.solved_at - chosen.opened_at) / 3600 as resolution_hours,
        chosen.reopens
    from chosen
    where
        $of_label is null
        or chosen.ticket_no in (
            select ticket_groups.ticket_no
            from ticket_groups
            where ticket_groups.label = $of_label
        )
)

select * from final
order by
    opened_on desc,
    ticket_no desc

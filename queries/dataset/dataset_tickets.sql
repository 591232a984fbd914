-- dataset_tickets: Support tickets; of unknown people too.
-- grain: one row per ticket
-- params: none
-- returns:
--   customer_no (INTEGER): who asked; null = unknown
--   ticket_id (VARCHAR): the ticket's id
--   opened_at (TIMESTAMP): opened, UTC
--   opened_on (DATE): local day of the opening
--   first_responded_at (TIMESTAMP): first answer, UTC
--   solved_at (TIMESTAMP): solved, UTC; null = open
--   reopens (INTEGER): times reopened
--   subject (VARCHAR): subject
--   tags (VARCHAR): tags as given
--   status (VARCHAR): status, lower case
--   priority (VARCHAR): priority, lower case
--   channel (VARCHAR): where it came in
-- source: ours; the first answer comes from its instant, else from the minutes to it

with final as (
    select
        customer_numbers.customer_no,
        staged.ticket_id,
        staged.opened_at,
        staged.opened_on,
        coalesce(
            staged.first_responded_at,
            case
                when staged.first_response_minutes between 0 and 1e7
                    then
                        staged.opened_at
                        + to_seconds(staged.first_response_minutes * 60)
            end
        ) as first_responded_at,
        staged.solved_at,
        try_cast(staged.reopens as integer) as reopens,
        staged.subject,
        staged.tags,
        lower(staged.status) as status,
        lower(staged.priority) as priority,
        staged.channel
    from staged_tickets as staged
    left join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join duplicates
        on
            duplicates.feed = 'tickets'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
)

select * from final
order by opened_at, ticket_id

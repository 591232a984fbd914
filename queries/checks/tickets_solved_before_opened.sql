-- tickets_solved_before_opened: Tickets answered or solved before they were opened.
-- grain: one row per ticket
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports; null = unknown
--   ticket_id (VARCHAR): the ticket's id
--   opened_at (TIMESTAMP): opened, UTC
--   first_responded_at (TIMESTAMP): first answer, UTC; null = none
--   solved_at (TIMESTAMP): solved, UTC; null = open
-- source: ours

with final as (
    select
        customers.customer_id,
        tickets.ticket_id,
        tickets.opened_at,
        tickets.first_responded_at,
        tickets.solved_at
    from tickets
    left join customers on tickets.customer_no = customers.customer_no
    where
        tickets.solved_at < tickets.opened_at
        or tickets.first_responded_at < tickets.opened_at
)

select * from final
order by opened_at asc, ticket_id asc
limit $most

-- tickets_of_unknown_customers: Tickets of nobody who is known.
-- grain: one row per ticket
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   ticket_id (VARCHAR): the ticket's id
--   opened_on (DATE): local day of the opening
--   channel (VARCHAR): where it came in; null = not given
--   status (VARCHAR): status, lower case
-- source: ours

with final as (
    select
        ticket_id,
        opened_on,
        channel,
        status
    from tickets
    where customer_no is null
)

select * from final
order by opened_on asc, ticket_id asc
limit $most

-- dataset_events_seen: First event of each customer, and how many rows are refused.
-- grain: one row per customer id; null holds rows without one
-- params: none
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   first_at (TIMESTAMP): first event, UTC
--   first_on (DATE): local day of the first event
--   rejected_events (BIGINT): rows that are refused
-- source: ours; an event is refused when it lacks a customer, a name or an instant

with final as (
    select
        customer_id,
        min(happened_at) filter (where event is not null) as first_at,
        min(happened_on) filter (where event is not null) as first_on,
        count(*) - case
            when customer_id is null then 0
            else count(happened_at) filter (where event is not null)
        end as rejected_events
    from staged_events
    group by customer_id
)

select * from final

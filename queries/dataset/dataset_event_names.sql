-- dataset_event_names: Event names with their code in the ENUM.
-- grain: one row per event name that occurs
-- params: none
-- returns:
--   event (VARCHAR): the name
--   code (INTEGER): its position in the ENUM
--   events (BIGINT): how often
--   customers (BIGINT): customers who did it
-- source: ours; the codes are those of the ENUM, most frequent first

-- activity is sorted by event and customer
with placed as (
    select
        event,
        events,
        customer_no,
        lag(event) over () as event_before,
        lag(customer_no) over () as customer_before
    from activity
),

final as (
    select
        event::varchar as event,
        enum_code(event)::integer as code,
        sum(events)::bigint as events,
        count(*) filter (
            where
            event_before is distinct from event
            or customer_before is distinct from customer_no
        ) as customers
    from placed
    group by all
)

select * from final
order by code

-- dataset_event_names: Event names with their code in the ENUM.
-- grain: one row per event name that occurs
-- params: none
-- returns:
--   event (VARCHAR): the name
--   code (INTEGER): its position in the ENUM
--   events (BIGINT): how often
--   customers (BIGINT): customers who did it
-- source: ours; the codes are those of the ENUM, most frequent first

with final as (
    select
        activity.event::varchar as event,
        enum_code(activity.event)::integer as code,
        sum(activity.events)::bigint as events,
        count(distinct activity.customer_no) as customers
    from activity
    group by all
)

select * from final
order by code

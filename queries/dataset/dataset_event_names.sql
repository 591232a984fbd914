-- dataset_event_names: Event names with their code in the ENUM.
-- grain: one row per event name that occurs
-- params: none
-- returns: none
-- source: ours

with final as (
    select
        event::varchar as event,
        enum_code(event)::integer as code,
        sum(events)::bigint as events,
        count(distinct customer_no) as customers
    from activity
    group by activity.event
)

select * from final
order by code

-- dataset_event_names: Event names with their code in the ENUM.
-- grain: one row per event name that occurs
-- params: none
-- returns: none
-- source: ours

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

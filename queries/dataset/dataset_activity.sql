-- dataset_activity: Customer by event by local day; orders where there are no events.
-- grain: one row per event, customer and local day
-- params: none
-- returns:
--   event (event_name): what happened (ENUM)
--   customer_no (INTEGER): the customer's dense number, from 0
--   active_on (DATE): local day
--   events (INTEGER): how often on that day
-- source: ours; rollups answer, events are read only for what rollups cannot know

with happenings as (
    select
        event,
        customer_no,
        happened_on as active_on
    from events
    union all
    select
        'order'::event_name as event,
        customer_no,
        ordered_on as active_on
    from orders
    where not is_return and not exists (select 1 from events)
),

final as (
    select
        event,
        customer_no,
        active_on,
        count(*)::integer as events
    from happenings
    group by event, customer_no, active_on
)

select * from final
order by event, customer_no, active_on

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

-- they are sorted in any case, and then equal ones stand together: counting them by
-- their places takes half as long as by groups
sorted as (
    select * from happenings
    order by event, customer_no, active_on
),

placed as (
    select
        event,
        customer_no,
        active_on,
        row_number() over () as place,
        lag(event) over () as event_before,
        lag(customer_no) over () as customer_before,
        lag(active_on) over () as day_before
    from sorted
),

firsts as (
    select
        event,
        customer_no,
        active_on,
        place,
        lead(place) over () as next_place
    from placed
    where
        event_before is distinct from event
        or customer_before is distinct from customer_no
        or day_before is distinct from active_on
),

final as (
    select
        event,
        customer_no,
        active_on,
        (coalesce(next_place, (select count(*) + 1 from happenings)) - place)
        ::integer as events
    from firsts
)

select * from final

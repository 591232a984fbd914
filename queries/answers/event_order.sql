-- event_order: What customers do, how many of them, and how soon for the first time.
-- grain: one row per kind and event
-- params:
--   seen_on (DATE): last local day that may be seen
-- returns:
--   kind (VARCHAR): event, order, reorder (the second order), trial, subscription (the
--       first paid day) or cancellation
--   event (VARCHAR): name of the event; null where it is none
--   customers (BIGINT): customers who did it
--   median_days (DOUBLE): median time from joining to the first time, in days
--   p75_days (DOUBLE): three quarters of those who did it took no longer, in days
-- source: ours, so that a funnel can be suggested; docs/definitions.md, Funnels
with first_events as (
    select
        events.customer_no,
        events.event::varchar as event,
        min(events.happened_at) as first_at
    from events
    where events.customer_no is not null
    group by all
),

numbered_orders as (
    select
        orders.customer_no,
        orders.ordered_at,
        row_number() over (
            partition by orders.customer_no order by orders.ordered_at
        ) as place
    from orders
    where orders.customer_no is not null and not orders.is_return
),

first_times as (
    select
        'event' as kind,
        first_events.event,
        first_events.customer_no,
        first_events.first_at
    from first_events
    union all
    select
        if(numbered_orders.place = 1, 'order', 'reorder') as kind,
        null as event,
        numbered_orders.customer_no,
        numbered_orders.ordered_at as first_at
    from numbered_orders
    where numbered_orders.place <= 2
    union all
    select
        'trial' as kind,
        null as event,
        subscriptions.customer_no,
        min(subscriptions.started_at) as first_at
    from subscriptions
    where
        subscriptions.trial_ended_on is not null
        and subscriptions.started_on <= $seen_on
    group by all
    union all
    select
        'subscription' as kind,
        null as event,
        subscriptions.customer_no,
        min(subscriptions.paid_from_on)::timestamp as first_at
    from subscriptions
    where subscriptions.paid_from_on <= $seen_on
    group by all
    union all
    select
        'cancellation' as kind,
        null as event,
        subscriptions.customer_no,
        min(subscriptions.cancelled_at) as first_at
    from subscriptions
    where subscriptions.cancelled_on <= $seen_on
    group by all
),

taken as (
    select
        first_times.kind,
        first_times.event,
        greatest(
            epoch(first_times.first_at - customers.joined_at) / 86400, 0
        ) as days
    from first_times
    inner join customers
        on first_times.customer_no = customers.customer_no
),

final as (
    select
        taken.kind,
        taken.event,
        count(*) as customers,
        quantile_cont(taken.days, 0.5) as median_days,
        quantile_cont(taken.days, 0.75) as p75_days
    from taken
    group by all
)

select
    final.kind,
    final.event,
    final.customers,
    final.median_days,
    final.p75_days
from final
order by
    final.customers desc,
    final.kind asc,
    final.event asc

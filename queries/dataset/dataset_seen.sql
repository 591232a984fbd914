-- dataset_seen: Every customer that some row is about, with the first sign of life.
-- grain: one row per customer id
-- params: none
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   first_seen_at (TIMESTAMP): first sign of life, UTC; null = none
--   first_seen_on (DATE): its local day
-- source: ours; a sign-up or an experiment is no sign of life

with sightings as (
    select
        customer_id,
        first_at,
        first_on
    from events_seen
    where customer_id is not null and first_at is not null
    union all
    select
        customer_id,
        ordered_at,
        ordered_on
    from staged_orders
    where reason is null
    union all
    select
        customer_id,
        ordered_at,
        ordered_on
    from staged_order_lines
    where reason is null
    union all
    select
        customer_id,
        started_at,
        started_on
    from staged_subscriptions
    where reason is null
    union all
    select
        customer_id,
        charged_at,
        charged_on
    from staged_payments
    where reason is null
    union all
    select
        customer_id,
        null as first_at,
        null as first_on
    from staged_touches
    where reason is null
    union all
    select
        customer_id,
        null as first_at,
        null as first_on
    from staged_customers
    where reason is null
),

final as (
    select
        customer_id,
        min(first_at) as first_seen_at,
        min(first_on) as first_seen_on
    from sightings
    group by customer_id
)

select * from final

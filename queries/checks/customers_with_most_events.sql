-- customers_with_most_events: Customers behind a fifth of all events or more.
-- grain: one row per customer_id
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   events (HUGEINT): events of this customer
--   events_rate (DOUBLE): share of all events
-- source: ours; at least 1,000 events of one of at least 20 customers

with counts as (
    select
        customer_no,
        sum(events) as events
    from activity
    group by customer_no
),

shares as (
    select
        customer_no,
        events,
        events / sum(events) over () as events_rate,
        count(*) over () as customers
    from counts
),

final as (
    select
        customers.customer_id,
        shares.events,
        shares.events_rate
    from shares
    inner join customers on shares.customer_no = customers.customer_no
    where
        shares.customers >= 20
        and shares.events >= 1000
        and shares.events_rate >= 0.2
)

select * from final
order by events desc, customer_id asc
limit $most

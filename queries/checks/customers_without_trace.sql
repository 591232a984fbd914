-- customers_without_trace: Customers without any sign of life.
-- grain: one row per customer_id
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   signed_up_on (DATE): local day of the sign-up
-- source: ours; asked only where others were seen, and not of customers with a tenure

with seen as (
    select count(first_seen_at) as customers
    from customers
),

heard as (
    select customer_no from responses
    union
    select customer_no from tickets
    union
    select customer_no from touches
),

final as (
    select
        customers.customer_id,
        customers.signed_up_on
    from customers
    cross join seen
    anti join heard on customers.customer_no = heard.customer_no
    where
        customers.first_seen_at is null
        and customers.tenure_months is null
        and seen.customers > 0
)

select * from final
order by signed_up_on asc, customer_id asc
limit $most

-- customers_without_signup: Customers without a day of sign-up, where others have one.
-- grain: one row per customer_id
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   first_seen_on (DATE): local day of the first sign of life
-- source: ours; without a sign-up the first sign of life takes its place

with known as (
    select count(signed_up_on) as customers
    from customers
),

final as (
    select
        customers.customer_id,
        customers.first_seen_on
    from customers
    cross join known
    where
        customers.signed_up_on is null
        and known.customers > 0
)

select * from final
order by first_seen_on asc, customer_id asc
limit $most

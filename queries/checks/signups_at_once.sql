-- signups_at_once: Days on which a fifth of all customers or more signed up.
-- grain: one row per signed_up_on
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   signed_up_on (DATE): the local day
--   customers (BIGINT): who signed up on it
--   customers_rate (DOUBLE): share of all who signed up
-- source: ours; at least 50 customers of a day, and 10 days with sign-ups

with days as (
    select
        signed_up_on,
        count(*) as customers
    from customers
    where signed_up_on is not null
    group by signed_up_on
),

final as (
    select
        signed_up_on,
        customers,
        customers / sum(customers) over () as customers_rate
    from days
    qualify
        customers >= 50
        and customers_rate >= 0.2
        and count(*) over () >= 10
)

select * from final
order by customers desc, signed_up_on asc
limit $most

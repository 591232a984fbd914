-- referrers_unknown: Customers referred by nobody who is known, or by themselves.
-- grain: one row per customer_id
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   referred_by (VARCHAR): id of who is said to have referred them
-- source: ours

with final as (
    select
        customers.customer_id,
        customers.referred_by
    from customers
    left join customers as referrers
        on customers.referred_by = referrers.customer_id
    where
        trim(customers.referred_by) <> ''
        and (
            referrers.customer_id is null
            or customers.referred_by = customers.customer_id
        )
)

select * from final
order by customer_id asc
limit $most

-- customers_sharing_email: Several customers with one e-mail address.
-- grain: one row per customer_id
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   email (VARCHAR): the address, lower case, without blanks
--   customers (BIGINT): customers who have it
--   customer_id (VARCHAR): id as in the exports
--   joined_on (DATE): first local day
-- source: ours; case and blanks around do not tell addresses apart

with addresses as (
    select
        lower(trim(email)) as email,
        customer_id,
        joined_on
    from customers
    where trim(email) <> ''
),

final as (
    select
        email,
        count(*) over (partition by email) as customers,
        customer_id,
        joined_on
    from addresses
    qualify customers > 1
)

select * from final
order by customers desc, email asc, joined_on asc, customer_id asc
limit $most

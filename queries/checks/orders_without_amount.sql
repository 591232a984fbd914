-- orders_without_amount: Orders without an amount, where others have one.
-- grain: one row per order
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   order_id (VARCHAR): the order's id
--   ordered_on (DATE): local day
-- source: ours

with known as (
    select count(amount) as orders
    from orders
),

final as (
    select
        customers.customer_id,
        orders.order_id,
        orders.ordered_on
    from orders
    inner join customers on orders.customer_no = customers.customer_no
    cross join known
    where
        orders.amount is null
        and known.orders > 0
)

select * from final
order by ordered_on asc, customer_id asc, order_id asc
limit $most

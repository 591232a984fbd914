-- orders_negative: Orders of less than nothing that are no return.
-- grain: one row per order
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   order_id (VARCHAR): the order's id
--   ordered_on (DATE): local day
--   amount (DECIMAL(18,4)): amount
--   currency (VARCHAR): currency code; null = not given
-- source: ours; what the export or the quantities call a return is one

with final as (
    select
        customers.customer_id,
        orders.order_id,
        orders.ordered_on,
        orders.amount,
        orders.currency
    from orders
    inner join customers on orders.customer_no = customers.customer_no
    where
        orders.amount < 0
        and not orders.is_return
)

select * from final
order by amount asc, customer_id asc, order_id asc
limit $most

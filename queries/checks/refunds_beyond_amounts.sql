-- refunds_beyond_amounts: Refunds of more than was paid, or of less than nothing.
-- grain: one row per order or payment
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   table_name (VARCHAR): orders or payments
--   customer_id (VARCHAR): id as in the exports
--   id (VARCHAR): id of the order or payment
--   happened_on (DATE): local day
--   amount (DECIMAL(18,4)): amount
--   refunded (DECIMAL(18,4)): paid back
--   currency (VARCHAR): currency code; null = not given
-- source: ours

with paid as (
    select
        'orders' as table_name,
        customer_no,
        order_id as id,
        ordered_on as happened_on,
        amount,
        refunded,
        currency
    from orders
    where not is_return
    union all
    select
        'payments' as table_name,
        customer_no,
        payment_id as id,
        charged_on as happened_on,
        amount,
        refunded,
        currency
    from payments
),

final as (
    select
        paid.table_name,
        customers.customer_id,
        paid.id,
        paid.happened_on,
        paid.amount,
        paid.refunded,
        paid.currency
    from paid
    inner join customers on paid.customer_no = customers.customer_no
    where
        paid.refunded > paid.amount
        or paid.refunded < 0
)

select * from final
order by table_name asc, happened_on asc, customer_id asc, id asc
limit $most

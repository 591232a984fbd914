-- dataset_orders: Orders, from rows that are orders and from order lines.
-- grain: one row per order
-- params: none
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   order_id (VARCHAR): the order's id
--   ordered_at (TIMESTAMP): when, UTC
--   ordered_on (DATE): local day
--   amount (DECIMAL): amount, returns negative
--   currency (VARCHAR): currency code, upper case
--   refunded (DECIMAL): amount paid back
--   quantity (DOUBLE): units of lines that are no return
--   lines (INTEGER): lines of the order
--   is_return (BOOLEAN): no line has a positive quantity
-- source: ours; an order is a return when no line of it has a positive quantity

with single as (
    select
        staged.customer_id,
        staged.order_id,
        staged.ordered_at,
        staged.ordered_on,
        staged.amount,
        upper(staged.currency) as currency,
        staged.refunded,
        staged.quantity,
        1 as lines,
        coalesce(staged.is_return, staged.quantity < 0, staged.amount < 0, false)
            as is_return
    from staged_orders as staged
    anti join duplicates
        on
            duplicates.feed = 'orders'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
),

grouped as (
    select
        customer_id,
        order_id,
        min(ordered_at) as ordered_at,
        min(ordered_on) as ordered_on,
        try_cast(
            sum(coalesce(amount, try_cast(quantity * unit_price as decimal(18, 4))))
            as decimal(18, 4)
        ) as amount,
        upper(max(currency)) as currency,
        null::decimal(18, 4) as refunded,
        coalesce(sum(quantity) filter (where quantity > 0), 0) as quantity,
        count(*)::integer as lines,
        not coalesce(bool_or(coalesce(quantity, 1) > 0), false) as is_return
    from staged_order_lines as staged
    anti join duplicates
        on
            duplicates.feed = 'order_lines'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where reason is null
    group by customer_id, order_id
),

together as (
    select * from single
    union all
    select * from grouped
),

final as (
    select
        customers.customer_no,
        together.order_id,
        together.ordered_at,
        together.ordered_on,
        together.amount,
        together.currency,
        together.refunded,
        together.quantity,
        together.lines::integer as lines,
        together.is_return
    from together
    inner join customers on together.customer_id = customers.customer_id
)

select * from final
order by customer_no, ordered_at, order_id

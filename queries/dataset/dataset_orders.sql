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
--   lines (INTEGER): lines of the order that are not for free
--   is_return (BOOLEAN): no line has a positive quantity
-- source: ours; an order is a return when no line of it has a positive quantity; its
--   own total goes before the sum of its lines; an order that is told both as a whole
--   and by its lines has its amount from the whole, its quantity from the lines; lines
--   in several currencies have no sum, and their order has no amount

with single as (
    select
        customer_numbers.customer_no,
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
    inner join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join duplicates
        on
            duplicates.feed = 'orders'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
),

grouped as (
    select
        customer_numbers.customer_no,
        staged.order_id,
        min(staged.ordered_at) as ordered_at,
        min(staged.ordered_on) as ordered_on,
        case
            when count(distinct upper(staged.currency)) <= 1
                then coalesce(
                    arg_min(staged.order_total, staged.line),
                    try_cast(
                        sum(
                            coalesce(
                                staged.amount,
                                try_cast(
                                    staged.quantity
                                    * staged.unit_price as decimal(18, 4)
                                )
                            )
                        )
                        as decimal(18, 4)
                    )
                )
        end as amount,
        case
            when count(distinct upper(staged.currency)) <= 1
                then upper(max(staged.currency))
        end as currency,
        -- Where lines say the order's total and all the same refund, it is the order's.
        case
            when
                count(staged.order_total) > 1
                and count(staged.order_total) = count(staged.refunded)
                and min(staged.refunded) = max(staged.refunded)
                then max(staged.refunded)
            else try_cast(sum(staged.refunded) as decimal(18, 4))
        end as refunded,
        sum(staged.quantity) filter (where staged.quantity > 0) as quantity,
        count_if(
            coalesce(staged.amount, staged.quantity * staged.unit_price)
            is distinct from 0
        ) as lines,
        not coalesce(bool_or(coalesce(staged.quantity, 1) > 0), false) as is_return
    from staged_order_lines as staged
    inner join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join duplicates
        on
            duplicates.feed = 'order_lines'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
    group by customer_numbers.customer_no, staged.order_id
),

final as (
    select
        coalesce(single.customer_no, grouped.customer_no) as customer_no,
        coalesce(single.order_id, grouped.order_id) as order_id,
        coalesce(single.ordered_at, grouped.ordered_at) as ordered_at,
        coalesce(single.ordered_on, grouped.ordered_on) as ordered_on,
        coalesce(single.amount, grouped.amount) as amount,
        coalesce(single.currency, grouped.currency) as currency,
        coalesce(single.refunded, grouped.refunded) as refunded,
        coalesce(
            grouped.quantity,
            single.quantity,
            case when grouped.lines is not null then 0 end
        ) as quantity,
        coalesce(grouped.lines, single.lines)::integer as lines,
        coalesce(single.is_return, grouped.is_return) as is_return
    from single
    full join grouped
        on
            single.customer_no = grouped.customer_no
            and single.order_id = grouped.order_id
)

select * from final
order by customer_no, ordered_at, order_id

-- purchases: Orders, who ordered and what they brought, interval by interval.
-- grain: one row per segment and period_no
-- params:
--   span (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   first_period (INTEGER): first period shown
--   last_period (INTEGER): last period shown
--   as_of_period (INTEGER): period in which the observed time ends
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   is_net (BOOLEAN): what was given back is taken off the revenue
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   period_no (INTEGER): the interval's number
--   orders (BIGINT): orders with an amount above nought, returns not counted
--   lines (BIGINT): their lines that are not for free
--   customers (BIGINT): customers or accounts with such an order
--   sales_amount (DOUBLE): what these orders brought
--   returned_amount (DOUBLE): returns and refunds
--   revenue_amount (DOUBLE): sales, less what was given back where it is net
--   revenue_squares (DOUBLE): sum over customers of their revenue squared
--   order_squares (DOUBLE): sum over customers of their orders squared
--   revenue_orders (DOUBLE): sum over customers of revenue times orders
--   is_complete (BOOLEAN): the interval was over before as_of
-- source: docs/definitions.md, Money: AOV, purchase frequency
with numbered as (
    select
        purchases.unit_no,
        purchases.segment_no,
        (case $span
            when 'day' then purchases.bought_on - date '1970-01-01'
            when 'week'
                then
                    (purchases.bought_on - date '1970-01-01' + $week_shift) // 7
            when 'month'
                then
                    year(purchases.bought_on) * 12
                    + month(purchases.bought_on) - 1
            when 'quarter'
                then
                    (
                        year(purchases.bought_on) * 12
                        + month(purchases.bought_on) - 1
                    ) // 3
            else year(purchases.bought_on)
        end)::integer as period_no,
        purchases.orders,
        purchases.lines,
        purchases.sales,
        purchases.returned
    from purchases
),

by_customer as (
    select
        numbered.segment_no,
        numbered.period_no,
        sum(numbered.orders)::double as orders,
        sum(numbered.lines)::double as lines,
        sum(numbered.sales) as sales,
        sum(numbered.returned) as returned,
        sum(numbered.sales)
        - case when $is_net then sum(numbered.returned) else 0 end as revenue
    from numbered
    where numbered.period_no between $first_period and $last_period
    group by
        numbered.unit_no,
        numbered.segment_no,
        numbered.period_no
),

by_segment as (
    select
        by_customer.segment_no,
        by_customer.period_no,
        sum(by_customer.orders) as orders,
        sum(by_customer.lines) as lines,
        count_if(by_customer.orders > 0) as customers,
        sum(by_customer.sales) as sales,
        sum(by_customer.returned) as returned,
        sum(by_customer.revenue) as revenue,
        sum(by_customer.revenue * by_customer.revenue) as revenue_squares,
        sum(by_customer.orders * by_customer.orders) as order_squares,
        sum(by_customer.revenue * by_customer.orders) as revenue_orders
    from by_customer
    group by
        by_customer.segment_no,
        by_customer.period_no
),

-- intervals without orders are rows too
every_period as (
    select
        segments.segment_no,
        unnest(range($first_period, $last_period + 1))::integer as period_no
    from (select distinct segments.segment_no from segments) as segments
),

filled as (
    select
        every_period.segment_no,
        every_period.period_no,
        coalesce(by_segment.orders, 0) as orders,
        coalesce(by_segment.lines, 0) as lines,
        coalesce(by_segment.customers, 0) as customers,
        coalesce(by_segment.sales, 0) as sales,
        coalesce(by_segment.returned, 0) as returned,
        coalesce(by_segment.revenue, 0) as revenue,
        coalesce(by_segment.revenue_squares, 0) as revenue_squares,
        coalesce(by_segment.order_squares, 0) as order_squares,
        coalesce(by_segment.revenue_orders, 0) as revenue_orders
    from every_period
    left join by_segment
        on
            every_period.segment_no = by_segment.segment_no
            and every_period.period_no = by_segment.period_no
),

total as (
    select
        null as segment_no,
        filled.period_no,
        sum(filled.orders) as orders,
        sum(filled.lines) as lines,
        sum(filled.customers) as customers,
        sum(filled.sales) as sales,
        sum(filled.returned) as returned,
        sum(filled.revenue) as revenue,
        sum(filled.revenue_squares) as revenue_squares,
        sum(filled.order_squares) as order_squares,
        sum(filled.revenue_orders) as revenue_orders
    from filled
    where $has_segments
    group by filled.period_no
),

all_rows as (
    select * from filled
    union all
    select * from total
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        labels.segment_no,
        coalesce(labels.segment, 'All') as segment,
        all_rows.period_no,
        all_rows.orders::bigint as orders,
        all_rows.lines::bigint as lines,
        all_rows.customers::bigint as customers,
        all_rows.sales::double as sales_amount,
        all_rows.returned::double as returned_amount,
        all_rows.revenue::double as revenue_amount,
        all_rows.revenue_squares::double as revenue_squares,
        all_rows.order_squares::double as order_squares,
        all_rows.revenue_orders::double as revenue_orders,
        all_rows.period_no < $as_of_period as is_complete
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.period_no,
    final.orders,
    final.lines,
    final.customers,
    final.sales_amount,
    final.returned_amount,
    final.revenue_amount,
    final.revenue_squares,
    final.order_squares,
    final.revenue_orders,
    final.is_complete
from final
order by
    final.segment_no nulls first,
    final.period_no

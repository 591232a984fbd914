-- repeat_purchases: How many customers ordered again, ever and soon.
-- grain: one row per segment
-- params:
--   within_days (INTEGER): how soon after the first order the next one has to come
--   as_of_on (DATE): end (exclusive) of the observed time
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   customers (BIGINT): customers or accounts that ever ordered
--   orders (BIGINT): their orders
--   repeat_customers (BIGINT): those with two orders or more
--   matured_customers (BIGINT): those whose days after the first order are over
--   soon_customers (BIGINT): those of them with another order within these days
-- source: docs/definitions.md, Money, Repeat rate
with by_customer as (
    select
        purchases.unit_no,
        purchases.segment_no,
        sum(purchases.orders)::bigint as orders,
        min(purchases.bought_on) as first_on
    from purchases
    where purchases.orders > 0
    group by
        purchases.unit_no,
        purchases.segment_no
),

soon as (
    select
        purchases.unit_no,
        sum(purchases.orders) > 1 as is_soon
    from purchases
    inner join by_customer
        on purchases.unit_no = by_customer.unit_no
    where
        purchases.orders > 0
        and purchases.bought_on - by_customer.first_on <= $within_days
    group by purchases.unit_no
),

judged as (
    select
        by_customer.segment_no,
        by_customer.orders,
        soon.is_soon,
        by_customer.first_on + $within_days < $as_of_on as is_matured
    from by_customer
    inner join soon
        on by_customer.unit_no = soon.unit_no
),

by_segment as (
    select
        judged.segment_no,
        count(*) as customers,
        sum(judged.orders) as orders,
        count_if(judged.orders > 1) as repeating,
        count_if(judged.is_matured) as matured,
        count_if(judged.is_matured and judged.is_soon) as soon
    from judged
    group by judged.segment_no
),

total as (
    select
        null as segment_no,
        sum(by_segment.customers) as customers,
        sum(by_segment.orders) as orders,
        sum(by_segment.repeating) as repeating,
        sum(by_segment.matured) as matured,
        sum(by_segment.soon) as soon
    from by_segment
    where $has_segments
    having count(*) > 0
),

all_rows as (
    select * from by_segment
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
        all_rows.customers::bigint as customers,
        all_rows.orders::bigint as orders,
        all_rows.repeating::bigint as repeat_customers,
        all_rows.matured::bigint as matured_customers,
        all_rows.soon::bigint as soon_customers
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.customers,
    final.orders,
    final.repeat_customers,
    final.matured_customers,
    final.soon_customers
from final
order by final.segment_no nulls first

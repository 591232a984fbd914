-- customer_worth: What customers in view bring, and how many of them do.
-- grain: one row per segment
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   customers (BIGINT): customers or accounts that bring anything
--   amount (DOUBLE): what they bring: a month, where that is agreed, else so far
-- source: docs/definitions.md, Money, Lifetime value
with counted as (
    select
        worth.segment_no,
        count(*) as customers,
        sum(worth.amount) as amount
    from worth
    group by worth.segment_no
),

total as (
    select
        null as segment_no,
        sum(counted.customers) as customers,
        sum(counted.amount) as amount
    from counted
    where $has_segments
    having count(*) > 0
),

all_rows as (
    select * from counted
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
        all_rows.amount::double as amount
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.customers,
    final.amount
from final
order by final.segment_no nulls first

-- churned_customers: How many have left, as the customer table says.
-- grain: one row per segment
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   customers (BIGINT): customers or accounts of whom it says whether they left
--   lost (BIGINT): of those, how many have left; an account, when all of it have
--   unknown (BIGINT): those of whom it does not say
-- source: docs/definitions.md, Churn: without dates
with told as (
    select
        population.unit_no,
        population.segment_no,
        bool_and(customers.has_churned) as has_left
    from population
    inner join customers
        on population.customer_no = customers.customer_no
    group by all
),

counted as (
    select
        told.segment_no,
        count(told.has_left) as customers,
        count_if(told.has_left) as lost,
        count_if(told.has_left is null) as unknown
    from told
    group by all
),

total as (
    select
        null as segment_no,
        sum(counted.customers)::bigint as customers,
        sum(counted.lost)::bigint as lost,
        sum(counted.unknown)::bigint as unknown
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
        all_rows.customers,
        all_rows.lost::bigint as lost,
        all_rows.unknown::bigint as unknown
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.customers,
    final.lost,
    final.unknown
from final
order by final.segment_no nulls first

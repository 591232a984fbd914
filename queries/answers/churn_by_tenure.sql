-- churn_by_tenure: Of those who reached each month as customers, how many left in it.
-- grain: one row per segment and month
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   month (BIGINT): month of the time as a customer, from 1
--   at_risk (BIGINT): customers who reached the month, and whose month is over
--   lost (BIGINT): of those, how many left in it
--   hazard_rate (DOUBLE): lost / at risk
--   is_small (BOOLEAN): fewer at risk than min_n
-- source: the life table of Cutler and Ederer (1958), Journal of Chronic Diseases 8,
--   without the months that were not observed to their end
with counted as (
    select
        tenures.segment_no,
        tenures.left_month,
        tenures.seen_months,
        count(*) as customers
    from tenures
    group by all
),

months as (
    select unnest(range(1, max(counted.seen_months) + 1)) as month
    from counted
),

by_segment as (
    select
        counted.segment_no,
        months.month,
        sum(counted.customers) as at_risk,
        sum(counted.customers) filter (where counted.left_month = months.month)
            as lost
    from counted
    inner join months
        on
            counted.seen_months >= months.month
            and coalesce(counted.left_month >= months.month, true)
    group by all
),

total as (
    select
        null as segment_no,
        by_segment.month,
        sum(by_segment.at_risk) as at_risk,
        sum(by_segment.lost) as lost
    from by_segment
    where $has_segments
    group by all
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
        all_rows.month,
        all_rows.at_risk::bigint as at_risk,
        coalesce(all_rows.lost, 0)::bigint as lost
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.month,
    final.at_risk,
    final.lost,
    final.lost / final.at_risk as hazard_rate,
    final.at_risk < $min_n as is_small
from final
order by
    final.segment_no nulls first,
    final.month

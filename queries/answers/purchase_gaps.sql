-- purchase_gaps: How many days lie between a purchase and the next one.
-- grain: one row per segment and gap_days
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   gap_days (INTEGER): days between two days with an order that follow each other
--   gaps (BIGINT): how often that was so
-- source: ours; several orders of one day are one purchase
with gaps as (
    select
        purchases.segment_no,
        purchases.bought_on - lag(purchases.bought_on)
            over (partition by purchases.unit_no order by purchases.bought_on)
            as gap_days
    from purchases
    where purchases.orders > 0
),

by_segment as (
    select
        gaps.segment_no,
        gaps.gap_days,
        count(*) as gaps
    from gaps
    where gaps.gap_days is not null
    group by
        gaps.segment_no,
        gaps.gap_days
),

total as (
    select
        null as segment_no,
        by_segment.gap_days,
        sum(by_segment.gaps) as gaps
    from by_segment
    where $has_segments
    group by by_segment.gap_days
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
        all_rows.gap_days::integer as gap_days,
        all_rows.gaps::bigint as gaps
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.gap_days,
    final.gaps
from final
order by
    final.segment_no nulls first,
    final.gap_days

-- success_deadlines: Who stayed, of those who reached the milestone in time or not.
-- grain: one row per segment and within_days
-- params:
--   within_days (INTEGER[]): the deadlines; all end before the interval measured
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   within_days (INTEGER): the deadline, in days from the start
--   made (BIGINT): customers who reached the milestone within the deadline
--   made_retained (BIGINT): those of them who were there in the interval measured
--   missed (BIGINT): customers who did not reach it within the deadline
--   missed_retained (BIGINT): those of them who were there in the interval measured
--   is_small (BOOLEAN): either group has fewer customers than min_n
-- source: docs/definitions.md, First success; customers whose interval measured is over
with asked as (
    select unnest($within_days)::integer as within_days
),

counted as (
    select
        successes.segment_no,
        successes.days,
        count(*) as customers,
        count(*) filter (where successes.is_retained) as retained
    from successes
    where successes.is_measured
    group by all
),

by_segment as (
    select
        counted.segment_no,
        asked.within_days,
        coalesce(counted.days <= asked.within_days, false) as is_reached,
        sum(counted.customers) as customers,
        sum(counted.retained) as retained
    from counted
    cross join asked
    group by all
),

total as (
    select
        null as segment_no,
        by_segment.within_days,
        by_segment.is_reached,
        sum(by_segment.customers) as customers,
        sum(by_segment.retained) as retained
    from by_segment
    where $has_segments
    group by all
),

all_rows as (
    select * from by_segment
    union all
    select * from total
),

shown as (
    select
        all_rows.segment_no,
        all_rows.within_days,
        coalesce(sum(all_rows.customers) filter (where all_rows.is_reached), 0)::bigint
            as made,
        coalesce(sum(all_rows.retained) filter (where all_rows.is_reached), 0)::bigint
            as made_retained,
        coalesce(
            sum(all_rows.customers) filter (where not all_rows.is_reached), 0
        )::bigint as missed,
        coalesce(
            sum(all_rows.retained) filter (where not all_rows.is_reached), 0
        )::bigint as missed_retained
    from all_rows
    group by all
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
        shown.within_days,
        shown.made,
        shown.made_retained,
        shown.missed,
        shown.missed_retained,
        least(shown.made, shown.missed) < $min_n as is_small
    from shown
    left join labels
        on shown.segment_no = labels.segment_no
)

select
    final.segment,
    final.within_days,
    final.made,
    final.made_retained,
    final.missed,
    final.missed_retained,
    final.is_small
from final
order by
    final.segment_no nulls first,
    final.within_days

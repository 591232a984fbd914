-- success_cohorts: How many of each cohort reached the milestone within some days.
-- grain: one row per scope, segment, cohort and within_days
-- params:
--   within_days (INTEGER[]): the numbers of days asked for
--   as_of_on (DATE): end (exclusive) of the observed time
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   calendar (VARCHAR): day, week or month
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   scope (VARCHAR): cohort, or pooled over all complete cohorts
--   segment (VARCHAR): the segment; All is everyone in view
--   cohort (DATE): first day of the cohort's interval; null for pooled rows
--   within_days (INTEGER): days from the start
--   customers (BIGINT): how many started
--   reached (BIGINT): how many of them reached it within so many days
--   reached_rate (DOUBLE): reached / customers
--   cohorts (BIGINT): how many cohorts are counted
--   is_complete (BOOLEAN): every customer was observed for so many days
--   is_small (BOOLEAN): fewer customers than min_n
-- source: docs/definitions.md, First success
with asked as (
    select unnest($within_days)::integer as within_days
),

counted as (
    select
        successes.segment_no,
        successes.cohort,
        successes.days,
        min(successes.seen_days) as seen_days,
        max(successes.seen_days) as longest_seen_days,
        count(*) as customers
    from successes
    group by all
),

by_segment as (
    select
        counted.segment_no,
        counted.cohort,
        asked.within_days,
        sum(counted.customers)::bigint as customers,
        coalesce(
            sum(counted.customers) filter (where counted.days <= asked.within_days), 0
        )::bigint as reached,
        min(counted.seen_days) >= asked.within_days as is_seen,
        max(counted.longest_seen_days) >= asked.within_days as is_begun
    from counted
    cross join asked
    group by
        counted.segment_no,
        counted.cohort,
        asked.within_days
),

total as (
    select
        null as segment_no,
        by_segment.cohort,
        by_segment.within_days,
        sum(by_segment.customers)::bigint as customers,
        sum(by_segment.reached)::bigint as reached,
        bool_and(by_segment.is_seen) as is_seen,
        bool_or(by_segment.is_begun) as is_begun
    from by_segment
    where $has_segments
    group by all
),

all_rows as (
    select * from by_segment
    union all
    select * from total
),

-- a cohort is complete when whoever could still start in it has been observed
dated as (
    select
        all_rows.*,
        case $calendar
            when 'day' then date '1970-01-01' + all_rows.cohort
            when 'week' then date '1970-01-01' + (all_rows.cohort * 7 - $week_shift)
            else make_date(all_rows.cohort // 12, all_rows.cohort % 12 + 1, 1)
        end as cohort_on,
        case $calendar
            when 'day' then date '1970-01-01' + (all_rows.cohort + 1)
            when 'week'
                then date '1970-01-01' + ((all_rows.cohort + 1) * 7 - $week_shift)
            else
                make_date(
                    (all_rows.cohort + 1) // 12, (all_rows.cohort + 1) % 12 + 1, 1
                )
        end as until_on
    from all_rows
    where all_rows.is_begun
),

judged as (
    select
        dated.*,
        dated.is_seen and dated.until_on + dated.within_days <= $as_of_on as is_complete
    from dated
),

shown as (
    select
        'cohort' as scope,
        judged.segment_no,
        judged.cohort_on as cohort,
        judged.within_days,
        judged.customers,
        judged.reached,
        1::bigint as cohorts,
        judged.is_complete
    from judged
    union all
    select
        'pooled' as scope,
        judged.segment_no,
        null as cohort,
        judged.within_days,
        sum(judged.customers)::bigint as customers,
        sum(judged.reached)::bigint as reached,
        count(*) as cohorts,
        true as is_complete
    from judged
    where judged.is_complete
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
        shown.scope,
        labels.segment_no,
        coalesce(labels.segment, 'All') as segment,
        shown.cohort,
        shown.within_days,
        shown.customers,
        shown.reached,
        shown.reached / shown.customers as reached_rate,
        shown.cohorts,
        shown.is_complete,
        shown.customers < $min_n as is_small
    from shown
    left join labels
        on shown.segment_no = labels.segment_no
)

select
    final.scope,
    final.segment,
    final.cohort,
    final.within_days,
    final.customers,
    final.reached,
    final.reached_rate,
    final.cohorts,
    final.is_complete,
    final.is_small
from final
order by
    final.segment_no nulls first,
    final.cohort nulls first,
    final.within_days

-- funnel_trend: How many of those who entered in an interval went all the way.
-- grain: one row per segment and period
-- params:
--   steps (INTEGER): steps of the funnel
--   counts_open (BOOLEAN): those whose time is not over count as if it were
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   over_period (INTEGER): first interval in which some entry may still have time
--   calendar (VARCHAR): day, week or month, the intervals of entry
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   period (DATE): first day of the interval of entry
--   entered_customers (BIGINT): customers who did the first step in the interval and
--       whose result is known, the denominator
--   customers (BIGINT): of these those who did the last step
--   open_customers (BIGINT): customers who entered and still have time; in no other
--       figure unless counts_open
--   conversion_rate (DOUBLE): customers / entered customers; null without any
--   is_complete (BOOLEAN): the time of every entry of the interval is over
--   is_small (BOOLEAN): fewer entered customers than min_n
-- source: docs/definitions.md, Funnels; a customer counts once in every interval
with counted as (
    select
        progress.segment_no,
        progress.period,
        count(*) filter (
            where $counts_open or not progress.is_open
        ) as entered_customers,
        count(*) filter (where progress.level = $steps) as customers,
        count(*) filter (where progress.is_open) as open_customers
    from progress
    group by all
),

every_segment as (
    select * from counted
    union all
    select
        null as segment_no,
        counted.period,
        sum(counted.entered_customers)::bigint as entered_customers,
        sum(counted.customers)::bigint as customers,
        sum(counted.open_customers)::bigint as open_customers
    from counted
    where $has_segments
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
        every_segment.*,
        coalesce(labels.segment, 'All') as segment,
        every_segment.customers / nullif(every_segment.entered_customers, 0)
            as conversion_rate,
        every_segment.period < $over_period
        and every_segment.open_customers = 0 as is_complete,
        every_segment.entered_customers < $min_n as is_small
    from every_segment
    left join labels
        on every_segment.segment_no = labels.segment_no
)

select
    final.segment,
    case $calendar
        when 'day' then date '1970-01-01' + final.period
        when 'week' then date '1970-01-01' + (final.period * 7 - $week_shift)
        else make_date(final.period // 12, final.period % 12 + 1, 1)
    end as period,
    final.entered_customers,
    final.customers,
    final.open_customers,
    final.conversion_rate,
    final.is_complete,
    final.is_small
from final
order by
    final.segment_no nulls first,
    final.period

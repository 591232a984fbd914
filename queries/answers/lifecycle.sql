-- lifecycle: Who is new, returning, resurrected or dormant in each interval.
-- grain: one row per segment and period
-- params:
--   first_period (INTEGER): first period shown
--   last_period (INTEGER): last period shown
--   data_period (INTEGER): first period of the data; people new in it may be old
--   as_of_period (INTEGER): period in which the observed time ends
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   calendar (VARCHAR): day, week or month
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   period (DATE): first day of the interval
--   new (BIGINT): active for the first time ever
--   returning (BIGINT): active in the interval before too
--   resurrected (BIGINT): active before, but not in the interval before
--   dormant (BIGINT): active in the interval before, not now; null while it runs
--   active (BIGINT): new + returning + resurrected
--   customers_at_start (BIGINT): active in the interval before
--   pulse (DOUBLE): (new + resurrected) / dormant; null where dormant is 0 or unknown
--   crr (DOUBLE): (active - new) / customers at start; null while the interval runs
--   strict_rate (DOUBLE): returning / customers at start; null while it runs
--   is_complete (BOOLEAN): the interval was over before as_of
--   is_first (BOOLEAN): first interval of the data
--   is_small (BOOLEAN): fewer customers at start than min_n
-- source: docs/definitions.md, Lifecycle and Customer retention rate
with counted as (
    select
        presence.segment_no,
        presence.period,
        count(*) as active,
        count_if(presence.previous_period is null)::bigint as new,
        count_if(presence.previous_period = presence.period - 1)::bigint
            as "returning"
    from presence
    group by all
),

-- intervals without anybody are rows too
every_period as (
    select
        segments.segment_no,
        unnest(range($first_period, $last_period + 1))::integer as period
    from (select distinct segments.segment_no from segments) as segments
),

by_segment as (
    select
        every_period.segment_no,
        every_period.period,
        coalesce(now.active, 0) as active,
        coalesce(now.new, 0) as new,
        coalesce(now.returning, 0) as "returning",
        coalesce(before.active, 0) as customers_at_start
    from every_period
    left join counted as now
        on
            every_period.segment_no = now.segment_no
            and every_period.period = now.period
    left join counted as before
        on
            every_period.segment_no = before.segment_no
            and every_period.period = before.period + 1
),

total as (
    select
        null as segment_no,
        by_segment.period,
        sum(by_segment.active)::bigint as active,
        sum(by_segment.new)::bigint as new,
        sum(by_segment.returning)::bigint as "returning",
        sum(by_segment.customers_at_start)::bigint as customers_at_start
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
        case $calendar
            when 'day' then date '1970-01-01' + all_rows.period
            when 'week' then date '1970-01-01' + (all_rows.period * 7 - $week_shift)
            else make_date(all_rows.period // 12, all_rows.period % 12 + 1, 1)
        end as period,
        all_rows.new,
        all_rows.returning,
        all_rows.active - all_rows.new - all_rows.returning as resurrected,
        -- whoever was active in the interval before has returned or is dormant
        case
            when all_rows.period < $as_of_period
                then all_rows.customers_at_start - all_rows.returning
        end as dormant,
        all_rows.active,
        all_rows.customers_at_start,
        all_rows.period < $as_of_period as is_complete,
        all_rows.period = $data_period as is_first
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.period,
    final.new,
    final.returning,
    final.resurrected,
    final.dormant,
    final.active,
    final.customers_at_start,
    (final.new + final.resurrected) / nullif(final.dormant, 0) as pulse,
    case
        when final.is_complete
            then (final.active - final.new) / nullif(final.customers_at_start, 0)
    end as crr,
    case
        when final.is_complete
            then final.returning / nullif(final.customers_at_start, 0)
    end as strict_rate,
    final.is_complete,
    final.is_first,
    final.customers_at_start < $min_n as is_small
from final
order by
    final.segment_no nulls first,
    final.period

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
with arrivals as (
    select
        presence.segment_no,
        presence.period,
        count_if(presence.previous_period is null) as new,
        count_if(presence.previous_period = presence.period - 1) as "returning",
        count_if(presence.previous_period < presence.period - 1) as resurrected,
        0::bigint as dormant
    from presence
    group by all
),

-- dormant in the interval after the last one of a run of active intervals
departures as (
    select
        presence.segment_no,
        presence.period + 1 as period,
        0::bigint as new,
        0::bigint as "returning",
        0::bigint as resurrected,
        count(*) as dormant
    from presence
    where
        presence.next_period is null
        or presence.next_period > presence.period + 1
    group by all
),

-- intervals without anybody are rows too
every_period as (
    select
        segments.segment_no,
        unnest(range($first_period, $last_period + 1))::integer as period,
        0::bigint as new,
        0::bigint as "returning",
        0::bigint as resurrected,
        0::bigint as dormant
    from (select distinct segments.segment_no from segments) as segments
),

counted as (
    select * from arrivals
    union all
    select * from departures
    union all
    select * from every_period
),

by_segment as (
    select
        counted.segment_no,
        counted.period,
        sum(counted.new)::bigint as new,
        sum(counted.returning)::bigint as "returning",
        sum(counted.resurrected)::bigint as resurrected,
        sum(counted.dormant)::bigint as dormant
    from counted
    where counted.period between $first_period and $last_period
    group by all
),

total as (
    select
        null as segment_no,
        by_segment.period,
        sum(by_segment.new)::bigint as new,
        sum(by_segment.returning)::bigint as "returning",
        sum(by_segment.resurrected)::bigint as resurrected,
        sum(by_segment.dormant)::bigint as dormant
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
        all_rows.resurrected,
        case when all_rows.period < $as_of_period then all_rows.dormant end as dormant,
        all_rows.new + all_rows.returning + all_rows.resurrected as active,
        all_rows.returning + all_rows.dormant as customers_at_start,
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

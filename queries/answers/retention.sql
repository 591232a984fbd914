-- retention: How many of each cohort came back, by interval since the start.
-- grain: one row per scope, segment, cohort, interval and last_interval
-- params:
--   first_intervals (INTEGER[]): first interval of each bracket, from the start
--   last_intervals (INTEGER[]): last interval of each bracket; null means no end
--   is_single (BOOLEAN): every bracket is one interval
--   starts_return (BOOLEAN): whoever starts is back in interval 0, and every bracket is
--       one interval, so that starts need no counting of their own
--   is_rolling (BOOLEAN): intervals run from the customer's own start
--   rolling_seconds (BIGINT): length of a rolling interval
--   data_period (INTEGER): period in which the data begin
--   data_at (TIMESTAMP): beginning of the data, UTC (of pure dates: local)
--   seen_period (INTEGER): latest period with data
--   as_of_period (INTEGER): period in which the observed time ends
--   seen_until (TIMESTAMP): end of the data, UTC (of pure dates: local)
--   as_of_at (TIMESTAMP): end of the observed time, UTC (of pure dates: local)
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   calendar (VARCHAR): day, week or month, the intervals of cohorts
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   scope (VARCHAR): cohort, or pooled over the complete cohorts
--   segment (VARCHAR): the segment; All is everyone in view
--   cohort (DATE): first day of the cohort's interval; null in pooled rows
--   interval (INTEGER): first interval of the bracket
--   last_interval (INTEGER): last interval of the bracket; null means no end
--   customers (BIGINT): customers in the cohort, the denominator
--   retained_customers (BIGINT): those with a return in the bracket
--   retention_rate (DOUBLE): retained customers / customers; null without customers
--   mean_rate (DOUBLE): simple mean of the pooled cohorts' rates; pooled rows only
--   cohorts (BIGINT): cohorts behind the row
--   is_complete (BOOLEAN): the bracket was over before as_of for every member
--   is_small (BOOLEAN): fewer customers than min_n
-- source: docs/definitions.md, Retention; a pooled row is the sum of retained
--   customers over the sum of cohort sizes, cohorts at 0 % included
with brackets as (
    select
        unnest($first_intervals) as interval,
        unnest($last_intervals) as last_interval
),

-- a customer counts once in an interval, however often they came back
in_single as (
    select
        visits.segment_no,
        visits.cohort,
        visits.interval,
        count(*) as retained_customers
    from visits
    where $is_single
    group by all
),

-- and once in a bracket of several intervals; no two begin alike
in_several as (
    select
        visits.segment_no,
        visits.cohort,
        brackets.interval,
        count(distinct visits.unit_no) as retained_customers
    from visits
    inner join brackets
        on
            visits.interval >= brackets.interval
            and (
                brackets.last_interval is null
                or visits.interval <= brackets.last_interval
            )
    where not $is_single
    group by all
),

retained as (
    select * from in_single
    union all
    select * from in_several
),

started as (
    select
        starts.segment_no,
        starts.cohort,
        count(*) as customers,
        min(starts.started_at) as first_started_at,
        max(starts.started_at) as last_started_at
    from starts
    where not $starts_return
    group by all
    union all
    select
        in_single.segment_no,
        in_single.cohort,
        in_single.retained_customers as customers,
        null as first_started_at,
        null as last_started_at
    from in_single
    where $starts_return and in_single.interval = 0
),

-- intervals that were over for every member, had begun for any, and lie before the data
sizes as (
    select
        started.segment_no,
        started.cohort,
        started.customers,
        case
            when $is_rolling
                then
                    floor(
                        epoch($as_of_at - started.last_started_at) / $rolling_seconds
                    )
            else $as_of_period - started.cohort
        end as complete_intervals,
        case
            when $is_rolling
                then epoch($seen_until - started.first_started_at) / $rolling_seconds
            else $seen_period + 1 - started.cohort
        end as begun_intervals,
        case
            when $is_rolling
                then
                    floor(
                        epoch($data_at - started.last_started_at) / $rolling_seconds
                    )
            else $data_period - started.cohort
        end as unseen_intervals
    from started
),

every_cell as (
    select
        sizes.segment_no,
        sizes.cohort,
        brackets.interval,
        brackets.last_interval,
        sizes.customers,
        coalesce(retained.retained_customers, 0) as retained_customers,
        coalesce(brackets.last_interval, brackets.interval)
        < sizes.complete_intervals as is_complete,
        brackets.interval < sizes.begun_intervals
        and coalesce(brackets.last_interval >= sizes.unseen_intervals, true)
            as has_begun
    from sizes
    cross join brackets
    left join retained
        on
            sizes.segment_no = retained.segment_no
            and sizes.cohort = retained.cohort
            and brackets.interval = retained.interval
),

-- every customer is in one segment, so segments add up to the total
total as (
    select
        null as segment_no,
        every_cell.cohort,
        every_cell.interval,
        every_cell.last_interval,
        sum(every_cell.customers)::bigint as customers,
        sum(every_cell.retained_customers)::bigint as retained_customers,
        bool_and(every_cell.is_complete) as is_complete,
        bool_or(every_cell.has_begun) as has_begun
    from every_cell
    where $has_segments
    group by all
),

-- a cell wholly before or after the data is absent: not observed is not zero
cells as (
    select * from every_cell
    where has_begun
    union all
    select * from total
    where has_begun
),

pooled as (
    select
        cells.segment_no,
        cells.interval,
        cells.last_interval,
        sum(cells.customers)::bigint as customers,
        sum(cells.retained_customers)::bigint as retained_customers,
        -- in one order, so that the last digit does not depend on the machine's
        avg(
            cells.retained_customers / cells.customers
            order by cells.cohort
        ) as mean_rate,
        count(*) as cohorts
    from cells
    where cells.is_complete
    group by all
),

all_rows as (
    select
        'cohort' as scope,
        cells.segment_no,
        cells.cohort,
        cells.interval,
        cells.last_interval,
        cells.customers,
        cells.retained_customers,
        null::double as mean_rate,
        1::bigint as cohorts,
        cells.is_complete
    from cells
    union all
    select
        'pooled' as scope,
        pooled.segment_no,
        null as cohort,
        pooled.interval,
        pooled.last_interval,
        pooled.customers,
        pooled.retained_customers,
        pooled.mean_rate,
        pooled.cohorts,
        true as is_complete
    from pooled
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        all_rows.scope,
        coalesce(labels.segment, 'All') as segment,
        case $calendar
            when 'day' then date '1970-01-01' + all_rows.cohort
            when 'week' then date '1970-01-01' + (all_rows.cohort * 7 - $week_shift)
            else make_date(all_rows.cohort // 12, all_rows.cohort % 12 + 1, 1)
        end as cohort,
        all_rows.interval,
        all_rows.last_interval,
        all_rows.customers,
        all_rows.retained_customers,
        all_rows.retained_customers / all_rows.customers as retention_rate,
        all_rows.mean_rate,
        all_rows.cohorts,
        all_rows.is_complete,
        all_rows.customers < $min_n as is_small,
        labels.segment_no
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.scope,
    final.segment,
    final.cohort,
    final.interval,
    final.last_interval,
    final.customers,
    final.retained_customers,
    final.retention_rate,
    final.mean_rate,
    final.cohorts,
    final.is_complete,
    final.is_small
from final
order by
    final.scope,
    final.segment_no nulls first,
    final.cohort,
    final.interval,
    final.last_interval

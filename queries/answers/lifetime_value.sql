-- lifetime_value: What customers brought in the days after their start, by cohort.
-- grain: one row per segment, cohort and days
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   as_of_on (DATE): end (exclusive) of the observed time
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   cohort (DATE): first day of the month of the start
--   days (INTEGER): how many days from the start, that day included
--   customers (BIGINT): customers or accounts that started in it
--   revenue_amount (DOUBLE): what they brought in these days
--   revenue_squares (DOUBLE): sum over customers of that squared
--   is_complete (BOOLEAN): these days were over for everyone who can start in it
-- source: docs/definitions.md, Money, Lifetime value: N-day value
with counted as (
    select
        first_values.segment_no,
        date_trunc('month', first_values.started_on)::date as cohort,
        first_values.days,
        count(*) as customers,
        sum(first_values.amount) as amount,
        sum(first_values.amount * first_values.amount) as squares
    from first_values
    group by all
),

total as (
    select
        null as segment_no,
        counted.cohort,
        counted.days,
        sum(counted.customers) as customers,
        sum(counted.amount) as amount,
        sum(counted.squares) as squares
    from counted
    where $has_segments
    group by
        counted.cohort,
        counted.days
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
        all_rows.cohort,
        all_rows.days,
        all_rows.customers::bigint as customers,
        all_rows.amount::double as revenue_amount,
        all_rows.squares::double as revenue_squares,
        (all_rows.cohort + interval 1 month)::date - 1 + all_rows.days <= $as_of_on
            as is_complete
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.cohort,
    final.days,
    final.customers,
    final.revenue_amount,
    final.revenue_squares,
    final.is_complete
from final
order by
    final.segment_no nulls first,
    final.cohort,
    final.days

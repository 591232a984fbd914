-- revenue_cohorts: How much of its first revenue each cohort of payers pays later.
-- grain: one row per scope, segment, cohort and interval
-- params:
--   first_cohort (INTEGER): first cohort shown
--   last_cohort (INTEGER): last cohort shown
--   intervals (INTEGER): intervals shown after the first paid one
--   last_period (INTEGER): last period that was observed
--   as_of_period (INTEGER): period in which the observed time ends
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   calendar (VARCHAR): day, week, month, quarter or year
--   week_shift (INTEGER): days from the first day of a week to 1970-01-01
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   scope (VARCHAR): cohort, or pooled over the cohorts complete at the interval
--   segment (VARCHAR): the segment; All is everyone in view
--   cohort (DATE): first day of the first paid interval; null where pooled
--   interval (INTEGER): intervals since the first paid one, which is 0
--   cohorts (BIGINT): cohorts behind the figure
--   customers (BIGINT): who paid at the end of interval 0
--   paying_customers (BIGINT): of these, who pay at the end of the interval
--   mrr_first (DOUBLE): monthly revenue at the end of interval 0
--   mrr_now (DOUBLE): that of the same customers at the end of the interval
--   revenue_rate (DOUBLE): mrr_now / mrr_first; can exceed 1
--   revenue_error (DOUBLE): its standard error; null where nobody differs
--   payer_rate (DOUBLE): paying customers / customers
--   is_complete (BOOLEAN): the interval was over before as_of
--   is_small (BOOLEAN): fewer customers than min_n
-- source: docs/definitions.md, Revenue cohorts; standard errors of ratios by the
--   linearised variance (Cochran 1977, Sampling Techniques, 6.4)
with changed as (
    select
        revenue_changes.segment_no::integer as segment_no,
        revenue_changes.cohort,
        revenue_changes.period - revenue_changes.cohort as interval,
        sum(revenue_changes.mrr_after - revenue_changes.mrr_before) as change,
        sum(
            (revenue_changes.mrr_after > 0)::integer
            - (revenue_changes.mrr_before > 0)::integer
        ) as customers,
        sum(
            revenue_changes.mrr_after::double ** 2
            - revenue_changes.mrr_before::double ** 2
        ) as squared,
        -- what was paid first times what is paid now
        sum(
            (revenue_changes.mrr_after - revenue_changes.mrr_before)::double
            * revenue_changes.first_mrr::double
        ) as product
    from revenue_changes
    where
        revenue_changes.cohort between $first_cohort and $last_cohort
        and revenue_changes.period
        <= least(revenue_changes.cohort + $intervals, $last_period)
    group by all
),

with_total as (
    select changed.* from changed
    union all
    select
        -1 as segment_no,
        changed.cohort,
        changed.interval,
        sum(changed.change) as change,
        sum(changed.customers) as customers,
        sum(changed.squared) as squared,
        sum(changed.product) as product
    from changed
    where $has_segments
    group by all
),

-- intervals in which nothing moved are cells too
every_cell as (
    select
        cohorts.segment_no,
        cohorts.cohort,
        unnest(
            range(least($intervals, $last_period - cohorts.cohort) + 1)
        )::integer as interval
    from (
        select distinct
            with_total.segment_no,
            with_total.cohort
        from with_total
    ) as cohorts
),

standing as (
    select
        every_cell.segment_no,
        every_cell.cohort,
        every_cell.interval,
        sum(with_total.change) over so_far as mrr_now,
        sum(with_total.customers) over so_far as paying_customers,
        sum(with_total.squared) over so_far as now_squared,
        sum(with_total.product) over so_far as product,
        first_value(with_total.change) over so_far as mrr_first,
        first_value(with_total.customers) over so_far as customers,
        first_value(with_total.squared) over so_far as first_squared,
        every_cell.cohort + every_cell.interval < $as_of_period as is_complete
    from every_cell
    left join with_total
        on
            every_cell.segment_no = with_total.segment_no
            and every_cell.cohort = with_total.cohort
            and every_cell.interval = with_total.interval
    window
        so_far as (
            partition by every_cell.segment_no, every_cell.cohort
            order by every_cell.interval
            rows between unbounded preceding and current row
        )
),

cells as (
    select
        'cohort' as scope,
        standing.*,
        1 as cohorts
    from standing
    union all
    select
        'pooled' as scope,
        standing.segment_no,
        null as cohort,
        standing.interval,
        sum(standing.mrr_now) as mrr_now,
        sum(standing.paying_customers) as paying_customers,
        sum(standing.now_squared) as now_squared,
        sum(standing.product) as product,
        sum(standing.mrr_first) as mrr_first,
        sum(standing.customers) as customers,
        sum(standing.first_squared) as first_squared,
        true as is_complete,
        count(*) as cohorts
    from standing
    where standing.is_complete
    group by all
),

final as (
    select
        cells.*,
        cells.mrr_now::double / nullif(cells.mrr_first::double, 0) as revenue_rate
    from cells
),

labels as (
    select distinct
        segments.segment_no::integer as segment_no,
        segments.segment
    from segments
)

select
    final.scope,
    coalesce(labels.segment, 'All') as segment,
    case $calendar
        when 'day' then date '1970-01-01' + final.cohort
        when 'week' then date '1970-01-01' + (final.cohort * 7 - $week_shift)
        when 'quarter' then make_date(final.cohort // 4, final.cohort % 4 * 3 + 1, 1)
        when 'year' then make_date(final.cohort, 1, 1)
        else make_date(final.cohort // 12, final.cohort % 12 + 1, 1)
    end as cohort,
    final.interval,
    final.cohorts,
    final.customers::bigint as customers,
    final.paying_customers::bigint as paying_customers,
    final.mrr_first::double as mrr_first,
    final.mrr_now::double as mrr_now,
    final.revenue_rate,
    nullif(
        sqrt(
            final.customers / nullif(final.customers - 1, 0) * greatest(
                final.now_squared
                - 2 * final.revenue_rate * final.product
                + final.revenue_rate ** 2 * final.first_squared,
                0
            )
        ),
        0
    ) / final.mrr_first::double as revenue_error,
    final.paying_customers / nullif(final.customers, 0) as payer_rate,
    final.is_complete,
    final.customers < $min_n as is_small
from final
left join labels
    on final.segment_no = labels.segment_no
order by
    final.scope,
    final.segment_no,
    final.cohort,
    final.interval

-- funnel: How many got to each step, and where the others stopped.
-- grain: one row per segment and step
-- params:
--   steps (INTEGER): steps of the funnel
--   counts_open (BOOLEAN): those whose time is not over count as if it were
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   step (INTEGER): number of the step, from 1
--   entered_customers (BIGINT): customers who did the first step and whose result is
--       known, the denominator of rate_of_first
--   previous_customers (BIGINT): of these those who did the step before, the
--       denominator of rate_of_previous
--   customers (BIGINT): of these those who did the step
--   dropped_customers (BIGINT): of these those who did not do the next one
--   open_customers (BIGINT): customers who got to this step and still have time for the
--       next; in no other figure unless counts_open
--   rate_of_first (DOUBLE): customers / entered customers; null without any
--   rate_of_previous (DOUBLE): customers / previous customers; null without any
--   is_small (BOOLEAN): fewer entered customers than min_n
-- source: docs/definitions.md, Funnels
with reached as (
    select
        progress.segment_no,
        progress.level,
        progress.is_open,
        count(*) as units
    from progress
    group by all
),

every_segment as (
    select
        reached.segment_no,
        reached.level,
        reached.is_open,
        reached.units
    from reached
    union all
    select
        null as segment_no,
        reached.level,
        reached.is_open,
        sum(reached.units) as units
    from reached
    where $has_segments
    group by all
),

numbered as (
    select unnest(range(1, $steps + 1))::integer as step
),

counted as (
    select
        every_segment.segment_no,
        numbered.step,
        coalesce(
            sum(every_segment.units) filter (
                where every_segment.level >= numbered.step
                and ($counts_open or not every_segment.is_open)
            ),
            0
        )::bigint as customers,
        coalesce(
            sum(every_segment.units) filter (
                where every_segment.level = numbered.step and every_segment.is_open
            ),
            0
        )::bigint as open_customers
    from every_segment
    cross join numbered
    group by all
),

compared as (
    select
        counted.segment_no,
        counted.step,
        first_value(counted.customers) over segment_steps as entered_customers,
        lag(counted.customers, 1, counted.customers)
            over segment_steps as previous_customers,
        counted.customers,
        counted.customers
        - lead(counted.customers) over segment_steps as dropped_customers,
        counted.open_customers
    from counted
    window segment_steps as (partition by counted.segment_no order by counted.step)
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        compared.*,
        coalesce(labels.segment, 'All') as segment,
        compared.customers / nullif(compared.entered_customers, 0) as rate_of_first,
        compared.customers / nullif(compared.previous_customers, 0)
            as rate_of_previous,
        compared.entered_customers < $min_n as is_small
    from compared
    left join labels
        on compared.segment_no = labels.segment_no
)

select
    final.segment,
    final.step,
    final.entered_customers,
    final.previous_customers,
    final.customers,
    final.dropped_customers,
    final.open_customers,
    final.rate_of_first,
    final.rate_of_previous,
    final.is_small
from final
order by
    final.segment_no nulls first,
    final.step

-- step_times: How long the steps took those who did them.
-- grain: one row per segment and step, from the second
-- params:
--   steps (INTEGER): steps of the funnel
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   step (INTEGER): number of the step, from 2
--   customers (BIGINT): customers who did it, those who are not done yet among them
--   mean_seconds (DOUBLE): mean time since the step before
--   p25_seconds (DOUBLE): a quarter took no longer
--   median_seconds (DOUBLE): half took no longer
--   p75_seconds (DOUBLE): three quarters took no longer
--   p90_seconds (DOUBLE): nine of ten took no longer
--   median_since_entry (DOUBLE): median time since the entry, in seconds
--   is_small (BOOLEAN): fewer customers than min_n
-- source: docs/definitions.md, Funnels; times are those of the attempt that counts
with numbered as (
    select unnest(range(2, $steps + 1))::integer as step
),

taken as (
    select
        progress.segment_no,
        numbered.step,
        epoch(progress.times[numbered.step] - progress.times[numbered.step - 1])
            as seconds,
        epoch(progress.times[numbered.step] - progress.entered_at) as since_entry
    from progress
    inner join numbered
        on progress.level >= numbered.step
),

every_segment as (
    select * from taken
    union all
    select
        null as segment_no,
        taken.step,
        taken.seconds,
        taken.since_entry
    from taken
    where $has_segments
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

summed as (
    select
        every_segment.segment_no,
        every_segment.step,
        count(*) as customers,
        avg(every_segment.seconds) as mean_seconds,
        quantile_cont(every_segment.seconds, 0.25) as p25_seconds,
        quantile_cont(every_segment.seconds, 0.5) as median_seconds,
        quantile_cont(every_segment.seconds, 0.75) as p75_seconds,
        quantile_cont(every_segment.seconds, 0.9) as p90_seconds,
        quantile_cont(every_segment.since_entry, 0.5) as median_since_entry
    from every_segment
    group by all
),

final as (
    select
        summed.*,
        coalesce(labels.segment, 'All') as segment,
        summed.customers < $min_n as is_small
    from summed
    left join labels
        on summed.segment_no = labels.segment_no
)

select
    final.segment,
    final.step,
    final.customers,
    final.mean_seconds,
    final.p25_seconds,
    final.median_seconds,
    final.p75_seconds,
    final.p90_seconds,
    final.median_since_entry,
    final.is_small
from final
order by
    final.segment_no nulls first,
    final.step

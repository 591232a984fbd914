-- conversion_time: How long it took to a step, with those who did not get there.
-- grain: one row per segment and duration
-- params:
--   step (INTEGER): number of the step, from 2
--   as_of_at (TIMESTAMP): end of the observed time, on the clock of the rows
--   window_seconds (BIGINT): longest time from the entry; null for no limit
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   duration (DOUBLE): seconds since the entry
--   at_risk (BIGINT): customers who had not done the step before, and were seen so long
--   ended (BIGINT): of these those who did it after this time
--   censored (BIGINT): of these those whose window, or the observed time, ended then
-- source: docs/definitions.md, Funnels; the attempt is the one that counts
with lasting as (
    select
        progress.segment_no,
        progress.level >= $step as is_done,
        epoch(
            case
                when progress.level >= $step then progress.times[$step]
                else
                    least(
                        $as_of_at,
                        progress.entered_at + to_seconds($window_seconds)
                    )
            end - progress.entered_at
        ) as duration
    from progress
),

every_segment as (
    select * from lasting
    union all
    select
        null as segment_no,
        lasting.is_done,
        lasting.duration
    from lasting
    where $has_segments
),

counted as (
    select
        every_segment.segment_no,
        greatest(every_segment.duration, 0) as duration,
        count(*) filter (where every_segment.is_done) as ended,
        count(*) filter (where not every_segment.is_done) as censored
    from every_segment
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
        counted.*,
        coalesce(labels.segment, 'All') as segment,
        sum(counted.ended + counted.censored) over (
            partition by counted.segment_no
            order by counted.duration desc
        )::bigint as at_risk
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
)

select
    final.segment,
    final.duration,
    final.at_risk,
    final.ended,
    final.censored
from final
order by
    final.segment_no nulls first,
    final.duration

-- conversion_time_members: Which customers are behind a figure of the time to a step.
-- grain: one row per customer or account, and value held constant where these count
-- params:
--   step (INTEGER): number of the step, from 2
--   is_there (BOOLEAN): those who got to the step, else those who did not
--   from_seconds (BIGINT): shortest time taken; null for no limit
--   until_seconds (BIGINT): the time taken is shorter than this; null for no limit
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   steps_done (INTEGER): how far the customer came
--   seconds (DOUBLE): time from the entry to the step; null where not reached
-- source: docs/definitions.md, Funnels; the same relations as conversion_time
with labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

taken as (
    select
        progress.unit_no,
        progress.segment_no,
        progress.level,
        case
            when progress.level >= $step
                then epoch(progress.times[$step] - progress.entered_at)
        end as seconds
    from progress
),

behind as (
    select
        taken.unit_no,
        labels.segment,
        taken.level,
        taken.seconds
    from taken
    inner join labels
        on taken.segment_no = labels.segment_no
    where
        (taken.seconds is not null) = $is_there
        and ($of_segment is null or labels.segment = $of_segment)
        and ($from_seconds is null or taken.seconds >= $from_seconds)
        and ($until_seconds is null or taken.seconds < $until_seconds)
),

final as (
    select
        units.id,
        behind.segment,
        units.joined_on,
        units.last_seen_on,
        behind.level::integer as steps_done,
        behind.seconds
    from behind
    inner join units
        on behind.unit_no = units.unit_no
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.steps_done,
    final.seconds
from final
order by
    final.seconds asc nulls last,
    final.steps_done desc,
    final.id asc

-- funnel_trend_members: Which customers are behind a figure of a funnel's trend.
-- grain: one row per customer or account, and value held constant where these count
-- params:
--   steps (INTEGER): steps of the funnel
--   period (INTEGER): number of the interval of entry
--   state (VARCHAR): converted, dropped or open (still has time)
--   counts_open (BOOLEAN): those whose time is not over count as dropped
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   steps_done (INTEGER): how far the customer came
-- source: docs/definitions.md, Funnels; the same relations as funnel_trend
with labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

behind as (
    select
        progress.unit_no,
        labels.segment,
        progress.level
    from progress
    inner join labels
        on progress.segment_no = labels.segment_no
    where
        progress.period = $period
        and ($of_segment is null or labels.segment = $of_segment)
        and case $state
            when 'converted' then progress.level = $steps
            when 'open' then progress.is_open
            else progress.level < $steps and ($counts_open or not progress.is_open)
        end
),

final as (
    select
        units.id,
        behind.segment,
        units.joined_on,
        units.last_seen_on,
        behind.level::integer as steps_done
    from behind
    inner join units
        on behind.unit_no = units.unit_no
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.steps_done
from final
order by
    final.steps_done desc,
    final.id asc

-- stages_members: Who is in a stage at the end of a month, and where they came from.
-- grain: one row per customer or account
-- params:
--   stage_names (VARCHAR[]): the stages, the furthest last
--   of_until (DATE): the day after the month, or after the last day observed
--   of_stage (INTEGER): the stage's place; null means all
--   of_previous (INTEGER): the place of the stage before, -1 for new; null means all
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   stage (VARCHAR): the stage
--   stage_before (VARCHAR): the stage a snapshot before; null = had not started
-- source: ours; docs/definitions.md, Stages; the same relation as stages
with named as (
    select
        unnest(range(0, len($stage_names) + 1))::integer as stage_no,
        unnest(list_concat(['(none)'], $stage_names)) as stage
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        units.id,
        labels.segment,
        units.joined_on,
        units.last_seen_on,
        named.stage,
        before.stage as stage_before
    from stands
    inner join named
        on stands.stage_no = named.stage_no
    left join named as before
        on stands.previous_no = before.stage_no
    inner join labels
        on stands.segment_no = labels.segment_no
    inner join units
        on stands.unit_no = units.unit_no
    where
        stands.until_on = $of_until
        and ($of_stage is null or stands.stage_no = $of_stage)
        and ($of_previous is null or coalesce(stands.previous_no, -1) = $of_previous)
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.stage,
    final.stage_before
from final
order by final.id

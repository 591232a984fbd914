-- before_leaving_members: Who of those who left, or stayed, did one thing in the end.
-- grain: one row per customer or account
-- params:
--   of_event (VARCHAR): what was done
--   of_left (BOOLEAN): those who left; else those who stayed
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   looked_at_until_on (DATE): the last day of those who left; of those who stayed the
--     day up to which they are set against them
-- source: docs/definitions.md, Before leaving; the same relation as before_leaving
with labels as (
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
        recents.last_on as looked_at_until_on
    from recents
    inner join labels
        on recents.segment_no = labels.segment_no
    inner join units
        on recents.unit_no = units.unit_no
    where
        recents.event::varchar = $of_event
        and recents.has_left = $of_left
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.looked_at_until_on
from final
order by final.id

-- survival_members: Whose life has ended, and after how long.
-- grain: one row per customer or account
-- params:
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   duration (DOUBLE): length of the life, in the answer's unit
-- source: docs/definitions.md, Survival; the same relation as survival
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
        lifetimes.duration
    from lifetimes
    inner join labels
        on lifetimes.segment_no = labels.segment_no
    inner join units
        on lifetimes.unit_no = units.unit_no
    where
        lifetimes.has_ended
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.duration
from final
order by final.id

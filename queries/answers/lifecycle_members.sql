-- lifecycle_members: Which customers have one status in one interval.
-- grain: one row per customer or account
-- params:
--   of_period (INTEGER): the interval's number
--   of_status (VARCHAR): new, returning, resurrected or dormant
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
-- source: docs/definitions.md, Lifecycle; the same relation as lifecycle
with chosen as (
    select
        presence.unit_no,
        presence.segment_no
    from presence
    where
        case $of_status
            when 'new'
                then
                    presence.period = $of_period
                    and presence.previous_period is null
            when 'returning'
                then
                    presence.period = $of_period
                    and presence.previous_period = $of_period - 1
            when 'resurrected'
                then
                    presence.period = $of_period
                    and presence.previous_period < $of_period - 1
            else
                presence.period = $of_period - 1
                and (
                    presence.next_period is null
                    or presence.next_period > $of_period
                )
        end
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
        units.last_seen_on
    from chosen
    inner join labels
        on chosen.segment_no = labels.segment_no
    inner join units
        on chosen.unit_no = units.unit_no
    where $of_segment is null or labels.segment = $of_segment
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on
from final
order by final.id

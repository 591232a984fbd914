-- first_success_members: Who reached the milestone within some days, and who did not.
-- grain: one row per customer or account
-- params:
--   within_days (INTEGER): the number of days
--   cohorts (INTEGER[]): numbers of the cohorts; null means all
--   is_measured (BOOLEAN): only those whose interval measured is over
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   days (INTEGER): in how many days it was reached; null = not so far
--   has_reached (BOOLEAN): it was reached within the number of days
--   is_retained (BOOLEAN): was there in the interval measured; null = not over
-- source: docs/definitions.md, First success; the same relation as first_success
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
        successes.days,
        coalesce(successes.days <= $within_days, false) as has_reached,
        case when successes.is_measured then successes.is_retained end as is_retained
    from successes
    inner join labels
        on successes.segment_no = labels.segment_no
    inner join units
        on successes.unit_no = units.unit_no
    where
        ($cohorts is null or list_contains($cohorts, successes.cohort))
        and (successes.is_measured or not $is_measured)
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.days,
    final.has_reached,
    final.is_retained
from final
order by final.id

-- score_behaviour_members: Who gave a score, and who of them left after it.
-- grain: one row per customer or account and told_at
-- params:
--   of_group (VARCHAR): high, middle, low, unscored or silent
--   of_outcome (VARCHAR): left or stayed within the horizon, open where that is not
--     over; null means all
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   score (DOUBLE): the score; null = none
--   told_at (TIMESTAMP): local time of the answer, or the first day of the period
--   days_left (INTEGER): days from then until it left; null = it has not
--   monthly_before (DOUBLE): what it paid a month then; null = no price
--   monthly_after (DOUBLE): what it paid when the horizon was over; null = not known
--   tickets_before (BIGINT): tickets in the 30 days before; null = not observed
--   tickets_after (BIGINT): tickets in the 30 days after; null = not observed
--   last_seen_on (DATE): local day of the last activity
-- source: docs/definitions.md, Scores and behaviour; the same as score_behaviour
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
        score_moments.score,
        score_moments.told_at,
        score_moments.days_left,
        score_moments.monthly_before,
        score_moments.monthly_after,
        score_moments.tickets_before,
        score_moments.tickets_after,
        units.last_seen_on
    from score_moments
    inner join labels
        on score_moments.segment_no = labels.segment_no
    inner join units
        on score_moments.unit_no = units.unit_no
    where
        score_moments.score_group = $of_group
        and ($of_segment is null or labels.segment = $of_segment)
        and (
            $of_outcome is null
            or $of_outcome = case
                when not score_moments.is_mature then 'open'
                when score_moments.has_left then 'left'
                else 'stayed'
            end
        )
)

select
    final.id,
    final.segment,
    final.score,
    final.told_at,
    final.days_left,
    final.monthly_before::double as monthly_before,
    final.monthly_after::double as monthly_after,
    final.tickets_before,
    final.tickets_after,
    final.last_seen_on
from final
order by
    final.monthly_before desc nulls last,
    final.told_at desc,
    final.id asc

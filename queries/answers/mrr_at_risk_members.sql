-- mrr_at_risk_members: Which customers are behind a last score, by what they pay.
-- grain: one row per customer or account
-- params:
--   of_group (VARCHAR): high, middle, low, unscored or silent
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   monthly (DOUBLE): what it pays a month; null = no price
--   score (DOUBLE): its latest score that is not too old; null = none
--   told_at (TIMESTAMP): local time of that answer
--   last_seen_on (DATE): local day of the last activity
-- source: docs/definitions.md, Scores and behaviour; the same as mrr_at_risk
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
        latest_voices.monthly::double as monthly,
        latest_voices.score,
        latest_voices.told_at,
        units.last_seen_on
    from latest_voices
    inner join labels
        on latest_voices.segment_no = labels.segment_no
    inner join units
        on latest_voices.unit_no = units.unit_no
    where
        latest_voices.score_group = $of_group
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.monthly,
    final.score,
    final.told_at,
    final.last_seen_on
from final
order by
    final.monthly desc nulls last,
    final.score asc nulls last,
    final.id asc

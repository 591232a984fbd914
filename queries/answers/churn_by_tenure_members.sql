-- churn_by_tenure_members: Who left in one month of their time as customers.
-- grain: one row per customer or account
-- params:
--   of_month (INTEGER): the month, from 1
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
-- source: docs/definitions.md, Churn; the same relation as churn_by_tenure
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
        units.last_seen_on
    from tenures
    inner join labels
        on tenures.segment_no = labels.segment_no
    inner join units
        on tenures.unit_no = units.unit_no
    where
        tenures.left_month = $of_month
        and tenures.seen_months >= $of_month
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on
from final
order by final.id

-- win_back_members: Who was lost, who of them came back, and whom to win back.
-- grain: one row per customer or account and left_on
-- params:
--   as_of_on (DATE): end (exclusive) of the observed time
--   of_outcome (VARCHAR): back or not back; null means all who were lost
--   within_days (INTEGER): only losses observed for so many days, and back means back
--     by then; null means so far
--   of_reason (VARCHAR): the reason given for leaving; null means any
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   reason (VARCHAR): the reason given for leaving
--   kind (VARCHAR): cancelled, failed payment, not said or fell silent
--   monthly_lost (DOUBLE): what a month was worth on the last day; null = no price
--   tenure_days (INTEGER): days as a customer up to then
--   left_on (DATE): first local day without paid access, or the day it lapsed
--   days_since (INTEGER): days from then to the last observed day
--   nps_score (DOUBLE): last NPS score before leaving; null = none
--   last_seen_on (DATE): local day of the last activity
--   back_on (DATE): first day as a customer again; null = not back
--   monthly_back (DOUBLE): what a month was worth then; null = no price
-- source: docs/definitions.md, Win-back; the same relation as win_back
with labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

judged as (
    select
        exits.*,
        $as_of_on - 1 - exits.left_on as days_since,
        case
            when $within_days::integer is null then exits.back_on is not null
            else coalesce(exits.days_back <= $within_days::integer, false)
        end as is_back
    from exits
),

final as (
    select
        units.id,
        labels.segment,
        judged.reason,
        judged.kind,
        judged.monthly_lost::double as monthly_lost,
        judged.tenure_days,
        judged.left_on,
        judged.days_since::integer as days_since,
        judged.nps_score,
        units.last_seen_on,
        judged.back_on,
        judged.monthly_back::double as monthly_back
    from judged
    inner join labels
        on judged.segment_no = labels.segment_no
    inner join units
        on judged.unit_no = units.unit_no
    where
        ($of_outcome is null or judged.is_back = ($of_outcome = 'back'))
        and ($within_days is null or judged.days_since >= $within_days::integer)
        and ($of_reason is null or judged.reason = $of_reason)
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.reason,
    final.kind,
    final.monthly_lost,
    final.tenure_days,
    final.left_on,
    final.days_since,
    final.nps_score,
    final.last_seen_on,
    final.back_on,
    final.monthly_back
from final
order by
    final.monthly_lost desc nulls last,
    final.left_on desc,
    final.id asc

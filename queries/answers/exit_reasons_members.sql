-- exit_reasons_members: Who left for one reason, and what they were worth.
-- grain: one row per customer or account and left_on
-- params:
--   of_reason (VARCHAR): the reason; null means any
--   of_month (DATE): first day of the month of leaving; null means all that count
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   reason (VARCHAR): the reason given
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   left_on (DATE): first local day without paid access, or the day it lapsed
--   tenure_days (INTEGER): days as a customer up to then
--   monthly_lost (DOUBLE): what a month was worth on the day before; null = no price
--   nps_score (DOUBLE): last NPS score before leaving; null = none
--   tickets (BIGINT): tickets opened in the 30 days before; null = not observed
--   back_on (DATE): first day as a customer again; null = not back
-- source: docs/definitions.md, Reasons for leaving; the same relation as exit_reasons
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
        exits.reason,
        units.joined_on,
        exits.left_on,
        exits.tenure_days,
        exits.monthly_lost::double as monthly_lost,
        exits.nps_score,
        exits.tickets,
        exits.back_on
    from exits
    inner join labels
        on exits.segment_no = labels.segment_no
    inner join units
        on exits.unit_no = units.unit_no
    where
        ($of_reason is null or exits.reason = $of_reason)
        and ($of_segment is null or labels.segment = $of_segment)
        and case
            when $of_month::date is null then exits.is_counted
            else date_trunc('month', exits.left_on)::date = $of_month::date
        end
)

select
    final.id,
    final.segment,
    final.reason,
    final.joined_on,
    final.left_on,
    final.tenure_days,
    final.monthly_lost,
    final.nps_score,
    final.tickets,
    final.back_on
from final
order by
    final.left_on,
    final.id

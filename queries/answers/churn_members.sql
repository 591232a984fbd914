-- churn_members: Which customers left, joined or came back in a range of periods.
-- grain: one row per customer or account, and stay
-- params:
--   of_first (INTEGER): first period of the range
--   of_last (INTEGER): last period of the range
--   of_kind (VARCHAR): a column of churn: lost, joined, came_back, joined_and_left,
--     left_and_back, lost_involuntary, lost_voluntary or lost_unexplained
--   of_segment (VARCHAR): the segment; null means everyone in view
--   failed_payment (VARCHAR): regular expression of the reasons that are one
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   customer_since_on (DATE): first day as a customer
--   customer_until_on (DATE): first day as none any more; null while still one
--   reason (VARCHAR): the reason given, if any
-- source: docs/definitions.md, Churn; the same relation as churn
with chosen as (
    select
        stays.unit_no,
        stays.segment_no,
        stays.started_on,
        stays.ended_on,
        stays.reason,
        coalesce(regexp_matches(stays.reason, $failed_payment), false)
            as is_failed_payment
    from stays
    where
        case
            when $of_kind = 'left_and_back' then false
            when $of_kind = 'joined_and_left'
                then
                    stays.until_period = stays.from_period
                    and stays.from_period between $of_first and $of_last
            when $of_kind in ('joined', 'came_back')
                then
                    stays.is_back = ($of_kind = 'came_back')
                    and stays.from_period between $of_first and $of_last
                    and stays.until_period is distinct from stays.from_period
            else
                stays.until_period between $of_first and $of_last
                and stays.until_period > stays.from_period
        end
    union all
    select
        breaks.unit_no,
        breaks.segment_no,
        breaks.started_on,
        breaks.ended_on,
        breaks.reason,
        false as is_failed_payment
    from breaks
    where
        $of_kind = 'left_and_back'
        and breaks.period between $of_first and $of_last
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
        chosen.started_on as customer_since_on,
        chosen.ended_on as customer_until_on,
        chosen.reason
    from chosen
    inner join labels
        on chosen.segment_no = labels.segment_no
    inner join units
        on chosen.unit_no = units.unit_no
    where
        ($of_segment is null or labels.segment = $of_segment)
        and case $of_kind
            when 'lost_involuntary' then chosen.is_failed_payment
            when 'lost_voluntary'
                then chosen.reason is not null and not chosen.is_failed_payment
            when 'lost_unexplained' then chosen.reason is null
            else true
        end
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.customer_since_on,
    final.customer_until_on,
    final.reason
from final
order by
    final.id,
    final.customer_since_on

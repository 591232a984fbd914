-- mrr_members: Whose monthly revenue moved in one interval, and by how much.
-- grain: one row per customer or account
-- params:
--   of_period (INTEGER): the interval's number
--   of_movement (VARCHAR): new, reactivation, expansion, contraction, churn; paying
--     for all who pay at its end
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   mrr_before (DOUBLE): paid a month at the start
--   mrr_after (DOUBLE): paid a month at the end
--   mrr_change (DOUBLE): after - before
--   paying_since (DATE): first day of the first subscription period that was paid
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
-- source: docs/definitions.md, Monthly revenue; the same relation as mrr
with last_changes as (
    select
        revenue_changes.unit_no,
        revenue_changes.segment_no,
        max(revenue_changes.period) as period
    from revenue_changes
    where revenue_changes.period <= $of_period
    group by all
),

chosen as (
    select
        revenue_changes.unit_no,
        revenue_changes.segment_no,
        -- of who pays at the end and has not moved, before is after
        case
            when revenue_changes.period = $of_period
                then revenue_changes.mrr_before::double
            else revenue_changes.mrr_after::double
        end as mrr_before,
        revenue_changes.mrr_after::double as mrr_after
    from revenue_changes
    inner join last_changes
        on
            revenue_changes.unit_no = last_changes.unit_no
            and revenue_changes.period = last_changes.period
    where
        case $of_movement
            when 'paying' then revenue_changes.mrr_after > 0
            else
                revenue_changes.period = $of_period
                and revenue_changes.movement = $of_movement
        end
),

began as (
    select
        paid.unit_no,
        min(paid.started_on) as paying_since
    from paid
    where paid.monthly > 0
    group by all
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
        chosen.mrr_before,
        chosen.mrr_after,
        chosen.mrr_after - chosen.mrr_before as mrr_change,
        began.paying_since,
        units.joined_on,
        units.last_seen_on
    from chosen
    inner join labels
        on chosen.segment_no = labels.segment_no
    inner join units
        on chosen.unit_no = units.unit_no
    left join began
        on chosen.unit_no = began.unit_no
    where $of_segment is null or labels.segment = $of_segment
)

select
    final.id,
    final.segment,
    final.mrr_before,
    final.mrr_after,
    final.mrr_change,
    final.paying_since,
    final.joined_on,
    final.last_seen_on
from final
order by
    abs(final.mrr_change) desc,
    final.mrr_after desc,
    final.id asc

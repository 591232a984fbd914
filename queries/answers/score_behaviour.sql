-- score_behaviour: What customers do after a good, a bad or no score.
-- grain: one row per segment and score_group
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many moments a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   score_group (VARCHAR): high, middle, low, unscored or silent
--   moments (BIGINT): answers, or first days of periods, of customers
--   units (BIGINT): different customers or accounts behind them
--   mature (BIGINT): moments that were observed for the whole horizon after
--   lost (BIGINT): of these, those followed by a loss within the horizon
--   seen (BIGINT): moments whose following 30 days of activity were observed
--   active (BIGINT): of these, those with activity in these days
--   retained_seen (BIGINT): moments whose horizon of activity was observed
--   retained (BIGINT): of these, those with activity in its last 30 days
--   priced (BIGINT): mature moments at which something was paid
--   monthly_before (DOUBLE): MRR at these
--   monthly_after (DOUBLE): MRR of the same when the horizon was over
--   expansion (DOUBLE): what more was paid then by those who paid more
--   contraction (DOUBLE): what less was paid then by those who still paid
--   monthly_lost (DOUBLE): MRR of those who paid nothing then
--   ticket_moments (BIGINT): moments whose 30 days before and after were observed
--   tickets_before (BIGINT): tickets in the 30 days before these
--   tickets_after (BIGINT): tickets in the 30 days after these
--   with_before (BIGINT): of these, those with a ticket in the 30 days before
--   with_after (BIGINT): of these, those with a ticket in the 30 days after
--   is_small (BOOLEAN): fewer mature moments than min_n
-- source: docs/definitions.md, Scores and behaviour
with shown as (
    select
        *,
        is_mature and monthly_before > 0 as is_priced,
        greatest(monthly_after - monthly_before, 0) as added,
        case
            when monthly_after > 0 then greatest(monthly_before - monthly_after, 0)
            else 0
        end as reduced,
        case when monthly_after = 0 then monthly_before else 0 end as given_up,
        tickets_before is not null and tickets_after is not null as has_tickets
    from score_moments
),

counted as (
    select
        shown.segment_no,
        shown.score_group,
        count(*) as moments,
        count(distinct shown.unit_no) as units,
        count(*) filter (where shown.is_mature) as mature,
        count(*) filter (where shown.is_mature and shown.has_left) as lost,
        count(shown.is_active) as seen,
        count(*) filter (where shown.is_active) as active,
        count(shown.is_retained) as retained_seen,
        count(*) filter (where shown.is_retained) as retained,
        count(*) filter (where shown.is_priced) as priced,
        sum(shown.monthly_before) filter (where shown.is_priced) as monthly_before,
        sum(shown.monthly_after) filter (where shown.is_priced) as monthly_after,
        sum(shown.added) filter (where shown.is_priced) as expansion,
        sum(shown.reduced) filter (where shown.is_priced) as contraction,
        sum(shown.given_up) filter (where shown.is_priced) as monthly_lost,
        count(*) filter (where shown.has_tickets) as ticket_moments,
        sum(shown.tickets_before) filter (where shown.has_tickets) as tickets_before,
        sum(shown.tickets_after) filter (where shown.has_tickets) as tickets_after,
        count(*) filter (where shown.has_tickets and shown.tickets_before > 0)
            as with_before,
        count(*) filter (where shown.has_tickets and shown.tickets_after > 0)
            as with_after,
        grouping(shown.segment_no) = 1 as is_total
    from shown
    group by grouping sets (
        (shown.segment_no, shown.score_group),
        (shown.score_group)
    )
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        counted.*,
        coalesce(labels.segment, 'All') as segment
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
    -- without a breakdown the only segment is everyone
    where not counted.is_total or $has_segments
)

select
    final.segment,
    final.score_group,
    final.moments,
    final.units,
    final.mature,
    final.lost,
    final.seen,
    final.active,
    final.retained_seen,
    final.retained,
    final.priced,
    final.monthly_before::double as monthly_before,
    final.monthly_after::double as monthly_after,
    final.expansion::double as expansion,
    final.contraction::double as contraction,
    final.monthly_lost::double as monthly_lost,
    final.ticket_moments,
    final.tickets_before::bigint as tickets_before,
    final.tickets_after::bigint as tickets_after,
    final.with_before,
    final.with_after,
    final.mature < $min_n as is_small
from final
order by
    final.segment_no asc nulls first,
    array_position(
        ['high', 'middle', 'low', 'unscored', 'silent'], final.score_group
    ) asc

-- win_back: How many of those lost came back, how soon, and what they are worth.
-- grain: one row per segment and reason
-- params:
--   as_of_on (DATE): end (exclusive) of the observed time
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many losses a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   reason (VARCHAR): the reason given for leaving; null is all of them together
--   kind (VARCHAR): cancelled, failed payment, not said or fell silent; null with all
--   lost (BIGINT): losses; who left twice counts twice
--   lost_30 (BIGINT): losses that were observed for 30 days after
--   back_30 (BIGINT): of these, those followed by a return within 30 days
--   lost_60 (BIGINT): losses that were observed for 60 days after
--   back_60 (BIGINT): of these, those followed by a return within 60 days
--   lost_90 (BIGINT): losses that were observed for 90 days after
--   back_90 (BIGINT): of these, those followed by a return within 90 days
--   back (BIGINT): losses followed by a return so far
--   median_days_back (DOUBLE): half of these took no longer to come back
--   still_here (BIGINT): of these, whose who came back is a customer in the end
--   priced_back (BIGINT): of these, with a price on leaving and on coming back
--   monthly_before (DOUBLE): what these were worth a month when they left
--   monthly_back (DOUBLE): what they are worth a month when they came back
--   is_small (BOOLEAN): fewer losses than min_n
-- source: docs/definitions.md, Win-back
with shown as (
    select
        exits.segment_no,
        exits.reason,
        exits.kind,
        exits.monthly_lost,
        exits.monthly_back,
        exits.is_here,
        exits.back_on,
        exits.days_back,
        $as_of_on - 1 - exits.left_on as days_seen
    from exits
),

counted as (
    select
        shown.segment_no,
        shown.reason,
        any_value(shown.kind) as kind,
        count(*) as lost,
        count(*) filter (where shown.days_seen >= 30) as lost_30,
        count(*) filter (where shown.days_seen >= 30 and shown.days_back <= 30)
            as back_30,
        count(*) filter (where shown.days_seen >= 60) as lost_60,
        count(*) filter (where shown.days_seen >= 60 and shown.days_back <= 60)
            as back_60,
        count(*) filter (where shown.days_seen >= 90) as lost_90,
        count(*) filter (where shown.days_seen >= 90 and shown.days_back <= 90)
            as back_90,
        count(shown.days_back) as back,
        median(shown.days_back) as median_days_back,
        count(*) filter (where shown.back_on is not null and shown.is_here)
            as still_here,
        count(shown.monthly_lost + shown.monthly_back) as priced_back,
        sum(shown.monthly_lost) filter (where shown.monthly_back is not null)
            as monthly_before,
        sum(shown.monthly_back) filter (where shown.monthly_lost is not null)
            as monthly_back,
        grouping(shown.segment_no) = 1 as is_total,
        grouping(shown.reason) = 1 as is_every
    from shown
    group by grouping sets (
        (shown.segment_no, shown.reason),
        (shown.segment_no),
        (shown.reason),
        ()
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
    where counted.lost > 0 and (not counted.is_total or $has_segments)
)

select
    final.segment,
    final.reason,
    case when not final.is_every then final.kind end as kind,
    final.lost,
    final.lost_30,
    final.back_30,
    final.lost_60,
    final.back_60,
    final.lost_90,
    final.back_90,
    final.back,
    final.median_days_back,
    final.still_here,
    final.priced_back,
    final.monthly_before::double as monthly_before,
    final.monthly_back::double as monthly_back,
    final.lost < $min_n as is_small
from final
order by
    final.segment_no asc nulls first,
    final.reason is not null asc,
    array_position(
        ['cancelled', 'failed payment', 'not said', 'fell silent'], final.kind
    ) asc,
    final.reason in ('Other reasons', 'Other failed payments') asc,
    final.lost desc,
    final.reason asc

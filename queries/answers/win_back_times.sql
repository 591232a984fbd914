-- win_back_times: How many lost customers came back after each number of days.
-- grain: one row per segment, reason and days
-- params:
--   as_of_on (DATE): end (exclusive) of the observed time
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   reason (VARCHAR): the reason given for leaving; null is all of them together
--   days (INTEGER): days since leaving
--   at_risk (BIGINT): losses not yet followed by a return, and still observed
--   back (BIGINT): losses followed by a return after so many days
--   censored (BIGINT): losses observed for so many days without a return
-- source: Kaplan and Meier (1958), Journal of the American Statistical Association 53;
--   docs/definitions.md, Win-back
with shown as (
    select
        exits.segment_no,
        exits.reason,
        coalesce(exits.days_back, $as_of_on - 1 - exits.left_on) as days,
        exits.back_on is not null as is_back
    from exits
),

counted as (
    select
        shown.segment_no,
        shown.reason,
        shown.days,
        count(*) filter (where shown.is_back) as back,
        count(*) filter (where not shown.is_back) as censored,
        grouping(shown.segment_no) = 1 as is_total
    from shown
    group by grouping sets (
        (shown.segment_no, shown.reason, shown.days),
        (shown.segment_no, shown.days),
        (shown.reason, shown.days),
        (shown.days)
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
        counted.segment_no,
        coalesce(labels.segment, 'All') as segment,
        counted.reason,
        counted.days,
        sum(counted.back + counted.censored) over (
            partition by counted.segment_no, counted.reason
            order by counted.days desc
        )::bigint as at_risk,
        counted.back,
        counted.censored
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
    where not counted.is_total or $has_segments
)

select
    final.segment,
    final.reason,
    final.days::integer as days,
    final.at_risk,
    final.back,
    final.censored
from final
order by
    final.segment_no nulls first,
    final.reason nulls first,
    final.days

-- first_success: How many reached the milestone on each day after their start.
-- grain: one row per segment and duration
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   duration (INTEGER): days since the start
--   at_risk (BIGINT): had not reached it before and were observed for so long
--   reached (BIGINT): reached it on this day
--   censored (BIGINT): observed for so many days, without reaching it
-- source: Kaplan and Meier (1958), Journal of the American Statistical Association 53;
--   docs/definitions.md, First success
with counted as (
    select
        successes.segment_no,
        coalesce(successes.days, successes.seen_days) as duration,
        count(successes.days) as reached,
        count(*) filter (where successes.days is null) as censored
    from successes
    group by all
),

total as (
    select
        null as segment_no,
        counted.duration,
        sum(counted.reached)::bigint as reached,
        sum(counted.censored)::bigint as censored
    from counted
    where $has_segments
    group by all
),

all_rows as (
    select * from counted
    union all
    select * from total
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        labels.segment_no,
        coalesce(labels.segment, 'All') as segment,
        all_rows.duration,
        sum(all_rows.reached + all_rows.censored)
            over (
                partition by all_rows.segment_no
                order by all_rows.duration desc
            ) as at_risk,
        all_rows.reached,
        all_rows.censored
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.duration,
    final.at_risk::bigint as at_risk,
    final.reached,
    final.censored
from final
order by
    final.segment_no nulls first,
    final.duration

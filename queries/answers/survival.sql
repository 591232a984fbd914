-- survival: How many customers were at risk, ended and censored after each duration.
-- grain: one row per segment and duration
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   duration (DOUBLE): time since the start, in the unit of the lifetimes
--   at_risk (BIGINT): lives not yet ended or censored before this duration
--   ended (BIGINT): lives that ended at this duration
--   censored (BIGINT): lives still going when the observed time ended
-- source: Kaplan and Meier (1958), Journal of the American Statistical Association 53;
--   what a life and its end are: docs/definitions.md, Retention, Survival
with counted as (
    select
        lifetimes.segment_no,
        lifetimes.duration,
        count(*) filter (where lifetimes.has_ended) as ended,
        count(*) filter (where not lifetimes.has_ended) as censored
    from lifetimes
    group by all
),

total as (
    select
        null as segment_no,
        counted.duration,
        sum(counted.ended)::bigint as ended,
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
        sum(all_rows.ended + all_rows.censored)
            over (
                partition by all_rows.segment_no
                order by all_rows.duration desc
            ) as at_risk,
        all_rows.ended,
        all_rows.censored
    from all_rows
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.duration,
    final.at_risk::bigint as at_risk,
    final.ended,
    final.censored
from final
order by
    final.segment_no nulls first,
    final.duration

-- score_behaviour_times: How many customers left each number of days after a score.
-- grain: one row per segment, score_group and days
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   score_group (VARCHAR): high, middle, low, unscored or silent
--   days (INTEGER): days since the moment
--   at_risk (BIGINT): moments not yet followed by a loss, and still observed
--   lost (BIGINT): moments followed by a loss after so many days
--   censored (BIGINT): moments observed for so many days without a loss
-- source: Kaplan and Meier (1958), Journal of the American Statistical Association 53;
--   docs/definitions.md, Scores and behaviour
with shown as (
    select
        score_moments.segment_no,
        score_moments.score_group,
        coalesce(score_moments.days_left, score_moments.days_seen) as days,
        score_moments.days_left is not null as is_lost
    from score_moments
),

counted as (
    select
        shown.segment_no,
        shown.score_group,
        shown.days,
        count(*) filter (where shown.is_lost) as lost,
        count(*) filter (where not shown.is_lost) as censored,
        grouping(shown.segment_no) = 1 as is_total
    from shown
    group by grouping sets (
        (shown.segment_no, shown.score_group, shown.days),
        (shown.score_group, shown.days)
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
        counted.score_group,
        counted.days,
        sum(counted.lost + counted.censored) over (
            partition by counted.segment_no, counted.score_group
            order by counted.days desc
        )::bigint as at_risk,
        counted.lost,
        counted.censored
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
    where not counted.is_total or $has_segments
)

select
    final.segment,
    final.score_group,
    final.days::integer as days,
    final.at_risk,
    final.lost,
    final.censored
from final
order by
    final.segment_no nulls first,
    array_position(
        ['high', 'middle', 'low', 'unscored', 'silent'], final.score_group
    ),
    final.days

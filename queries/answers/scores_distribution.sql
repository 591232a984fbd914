-- scores_distribution: How often each score was given.
-- grain: one row per segment and score
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   lowest (INTEGER): least point of the scale
--   highest (INTEGER): greatest point of the scale
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   score (INTEGER): a point of the scale; 4.5 counts as 4
--   answers (BIGINT): answers that count, over all of the time looked at
--   of_answers (BIGINT): those of the segment with any score
-- source: docs/definitions.md, Scores
with counted as (
    select
        counts.segment_no,
        floor(counts.score)::integer as score,
        sum(counts.answers) as answers,
        grouping(counts.segment_no) = 1 as is_total
    from score_counts as counts
    where counts.is_counted
    group by grouping sets (
        (counts.segment_no, floor(counts.score)::integer),
        (floor(counts.score)::integer)
    )
),

every_segment as (
    select
        null as segment_no,
        'All' as segment
    union all
    select
        answer_segments.segment_no,
        answer_segments.segment
    from answer_segments
    where $has_segments
),

points as (
    select unnest(range($lowest, $highest + 1))::integer as score
),

final as (
    select
        every_segment.segment_no,
        every_segment.segment,
        points.score,
        coalesce(counted.answers, 0)::bigint as answers,
        sum(coalesce(counted.answers, 0))
            over (partition by every_segment.segment_no)
            as of_answers
    from every_segment
    cross join points
    left join counted
        on
            every_segment.segment_no is not distinct from counted.segment_no
            and (every_segment.segment_no is null) = counted.is_total
            and points.score = counted.score
)

select
    final.segment,
    final.score,
    final.answers,
    final.of_answers::bigint as of_answers
from final
order by
    final.segment_no nulls first,
    final.score

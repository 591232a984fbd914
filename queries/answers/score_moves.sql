-- score_moves: How customers moved from one answer to their next one.
-- grain: one row per segment, from_group and to_group
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   from_group (VARCHAR): high, middle, low or none of the earlier answer
--   to_group (VARCHAR): the same of the next one; none = no score on the scale
--   moves (BIGINT): pairs of an answer and the next one of the same customer
--   of_moves (BIGINT): those from the same group
--   customers (BIGINT): customers or accounts who made them
-- source: docs/definitions.md, Scores
with of_segments as (
    select
        moved.segment_no,
        moved.from_group::varchar as from_group,
        moved.to_group::varchar as to_group,
        sum(moved.moves) as moves,
        count(*) as customers
    from score_move_counts as moved
    group by all
),

counted as (
    select
        of_segments.segment_no,
        of_segments.from_group,
        of_segments.to_group,
        sum(of_segments.moves)::bigint as moves,
        sum(of_segments.customers)::bigint as customers,
        grouping(of_segments.segment_no) = 1 as is_total
    from of_segments
    group by grouping sets (
        (of_segments.segment_no, of_segments.from_group, of_segments.to_group),
        (of_segments.from_group, of_segments.to_group)
    )
),

labels as (
    select
        answer_segments.segment_no,
        answer_segments.segment
    from answer_segments
),

final as (
    select
        counted.segment_no,
        coalesce(labels.segment, 'All') as segment,
        counted.from_group,
        counted.to_group,
        counted.moves,
        sum(counted.moves) over (
            partition by counted.is_total, counted.segment_no, counted.from_group
        )::bigint as of_moves,
        counted.customers
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
    where counted.is_total or $has_segments
)

select
    final.segment,
    final.from_group,
    final.to_group,
    final.moves,
    final.of_moves,
    final.customers
from final
order by
    final.segment_no asc nulls first,
    array_position(['high', 'middle', 'low', 'none'], final.from_group) asc,
    array_position(['high', 'middle', 'low', 'none'], final.to_group) asc

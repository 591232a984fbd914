-- score_moves_members: Who moved from one group to another.
-- grain: one row per customer or account and to_on
-- params:
--   of_from (VARCHAR): high, middle, low or none; null means any
--   of_to (VARCHAR): the same of the next answer
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   from_on (DATE): local day of the earlier answer
--   from_score (DOUBLE): its score; null = none on the scale
--   to_on (DATE): local day of the next one
--   to_score (DOUBLE): its score; null = none on the scale
-- source: docs/definitions.md, Scores; the same relation as score_moves
with final as (
    select
        units.id,
        answer_segments.segment,
        units.joined_on,
        moves.from_on,
        moves.from_score,
        moves.to_on,
        moves.to_score
    from score_moves as moves
    inner join answer_segments
        on moves.segment_no = answer_segments.segment_no
    inner join units
        on moves.unit_no = units.unit_no
    where
        ($of_from is null or moves.from_group = $of_from)
        and ($of_to is null or moves.to_group = $of_to)
        and ($of_segment is null or answer_segments.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.from_on,
    final.from_score,
    final.to_on,
    final.to_score
from final
order by
    final.to_on desc,
    final.id asc,
    final.from_on desc

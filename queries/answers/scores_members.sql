-- scores_members: The answers behind a score, with what was written.
-- grain: one row per answer_no
-- params:
--   of_period (INTEGER): the period; null means all of the time looked at
--   in_campaign (BOOLEAN): answers that count in their campaign
--   of_campaign (VARCHAR): that campaign; null means those that name none
--   of_group (VARCHAR): high, middle or low; null means any
--   of_score (INTEGER): a point of the scale; null means any
--   of_status (VARCHAR): unscored, not_applicable or off_scale; null means the
--     answers that count
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   answer_no (BIGINT): place in the list, the latest first
--   id (VARCHAR): id as in the exports; null = unknown
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   answered_on (DATE): local day of the answer; null = unknown
--   score (DOUBLE): the score as it was given
--   comment (VARCHAR): the customer's words
--   campaign (VARCHAR): the wave or campaign
--   language (VARCHAR): language of the answer
-- source: docs/definitions.md, Scores; the same relation as scores
with final as (
    select
        units.id,
        answer_segments.segment,
        units.joined_on,
        answers.answered_on,
        answers.score,
        answers.comment,
        answers.campaign,
        answers.language,
        answers.answered_at,
        answers.response_id
    from told_answers as answers
    inner join answer_segments
        on answers.segment_no = answer_segments.segment_no
    left join units
        on answers.unit_no = units.unit_no
    where
        ($of_segment is null or answer_segments.segment = $of_segment)
        and ($of_period is null or answers.period = $of_period)
        and (
            not $in_campaign or answers.campaign is not distinct from $of_campaign
        )
        and case
            when $of_status is not null then answers.status = $of_status
            when $of_period is not null then answers.is_counted_in_period
            when $in_campaign then answers.is_counted_in_campaign
            else answers.is_counted
        end
        and ($of_group is null or answers.score_group = $of_group)
        and ($of_score is null or floor(answers.score) = $of_score)
)

select
    row_number() over (
        order by
            final.answered_at desc nulls last,
            final.id asc nulls last,
            final.score asc,
            final.response_id asc,
            final.comment asc
    ) as answer_no,
    final.id,
    final.segment,
    final.joined_on,
    final.answered_on,
    final.score,
    final.comment,
    final.campaign,
    final.language
from final
order by answer_no

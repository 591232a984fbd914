-- dataset_responses: Survey answers; of unknown people too.
-- grain: one row per answer
-- params: none
-- returns:
--   customer_no (INTEGER): who answered; null = unknown
--   response_id (VARCHAR): the answer's id
--   kind (VARCHAR): nps, csat or ces
--   question (VARCHAR): the question asked; null = not said
--   score (DOUBLE): the score; null = unscored
--   comment (VARCHAR): the customer's words
--   language (VARCHAR): language of the answer
--   answered_at (TIMESTAMP): when, UTC
--   answered_on (DATE): local day
--   campaign (VARCHAR): the wave or campaign
-- source: ours; answers without a score are kept for their comments

with final as (
    select
        customer_numbers.customer_no,
        staged.response_id,
        lower(staged.kind) as kind,
        staged.question,
        staged.score,
        staged.comment,
        staged.language,
        staged.answered_at,
        staged.answered_on,
        staged.campaign
    from staged_responses as staged
    left join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join duplicates
        on
            duplicates.feed = 'responses'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
    -- A later export of an answer may lack questions that an earlier one had.
    qualify
        staged.response_id is null
        or row_number() over (
            partition by staged.response_id, staged.kind, staged.question
            order by staged.source_no desc, staged.line desc
        ) = 1
)

select * from final
order by kind, answered_at, response_id, question, customer_no

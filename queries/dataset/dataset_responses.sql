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
-- source: ours; answers without a score are kept for their comments; what makes two
--   answers the same is in dataset_duplicates

with staged_once as (
    select
        staged.*,
        lower(staged.kind) as answer_kind,
        coalesce(
            given_ids.person_id,
            case
                when
                    min(given_ids.person_id) over answers_of_id
                    = max(given_ids.person_id) over answers_of_id
                    then min(given_ids.person_id) over answers_of_id
            end
        ) as person_id
    from staged_responses as staged
    left join given_ids on staged.customer_id = given_ids.given_id
    anti join duplicates
        on
            duplicates.feed = 'responses'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
    window answers_of_id as (partition by staged.response_id, staged.answered_at)
),

final as (
    select
        customer_numbers.customer_no,
        staged.response_id,
        staged.answer_kind as kind,
        staged.question,
        staged.score,
        staged.comment,
        staged.language,
        staged.answered_at,
        staged.answered_on,
        staged.campaign
    from staged_once as staged
    left join customer_numbers on staged.customer_id = customer_numbers.given_id
    -- A later export of an answer may lack questions that an earlier one had.
    qualify
        staged.response_id is null
        or row_number() over (
            partition by
                staged.response_id,
                staged.answer_kind,
                staged.question,
                staged.answered_at,
                staged.person_id
            order by staged.source_no desc, staged.line desc
        ) = 1
)

select * from final
order by kind, answered_at, response_id, question, customer_no

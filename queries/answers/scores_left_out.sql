-- scores_left_out: Which answers to a survey no life can be followed from.
-- grain: one row
-- params:
--   as_of_on (DATE): end (exclusive) of the observed time
-- returns:
--   answers (BIGINT): answers to the survey before the end
--   unknown_people (BIGINT): of these, those of people who are in no other file
--   undated (BIGINT): of known people, those without a date
--   heard (BIGINT): different customers or accounts and instants of the others
--   not_customers (BIGINT): of these, those at which the unit was no customer
-- source: docs/definitions.md, Scores and behaviour
with counted as (
    select
        count(*) as answers,
        count(*) filter (where survey_rows.customer_no is null) as unknown_people,
        count(*) filter (
            where
            survey_rows.customer_no is not null
            and survey_rows.answered_at is null
        ) as undated
    from survey_rows
    where coalesce(survey_rows.answered_on < $as_of_on, true)
),

heard as (
    select
        count(*) as heard,
        count(*) filter (where stays.unit_no is null) as not_customers
    from survey_answers
    left join stays
        on
            survey_answers.unit_no = stays.unit_no
            and survey_answers.told_at >= stays.started_at
            and survey_answers.told_at
            < coalesce(stays.ended_at, timestamp '9999-12-31')
),

final as (
    select
        counted.answers,
        counted.unknown_people,
        counted.undated,
        heard.heard,
        heard.not_customers
    from counted
    cross join heard
)

select
    final.answers,
    final.unknown_people,
    final.undated,
    final.heard,
    final.not_customers
from final

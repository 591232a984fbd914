-- scores_campaigns: What was answered in each campaign or wave.
-- grain: one row per campaign
-- params:
--   min_n (INTEGER): under this many scores a figure is small
-- returns:
--   campaign (VARCHAR): its name; null = none is named
--   first_on (DATE): local day of the first answer
--   last_on (DATE): local day of the last one
--   answers (BIGINT): answers given
--   n (BIGINT): of them those whose score counts
--   superseded (BIGINT): scores with a later one of the same customer in the campaign
--   unscored (BIGINT): answers without a score
--   not_applicable (BIGINT): answers that it does not apply
--   off_scale (BIGINT): scores that are not on the scale; in no figure
--   high (BIGINT): scores that count in the best group
--   middle (BIGINT): those in the group between
--   low (BIGINT): those in the worst group
--   score_sum (DOUBLE): sum of the scores that count
--   score_squares (DOUBLE): sum of their squares
--   is_small (BOOLEAN): fewer scores than min_n
-- source: docs/definitions.md, Scores
with counted as (
    select
        answers.campaign,
        min(answers.answered_on) as first_on,
        max(answers.answered_on) as last_on,
        count(*) as answers,
        count(*) filter (where answers.is_counted_in_campaign) as n,
        count(*) filter (where answers.status = 'scored') as scored,
        count(*) filter (where answers.status = 'unscored') as unscored,
        count(*) filter (where answers.status = 'not_applicable') as not_applicable,
        count(*) filter (where answers.status = 'off_scale') as off_scale,
        count(*) filter (
            where answers.is_counted_in_campaign and answers.score_group = 'high'
        ) as high,
        count(*) filter (
            where answers.is_counted_in_campaign and answers.score_group = 'low'
        ) as low,
        sum(answers.score) filter (where answers.is_counted_in_campaign)
            as score_sum,
        sum(answers.score * answers.score) filter (
            where answers.is_counted_in_campaign
        ) as score_squares
    from score_answers as answers
    group by all
),

final as (
    select
        counted.campaign,
        counted.first_on,
        counted.last_on,
        counted.answers,
        counted.n,
        counted.scored - counted.n as superseded,
        counted.unscored,
        counted.not_applicable,
        counted.off_scale,
        counted.high,
        counted.n - counted.high - counted.low as middle,
        counted.low,
        coalesce(counted.score_sum, 0.0) as score_sum,
        coalesce(counted.score_squares, 0.0) as score_squares,
        counted.n < $min_n as is_small
    from counted
)

select * from final
order by
    first_on asc nulls last,
    campaign asc nulls last

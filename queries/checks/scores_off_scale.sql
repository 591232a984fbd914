-- scores_off_scale: Survey scores that are not on their scale.
-- grain: one row per answer
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports; null = unknown
--   response_id (VARCHAR): the answer's id
--   kind (VARCHAR): nps, csat or ces
--   answered_on (DATE): local day
--   score (DOUBLE): the score
--   lowest (INTEGER): least score of the scale
--   highest (INTEGER): greatest score of the scale
-- source: NPS 0 to 10: Reichheld (2003); others ours: the least scale of 5, 7, 10
--   or 100 that holds 99% of at least 20 scores of a kind

with scales as (
    select
        kind,
        if(kind = 'nps', 0, min(floor(greatest(score, 0))::integer)) as lowest,
        case
            when kind = 'nps' then 10
            when count(*) < 20 then 100
            when avg((score <= 5)::integer) >= 0.99 then 5
            when avg((score <= 7)::integer) >= 0.99 then 7
            when avg((score <= 10)::integer) >= 0.99 then 10
            else 100
        end as highest
    from responses
    where score is not null
    group by kind
),

final as (
    select
        customers.customer_id,
        responses.response_id,
        responses.kind,
        responses.answered_on,
        responses.score,
        scales.lowest,
        scales.highest
    from responses
    inner join scales on responses.kind = scales.kind
    left join customers on responses.customer_no = customers.customer_no
    where
        responses.score not between scales.lowest and scales.highest
        or not isfinite(responses.score)
        or (responses.kind = 'nps' and responses.score <> round(responses.score))
)

select * from final
order by kind asc, answered_on asc, response_id asc, customer_id asc
limit $most

-- responses_of_unknown_customers: Survey answers of nobody who is known.
-- grain: one row per answer
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   response_id (VARCHAR): the answer's id
--   kind (VARCHAR): nps, csat or ces
--   answered_on (DATE): local day
--   campaign (VARCHAR): the wave or campaign; null = not given
-- source: ours

with final as (
    select
        response_id,
        kind,
        answered_on,
        campaign
    from responses
    where customer_no is null
)

select * from final
order by answered_on asc, kind asc, response_id asc
limit $most

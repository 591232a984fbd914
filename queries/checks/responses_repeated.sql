-- responses_repeated: Customers who answered one survey several times on one day.
-- grain: one row per customer_id, kind, campaign and answered_on
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   kind (VARCHAR): nps, csat or ces
--   campaign (VARCHAR): the wave or campaign; null = not given
--   answered_on (DATE): local day
--   answers (BIGINT): answers on that day
-- source: ours; answers on different days may be to different occasions

with final as (
    select
        customers.customer_id,
        responses.kind,
        responses.campaign,
        responses.answered_on,
        count(*) as answers
    from responses
    inner join customers on responses.customer_no = customers.customer_no
    group by
        customers.customer_id,
        responses.kind,
        responses.campaign,
        responses.answered_on
    having answers > 1
)

select * from final
order by answers desc, customer_id asc, kind asc, campaign asc, answered_on asc
limit $most

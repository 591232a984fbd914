-- subscriptions_ending_before_start: Subscriptions that end before they start.
-- grain: one row per subscription period
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   subscription_id (VARCHAR): the subscription's id
--   plan (VARCHAR): plan
--   started_on (DATE): local day of the start
--   ended_on (DATE): local day of the end, exclusive
-- source: ours

with final as (
    select
        customers.customer_id,
        subscriptions.subscription_id,
        subscriptions.plan,
        subscriptions.started_on,
        subscriptions.ended_on
    from subscriptions
    inner join customers on subscriptions.customer_no = customers.customer_no
    where subscriptions.ended_at < subscriptions.started_at
)

select * from final
order by customer_id asc, started_on asc, subscription_id asc
limit $most

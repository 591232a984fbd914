-- subscriptions_cancelled_not_ended: Subscriptions cancelled long ago that have no end.
-- grain: one row per subscription period
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   subscription_id (VARCHAR): the subscription's id
--   plan (VARCHAR): plan
--   started_on (DATE): local day of the start
--   cancelled_on (DATE): local day of the cancellation; null = not given
--   status (VARCHAR): status as given, lower case
-- source: ours; a cancellation may wait for the end of the billing period, and a status
--   that says that it is over does not

with ends as (
    select max(as_of) as until_on
    from observed
),

final as (
    select
        customers.customer_id,
        subscriptions.subscription_id,
        subscriptions.plan,
        subscriptions.started_on,
        subscriptions.cancelled_on,
        subscriptions.status
    from subscriptions
    inner join customers on subscriptions.customer_no = customers.customer_no
    cross join ends
    where
        subscriptions.ended_at is null
        and (
            subscriptions.cancelled_on
            + to_months(ceil(least(subscriptions.interval_months, 120))::integer)
            < ends.until_on
            or subscriptions.status
            in ('canceled', 'cancelled', 'expired', 'ended', 'churned')
        )
)

select * from final
order by customer_id asc, started_on asc, subscription_id asc
limit $most

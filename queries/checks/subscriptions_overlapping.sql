-- subscriptions_overlapping: Subscriptions of one customer and plan that overlap.
-- grain: one row per subscription period that begins before an earlier one ends
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   subscription_id (VARCHAR): the subscription's id
--   plan (VARCHAR): plan
--   started_on (DATE): local day of the start
--   ended_on (DATE): local day of the end, exclusive; null = running
--   earlier_until (DATE): end of the earlier ones; null = running
-- source: ours; the later of two is listed, by local days

with periods as (
    select
        customer_no,
        subscription_id,
        plan,
        started_on,
        ended_on,
        max(coalesce(ended_on, date '9999-12-31')) over (
            partition by customer_no, plan
            order by started_on, ended_on, subscription_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_until
    from subscriptions
    where ended_on is null or ended_on > started_on
),

final as (
    select
        customers.customer_id,
        periods.subscription_id,
        periods.plan,
        periods.started_on,
        periods.ended_on,
        nullif(periods.earlier_until, date '9999-12-31') as earlier_until
    from periods
    inner join customers on periods.customer_no = customers.customer_no
    where periods.earlier_until > periods.started_on
)

select * from final
order by customer_id asc, started_on asc, subscription_id asc
limit $most

-- plans_alike: Plans that differ only in case, blanks or signs.
-- grain: one row per plan
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   plan (VARCHAR): the plan
--   alike (VARCHAR): what the names have in common
--   subscriptions (BIGINT): periods with it
--   customers (BIGINT): who had it
-- source: ours

with plans as (
    select
        plan,
        regexp_replace(lower(plan), '[^\p{L}\p{N}]+', '', 'g') as alike,
        count(*) as subscriptions,
        count(distinct customer_no) as customers
    from subscriptions
    where plan is not null
    group by plan
),

final as (
    select
        plan,
        alike,
        subscriptions,
        customers
    from plans
    where alike <> ''
    qualify count(*) over (partition by alike) > 1
)

select * from final
order by alike asc, subscriptions desc, plan asc
limit $most

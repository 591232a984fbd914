-- what_is_known: How much there is of everything that churn and money rest on.
-- grain: one row
-- params: none
-- returns:
--   subscriptions (BIGINT): subscription periods that were paid
--   ended (BIGINT): of them those that ended
--   cancelled (BIGINT): of them those with a day of cancellation
--   reasons (BIGINT): of the ended ones those with a reason
--   priced (BIGINT): of the paid ones those with a price
--   planned (BIGINT): of the paid ones those with a plan
--   orders (BIGINT): orders
--   orders_with_amount (BIGINT): of them those with an amount
--   buyers (BIGINT): customers who ordered
--   payments (BIGINT): attempts to be paid
--   active_customers (BIGINT): customers who did something
--   tenures (BIGINT): customers whose tenure in months is given
--   flags (BIGINT): customers of whom it is given whether they left
--   flagged (BIGINT): of them those who left
--   scores (BIGINT): answers to NPS
--   tickets (BIGINT): tickets of customers
-- source: ours

with paid as (
    select
        count(*) as subscriptions,
        count(ended_on) as ended,
        count(cancelled_on) as cancelled,
        count(*) filter (where ended_on is not null and cancel_reason is not null)
            as reasons,
        count(*) filter (where price > 0) as priced,
        count(plan) as planned
    from subscriptions
    where paid_from_on is not null
),

ordered as (
    select
        count(*) as orders,
        count(amount) as orders_with_amount,
        count(distinct customer_no) as buyers
    from orders
),

tried as (
    select count(*) as payments
    from payments
),

active as (
    select count(*) filter (where previous_period is null) as active_customers
    from activity_days
),

given as (
    select
        count(tenure_months) as tenures,
        count(has_churned) as flags,
        count(*) filter (where has_churned) as flagged
    from customers
),

asked as (
    select count(*) filter (where kind = 'nps' and score is not null) as scores
    from responses
),

helped as (
    select count(customer_no) as tickets
    from tickets
),

final as (
    select
        paid.*,
        ordered.*,
        tried.*,
        active.*,
        given.*,
        asked.*,
        helped.*
    from paid
    cross join ordered
    cross join tried
    cross join active
    cross join given
    cross join asked
    cross join helped
)

select * from final

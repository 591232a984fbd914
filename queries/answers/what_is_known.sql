-- what_is_known: How much there is of everything that churn and money rest on.
-- grain: one row
-- params:
--   unexplained (VARCHAR): regular expression of what stands for no reason
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
--   answers (BIGINT): answers to surveys of any kind
--   answers_scored (BIGINT): of them those with a score
--   answers_of_known (BIGINT): of them those of customers
--   answers_dated (BIGINT): of them those with a day
--   invited (BIGINT): invitations to surveys
--   tickets (BIGINT): tickets of customers
--   all_tickets (BIGINT): tickets, of unknown people too
--   tickets_answered (BIGINT): of them those with a first answer
--   tickets_solved (BIGINT): of them those with a solution
--   tickets_subjects (BIGINT): of them those with a subject
--   tickets_tagged (BIGINT): of them those with a tag
-- source: ours

with paid as (
    select
        count(*) as subscriptions,
        count(ended_on) as ended,
        count(cancelled_on) as cancelled,
        count(*) filter (
            where
            ended_on is not null
            and not regexp_matches(cancel_reason, $unexplained)
        ) as reasons,
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
    select
        count(*) filter (where kind = 'nps' and score is not null) as scores,
        count(*) as answers,
        count(score) as answers_scored,
        count(customer_no) as answers_of_known,
        count(answered_on) as answers_dated
    from responses
),

called as (
    select count(*) as invited
    from invitations
),

helped as (
    select
        count(customer_no) as tickets,
        count(*) as all_tickets,
        count(first_responded_at) as tickets_answered,
        count(solved_at) as tickets_solved,
        count(nullif(subject, '')) as tickets_subjects,
        count(nullif(tags, '')) as tickets_tagged
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
        called.*,
        helped.*
    from paid
    cross join ordered
    cross join tried
    cross join active
    cross join given
    cross join asked
    cross join called
    cross join helped
)

select * from final

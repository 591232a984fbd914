-- plan_traits: With which plan customers began, and which they had last.
-- grain: one row per customer_no with a subscription that began before the day
-- params:
--   plans_until_on (DATE): end (exclusive) of what is seen
-- returns:
--   customer_no (INTEGER): the customer's dense number
--   first_plan (VARCHAR): plan of the first paid period; of who never paid, of the
--     first one; null = no plan is named
--   latest_plan (VARCHAR): plan that runs at the end, else that of the period that
--     ended last
--   first_billing (VARCHAR): how often the first paid period is billed
--   latest_billing (VARCHAR): how often the period of latest_plan is billed
--   had_trial (VARCHAR): yes or no: the first subscription began with a trial
-- source: docs/definitions.md, Population; of periods of one day the one that brings
--   most a month counts

with begun as (
    select
        customer_no,
        plan,
        started_on,
        paid_from_on is null as is_unpaid,
        coalesce(paid_from_on, started_on) as first_on,
        coalesce(price * quantity / nullif(interval_months, 0), 0)::double as monthly,
        ended_on is null or ended_on >= $plans_until_on as is_running,
        case
            when ended_on is null or ended_on >= $plans_until_on then started_on
            else ended_on
        end as last_on,
        coalesce(trial_ended_on > started_on, false)
        or coalesce(status in ('trialing', 'in_trial'), false) as is_trial,
        case
            when interval_months = 1 then 'monthly'
            when interval_months = 3 then 'quarterly'
            when interval_months = 6 then 'half-yearly'
            when interval_months = 12 then 'yearly'
            when interval_months = 24 then 'every 2 years'
            when interval_months between 0.22 and 0.24 then 'weekly'
            when interval_months > 0 then
                'every '
                || regexp_replace(round(interval_months, 2)::varchar, '\.0$', '')
                || ' months'
        end as billing
    from subscriptions
    where started_on < $plans_until_on
),

final as (
    select
        customer_no,
        arg_min(plan, (is_unpaid, first_on, -monthly, plan)) as first_plan,
        arg_max(plan, (is_running, last_on, started_on, monthly, plan)) as latest_plan,
        arg_min(billing, (is_unpaid, first_on, -monthly, plan)) as first_billing,
        arg_max(billing, (is_running, last_on, started_on, monthly, plan))
            as latest_billing,
        case when arg_min(is_trial, (started_on, not is_trial)) then 'yes' else 'no' end
            as had_trial
    from begun
    group by customer_no
)

select * from final

-- dataset_subscriptions_of_months: Paid access as a table of customer, month and MRR.
-- grain: one row per customer, plan, currency and run of months with one MRR
-- params:
--   zone (VARCHAR): the workspace's zone
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   plan (VARCHAR): plan; null = not said
--   status (VARCHAR): 'from a table of months'
--   started_at (TIMESTAMP): begin of the first month, UTC
--   started_on (DATE): its first day
--   ended_at (TIMESTAMP): end of the last month, UTC; null = running
--   ended_on (DATE): the day after its last one
--   cancel_reason (VARCHAR): null: the table names none
--   price (DECIMAL): MRR
--   interval_months (DOUBLE): 1
--   currency (VARCHAR): currency code, upper case; null = not said
--   is_guessed (BOOLEAN): false
-- source: ours; a month without a row, or with nothing above zero, was not paid; who
--   pays in the last month of the table is taken to go on

with told as (
    select
        staged.customer_id,
        date_trunc('month', staged.month_on)::date as month_on,
        staged.plan,
        upper(staged.currency) as currency,
        staged.mrr
    from told_mrr_months as staged
    where staged.reason is null
    -- a later source tells a customer's month anew
    qualify
        staged.source_no = max(staged.source_no) over (
            partition by staged.customer_id, date_trunc('month', staged.month_on)
        )
),

last_month as (
    select max(month_on) as month_on
    from told
),

paid as (
    select
        customer_id,
        month_on,
        plan,
        currency,
        sum(mrr) as mrr,
        (year(month_on) * 12 + month(month_on))
        - row_number() over (
            partition by customer_id, plan, currency, sum(mrr) order by month_on
        ) as run
    from told
    group by customer_id, month_on, plan, currency
    having sum(mrr) > 0
),

runs as (
    select
        customer_id,
        plan,
        currency,
        mrr,
        min(month_on) as started_on,
        max(month_on) as last_on
    from paid
    group by customer_id, plan, currency, mrr, run
),

final as (
    select
        customer_numbers.customer_no,
        runs.plan,
        'from a table of months' as status,
        timezone('UTC', timezone($zone, runs.started_on::timestamp)) as started_at,
        runs.started_on,
        case
            when runs.last_on < last_month.month_on
                then timezone(
                    'UTC',
                    timezone($zone, (last_day(runs.last_on) + 1)::timestamp)
                )
        end as ended_at,
        case when runs.last_on < last_month.month_on then last_day(runs.last_on) + 1 end
            as ended_on,
        null::varchar as cancel_reason,
        runs.mrr::decimal(18, 4) as price,
        1::double as interval_months,
        runs.currency,
        false as is_guessed
    from runs
    cross join last_month
    inner join customer_numbers on runs.customer_id = customer_numbers.given_id
)

select * from final

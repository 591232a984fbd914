-- dataset_subscriptions_of_payments: Paid access as regular payments show it.
-- grain: one row per customer and run of payments of one amount without a gap
-- params:
--   zone (VARCHAR): the workspace's zone
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   plan (VARCHAR): null: payments name none
--   status (VARCHAR): 'from payments'
--   started_at (TIMESTAMP): the first payment, UTC
--   started_on (DATE): first day that is paid for
--   ended_at (TIMESTAMP): first local midnight without access, UTC; null = running
--   ended_on (DATE): its local day
--   cancel_reason (VARCHAR): 'payment_failed' where the next attempt failed
--   price (DECIMAL): what is paid for one period
--   interval_months (DOUBLE): months in a period
--   currency (VARCHAR): currency code, upper case; null = not said
--   is_guessed (BOOLEAN): others' payments tell how long it pays for
-- source: ours; access lasts for what was paid, and on to the next payment if that
--   comes within 14 days, or half the period where that is less; so late may the next
--   one be at the end of the data, too

with tried as (
    select
        customer_no,
        charged_on as failed_on
    from payments
    where status in ('failed', 'declined', 'uncollectible', 'unpaid', 'past_due')
),

observed_payments as (
    select max(charged_on) + 1 as until_on
    from payments
),

paid as (
    select
        *,
        coalesce(currency, '') as money,
        least(14, (paid_until_on - paid_from_on) // 2)::integer as slack,
        lead(paid_from_on) over (
            partition by customer_no, coalesce(currency, ''), amount
            order by paid_from_on
        ) as next_from_on
    from paid_charges
    where paid_until_on is not null
),

-- mostly the next payment of the amount is the one that is due
followed as (
    select
        *,
        case
            when
                next_from_on - paid_until_on between -slack and slack
                then next_from_on
        end as renewed_on
    from paid
),

-- else another one is, of this amount, or of any where the price has changed
found as (
    select
        followed.* exclude (renewed_on),
        case
            when of_amount.paid_from_on <= followed.paid_until_on + followed.slack
                then of_amount.paid_from_on
            when of_any.paid_from_on <= followed.paid_until_on + followed.slack
                then of_any.paid_from_on
        end as renewed_on,
        coalesce(tried.failed_on <= followed.paid_until_on + followed.slack, false)
            as is_failed
    from followed
    asof left join paid as of_amount
        on
            followed.customer_no = of_amount.customer_no
            and followed.money = of_amount.money
            and followed.amount = of_amount.amount
            and followed.paid_until_on - followed.slack <= of_amount.paid_from_on
    asof left join paid as of_any
        on
            followed.customer_no = of_any.customer_no
            and followed.money = of_any.money
            and followed.paid_until_on - followed.slack <= of_any.paid_from_on
    asof left join tried
        on
            followed.customer_no = tried.customer_no
            and followed.paid_until_on - followed.slack <= tried.failed_on
    where followed.renewed_on is null
),

renewed as (
    select
        *,
        false as is_failed
    from followed
    where renewed_on is not null
    union all by name
    select * from found
),

-- the same amount again, where the one before ends, is the same run
runs as (
    select
        *,
        sum(is_new::integer) over (
            partition by customer_no, money, amount, interval_months
            order by paid_from_on
        ) as run
    from (
        select
            *,
            coalesce(
                paid_from_on > lag(coalesce(renewed_on, paid_until_on)) over (
                    partition by customer_no, money, amount, interval_months
                    order by paid_from_on
                ),
                true
            ) as is_new
        from renewed
    ) as begun
),

ends as (
    select
        customer_no,
        currency,
        amount,
        interval_months,
        min(charged_at) as started_at,
        min(paid_from_on) as started_on,
        max(coalesce(renewed_on, paid_until_on)) as ended_on,
        arg_max(renewed_on is null, paid_from_on) as is_last,
        arg_max(is_failed, paid_from_on) as is_failed,
        bool_and(is_guessed) as is_guessed,
        arg_max(paid_until_on + slack, paid_from_on) as awaited_on
    from runs
    group by customer_no, currency, amount, interval_months, money, run
),

final as (
    select
        ends.customer_no,
        null::varchar as plan,
        'from payments' as status,
        ends.started_at,
        ends.started_on,
        case
            when not (ends.is_last and ends.awaited_on >= observed_payments.until_on)
                then timezone('UTC', timezone($zone, ends.ended_on::timestamp))
        end as ended_at,
        case
            when not (ends.is_last and ends.awaited_on >= observed_payments.until_on)
                then ends.ended_on
        end as ended_on,
        case
            when
                ends.is_last
                and ends.is_failed
                and ends.awaited_on < observed_payments.until_on
                then 'payment_failed'
        end as cancel_reason,
        ends.amount as price,
        ends.interval_months,
        ends.currency,
        ends.is_guessed
    from ends
    cross join observed_payments
)

select * from final

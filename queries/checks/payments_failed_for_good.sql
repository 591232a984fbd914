-- payments_failed_for_good: Customers whose payment failed and who never paid since.
-- grain: one row per customer_id
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   customer_id (VARCHAR): id as in the exports
--   failed_on (DATE): local day of the last failure
--   failures (BIGINT): failed payments since the last one that was paid
--   amount (DECIMAL(18,4)): amount of the last one
--   currency (VARCHAR): currency code; null = not given
--   failure_reason (VARCHAR): why the last one failed; null = not given
-- source: ours; 30 days before the end of the payments are left for further tries

with ends as (
    select as_of - 30 as until_on
    from observed
    where table_name = 'payments'
),

last_paid as (
    select
        customer_no,
        max(charged_at) as paid_at
    from payments
    where status in ('paid', 'refunded', 'succeeded')
    group by customer_no
),

failed as (
    select
        payments.customer_no,
        max(payments.charged_on) as failed_on,
        count(*) as failures,
        arg_max(payments.amount, payments.charged_at) as amount,
        arg_max(payments.currency, payments.charged_at) as currency,
        arg_max_null(payments.failure_reason, payments.charged_at) as failure_reason
    from payments
    left join last_paid on payments.customer_no = last_paid.customer_no
    where
        payments.status = 'failed'
        and (last_paid.paid_at is null or payments.charged_at > last_paid.paid_at)
    group by payments.customer_no
),

final as (
    select
        customers.customer_id,
        failed.failed_on,
        failed.failures,
        failed.amount,
        failed.currency,
        failed.failure_reason
    from failed
    inner join customers on failed.customer_no = customers.customer_no
    cross join ends
    where failed.failed_on < ends.until_on
)

select * from final
order by failed_on asc, customer_id asc
limit $most

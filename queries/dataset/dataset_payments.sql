-- dataset_payments: Payment attempts.
-- grain: one row per payment attempt
-- params: none
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   payment_id (VARCHAR): the payment's id
--   charged_at (TIMESTAMP): when, UTC
--   charged_on (DATE): local day
--   amount (DECIMAL): amount asked for
--   currency (VARCHAR): currency code, upper case
--   refunded (DECIMAL): amount paid back
--   status (VARCHAR): paid, failed, refunded, or as given
--   failure_reason (VARCHAR): why it failed
--   period_started_on (DATE): first day paid for, as given
--   period_ended_on (DATE): first day not paid for, as given
--   description (VARCHAR): what was paid for, as given
-- source: ours; status as given, in lower case

with final as (
    select
        customer_numbers.customer_no,
        staged.payment_id,
        staged.charged_at,
        staged.charged_on,
        staged.amount,
        upper(staged.currency) as currency,
        staged.refunded,
        lower(staged.status) as status,
        case when lower(staged.status) = 'failed' then staged.failure_reason end
            as failure_reason,
        staged.period_started_on,
        staged.period_ended_on,
        staged.description
    from staged_payments as staged
    inner join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join duplicates
        on
            duplicates.feed = 'payments'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
)

select * from final
order by customer_no, charged_at, payment_id

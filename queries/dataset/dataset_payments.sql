-- dataset_payments: Payment attempts.
-- grain: one row per payment attempt
-- params: none
-- returns: none
-- source: ours; status as given, in lower case

with final as (
    select
        customers.customer_no,
        staged.payment_id,
        staged.charged_at,
        staged.charged_on,
        staged.amount,
        upper(staged.currency) as currency,
        staged.refunded,
        lower(staged.status) as status,
        case when lower(staged.status) = 'failed' then staged.failure_reason end
            as failure_reason
    from staged_payments as staged
    inner join customers on staged.customer_id = customers.customer_id
    anti join duplicates
        on
            duplicates.feed = 'payments'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
)

select * from final
order by customer_no, charged_at, payment_id

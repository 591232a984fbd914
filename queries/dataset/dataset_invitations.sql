-- dataset_invitations: Survey invitations; of unknown people too.
-- grain: one row per invitation
-- params: none
-- returns: none
-- source: metrics.md, Voice of the customer: response rate

with final as (
    select
        customers.customer_no,
        lower(staged.kind) as kind,
        staged.sent_at,
        staged.sent_on,
        staged.campaign,
        staged.is_delivered
    from staged_invitations as staged
    left join customers on staged.customer_id = customers.customer_id
    where staged.reason is null
)

select * from final
order by kind, sent_at, customer_no

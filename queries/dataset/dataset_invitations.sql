-- dataset_invitations: Survey invitations; of unknown people too.
-- grain: one row per invitation
-- params: none
-- returns:
--   customer_no (INTEGER): who was asked; null = unknown
--   kind (VARCHAR): nps, csat or ces
--   sent_at (TIMESTAMP): when, UTC
--   sent_on (DATE): local day
--   campaign (VARCHAR): the wave or campaign
--   is_delivered (BOOLEAN): whether it arrived; null = unknown
-- source: ours; who was asked is what a response rate divides by

with final as (
    select
        customer_numbers.customer_no,
        lower(staged.kind) as kind,
        staged.sent_at,
        staged.sent_on,
        staged.campaign,
        staged.is_delivered
    from staged_invitations as staged
    left join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join duplicates
        on
            duplicates.feed = 'invitations'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
)

select * from final
order by kind, sent_at, customer_no

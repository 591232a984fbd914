-- dataset_responses: Survey answers; of unknown people too.
-- grain: one row per answer
-- params: none
-- returns: none
-- source: metrics.md, Voice of the customer: unscored answers are kept

with final as (
    select
        customers.customer_no,
        staged.response_id,
        lower(staged.kind) as kind,
        staged.score,
        staged.comment,
        staged.language,
        staged.answered_at,
        staged.answered_on,
        staged.campaign
    from staged_responses as staged
    left join customers on staged.customer_id = customers.customer_id
    anti join duplicates
        on
            duplicates.feed = 'responses'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
)

select * from final
order by kind, answered_at, response_id, customer_no

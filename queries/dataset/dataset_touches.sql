-- dataset_touches: Variants of experiments that customers saw.
-- grain: one row per customer, experiment, variant and instant
-- params: none
-- returns: none
-- source: ours

with final as (
    select
        customers.customer_no,
        staged.experiment,
        staged.variant,
        staged.touched_at,
        staged.touched_on
    from staged_touches as staged
    inner join customers on staged.customer_id = customers.customer_id
    anti join duplicates
        on
            duplicates.feed = 'touches'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
)

select * from final
order by experiment, customer_no, touched_at, variant

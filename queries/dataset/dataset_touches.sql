-- dataset_touches: Variants of experiments that customers saw.
-- grain: one row per customer, experiment, variant and instant
-- params: none
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   experiment (VARCHAR): the experiment
--   variant (VARCHAR): the variant seen
--   touched_at (TIMESTAMP): when, UTC
--   touched_on (DATE): local day
-- source: ours; who saw what, and when first

with final as (
    select
        customer_numbers.customer_no,
        staged.experiment,
        staged.variant,
        staged.touched_at,
        staged.touched_on
    from staged_touches as staged
    inner join customer_numbers on staged.customer_id = customer_numbers.given_id
    anti join duplicates
        on
            duplicates.feed = 'touches'
            and staged.source_no = duplicates.source_no
            and staged.line = duplicates.line
    where staged.reason is null
)

select * from final
order by experiment, customer_no, touched_at, variant

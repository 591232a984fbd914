-- dataset_customer_numbers: The customer's number under each id of the exports.
-- grain: one row per id as given; ids of nobody but who answers or asks are absent
-- params: none
-- returns:
--   given_id (VARCHAR): id as in the exports
--   customer_no (INTEGER): the customer's dense number, from 0
-- source: ours

with final as (
    select
        given_ids.given_id,
        customers.customer_no
    from given_ids
    inner join customers on given_ids.person_id = customers.customer_id
)

select * from final

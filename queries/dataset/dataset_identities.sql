-- dataset_identities: Further ids under which the exports know a customer.
-- grain: one row per further id
-- params: none
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   given_id (VARCHAR): the further id, as in the exports
--   matched_by (VARCHAR): 'e-mail' or 'mapping file'
-- source: ours

with final as (
    select
        customer_numbers.customer_no,
        given_ids.given_id,
        given_ids.matched_by
    from given_ids
    inner join customer_numbers on given_ids.given_id = customer_numbers.given_id
    where given_ids.given_id <> given_ids.person_id
)

select * from final
order by customer_no, given_id

-- dataset_identities: Further ids and addresses by which the exports know a customer.
-- grain: one row per customer and further id or address
-- params: none
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   given_id (VARCHAR): the further id, as in the exports; an address in lower case
--   matched_by (VARCHAR): 'e-mail', 'mapping file', or 'beside an id' for an address
--     that stands beside an id of the customer and matched nobody
-- source: ours

with ids as (
    select
        customer_numbers.customer_no,
        given_ids.given_id,
        given_ids.matched_by
    from given_ids
    inner join customer_numbers on given_ids.given_id = customer_numbers.given_id
    where given_ids.given_id <> given_ids.person_id
),

addresses as (
    select distinct
        customer_numbers.customer_no,
        sightings.email as given_id,
        'beside an id' as matched_by
    from sightings
    inner join customer_numbers on sightings.given_id = customer_numbers.given_id
    inner join customers on customer_numbers.customer_no = customers.customer_no
    where
        sightings.email <> lower(customers.email)
        and sightings.email <> lower(customers.customer_id)
),

final as (
    select * from ids
    union all
    select addresses.*
    from addresses
    anti join ids
        on
            addresses.customer_no = ids.customer_no
            and addresses.given_id = lower(ids.given_id)
)

select * from final
order by customer_no, given_id

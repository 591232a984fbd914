-- known_ids: Every id under which the exports know a customer.
-- grain: one row per customer_id and known_id
-- params: none
-- returns:
--   known_id (VARCHAR): id as in the exports
--   customer_id (VARCHAR): the id that the customer goes by
--   matched_by (VARCHAR): 'e-mail' or 'mapping file'; null = the customer's own
-- source: ours; an address that matched nobody is left out

with known as (
    select
        customer_id as known_id,
        customer_id,
        null::varchar as matched_by
    from customers
    union all
    select
        identities.given_id as known_id,
        customers.customer_id,
        identities.matched_by
    from identities
    inner join customers on identities.customer_no = customers.customer_no
    where identities.matched_by <> 'beside an id'
),

final as (
    select
        known_id,
        customer_id,
        matched_by
    from known
)

select * from final
order by known_id, customer_id

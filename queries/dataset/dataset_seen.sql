-- dataset_seen: Every customer that some row is about, with the first sign of life.
-- grain: one row per customer
-- params: none
-- returns:
--   customer_id (VARCHAR): the id that the customer goes by
--   email (VARCHAR): an e-mail address of the customer, lower case
--   first_seen_at (TIMESTAMP): first sign of life, UTC; null = none
--   first_seen_on (DATE): its local day
-- source: ours

with final as (
    select
        given_ids.person_id as customer_id,
        arg_min(sightings.email, (sightings.source_no, sightings.email)) as email,
        min(sightings.first_at) as first_seen_at,
        min(sightings.first_on) as first_seen_on
    from sightings
    inner join given_ids on sightings.given_id = given_ids.given_id
    group by given_ids.person_id
    having bool_or(sightings.is_customer)
)

select * from final

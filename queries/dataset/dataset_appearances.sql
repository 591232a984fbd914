-- dataset_appearances: Who is in which source.
-- grain: one row per source and id as given; no id holds the anonymous rows
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   customer_no (INTEGER): the customer's dense number; null = not a customer
--   given_id (VARCHAR): id as in the source; null where the customer goes by it
--   person_id (VARCHAR): one for all ids of somebody who is not a customer
--   rows (BIGINT): rows of the source with them
-- source: ours

with final as (
    select
        staged_feeds.source,
        customer_numbers.customer_no,
        nullif(sightings.given_id, customers.customer_id) as given_id,
        case when customers.customer_no is null then given_ids.person_id end
            as person_id,
        sum(sightings.rows)::bigint as rows
    from sightings
    inner join staged_feeds on sightings.source_no = staged_feeds.source_no
    left join given_ids on sightings.given_id = given_ids.given_id
    left join customer_numbers on sightings.given_id = customer_numbers.given_id
    left join customers on customer_numbers.customer_no = customers.customer_no
    group by all
)

select * from final
order by source, customer_no, given_id

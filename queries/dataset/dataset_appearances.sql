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

with told as (
    select
        source_no,
        given_id,
        sum(rows)::bigint as rows
    from sightings
    group by source_no, given_id
),

final as (
    select
        staged_feeds.source,
        customer_numbers.customer_no,
        case
            when
                customer_numbers.customer_no is null
                or given_ids.person_id <> told.given_id
                then told.given_id
        end as given_id,
        case when customer_numbers.customer_no is null then given_ids.person_id end
            as person_id,
        told.rows
    from told
    inner join staged_feeds on told.source_no = staged_feeds.source_no
    left join given_ids on told.given_id = given_ids.given_id
    left join customer_numbers on told.given_id = customer_numbers.given_id
)

select * from final
order by source, customer_no, given_id

-- customers: What is known of some customers, a row for each attribute.
-- grain: one row per id and attribute
-- params:
--   ids (VARCHAR[]): ids of the customers, as in the exports
--   attributes (VARCHAR[]): names of the attributes
-- returns:
--   id (VARCHAR): id as in the exports
--   attribute (VARCHAR): its name
--   value (VARCHAR): its value as text; an attribute without one has no row
-- source: ours; attributes differ from dataset to dataset, so they are rows here
with chosen as (
    select columns(*)::varchar
    from customers
    where customer_id in (select unnest($ids))
),

known as (
    unpivot chosen
    on columns(* exclude (customer_id))
    into name attribute value value
),

final as (
    select
        known.customer_id as id,
        known.attribute,
        known.value
    from known
    where list_contains($attributes, known.attribute)
)

select
    final.id,
    final.attribute,
    final.value
from final
order by
    final.id,
    final.attribute

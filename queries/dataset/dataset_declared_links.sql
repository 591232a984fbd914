-- dataset_declared_links: Ids that a mapping file says are the same customer's.
-- grain: one row per pair of ids
-- params: none
-- returns:
--   node (VARCHAR): an id, e-mail addresses in lower case
--   other_node (VARCHAR): another one of the same customer
-- source: ours

with final as (
    select distinct
        case
            when contains(customer_id, '@') then lower(customer_id) else customer_id
        end
            as node,
        case when contains(other_id, '@') then lower(other_id) else other_id end
            as other_node
    from staged_identities
    where reason is null
)

select * from final

-- dataset_aliases: Ids of customers who go by another one.
-- grain: one row per id
-- params: none
-- returns:
--   alias (VARCHAR): id as in the exports, e-mail addresses in lower case
--   person (VARCHAR): the id that the customer goes by, likewise
-- source: ours; few, so that the rows of a large export find theirs fast

with named as (
    select
        case when contains(given_id, '@') then lower(given_id) else given_id end
            as alias,
        case when contains(person_id, '@') then lower(person_id) else person_id end
            as person
    from given_ids
),

final as (
    select distinct
        alias,
        person
    from named
    where alias <> person
)

select * from final

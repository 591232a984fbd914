-- saved_segment_members: Who the ids of a saved segment are, in the data as they are.
-- grain: one row per id
-- params:
--   saved_ids (VARCHAR[]): ids as they were saved, each once
-- returns:
--   id (VARCHAR): id as it was saved
--   customer_no (INTEGER): the customer's dense number; null = nobody goes by it now
-- source: ours; an id that was joined to another since then is found by it. An address
--   that several customers have meanwhile is nobody's

with saved as (
    select
        ids.id,
        case when contains(ids.id, '@') then lower(ids.id) else ids.id end as node
    from (select unnest($saved_ids::varchar[]) as id) as ids
),

direct as (
    select
        saved.id,
        customers.customer_no
    from saved
    inner join customers on saved.id = customers.customer_id
),

others as (
    select
        saved.id,
        saved.node
    from saved
    anti join direct on saved.id = direct.id
),

named as (
    select
        customer_no,
        case
            when contains(given_id, '@') then lower(given_id) else given_id
        end as node
    from identities
    union all
    select
        customer_no,
        lower(customer_id) as node
    from customers
    where contains(customer_id, '@')
    union all
    select
        customer_no,
        lower(email) as node
    from customers
    where email is not null
),

known as (
    select
        others.id,
        min(named.customer_no) as customer_no
    from others
    inner join named on others.node = named.node
    group by others.id
    having count(distinct named.customer_no) = 1
),

final as (
    select
        saved.id,
        coalesce(direct.customer_no, known.customer_no) as customer_no
    from saved
    left join direct on saved.id = direct.id
    left join known on saved.id = known.id
)

select * from final

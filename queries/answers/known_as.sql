-- known_as: Every id and e-mail address under which the exports know somebody.
-- grain: one row per known_as
-- params:
--   known_as (VARCHAR): one of them; an e-mail address in any case
-- returns:
--   known_as (VARCHAR): id as given, or e-mail address
--   people (BIGINT): how many people go by it; several share an address
-- source: ours; also people who are no customers, and only answer or ask

with named as (
    select
        'customer ' || customer_no as person,
        customer_id as known_as
    from customers
    union
    select
        'customer ' || customer_no as person,
        lower(email) as known_as
    from customers
    where email is not null
    union
    select
        'customer ' || customer_no as person,
        given_id as known_as
    from identities
    union
    select
        'other ' || person_id as person,
        given_id as known_as
    from appearances
    where person_id is not null
),

everybody as (
    select
        person,
        known_as,
        case when contains(known_as, '@') then lower(known_as) else known_as end
            as node
    from named
),

meant as (
    select distinct person
    from everybody
    where
        node
        = case when contains($known_as, '@') then lower($known_as) else $known_as end
),

nodes as (
    select distinct everybody.node
    from everybody
    inner join meant on everybody.person = meant.person
),

holders as (
    select
        everybody.node,
        count(distinct everybody.person) as people
    from everybody
    inner join nodes on everybody.node = nodes.node
    group by everybody.node
),

final as (
    select distinct
        everybody.known_as,
        holders.people
    from everybody
    inner join meant on everybody.person = meant.person
    inner join holders on everybody.node = holders.node
)

select * from final
order by known_as

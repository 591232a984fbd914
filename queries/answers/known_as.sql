-- known_as: Every id and e-mail address under which the exports know somebody.
-- grain: one row per known_as
-- params:
--   known_as (VARCHAR): one of them; an e-mail address in any case
-- returns:
--   known_as (VARCHAR): id as given, or e-mail address
-- source: ours; also people who are no customers, and only answer or ask

with customer_ids as (
    select
        customer_no,
        customer_id as known_as
    from customers
    union all
    select
        customer_no,
        lower(email) as known_as
    from customers
    where email is not null
    union all
    select
        customer_no,
        given_id as known_as
    from identities
),

people as (
    select
        person_id,
        given_id as known_as
    from appearances
    where person_id is not null
),

asked as (
    select
        $known_as as known_as,
        case when contains($known_as, '@') then lower($known_as) end as address
),

meant_customers as (
    select customer_ids.customer_no
    from customer_ids
    inner join asked
        on
            customer_ids.known_as = asked.known_as
            or lower(customer_ids.known_as) = asked.address
),

meant_people as (
    select people.person_id
    from people
    inner join asked
        on people.known_as = asked.known_as or lower(people.known_as) = asked.address
),

final as (
    select known_as
    from customer_ids
    where customer_no in (select meant_customers.customer_no from meant_customers)
    union
    select known_as
    from people
    where person_id in (select meant_people.person_id from meant_people)
)

select * from final
order by known_as

-- dataset_doubtful_persons: Persons whom a chain of e-mail addresses made of several.
-- grain: one row per person
-- params:
--   email_matching (VARCHAR): 'unambiguous', 'always' or 'off'
-- returns:
--   person (VARCHAR): first id of those that would become one customer
-- source: ours; one source knows them as several ids, so they stay several customers

with members as (
    select distinct
        linked.person,
        email_holders.source_no,
        email_holders.person as member
    from email_holders
    inner join linked on email_holders.person = linked.node
    -- an id that is an e-mail address may change, and be followed
    where not contains(email_holders.person, '@')
),

counted as (
    select
        person,
        source_no,
        count(*) as persons
    from members
    group by person, source_no
),

final as (
    select person
    from counted
    where $email_matching <> 'always'
    group by person
    having max(persons) > 1
)

select * from final

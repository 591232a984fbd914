-- dataset_shared_emails: E-mail addresses that several ids of one source have.
-- grain: one row per e-mail address
-- params: none
-- returns:
--   email (VARCHAR): e-mail address, lower case
-- source: ours; such an address, of a family or a company, says nothing about whose
--   row it is

with counted as (
    select
        email,
        source_no,
        count(*) as persons
    from email_holders
    group by email, source_no
),

final as (
    select email
    from counted
    group by email
    having max(persons) > 1
)

select * from final

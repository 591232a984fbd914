-- dataset_email_links: Ids that an e-mail address says are the same customer's.
-- grain: one row per e-mail address and person so far
-- params:
--   email_matching (VARCHAR): 'unambiguous', 'always' or 'off'
-- returns:
--   node (VARCHAR): the e-mail address, or the person a mapping file makes of it
--   other_node (VARCHAR): a person so far
-- source: ours; an address that several ids of one source have links nobody, unless
--   email_matching is 'always'; 'off' links nobody at all

with holders as (
    select
        email,
        min(person) <> max(person) as is_several
    from email_holders
    group by email
),

-- an address of one person that is no id itself joins nothing
telling as (
    select holders.email
    from holders
    left join declared on holders.email = declared.node
    where
        holders.is_several
        or declared.node is not null
        or holders.email in (select sightings.node from sightings)
),

final as (
    select distinct
        coalesce(declared.person, email_holders.email) as node,
        email_holders.person as other_node
    from email_holders
    inner join telling on email_holders.email = telling.email
    left join declared on email_holders.email = declared.node
    where
        $email_matching = 'always'
        or (
            $email_matching = 'unambiguous'
            and email_holders.email not in (
                select shared_emails.email from shared_emails
            )
        )
)

select * from final

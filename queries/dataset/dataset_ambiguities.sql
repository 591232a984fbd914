-- dataset_ambiguities: Ids of one source that an e-mail address would make one.
-- grain: one row per source, e-mail address and id
-- params:
--   email_matching (VARCHAR): 'unambiguous', 'always' or 'off'
-- returns:
--   source (VARCHAR): the source's id
--   email (VARCHAR): the e-mail address
--   given_id (VARCHAR): one of the ids
-- source: ours; they stay several customers, and the address matches nobody

with members as (
    select
        sightings.source_no,
        sightings.email,
        sightings.given_id,
        coalesce(declared.person, sightings.node) as person
    from sightings
    left join declared on sightings.node = declared.node
    where sightings.email is not null and sightings.node <> sightings.email
),

several as (
    select
        members.*,
        linked.person as linked_person
    from members
    left join linked on members.person = linked.node
),

final as (
    select distinct
        staged_feeds.source,
        several.email,
        several.given_id
    from several
    inner join staged_feeds on several.source_no = staged_feeds.source_no
    where
        $email_matching = 'unambiguous'
        and (
            (several.email, several.source_no) in (
                select (email_holders.email, email_holders.source_no)
                from email_holders
                group by email_holders.email, email_holders.source_no
                having count(*) > 1
            )
            or (
                not contains(several.person, '@')
                and several.linked_person in (
                    select doubtful_persons.person from doubtful_persons
                )
            )
        )
)

select * from final
order by source, email, given_id

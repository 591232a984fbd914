-- dataset_email_holders: Which ids stand beside each e-mail address in each source.
-- grain: one row per e-mail address, source and person so far
-- params: none
-- returns:
--   email (VARCHAR): e-mail address, lower case
--   source_no (INTEGER): position of the source in the order of loading
--   person (VARCHAR): id, or the first of those that a mapping file makes one
-- source: ours

with final as (
    select distinct
        sightings.email,
        sightings.source_no,
        coalesce(declared.person, sightings.node) as person
    from sightings
    left join declared on sightings.node = declared.node
    where sightings.email is not null and sightings.node <> sightings.email
)

select * from final

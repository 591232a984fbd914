-- ambiguous_addresses: E-mail addresses that match nobody, and the ids beside them.
-- grain: one row per name, email and given_id
-- params:
--   most (INTEGER): most rows wanted; null = all
-- returns:
--   name (VARCHAR): the file's name
--   email (VARCHAR): the e-mail address
--   given_id (VARCHAR): an id that it would make one customer with others
-- source: ours; one file keeps the ids apart, so they stay several customers

with final as (
    select
        source_rows.name,
        ambiguities.email,
        ambiguities.given_id
    from ambiguities
    inner join source_rows on ambiguities.source = source_rows.source
)

select * from final
order by email, name, given_id
limit $most

-- matches: For each pair of loaded files, how many people of one are in the other.
-- grain: one row per source and other_source, of files that name people
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   name (VARCHAR): the file's name
--   other_source (VARCHAR): the other source's id
--   other_name (VARCHAR): the other file's name
--   people (BIGINT): people in the file
--   matched_by_id (BIGINT): of them in the other file, under the same id
--   matched_by_mapping (BIGINT): matched by a mapping file
--   matched_by_email (BIGINT): matched by e-mail address
--   unmatched (BIGINT): not in the other file
-- source: ours; people = matched by id, mapping or e-mail + unmatched

with final as (
    select
        matches.source,
        source_rows.name,
        matches.other_source,
        others.name as other_name,
        matches.people,
        matches.matched_by_id,
        matches.matched_by_mapping,
        matches.matched_by_email,
        matches.people
        - matches.matched_by_id
        - matches.matched_by_mapping
        - matches.matched_by_email as unmatched
    from matches
    inner join source_rows on matches.source = source_rows.source
    inner join source_rows as others on matches.other_source = others.source
)

select * from final
order by other_source asc, people desc, source asc

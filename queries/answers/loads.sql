-- loads: What became of the rows of each loaded file.
-- grain: one row per source and table_name
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   name (VARCHAR): the file's name
--   table_name (VARCHAR): the table that it feeds
--   rows_read (BIGINT): rows of the file
--   imported (BIGINT): rows taken over
--   rejected (BIGINT): rows refused, with a reason
--   duplicates (BIGINT): rows that were there already
-- source: ours; rows read = imported + rejected + duplicates, so nothing is lost

with source_counts as (
    select * from source_rows
),

final as (
    select
        source_counts.source,
        source_counts.name,
        source_counts.table_name,
        source_counts.rows_read,
        source_counts.imported,
        source_counts.rejected,
        source_counts.duplicates
    from source_counts
)

select * from final
order by source, table_name

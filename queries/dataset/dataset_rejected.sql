-- dataset_rejected: Rows that were refused, each with its reason and its text.
-- grain: one row per refused row of a source
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   table_name (VARCHAR): the feed
--   line (BIGINT): line of the file; row for Parquet
--   reason (VARCHAR): why
--   text (VARCHAR): the row's cells
-- source: ours; nothing is dropped silently

with final as (
    select
        staged_feeds.source,
        refused_rows.table_name,
        refused_rows.line,
        refused_rows.reason,
        refused_rows.row_text as text
    from refused_rows
    inner join staged_feeds
        on
            refused_rows.source_no = staged_feeds.source_no
            and refused_rows.table_name = staged_feeds.feed
)

select * from final
order by source, table_name, line

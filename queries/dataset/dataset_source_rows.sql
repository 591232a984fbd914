-- dataset_source_rows: Rows of each source: read = imported + rejected + duplicates.
-- grain: one row per source, for the first table that it feeds
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   name (VARCHAR): the file's name
--   table_name (VARCHAR): the feed
--   rows_read (BIGINT): rows of the file
--   imported (BIGINT): rows taken over
--   rejected (BIGINT): rows refused, with a reason
--   duplicates (BIGINT): rows that were there already
-- source: ours; read = imported + rejected + duplicates, so that no row is lost

with refused as (
    select
        source,
        table_name,
        count(*) as rejected
    from rejected
    group by source, table_name
),

repeated as (
    select
        source_no,
        feed,
        count(*) as duplicates
    from duplicates
    group by source_no, feed
),

final as (
    select
        staged_feeds.source,
        staged_feeds.name,
        staged_feeds.feed as table_name,
        staged_feeds.rows_read,
        staged_feeds.rows_read
        - coalesce(refused.rejected, 0)
        - coalesce(repeated.duplicates, 0) as imported,
        coalesce(refused.rejected, 0) as rejected,
        coalesce(repeated.duplicates, 0) as duplicates
    from staged_feeds
    left join refused
        on
            staged_feeds.source = refused.source
            and staged_feeds.feed = refused.table_name
    left join repeated
        on
            staged_feeds.source_no = repeated.source_no
            and staged_feeds.feed = repeated.feed
)

select * from final
order by source, table_name

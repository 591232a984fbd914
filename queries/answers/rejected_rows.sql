-- rejected_rows: The rows of the loaded files that were refused, with their text.
-- grain: one row per source, table_name and line
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   name (VARCHAR): the file's name
--   table_name (VARCHAR): the table that the row was meant for
--   line (BIGINT): its line in the file; row for Parquet
--   reason (VARCHAR): why it was refused
--   text (VARCHAR): the row's cells as they came, parted by bars
-- source: ours; every refused row has a reason and can be found in its file

with refused as (
    select * from rejected
),

source_counts as (
    select * from source_rows
),

final as (
    select
        source_counts.name,
        refused.table_name,
        refused.line,
        refused.reason,
        refused.text
    from refused
    inner join source_counts
        on
            refused.source = source_counts.source
            and refused.table_name = source_counts.table_name
)

select * from final
order by name, table_name, line, reason
limit $most

-- rejections: Why rows of the loaded files were refused, most frequent reason first.
-- grain: one row per source, table_name and reason
-- params: none
-- returns:
--   source (VARCHAR): the source's id
--   table_name (VARCHAR): the table that the rows were meant for
--   reason (VARCHAR): why they were refused
--   rejected_rows (BIGINT): how many
--   first_line (BIGINT): line of the first one in its file; row for Parquet
-- source: ours; every refused row has a reason and can be found in its file

with refused as (
    select * from rejected
),

final as (
    select
        refused.source,
        refused.table_name,
        refused.reason,
        count(*) as rejected_rows,
        min(refused.line) as first_line
    from refused
    group by all
)

select * from final
order by source asc, table_name asc, rejected_rows desc, reason asc

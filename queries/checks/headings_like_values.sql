-- headings_like_values: Attributes and properties whose heading looks like a value.
-- grain: one row per table_name and name
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   table_name (VARCHAR): customers or events
--   name (VARCHAR): the column
--   distinct_values (BIGINT): different values
--   missing (BIGINT): rows without a value
-- source: ours; a date, a number or an address is no heading

with columns_kept as (
    select
        'customers' as table_name,
        attributes.*
    from attributes
    union all
    select
        'events' as table_name,
        properties.*
    from properties
),

final as (
    select
        table_name,
        name,
        distinct_values,
        missing
    from columns_kept
    where
        regexp_matches(name, '^\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}')
        or regexp_full_match(name, '\s*[-+]?\d+([.,]\d+)?\s*')
        or regexp_full_match(name, '\S+@\S+\.\S+')
)

select * from final
order by table_name asc, name asc
limit $most

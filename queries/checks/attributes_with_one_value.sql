-- attributes_with_one_value: Attributes and properties with one value only, or none.
-- grain: one row per table_name and name
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   table_name (VARCHAR): customers or events
--   name (VARCHAR): the column
--   distinct_values (BIGINT): different values
--   missing (BIGINT): rows without a value
-- source: ours; tables of one row are left out

with columns_kept as (
    select
        'customers' as table_name,
        (select count(*) from customers) as rows,
        attributes.*
    from attributes
    union all
    select
        'events' as table_name,
        (select count(*) from events) as rows,
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
        rows > 1
        and distinct_values < 2
        and (distinct_values = 0 or missing = 0)
)

select * from final
order by table_name asc, name asc
limit $most

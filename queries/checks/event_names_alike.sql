-- event_names_alike: Event names that differ only in case, blanks or signs.
-- grain: one row per event
-- params:
--   most (BIGINT): how many rows at most; null means all
-- returns:
--   event (VARCHAR): the name
--   alike (VARCHAR): what the names have in common
--   events (BIGINT): how often
--   customers (BIGINT): who did it
-- source: ours

with names as (
    select
        event,
        regexp_replace(lower(event), '[^\p{L}\p{N}]+', '', 'g') as alike,
        events,
        customers
    from event_names
),

final as (
    select
        event,
        alike,
        events,
        customers
    from names
    where alike <> ''
    qualify count(*) over (partition by alike) > 1
)

select * from final
order by alike asc, events desc, event asc
limit $most

-- dataset_holes: Runs of days without any activity inside the observed range.
-- grain: one row per run of days
-- params: none
-- returns:
--   from_on (DATE): first day without activity
--   until_on (DATE): first day with activity again
--   days (INTEGER): length
-- source: docs/definitions.md, Time: holes

with days as (
    select distinct active_on
    from activity
),

neighbours as (
    select
        active_on,
        lead(active_on) over (order by active_on) as next_on
    from days
),

final as (
    select
        (active_on + 1)::date as from_on,
        next_on as until_on,
        (next_on - active_on - 1)::integer as days
    from neighbours
    where next_on - active_on > 1
)

select * from final
order by from_on

-- dataset_holes: Runs of days on which nobody was active, though many should have been.
-- grain: one row per run of days
-- params: none
-- returns:
--   from_on (DATE): first day without activity
--   until_on (DATE): first day with activity again
--   days (INTEGER): length
-- source: docs/definitions.md, Time: holes; with a mean of m customers a day nobody is
--   there with a chance of exp(-m), Poisson (1837)

with active as (
    select
        period as day_no,
        count(*) as customers
    from activity_days
    group by period
),

every_day as (
    select unnest(range(min(day_no), max(day_no) + 1)) as day_no
    from active
),

-- 1970-01-05 was a Monday
days as (
    select
        every_day.day_no,
        (every_day.day_no + 3) % 7 as weekday,
        coalesce(active.customers, 0) as customers,
        max(coalesce(active.customers, 0))
            over (partition by (every_day.day_no + 3) // 7)
        > 0 as is_week_active
    from every_day
    left join active on every_day.day_no = active.day_no
),

-- a week without anybody tells nothing of what is usual
usual as (
    select
        day_no,
        customers,
        avg(case when is_week_active then (customers = 0)::integer end)
            over (partition by weekday)
            as silent_share,
        avg(case when is_week_active then customers end)
            over (
                partition by weekday
                order by day_no
                rows between 4 preceding and 1 preceding
            ) as before,
        avg(case when is_week_active then customers end)
            over (
                partition by weekday
                order by day_no
                rows between 1 following and 4 following
            ) as after,
        lag(day_no) over (partition by weekday order by day_no) is null as is_first
    from days
),

-- the lesser mean, so that a start or an end with few is not measured by many
silent as (
    select
        day_no,
        not is_first
        and silent_share < 0.5
        and exp(-least(coalesce(before, after), coalesce(after, before))) < 0.001
            as is_unusual,
        day_no - row_number() over (order by day_no) as run_no
    from usual
    where customers = 0
),

-- from the first unusual day of a run to its last; closing days may lie between
final as (
    select
        (date '1970-01-01' + min(day_no)::integer)::date as from_on,
        (date '1970-01-01' + (max(day_no) + 1)::integer)::date as until_on,
        (max(day_no) - min(day_no) + 1)::integer as days
    from silent
    where is_unusual
    group by run_no
)

select * from final
order by from_on

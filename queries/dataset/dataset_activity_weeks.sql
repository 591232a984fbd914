-- dataset_activity_weeks: Customer by active week, with the active weeks before and after.
-- grain: one row per customer and active week
-- params:
--   week_shift (INTEGER): days added before dividing by 7: 3 Monday, 4 Sunday, 5 Saturday
-- returns: none
-- source: performance.md, section 1: the rollup uw

with active as (
    select distinct
        customer_no,
        floor((period + $week_shift) / 7)::integer as period
    from activity_days
),

final as (
    select
        customer_no,
        period,
        lag(period) over (partition by customer_no order by period)
            as previous_period,
        lead(period) over (partition by customer_no order by period)
            as next_period
    from active
)

select * from final
order by customer_no, period

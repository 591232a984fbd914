-- dataset_activity_days: Customer by active day, with the active days before and after.
-- grain: one row per customer and active day
-- params: none
-- returns: none
-- source: performance.md, section 1: the rollup ud

with active as (
    select distinct
        customer_no,
        (active_on - date '1970-01-01')::integer as period
    from activity
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

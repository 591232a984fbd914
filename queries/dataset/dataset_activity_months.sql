-- dataset_activity_months: Customer by active month, with the active months before and after.
-- grain: one row per customer and active month
-- params: none
-- returns: none
-- source: performance.md, section 1: the rollup uw, by month

with active as (
    select distinct
        customer_no,
        (year(date '1970-01-01' + period) * 12 + month(date '1970-01-01' + period) - 1)
        ::integer as period
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

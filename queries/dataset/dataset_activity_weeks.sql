-- dataset_activity_weeks: Customer by active week, with its cohorts and neighbours.
-- grain: one row per customer and active week
-- params:
--   week_shift (INTEGER): days added before dividing by 7; 3 = Monday, 4 = Sunday,
--       5 = Saturday
-- returns: none
-- source: ours; as activity_days

with active as (
    select distinct
        customer_no,
        floor((period + $week_shift) / 7)::integer as period
    from activity_days
),

final as (
    select
        active.customer_no,
        active.period,
        floor((customers.joined_on - date '1970-01-01' + $week_shift) / 7)
        ::integer as joined_period,
        first_value(active.period) over neighbours as first_period,
        lag(active.period) over neighbours as previous_period,
        lead(active.period) over neighbours as next_period
    from active
    inner join customers on active.customer_no = customers.customer_no
    window
        neighbours as (partition by active.customer_no order by active.period)
)

select * from final
order by customer_no, period

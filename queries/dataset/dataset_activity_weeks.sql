-- dataset_activity_weeks: Customer by active week, with its cohorts and neighbours.
-- grain: one row per customer and active week
-- params:
--   week_shift (INTEGER): days added before dividing by 7; 3 = Monday, 4 = Sunday,
--       5 = Saturday
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   period (INTEGER): the active period's number since 1970
--   joined_period (INTEGER): the period of joined_on
--   first_period (INTEGER): the customer's first active period
--   previous_period (INTEGER): the active period before; null = none
--   next_period (INTEGER): the next active period; null = none
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

-- dataset_activity_days: Customer by active day, with its cohorts and neighbours.
-- grain: one row per customer and active day
-- params: none
-- returns:
--   customer_no (INTEGER): the customer's dense number, from 0
--   period (INTEGER): the active period's number since 1970
--   joined_period (INTEGER): the period of joined_on
--   first_period (INTEGER): the customer's first active period
--   previous_period (INTEGER): the active period before; null = none
--   next_period (INTEGER): the next active period; null = none
-- source: ours; cohorts and neighbours beside each period spare a join with every
--   question

with active as (
    select distinct
        customer_no,
        (active_on - date '1970-01-01')::integer as period
    from activity
),

final as (
    select
        active.customer_no,
        active.period,
        (customers.joined_on - date '1970-01-01')
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

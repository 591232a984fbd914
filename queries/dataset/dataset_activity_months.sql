-- dataset_activity_months: Customer by active month, with its cohorts and neighbours.
-- grain: one row per customer and active month
-- params: none
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
        (year(date '1970-01-01' + period) * 12 + month(date '1970-01-01' + period) - 1)
        ::integer as period
    from activity_days
),

final as (
    select
        active.customer_no,
        active.period,
        (year(customers.joined_on) * 12 + month(customers.joined_on) - 1)
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

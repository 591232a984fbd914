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
--   question; orders where there are no events

with happenings as (
    select
        customer_no,
        happened_on as active_on
    from events
    union all
    select
        customer_no,
        ordered_on as active_on
    from orders
    where not is_return and not exists (select 1 from events)
),

placed as (
    select
        customer_no,
        active_on,
        lag(customer_no) over () as customer_before,
        lag(active_on) over () as day_before
    from happenings
),

-- events are sorted by customer and time, so few repetitions are left for distinct
active as (
    select distinct
        customer_no,
        (active_on - date '1970-01-01')::integer as period
    from placed
    where
        customer_before is distinct from customer_no
        or day_before is distinct from active_on
),

firsts as (
    select
        customer_no,
        min(period) as first_period
    from active
    group by customer_no
),

sorted as (
    select
        active.customer_no,
        active.period,
        (customers.joined_on - date '1970-01-01')::integer as joined_period,
        firsts.first_period
    from active
    inner join customers on active.customer_no = customers.customer_no
    inner join firsts on active.customer_no = firsts.customer_no
    order by active.customer_no, active.period
),

-- windows over rows that are sorted already take no sorting of their own
neighbours as (
    select
        *,
        lag(customer_no) over () as customer_before,
        lag(period) over () as period_before,
        lead(customer_no) over () as customer_after,
        lead(period) over () as period_after
    from sorted
),

final as (
    select
        customer_no,
        period,
        joined_period,
        first_period,
        case when customer_before = customer_no then period_before end
            as previous_period,
        case when customer_after = customer_no then period_after end as next_period
    from neighbours
)

select * from final

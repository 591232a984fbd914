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

with every_day as (
    select
        customer_no,
        floor((period + $week_shift) / 7)::integer as period,
        floor((joined_period + $week_shift) / 7)::integer as joined_period,
        floor((first_period + $week_shift) / 7)::integer as first_period,
        floor((previous_period + $week_shift) / 7)::integer as previous_period
    from activity_days
),

-- the first active day of a period knows the one before, which is in another
active as (
    select * from every_day
    where previous_period is distinct from period
),

-- activity_days is sorted by customer and day
final as (
    select
        customer_no,
        period,
        joined_period,
        first_period,
        previous_period,
        case when lead(customer_no) over () = customer_no then lead(period) over () end
            as next_period
    from active
)

select * from final

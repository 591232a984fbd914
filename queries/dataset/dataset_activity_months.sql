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

with every_day as (
    select
        customer_no,
        (
            year(date '1970-01-01' + period) * 12
            + month(date '1970-01-01' + period) - 1
        )::integer as period,
        (
            year(date '1970-01-01' + joined_period) * 12
            + month(date '1970-01-01' + joined_period) - 1
        )::integer as joined_period,
        (
            year(date '1970-01-01' + first_period) * 12
            + month(date '1970-01-01' + first_period) - 1
        )::integer as first_period,
        (
            year(date '1970-01-01' + previous_period) * 12
            + month(date '1970-01-01' + previous_period) - 1
        )::integer as previous_period
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

-- paid_inside: How many have paid, but at the end of no interval.
-- grain: one row
-- params:
--   first_period (INTEGER): first period looked at
--   last_period (INTEGER): last period looked at
-- returns:
--   customers (BIGINT): customers or accounts whose paid time began and ended inside
--     one interval, every time; in no revenue
-- source: docs/definitions.md, Monthly revenue
with short as (
    select paid_spans.unit_no
    from paid_spans
    group by paid_spans.unit_no
    having
        bool_and(coalesce(paid_spans.went = paid_spans.came, false))
        and max(paid_spans.came) >= $first_period
        and min(paid_spans.came) <= $last_period
),

final as (
    select count(distinct population.unit_no) as customers
    from short
    inner join population
        on short.unit_no = population.unit_no
)

select final.customers
from final

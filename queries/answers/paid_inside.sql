-- paid_inside: How many have paid, but at the end of no interval.
-- grain: one row
-- params:
--   first_period (INTEGER): first period looked at
--   longest_days (INTEGER): days of the longest interval there is
--   last_period (INTEGER): last period looked at
-- returns:
--   customers (BIGINT): customers or accounts whose paid time began and ended inside
--     one interval, every time; in no revenue
-- source: docs/definitions.md, Monthly revenue
with inside as (
    select
        paid_spans.unit_no,
        min(paid_spans.came) as first_period,
        max(paid_spans.came) as last_period
    from paid_spans
    where
        paid_spans.went = paid_spans.came
        -- what is longer than any interval is in none
        and paid_spans.ended_on - paid_spans.started_on < $longest_days
    group by paid_spans.unit_no
),

-- whoever paid at the end of an interval is in a change; there are many changes, so
-- those of others are passed over first
seen as (
    select unit_revenue_changes.unit_no
    from unit_revenue_changes
    where unit_revenue_changes.unit_no in (select inside.unit_no from inside)
),

never as (
    select inside.*
    from inside
    anti join seen
        on inside.unit_no = seen.unit_no
),

final as (
    select count(distinct population.unit_no) as customers
    from never
    inner join population
        on never.unit_no = population.unit_no
    where
        never.last_period >= $first_period
        and never.first_period <= $last_period
)

select final.customers
from final

-- cadence: How many days usually lie between a customer's active days.
-- grain: one row per median gap in days
-- params: none
-- returns:
--   gap_days (BIGINT): a customer's median gap between active days
--   customers (BIGINT): customers with this median gap
--   share (DOUBLE): of all customers active on two days or more
--   cumulative_share (DOUBLE): share of customers with this gap or a shorter one
-- source: docs/definitions.md, Usage cadence; the usage interval of Amplitude
with counted as (
    select
        rhythms.gap_days,
        count(*) as customers
    from rhythms
    group by all
),

final as (
    select
        counted.gap_days,
        counted.customers,
        counted.customers / sum(counted.customers) over () as share,
        sum(counted.customers) over (order by counted.gap_days)
        / sum(counted.customers) over () as cumulative_share
    from counted
)

select
    final.gap_days,
    final.customers,
    final.share::double as share,
    final.cumulative_share::double as cumulative_share
from final
order by final.gap_days

-- churned_customers_members: Who has left, as the customer table says.
-- grain: one row per customer or account
-- params:
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
-- source: docs/definitions.md, Churn: without dates; the same as churned_customers
with told as (
    select
        population.unit_no,
        population.segment_no
    from population
    inner join customers
        on population.customer_no = customers.customer_no
    group by all
    having bool_and(customers.has_churned)
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        units.id,
        labels.segment,
        units.joined_on,
        units.last_seen_on
    from told
    inner join labels
        on told.segment_no = labels.segment_no
    inner join units
        on told.unit_no = units.unit_no
    where $of_segment is null or labels.segment = $of_segment
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on
from final
order by final.id

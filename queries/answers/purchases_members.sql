-- purchases_members: Which customers ordered in one interval.
-- grain: one row per customer or account
-- params:
--   from_on (DATE): first day of the interval
--   until_on (DATE): the day after its last one
--   of_segment (VARCHAR): the segment; null means everyone in view
--   is_net (BOOLEAN): what was given back is taken off the revenue
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   orders (BIGINT): orders in the interval
--   revenue_amount (DOUBLE): what they brought in it
-- source: docs/definitions.md, Money; the same relation as purchases
with chosen as (
    select
        purchases.unit_no,
        purchases.segment_no,
        sum(purchases.orders)::bigint as orders,
        sum(purchases.sales)
        - case when $is_net then sum(purchases.returned) else 0 end as revenue
    from purchases
    where purchases.bought_on >= $from_on and purchases.bought_on < $until_on
    group by
        purchases.unit_no,
        purchases.segment_no
    having sum(purchases.orders) > 0
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
        units.last_seen_on,
        chosen.orders,
        chosen.revenue as revenue_amount
    from chosen
    inner join labels
        on chosen.segment_no = labels.segment_no
    inner join units
        on chosen.unit_no = units.unit_no
    where $of_segment is null or labels.segment = $of_segment
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.orders,
    final.revenue_amount
from final
order by final.id

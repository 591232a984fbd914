-- lifetime_value_members: Which customers bought so often, and how recently.
-- grain: one row per customer or account
-- params:
--   cut_on (DATE): first local day that is not looked at; later days are told apart
--   least (INTEGER): fewest days with a purchase after the first one
--   most (INTEGER): most of them; null for any number
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   frequency (BIGINT): days with a purchase after the first one
--   recency_days (BIGINT): days from the first to the last purchase
--   age_days (BIGINT): days from the first purchase to the end
--   mean_value (DOUBLE): mean amount of the purchases after the first
--   later (BIGINT): days with a purchase from cut_on on
-- source: docs/definitions.md, Money, Lifetime value; as purchase_histories
with began as (
    select
        purchases.unit_no,
        min(purchases.bought_on) as first_on
    from purchases
    where purchases.buys > 0
    group by purchases.unit_no
),

by_customer as (
    select
        purchases.unit_no,
        purchases.segment_no,
        began.first_on,
        (count_if(purchases.bought_on < $cut_on) - 1)::bigint as frequency,
        max(purchases.bought_on) filter (where purchases.bought_on < $cut_on)
        - began.first_on as recency_days,
        $cut_on - 1 - began.first_on as age_days,
        avg(purchases.sales) filter (
            where
            purchases.bought_on > began.first_on
            and purchases.bought_on < $cut_on
        ) as mean_value,
        count_if(purchases.bought_on >= $cut_on) as later
    from purchases
    inner join began
        on purchases.unit_no = began.unit_no
    where purchases.buys > 0 and began.first_on < $cut_on
    group by
        purchases.unit_no,
        purchases.segment_no,
        began.first_on
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
        by_customer.frequency,
        by_customer.recency_days,
        by_customer.age_days,
        coalesce(by_customer.mean_value, 0) as mean_value,
        by_customer.later::bigint as later
    from by_customer
    inner join labels
        on by_customer.segment_no = labels.segment_no
    inner join units
        on by_customer.unit_no = units.unit_no
    where
        by_customer.frequency >= $least
        and ($most is null or by_customer.frequency <= $most)
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.frequency,
    final.recency_days,
    final.age_days,
    final.mean_value,
    final.later
from final
order by final.id

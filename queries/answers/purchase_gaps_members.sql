-- purchase_gaps_members: Who bought again so many days after a purchase.
-- grain: one row per customer or account
-- params:
--   least (INTEGER): fewest days between the two
--   most (INTEGER): most of them; null for any number
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   gaps (BIGINT): how often that was so
--   bought_again_on (DATE): when it was so the last time
-- source: ours; as purchase_gaps
with gaps as (
    select
        purchases.unit_no,
        purchases.segment_no,
        purchases.bought_on,
        purchases.bought_on - lag(purchases.bought_on)
            over (partition by purchases.unit_no order by purchases.bought_on)
            as gap_days
    from purchases
    where purchases.orders > 0
),

chosen as (
    select
        gaps.unit_no,
        gaps.segment_no,
        count(*) as gaps,
        max(gaps.bought_on) as bought_again_on
    from gaps
    where gaps.gap_days >= $least and ($most is null or gaps.gap_days <= $most)
    group by
        gaps.unit_no,
        gaps.segment_no
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
        chosen.gaps,
        chosen.bought_again_on
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
    final.gaps,
    final.bought_again_on
from final
order by final.id

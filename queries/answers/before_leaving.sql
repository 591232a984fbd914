-- before_leaving: What those who left did last, against those who stayed.
-- grain: one row per segment and event
-- params:
--   things (INTEGER): how many last different things are counted apart
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   event (VARCHAR): what was done
--   left_customers (BIGINT): customers or accounts who left
--   left_tenure_days (DOUBLE): half of them had been there no longer on their last day
--   left_did (BIGINT): those of them who did it in the days up to then
--   left_last_did (BIGINT): those of them for whom it was among their last different
--     things
--   stayed_customers (BIGINT): those who stayed and are set against them
--   stayed_tenure_days (DOUBLE): the same of the day up to which these are looked at
--   stayed_did (BIGINT): those of them who did it in the days up to then
--   stayed_last_did (BIGINT): those of them for whom it was among their last things
--     then
-- source: ours, after the choice of controls among those still at risk: Lubin and
--   Gail (1984), Biometrics 40, 63-75; docs/definitions.md, Before leaving
with compared as (
    select
        recents.unit_no,
        recents.segment_no,
        recents.has_left,
        recents.event,
        recents.place
    from recents
),

sizes as (
    select
        drawn.segment_no,
        count(*) filter (where drawn.has_left) as left_customers,
        median(drawn.tenure) filter (where drawn.has_left) as left_tenure_days,
        count(*) filter (where not drawn.has_left) as stayed_customers,
        median(drawn.tenure) filter (where not drawn.has_left) as stayed_tenure_days
    from drawn
    group by drawn.segment_no
    union all
    select
        null as segment_no,
        count(*) filter (where drawn.has_left) as left_customers,
        median(drawn.tenure) filter (where drawn.has_left) as left_tenure_days,
        count(*) filter (where not drawn.has_left) as stayed_customers,
        median(drawn.tenure) filter (where not drawn.has_left) as stayed_tenure_days
    from drawn
    where $has_segments
),

did as (
    select
        compared.segment_no,
        compared.event,
        count(*) filter (where compared.has_left) as left_did,
        count(*) filter (
            where compared.has_left and compared.place <= $things
        ) as left_last_did,
        count(*) filter (where not compared.has_left) as stayed_did,
        count(*) filter (
            where not compared.has_left and compared.place <= $things
        ) as stayed_last_did
    from compared
    group by compared.segment_no, compared.event
),

counted as (
    select * from did
    union all
    select
        null as segment_no,
        did.event,
        sum(did.left_did)::bigint as left_did,
        sum(did.left_last_did)::bigint as left_last_did,
        sum(did.stayed_did)::bigint as stayed_did,
        sum(did.stayed_last_did)::bigint as stayed_last_did
    from did
    where $has_segments
    group by did.event
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        counted.segment_no,
        coalesce(labels.segment, 'All') as segment,
        counted.event::varchar as event,
        sizes.left_customers,
        sizes.left_tenure_days,
        counted.left_did,
        counted.left_last_did,
        sizes.stayed_customers,
        sizes.stayed_tenure_days,
        counted.stayed_did,
        counted.stayed_last_did
    from counted
    inner join sizes
        on counted.segment_no is not distinct from sizes.segment_no
    left join labels
        on counted.segment_no = labels.segment_no
)

select
    final.segment,
    final.event,
    final.left_customers,
    final.left_tenure_days,
    final.left_did,
    final.left_last_did,
    final.stayed_customers,
    final.stayed_tenure_days,
    final.stayed_did,
    final.stayed_last_did
from final
order by
    final.segment_no nulls first,
    final.event

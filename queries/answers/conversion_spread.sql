-- conversion_spread: How the times of those who got to a step are spread.
-- grain: one row per segment and from_seconds
-- params:
--   step (INTEGER): number of the step, from 2
--   bins (INTEGER): how many bins; one more closes them
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   from_seconds (BIGINT): shortest time of the bin, since the entry
--   until_seconds (BIGINT): the time at which the next bin begins
--   customers (BIGINT): customers whose time lies in the bin
-- source: docs/definitions.md, Funnels; bins are alike in all segments: they begin at
--   the shortest time, each is the range / bins wide, rounded up
with taken as (
    select
        progress.segment_no,
        epoch(progress.times[$step] - progress.entered_at) as seconds
    from progress
    where progress.level >= $step
),

ruler as (
    select
        floor(min(taken.seconds))::bigint as shortest,
        greatest(
            ceil((max(taken.seconds) - min(taken.seconds)) / $bins), 1
        )::bigint as width
    from taken
    having count(*) > 0
),

every_segment as (
    select * from taken
    union all
    select
        null as segment_no,
        taken.seconds
    from taken
    where $has_segments
),

binned as (
    select
        every_segment.segment_no,
        floor((every_segment.seconds - ruler.shortest) / ruler.width)::integer as bin,
        count(*) as customers
    from every_segment
    cross join ruler
    group by all
),

every_bin as (
    select
        present.segment_no,
        unnest(range(0, $bins + 1))::integer as bin
    from (select distinct binned.segment_no from binned) as present
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        every_bin.segment_no,
        coalesce(labels.segment, 'All') as segment,
        ruler.shortest + every_bin.bin * ruler.width as from_seconds,
        ruler.shortest + (every_bin.bin + 1) * ruler.width as until_seconds,
        coalesce(binned.customers, 0) as customers
    from every_bin
    cross join ruler
    left join binned
        on
            every_bin.segment_no is not distinct from binned.segment_no
            and every_bin.bin = binned.bin
    left join labels
        on every_bin.segment_no = labels.segment_no
)

select
    final.segment,
    final.from_seconds,
    final.until_seconds,
    final.customers
from final
order by
    final.segment_no nulls first,
    final.from_seconds

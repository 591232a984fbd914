-- stages: How many customers are in each stage at the end of each month, and moved.
-- grain: one row per segment, ends_on and stage
-- params:
--   stage_names (VARCHAR[]): the stages, the furthest last
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   ends_on (DATE): last day of the month, or the last day observed
--   stage_no (INTEGER): the stage's place, from 1; 0 is in no stage
--   stage (VARCHAR): its name
--   customers (BIGINT): how many are in it
--   total (BIGINT): how many there are in all stages
--   share_rate (DOUBLE): customers / total
--   at_start (BIGINT): how many were in it a snapshot before; null at the first
--   new (BIGINT): started since then and are in it
--   came (BIGINT): came from another stage
--   went (BIGINT): went to another stage
--   is_small (BOOLEAN): fewer in all stages than min_n
-- source: ours; docs/definitions.md, Stages
with named as (
    select
        unnest(range(0, len($stage_names) + 1))::integer as stage_no,
        unnest(list_concat(['(none)'], $stage_names)) as stage
),

counted as (
    select
        stands.segment_no,
        stands.snapshot_no,
        stands.until_on,
        stands.stage_no,
        stands.previous_no,
        count(*) as customers
    from stands
    group by all
),

-- a stage without anybody is a row too
every_row as (
    select
        moments.segment_no,
        moments.snapshot_no,
        moments.until_on,
        named.stage_no
    from (
        select distinct
            segments.segment_no,
            snapshots.snapshot_no,
            snapshots.until_on
        from segments
        cross join (
            select distinct
                counted.snapshot_no,
                counted.until_on
            from counted
        ) as snapshots
    ) as moments
    cross join named
),

arrived as (
    select
        counted.segment_no,
        counted.snapshot_no,
        counted.stage_no,
        sum(counted.customers) as customers,
        sum(counted.customers) filter (where counted.previous_no is null) as new,
        sum(counted.customers) filter (where counted.previous_no <> counted.stage_no)
            as came
    from counted
    group by all
),

-- the stage they were in before
left_behind as (
    select
        counted.segment_no,
        counted.snapshot_no,
        counted.previous_no as stage_no,
        sum(counted.customers) as at_start,
        sum(counted.customers) filter (where counted.previous_no <> counted.stage_no)
            as went
    from counted
    where counted.previous_no is not null
    group by all
),

by_segment as (
    select
        every_row.segment_no,
        every_row.snapshot_no,
        every_row.until_on,
        every_row.stage_no,
        coalesce(arrived.customers, 0) as customers,
        coalesce(left_behind.at_start, 0) as at_start,
        coalesce(arrived.new, 0) as new,
        coalesce(arrived.came, 0) as came,
        coalesce(left_behind.went, 0) as went
    from every_row
    left join arrived
        on
            every_row.segment_no = arrived.segment_no
            and every_row.snapshot_no = arrived.snapshot_no
            and every_row.stage_no = arrived.stage_no
    left join left_behind
        on
            every_row.segment_no = left_behind.segment_no
            and every_row.snapshot_no = left_behind.snapshot_no
            and every_row.stage_no = left_behind.stage_no
),

total as (
    select
        null as segment_no,
        by_segment.snapshot_no,
        by_segment.until_on,
        by_segment.stage_no,
        sum(by_segment.customers) as customers,
        sum(by_segment.at_start) as at_start,
        sum(by_segment.new) as new,
        sum(by_segment.came) as came,
        sum(by_segment.went) as went
    from by_segment
    where $has_segments
    group by all
),

all_rows as (
    select * from by_segment
    union all
    select * from total
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        labels.segment_no,
        coalesce(labels.segment, 'All') as segment,
        all_rows.snapshot_no,
        all_rows.until_on - 1 as ends_on,
        all_rows.stage_no,
        named.stage,
        all_rows.customers::bigint as customers,
        sum(all_rows.customers)
            over (partition by all_rows.segment_no, all_rows.snapshot_no)::bigint
            as total,
        all_rows.at_start,
        all_rows.new,
        all_rows.came,
        all_rows.went
    from all_rows
    inner join named
        on all_rows.stage_no = named.stage_no
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.ends_on,
    final.stage_no,
    final.stage,
    final.customers,
    final.total,
    final.customers / nullif(final.total, 0) as share_rate,
    case when final.snapshot_no > 1 then final.at_start end::bigint as at_start,
    case when final.snapshot_no > 1 then final.new end::bigint as new,
    case when final.snapshot_no > 1 then final.came end::bigint as came,
    case when final.snapshot_no > 1 then final.went end::bigint as went,
    final.total < $min_n as is_small
from final
order by
    final.segment_no nulls first,
    final.snapshot_no,
    final.stage_no

-- stages_flow: How many went from each stage to each other one, month by month.
-- grain: one row per segment, ends_on, from_stage and to_stage
-- params:
--   stage_names (VARCHAR[]): the stages, the furthest last
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   ends_on (DATE): last day of the month, or the last day observed
--   from_no (INTEGER): the place of the stage before; 0 is in no stage, null is new
--   from_stage (VARCHAR): the stage a snapshot before; New where they started since
--   to_no (INTEGER): the place of the stage at the end
--   to_stage (VARCHAR): the stage at the end
--   customers (BIGINT): how many
-- source: ours; docs/definitions.md, Stages
with named as (
    select
        unnest(range(0, len($stage_names) + 1))::integer as stage_no,
        unnest(list_concat(['(none)'], $stage_names)) as stage
),

by_segment as (
    select
        stands.segment_no,
        stands.snapshot_no,
        stands.until_on,
        stands.previous_no,
        stands.stage_no,
        count(*) as customers
    from stands
    where stands.snapshot_no > 1
    group by all
),

total as (
    select
        null as segment_no,
        by_segment.snapshot_no,
        by_segment.until_on,
        by_segment.previous_no,
        by_segment.stage_no,
        sum(by_segment.customers)::bigint as customers
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
        all_rows.previous_no::integer as from_no,
        coalesce(before.stage, 'New') as from_stage,
        all_rows.stage_no::integer as to_no,
        named.stage as to_stage,
        all_rows.customers
    from all_rows
    inner join named
        on all_rows.stage_no = named.stage_no
    left join named as before
        on all_rows.previous_no = before.stage_no
    left join labels
        on all_rows.segment_no = labels.segment_no
)

select
    final.segment,
    final.ends_on,
    final.from_no,
    final.from_stage,
    final.to_no,
    final.to_stage,
    final.customers
from final
order by
    final.segment_no nulls first,
    final.snapshot_no,
    final.from_no nulls first,
    final.to_no

-- mrr_at_risk: How many customers, and how much MRR, are behind each last score.
-- grain: one row per segment and score_group
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
--   min_n (INTEGER): under this many customers a figure is small
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   score_group (VARCHAR): high, middle, low, unscored or silent
--   units (BIGINT): customers at the end of the data
--   of_units (BIGINT): all of the segment
--   paying (BIGINT): of these, those of the group who pay something
--   monthly (DOUBLE): their MRR; null where nothing has a price
--   of_monthly (DOUBLE): MRR of all of the segment
--   is_small (BOOLEAN): the segment has fewer customers than min_n
-- source: docs/definitions.md, Scores and behaviour
with counted as (
    select
        latest_voices.segment_no,
        latest_voices.score_group,
        count(*) as units,
        count(*) filter (where latest_voices.monthly > 0) as paying,
        sum(latest_voices.monthly) as monthly,
        grouping(latest_voices.segment_no) = 1 as is_total
    from latest_voices
    group by grouping sets (
        (latest_voices.segment_no, latest_voices.score_group),
        (latest_voices.score_group)
    )
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        counted.*,
        coalesce(labels.segment, 'All') as segment,
        sum(counted.units) over (partition by counted.segment_no) as of_units,
        sum(counted.monthly) over (partition by counted.segment_no) as of_monthly
    from counted
    left join labels
        on counted.segment_no = labels.segment_no
    where not counted.is_total or $has_segments
)

select
    final.segment,
    final.score_group,
    final.units,
    final.of_units::bigint as of_units,
    final.paying,
    final.monthly::double as monthly,
    final.of_monthly::double as of_monthly,
    final.of_units < $min_n as is_small
from final
order by
    final.segment_no asc nulls first,
    array_position(
        ['high', 'middle', 'low', 'unscored', 'silent'], final.score_group
    ) asc

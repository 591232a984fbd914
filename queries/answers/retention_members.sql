-- retention_members: Which customers are behind a figure of retention.
-- grain: one row per customer or account
-- params:
--   cohorts (INTEGER[]): periods of the start
--   first_interval (INTEGER): first interval of the bracket
--   last_interval (INTEGER): last interval of the bracket; null means no end
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   cohorts (BIGINT): cohorts of the list that the customer is in
--   retained_cohorts (BIGINT): those in which the customer came back in the bracket
-- source: docs/definitions.md, Retention; the same relations as retention
with entered as (
    select
        starts.unit_no,
        starts.segment_no,
        starts.cohort
    from starts
    where list_contains($cohorts, starts.cohort)
),

came_back as (
    select distinct
        visits.unit_no,
        visits.cohort
    from visits
    where
        visits.interval >= $first_interval
        and ($last_interval is null or visits.interval <= $last_interval)
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

counted as (
    select
        entered.unit_no,
        labels.segment,
        count(*) as cohorts,
        count(came_back.unit_no) as retained_cohorts
    from entered
    inner join labels
        on entered.segment_no = labels.segment_no
    left join came_back
        on
            entered.unit_no = came_back.unit_no
            and entered.cohort = came_back.cohort
    where $of_segment is null or labels.segment = $of_segment
    group by all
),

final as (
    select
        units.id,
        counted.segment,
        units.joined_on,
        units.last_seen_on,
        counted.cohorts,
        counted.retained_cohorts
    from counted
    inner join units
        on counted.unit_no = units.unit_no
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.cohorts,
    final.retained_cohorts
from final
order by
    final.retained_cohorts desc,
    final.id asc

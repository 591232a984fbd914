-- revenue_cohorts_members: What the payers of some cohorts pay some intervals later.
-- grain: one row per customer or account
-- params:
--   cohorts (INTEGER[]): first paid periods
--   of_interval (INTEGER): intervals since then
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   mrr_first (DOUBLE): paid a month at the end of interval 0
--   mrr_now (DOUBLE): paid a month at the end of the interval
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
-- source: docs/definitions.md, Revenue cohorts; the same relation as revenue_cohorts
with chosen as (
    select
        revenue_changes.unit_no,
        revenue_changes.segment_no,
        any_value(revenue_changes.first_mrr)::double as mrr_first,
        sum(revenue_changes.mrr_after - revenue_changes.mrr_before)::double as mrr_now
    from revenue_changes
    where
        list_contains($cohorts, revenue_changes.cohort)
        and revenue_changes.period <= revenue_changes.cohort + $of_interval
    group by all
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
        chosen.mrr_first,
        chosen.mrr_now,
        units.joined_on,
        units.last_seen_on
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
    final.mrr_first,
    final.mrr_now,
    final.joined_on,
    final.last_seen_on
from final
order by final.id

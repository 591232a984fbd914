-- early_value_members: Who started in months whose first days are over, with revenue.
-- grain: one row per customer or account
-- params:
--   of_days (INTEGER): how many days from the start, that day included
--   as_of_on (DATE): end (exclusive) of the observed time
--   of_segment (VARCHAR): the segment; null means everyone in view
-- returns:
--   id (VARCHAR): id as in the exports
--   segment (VARCHAR): the segment
--   joined_on (DATE): local day of the sign-up, else of the first thing observed
--   last_seen_on (DATE): local day of the last activity
--   started_on (DATE): local day from which the days are counted
--   revenue_amount (DOUBLE): what they brought in these days
-- source: docs/definitions.md, Money, Lifetime value; as lifetime_value
with started as (
    select
        first_values.unit_no,
        first_values.segment_no,
        first_values.started_on,
        first_values.amount,
        date_trunc('month', first_values.started_on)::date as cohort
    from first_values
    where first_values.days = $of_days
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
        started.started_on,
        started.amount::double as revenue_amount
    from started
    inner join labels
        on started.segment_no = labels.segment_no
    inner join units
        on started.unit_no = units.unit_no
    where
        (started.cohort + interval 1 month)::date - 1 + $of_days <= $as_of_on
        and ($of_segment is null or labels.segment = $of_segment)
)

select
    final.id,
    final.segment,
    final.joined_on,
    final.last_seen_on,
    final.started_on,
    final.revenue_amount
from final
order by final.id

-- sessions: How many sessions customers have, and how long and how full these are.
-- grain: one row per segment
-- params:
--   has_segments (BOOLEAN): there is a breakdown, so the total is a row beside it
-- returns:
--   segment (VARCHAR): the segment; All is everyone in view
--   customers (BIGINT): customers or accounts with a session
--   sessions (BIGINT): their sessions
--   events (BIGINT): events in them
--   median_sessions (DOUBLE): half of the customers have no more sessions than this
--   median_length_seconds (DOUBLE): half of the sessions are no longer, first to last
--     event
--   median_events (DOUBLE): half of the sessions have no more events than this
--   one_event_sessions (BIGINT): sessions of a single event
-- source: ours; docs/definitions.md, Sessions
with sat as (
    select
        sittings.segment_no,
        sittings.unit_no,
        sittings.seconds,
        sittings.events
    from sittings
),

everyone as (
    select * from sat
    union all
    select
        null as segment_no,
        sat.unit_no,
        sat.seconds,
        sat.events
    from sat
    where $has_segments
),

counted as (
    select
        everyone.segment_no,
        everyone.unit_no,
        count(*) as sessions
    from everyone
    group by everyone.segment_no, everyone.unit_no
),

per_customer as (
    select
        counted.segment_no,
        count(*) as customers,
        median(counted.sessions) as median_sessions
    from counted
    group by counted.segment_no
),

per_session as (
    select
        everyone.segment_no,
        count(*) as sessions,
        sum(everyone.events)::bigint as events,
        median(everyone.seconds) as median_length_seconds,
        median(everyone.events) as median_events,
        count(*) filter (where everyone.events = 1) as one_event_sessions
    from everyone
    group by everyone.segment_no
),

labels as (
    select distinct
        segments.segment_no,
        segments.segment
    from segments
),

final as (
    select
        per_session.segment_no,
        coalesce(labels.segment, 'All') as segment,
        per_customer.customers,
        per_session.sessions,
        per_session.events,
        per_customer.median_sessions,
        per_session.median_length_seconds,
        per_session.median_events,
        per_session.one_event_sessions
    from per_session
    inner join per_customer
        on per_session.segment_no is not distinct from per_customer.segment_no
    left join labels
        on per_session.segment_no = labels.segment_no
)

select
    final.segment,
    final.customers,
    final.sessions,
    final.events,
    final.median_sessions,
    final.median_length_seconds,
    final.median_events,
    final.one_event_sessions
from final
order by final.segment_no nulls first

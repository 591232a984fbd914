-- dataset_event_counts: How often each event name occurs, refused rows included.
-- grain: one row per event name
-- params: none
-- returns:
--   event (VARCHAR): the name
--   events (BIGINT): how often it occurs
-- source: ours; the order makes the ENUM's codes

with final as (
    select
        event,
        count(*) as events
    from staged_events
    where event is not null
    group by event
)

select * from final
order by events desc, event asc

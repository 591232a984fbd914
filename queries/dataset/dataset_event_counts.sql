-- dataset_event_counts: Event names with how often they occur, most frequent first; of
--   refused rows too.
-- grain: one row per event name
-- params: none
-- returns: none
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

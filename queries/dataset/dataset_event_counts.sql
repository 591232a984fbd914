-- dataset_event_counts: Event names with how often they occur, most frequent first.
-- grain: one row per event name
-- params: none
-- returns: none
-- source: ours; the order makes the ENUM's codes

with final as (
    select
        event,
        count(*) as events
    from staged_events
    where reason is null
    group by event
)

select * from final
order by events desc, event

-- dataset_events_refused: Rows of events that lack a customer, a name or an instant.
-- grain: one row per source and line
-- params: none
-- returns:
--   source_no (INTEGER): position of the source in the order of loading
--   line (BIGINT): line of the file
-- source: ours; the same rows as those with a reason, which takes longer to compute

with final as (
    select
        source_no,
        line
    from staged_events
    where customer_id is null or event is null or happened_at is null
)

select * from final

-- dataset_events: Events with dense customer numbers, typed properties and local days.
-- grain: one row per event
-- params: none
-- returns: none
-- source: design.md; the order is what streaming windows rely on

with repeated as (
    select
        source_no,
        line
    from duplicates
    where feed = 'events'
),

final as (
    select
        customers.customer_no,
        staged.event::event_name as event,
        staged.happened_at,
        staged.happened_on,
        staged.* exclude (
            source_no, line, customer_id, event, happened_at, happened_on, event_id,
            reason, row_text
        )
    from accepted_events as staged
    inner join customers on staged.customer_id = customers.customer_id
    anti join repeated
        on staged.source_no = repeated.source_no and staged.line = repeated.line
)

select * from final
order by customer_no, happened_at, event
